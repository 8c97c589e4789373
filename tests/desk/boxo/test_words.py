"""Statuses, reasons, lines and fractions: what a payment is called on either side."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_till.desk import order as core
from flask_till.desk.boxo_payment import (
    BUILT_IN,
    OUTCOMES,
    SDK_WORDS,
    BoxoHost,
    Proof,
    new_payment_id,
    reason_of,
    status_of,
)
from flask_till.desk.dialects.boxo.drafts import amount_of, draft_of, wanted_of
from flask_till.desk.dialects.boxo.exact_json import read, write
from flask_till.wire.boxo.orders import read_order
from flask_till.wire.boxo.sdk import SDK_STATUS, PaymentStatus
from flask_till.wire.strict_json import parse

HOST = BoxoHost("host", BUILT_IN, "Host", None, None, "Token", "sealed", Proof(), (), True)


@pytest.mark.parametrize("outcome", [None, *OUTCOMES])
@pytest.mark.parametrize("state", core.TRANSITIONS)
def test_every_state_with_every_outcome_has_a_status_and_a_word(state, outcome):
    status = PaymentStatus(status_of(state, outcome))
    assert SDK_WORDS[status] == SDK_STATUS[status]
    assert status.is_final == (state not in core.OPEN)
    assert (status == "paid") == (state in core.CAPTURED)
    reason = reason_of(state, "why")
    assert reason == {core.EXPIRED: "expired", core.CANCELLED: "why"}.get(state, "")


def test_the_words_are_those_of_the_wire():
    assert set(SDK_WORDS) == set(PaymentStatus)


@pytest.mark.parametrize(
    ("state", "outcome", "status"),
    [
        (core.CANCELLED, "failed", "failed"),
        (core.CANCELLED, "cancelled", "cancelled"),
        (core.CANCELLED, None, "cancelled"),
        (core.EXPIRED, "failed", "cancelled"),
        (core.PROCESSING, "failed", "in_process"),
        (core.REFUNDED, None, "paid"),
        (core.PAID, "cancelled", "paid"),
    ],
)
def test_money_counts_before_decisions_and_those_only_after_the_end(state, outcome, status):
    assert status_of(state, outcome) == status


def test_an_id_is_op_and_26_letters_and_digits():
    made = {new_payment_id() for _ in range(200)}
    assert len(made) == 200
    assert all(one[:3] == "op_" and len(one) == 29 and one[3:].isalnum() for one in made)


def draft(**order):
    message = read_order({"currency": "USD", **order})
    wanted = wanted_of("app", "host", message, amount_of(message))
    return draft_of("op_1", message, wanted, HOST)


def items(*prices, **more):
    return [{"product_name": "Tea", "price": price, **more} for price in prices]


@pytest.mark.parametrize(
    ("order", "lines", "adjustments"),
    [
        ({"amount": "30", "items": items("10", "20")}, [1000, 2000], []),
        ({"amount": 20, "items": items("10", quantity=2)}, [1000], []),
        ({"amount": 35, "items": items("30"), "shipping_amount": "5"}, [3000], [500]),
        ({"amount": 27, "items": items("30"), "discount_amount": "3"}, [3000], [-300]),
        ({"amount": 27, "items": items("30", discount=3)}, [3000], [-300]),
        ({"amount": 33, "items": items("30"), "tax_amount": "3"}, [3000], [300]),
        (
            {"amount": 30, "items": items("30"), "tax_amount": "3", "taxes_included": True},
            [3000],
            [],
        ),
        ({"amount": 30, "items": items("30"), "shipping_amount": "5"}, [3000], []),
        ({"amount": 31, "items": items("30")}, [3100], []),
        ({"amount": 31, "items": items("-30")}, [3100], []),
        ({"amount": 31, "items": []}, [3100], []),
        ({"amount": 31}, [3100], []),
        ({"amount": 31, "items": items("30.5", quantity=-1)}, [3100], []),
    ],
)
def test_lines_add_up_or_the_amount_stands_alone(order, lines, adjustments):
    made = draft(**order)
    made.check()
    assert [line.unit_amount for line in made.lines] == lines
    assert [one.amount for one in made.adjustments] == adjustments


def test_parts_finer_than_the_currency_leave_the_amount_alone():
    made = draft(currency="JPY", amount=100, items=items("99.5"))
    assert [line.unit_amount for line in made.lines] == [100]


def test_the_payer_is_the_hosts_user_and_the_order_lives_half_an_hour():
    made = draft(amount=1, hostapp_user_id="user-77")
    assert (made.payer, made.expires_in, made.late_money) == ("boxo:host:user-77", 1800, "refund")
    assert draft(amount=1).payer is None


@pytest.mark.parametrize(
    "text",
    [
        '{"a":0.1000000000000000055511151231257827,"b":[1.50,true,null,"é\\n"],"ć":{"d":110.1}}',
        "12345678901234567890.123456789",
        '"text"',
        "null",
        "[]",
    ],
)
def test_what_is_echoed_goes_out_digit_for_digit(text):
    value = parse(text.encode())
    assert write(value) == text
    assert read(write(value)) == value


def test_a_float_is_never_written():
    with pytest.raises(TypeError):
        write({"a": 1.5})
    assert write(Decimal("1E+2")) == "100"
