"""An order paid in parts: placed, paid and told of as one (3, 4, 5, 7)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables import orders, payments, refunds
from flask_till.desk.tables.w3block import w3_orders
from flask_till.desk.w3block_company import Provider
from flask_till.errors import GatewayRefused
from tests.desk.w3block.split_orders import (
    HALF,
    MIXED,
    body,
    legs_of,
    pay,
    split,
    states,
    sweep,
    turn,
)
from tests.desk.w3block.the_company import COMPANY, DOLLAR, REAL, WAYS, part, refused

# --- placing ----------------------------------------------------------------------------------


def test_two_halves_are_the_whole_with_its_gas(sold, ann, desk):
    made = split(ann, *HALF)
    assert made["status"] == "pending"
    assert [one["totalAmount"] for one in made["payments"]] == ["50.18", "50.17"]
    assert [one["paymentProvider"] for one in made["payments"]] == ["asaas", "pagar_me"]
    assert [one["status"] for one in made["payments"]] == ["pending", "pending"]
    assert (made["totalAmount"], made["currencyAmount"], made["gasFee"]) == ("50.18", "100", "0.35")
    pages = {one["publicData"]["paymentUrl"] for one in made["payments"]}
    assert len(pages) == 2
    assert sum(desk.read(leg).amount.minor for leg in legs_of(desk, made)) == 10035
    assert states(desk) == ["reserved"]


def test_two_currencies_bear_their_share_of_the_gas(sold, ann, desk):
    made = split(ann, *MIXED)
    assert [one["totalAmount"] for one in made["payments"]] == ["25", "15.07"]
    first, second = legs_of(desk, made)
    assert (desk.read(first).amount.currency, desk.read(second).amount.currency) == ("BRL", "USD")
    lines = desk.read(second)
    assert sum(one.amount for one in lines.adjustments) + lines.lines[0].unit_amount == 1507


def test_rounding_belongs_to_the_remaining_part(company, ann, desk):
    company.sell(prices={REAL: "0.10"})
    company.change(bills_gas=False)
    made = split(ann, part(amount="33"), part("credit_card", amountType="all_remaining", amount=""))
    assert [one["totalAmount"] for one in made["payments"]] == ["0.03", "0.07"]


@pytest.mark.parametrize(
    "parts",
    [
        (part(amount="50"), part("credit_card", amount="49.99")),
        (part(amount="50"), part("credit_card", amount="50.01")),
        (part(amountType="fixed", amount="100"),),
        (part(amountType="fixed", amount="100.36"),),
    ],
)
def test_parts_that_are_not_the_whole(sold, ann, desk, parts):
    refused(
        ann.post("/orders", ann.wanted(payments=list(parts))), 400, "payments-not-covering-total"
    )
    assert desk.count(orders) == 0


def test_each_currency_needs_its_signature_its_price_and_its_way(sold, ann):
    wanted = body(ann, *MIXED)
    one = {"signedGasFees": wanted["signedGasFees"][:1]}
    refused(ann.post("/orders", wanted | one), 400, "gas-fee-signature-invalid")
    (product,) = wanted["orderProducts"]
    prices = [price for price in product["expectedPrices"] if price["currencyId"] == REAL]
    less = {"orderProducts": [product | {"expectedPrices": prices}]}
    refused(ann.post("/orders", wanted | less), 400, "price-changed")
    other = {"payments": [MIXED[0], MIXED[1] | {"paymentMethod": "pix"}]}
    refused(ann.post("/orders", wanted | other), 400, "payment-provider-not-found")


def test_gas_is_not_saved_by_naming_another_currency_first(sold, ann):
    parts = (part("credit_card", DOLLAR, amount="0"), part(amount="100"))
    made = split(ann, *parts)
    assert [one["totalAmount"] for one in made["payments"]] == ["0", "100.35"]
    assert made["payments"][0]["paymentProvider"] == "free"


def test_a_second_part_that_cannot_be_opened_takes_the_first_with_it(sold, ann, desk, monkeypatch):
    start, seen = type(desk.gateway).start, []

    def second_fails(self, charge, inputs):
        seen.append(charge.order_id)
        if len(set(seen)) == 2:
            raise GatewayRefused("No.")
        return start(self, charge, inputs)

    wanted = body(ann, *HALF)
    with monkeypatch.context() as patched:
        patched.setattr(type(desk.gateway), "start", second_fails)
        refused(ann.post("/orders", wanted), 400, "payment-provider-error")
    assert {row.status for row in desk.rows(orders)} == {"cancelled"}
    assert states(desk) == ["for_sale"]


def test_a_double_click_is_one_order_in_two_parts(sold, ann, desk, at_once):
    wanted = body(ann, *HALF)
    answers = at_once(lambda _: ann.post("/orders", wanted), 4)
    assert sorted(one.status_code for one in answers) == [201, 400, 400, 400]
    assert (desk.count(orders), desk.count(w3_orders)) == (2, 1)


def test_what_costs_nothing_in_parts_is_paid_at_once(company, ann, desk):
    company.sell(prices={REAL: "0"}, tokens=1)
    made = split(ann, *HALF, signedGasFees=[])
    assert made["status"] == "waiting_delivery"
    assert desk.count(payments) == 0
    assert states(desk) == ["sold"]


def test_the_shortest_time_of_its_providers_is_the_orders(sold, ann):
    ways = (Provider(REAL, "pix", "asaas", expires_in=60), *WAYS[1:])
    sold.change(providers=ways)
    made = split(ann, *HALF)
    assert made["expiresIn"] == "2026-03-02T10:01:00.000Z"


# --- paying -----------------------------------------------------------------------------------


def test_it_is_paid_when_each_part_is(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, second)
    shown = ann.order(made["id"])
    assert shown["status"] == "pending"
    assert [one["status"] for one in shown["payments"]] == ["pending", "paid"]
    assert "paymentUrl" in shown["payments"][0]["publicData"]
    assert shown["payments"][1]["publicData"] == {}
    pay(desk, first)
    shown = ann.order(made["id"])
    assert (shown["status"], shown["deliverDate"]) == (
        "waiting_delivery", "2026-03-02T10:01:30.000Z",
    )  # fmt: skip
    assert states(desk) == ["sold"]
    clock.advance(90)
    assert ann.order(made["id"])["status"] == "concluded"


def test_two_parts_paid_at_once_make_it_paid_once(sold, ann, desk, at_once):
    made = split(ann, *HALF)
    legs = legs_of(desk, made)
    told = [turn(desk, leg) for leg in legs]
    at_once(lambda number: desk.cashier.settle(told[number % 2]), 4)
    assert ann.order(made["id"])["status"] == "waiting_delivery"
    assert states(desk) == ["sold"]
    assert desk.count(refunds) == 0


def test_it_is_confirming_when_all_that_is_open_is_under_way(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first, "processing")
    assert ann.order(made["id"])["status"] == "pending"
    pay(desk, second)
    assert ann.order(made["id"])["status"] == "confirming_payment"
    clock.advance(3600)
    sweep(desk)
    assert ann.order(made["id"])["status"] == "confirming_payment"
    pay(desk, first)
    assert ann.order(made["id"])["status"] == "waiting_delivery"


def test_paying_what_remains_another_way(sold, ann, desk):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    path = f"/orders/{made['id']}/pay"
    rest = {"currencyId": REAL, "amountType": "all_remaining", "paymentMethod": "pix"}
    answer = ann.patch(path, {"payments": [rest]})
    assert answer.status_code == 200, answer.data
    assert [one["paymentMethod"] for one in answer.json["payments"]] == ["pix", "pix"]
    answer = ann.patch(path, {"payments": list(HALF)})
    assert answer.json["payments"][1]["paymentMethod"] == "credit_card"
    wrong = part("pix", amount="40")
    refused(ann.patch(path, {"payments": [wrong]}), 400, "payments-not-covering-total")
    unknown = part("billet", amount="50")
    refused(ann.patch(path, {"payments": [unknown]}), 400, "payment-provider-not-found")
    assert desk.read(first).status == "paid"
    pay(desk, second)
    refused(ann.patch(path, {"payments": list(HALF)}), 400, "order-not-payable")


# --- telling ----------------------------------------------------------------------------------


def test_lists_and_receipts_show_one_order(sold, ann, desk):
    made = split(ann, *MIXED)
    pay(desk, legs_of(desk, made)[0])
    path = f"/admin/companies/{COMPANY}/orders"

    def ids(**query):
        items = sold.server.call("GET", path, query_string=query).json["items"]
        return [one["id"] for one in items]

    assert ids() == [made["id"]]
    assert ids(paymentMethod="credit_card") == ids(currencyId=DOLLAR) == [made["id"]]
    assert ids(currencyId=DOLLAR, paymentMethod="pix") == []
    assert [one["id"] for one in ann.get("/orders?status[]=pending").json["items"]] == [made["id"]]
    assert ann.get("/orders?status[]=waiting_delivery").json["items"] == []
    receipt = sold.public.get(f"/orders/get-by-deliver-id/{made['deliverId']}").json
    assert [one["amount"] for one in receipt["payments"]] == ["25", "15.07"]
    assert [one["currency"]["code"] for one in receipt["payments"]] == ["BRL", "USD"]


def test_only_the_whole_is_told_of(sold, ann, desk, clock):
    made = split(ann, *HALF)
    first, second = legs_of(desk, made)
    pay(desk, first)
    pay(desk, second)
    clock.advance(90)
    assert ann.order(made["id"])["status"] == "concluded"
    assert desk.kinds(f"w3block:{made['id']}") == [
        "order.created", "order.waiting_delivery", "order.delivering", "order.concluded",
    ]  # fmt: skip
    assert desk.kinds(f"w3block:{second}") == []
