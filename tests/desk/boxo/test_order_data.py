"""create-order-payment: its checks in their order, and what an order may say (3.1, 3.3)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flask_till.desk.tables import orders
from flask_till.desk.tables.boxo import boxo_payments
from tests.desk.boxo.the_miniapp import (
    APP,
    CREATE,
    ELSEWHERE,
    HOST,
    STATUS,
    TheMiniapp,
    an_order,
    code_of,
)


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough for what is refused before anything is stored."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'"x"', "application/json"),
        (b'{"app_id":"\xff"}', "application/json"),
        (b'{"app_id":NaN}', "application/json"),
        (b'{"app_id":1e999}', "application/json"),
        (b'{"app_id":1,"app_id":2}', "application/json"),
        (b'{"app_id":"\\ud800"}', "application/json"),
        (b'{"app_id":"\\u0000"}', "application/json"),
        (b"[" * 100_000, "application/json"),
        (b'{"a":"' + b"x" * 1_100_000 + b'"}', "application/json"),
        (b"{}", "text/plain"),
        (b"{}", "application/x-www-form-urlencoded"),
    ],
)
@pytest.mark.parametrize("path", [CREATE, STATUS])
def test_a_body_that_is_no_json_object_is_refused_first(desk, path, body, content_type):
    answer = TheMiniapp(desk, ELSEWHERE).post(path, body, content_type=content_type)
    assert code_of(answer) == "PARSING_ERROR_INVALID_REQUEST_BODY"


@pytest.mark.parametrize("path", [CREATE, STATUS])
def test_the_checks_come_in_the_contracts_order(desk, partners, path):
    """Each call is wrong in all that follows, too."""
    stranger, server = TheMiniapp(desk, ELSEWHERE), TheMiniapp(desk)
    partners.add_host(client_id="lonely")
    wrong = {"app_id": "nope", "client_id": "nobody", "order": {}}
    assert code_of(stranger.post(path, wrong)) == "MINIAPP_NOT_FOUND"
    wrong |= {"app_id": APP}
    assert code_of(stranger.post(path, wrong)) == "NOT_A_WHITELISTED_IP"
    assert code_of(server.post(path, wrong)) == "HOSTAPP_NOT_FOUND"
    assert code_of(server.post(path, wrong | {"client_id": "lonely"})) == "NO_INTEGRATION"
    partners.switch_payments(APP, HOST, on=False)
    switched_off = server.post(path, wrong | {"client_id": HOST})
    assert code_of(switched_off) == "FEATURE_DISABLED_IN_INTEGRATION"
    partners.switch_payments(APP, HOST, on=True)
    assert code_of(server.post(path, wrong | {"client_id": HOST})) == "INVALID_ORDER_DATA"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"app_id": None}, "MINIAPP_NOT_FOUND"),
        ({"app_id": 5}, "MINIAPP_NOT_FOUND"),
        ({"app_id": ["app36902"]}, "MINIAPP_NOT_FOUND"),
        ({"app_id": "x" * 300}, "MINIAPP_NOT_FOUND"),
        ({"app_id": "żółw"}, "MINIAPP_NOT_FOUND"),
        ({"client_id": None}, "HOSTAPP_NOT_FOUND"),
        ({"client_id": {}}, "HOSTAPP_NOT_FOUND"),
        ({"order": None}, "INVALID_ORDER_DATA"),
        ({"order": []}, "INVALID_ORDER_DATA"),
    ],
)
def test_a_member_of_another_kind_is_like_an_unknown_one(miniapp, change, code):
    body = {"app_id": APP, "client_id": HOST, "order": an_order()} | change
    assert code_of(miniapp.post(CREATE, body)) == code


def test_what_is_switched_off_is_named(partners, miniapp):
    partners.change_miniapp(APP, is_on=False)
    assert code_of(miniapp.create()) == "FEATURE_DISABLED_IN_MINIAPP"
    partners.change_miniapp(APP, is_on=True)
    partners.change_host(HOST, is_on=False)
    assert code_of(miniapp.create()) == "FEATURE_DISABLED_IN_HOSTAPP"


@pytest.mark.parametrize(
    "change",
    [
        {"amount": None},
        {"amount": "0"},
        {"amount": 0},
        {"amount": "-1"},
        {"amount": "1.001"},
        {"amount": 1.001},
        {"amount": True},
        {"amount": "1e2"},
        {"amount": "NaN"},
        {"amount": "Infinity"},
        {"amount": "1,50"},
        {"amount": "9" * 21},
        {"amount": "9" * 18},
        {"amount": [1]},
        {"currency": None},
        {"currency": ""},
        {"currency": "usd"},
        {"currency": "GOLD"},
        {"currency": "X" * 21},
        {"currency": 978},
        {"currency": "JPY", "amount": "1.50"},
        {"subtotal_amount": "1.001"},
        {"tax_title": "x" * 251},
        {"taxes_included": "yes"},
        {"miniapp_order_id": "x" * 251},
        {"miniapp_order_id": 5},
        {"miniapp_order_id": "a\nb"},
        {"hostapp_user_id": "a\r\nX-Admin: 1"},
        {"hostapp_user_id": "x" * 251},
        {"items": [{"product_name": "x" * 251}]},
        {"items": [{"product_image_url": "x" * 251}]},
        {"items": [{"quantity": "2"}]},
        {"items": [{"quantity": 1.5}]},
        {"items": {}},
        {"shipping_address": {"address1": "x" * 1001}},
        {"shipping_address": {"region_code": "x" * 101}},
        {"shipping_address": {"latitude": "1." + "1" * 16}},
    ],
    ids=lambda change: json.dumps(change)[:40],
)
def test_order_data_that_is_wrong_is_refused_and_nothing_is_made(desk, miniapp, change):
    answer = miniapp.create(an_order(**change))
    assert code_of(answer) == "INVALID_ORDER_DATA"
    assert desk.count(boxo_payments) == desk.count(orders) == 0


@pytest.mark.parametrize(
    ("amount", "minor"),
    [
        ("110.1", 11010),
        (110.1, 11010),
        (b"110.10", 11010),
        (b"1.10e2", 11000),
        (110, 11000),
        ("0.01", 1),
        ("9999999999999.99", 999999999999999),
    ],
)
def test_amounts_are_exact_as_number_float_or_text(desk, miniapp, amount, minor):
    raw = amount if isinstance(amount, bytes) else json.dumps(amount).encode()
    body = b'{"app_id":"%s","client_id":"%s","order":{"currency":"USD","amount":%s}}'
    answer = miniapp.post(CREATE, body % (APP.encode(), HOST.encode(), raw))
    assert answer.status_code == 200, answer.text
    assert desk.read(answer.json["order_payment_id"]).amount.minor == minor


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 110), ("KWD", 110000), ("USD", 11000)])
def test_each_currency_has_its_own_minor_units(desk, miniapp, currency, minor):
    payment_id = miniapp.created(an_order(currency=currency))
    assert desk.read(payment_id).amount.minor == minor


def test_unknown_members_are_ignored_and_parts_need_not_add_up(miniapp):
    order = an_order(subtotal_amount=1, shipping_amount=2, loyalty={"points": 3})
    assert miniapp.create(order | {"unknown": [1.5]}).status_code == 200
