"""A shop with a Boxo desk, seen from outside: its webhooks are answered with 200 in all cases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.errors import SettingsError
from flask_till.money import Money
from flask_till.shop.catalog import Product
from tests.shop.conftest import browser
from tests.shop.counting import count_statements
from tests.shop.dollars import CARD, MUG
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add
from tests.shop.three_desks import AtBoxo
from tests.stand_ins.boxo_platform import password

CALLBACKS = "/till/callbacks/boxo"


@pytest.fixture
def at() -> Iterator[AtBoxo]:
    found = AtBoxo()
    yield found
    found.close()


@pytest.fixture
def shop(new_shop: Callable[..., Flask], at: AtBoxo) -> Flask:
    return new_shop(catalog=[MUG, CARD], promotions=[], desk=at.desk)


@pytest.fixture
def client(shop: Flask) -> FlaskClient:
    return browser(shop)


@pytest.fixture
def order_id(client: FlaskClient) -> str:
    add(client)
    found: str = check_out(client).json["order_id"]
    return found


@pytest.fixture
def call(client: FlaskClient, at: AtBoxo) -> Callable[..., Any]:
    """Sends a signed webhook about a payment; ``odd`` replaces members of it."""

    def send(order_id: str, **odd: Any) -> Any:
        payment_id = at.platform.of(order_id)["order_payment_id"]
        raw, headers = at.platform.webhook(payment_id, **odd)
        return client.post(
            CALLBACKS, data=raw, headers={**headers, **at.platform.signed(CALLBACKS, raw)}
        )

    return send


def test_success_is_said_in_the_platforms_word(
    at: AtBoxo, order_id: str, call: Callable[..., Any]
) -> None:
    at.pay(order_id)
    for _ in range(2):
        answer = call(order_id)
        assert (answer.status_code, answer.json) == (200, {"code": "SUCCESS"})
        assert answer.mimetype == "application/json"


def test_a_webhook_that_is_not_proven_asks_neither_database_nor_platform(
    shop: Flask, at: AtBoxo, order_id: str
) -> None:
    at.pay(order_id)
    payment_id = at.platform.of(order_id)["order_payment_id"]
    raw, headers = at.platform.webhook(payment_id)
    signed = at.platform.signed(CALLBACKS, raw)
    at.platform.asked.clear()
    client = shop.test_client()
    with count_statements(shop) as statements:
        for body, sent in (
            (raw, {}),
            (raw, signed),
            (raw, headers),
            (raw, {**headers, **signed, "Authorization": password(secret="wrong")}),
            (raw + b" ", {**headers, **signed}),
            (b"", {}),
            (b"[" * 60_000, {}),
        ):
            answer = client.post(CALLBACKS, data=body, headers=sent)
            assert (answer.status_code, answer.json["error_code"]) == (200, "INVALID_SIGNATURE")
    assert statements == []
    assert at.platform.asked == []


@pytest.mark.parametrize(
    ("odd", "code"),
    [
        ({"payment_status": "failed"}, "UNKNOWN_ERROR"),
        ({"miniapp_order_id": "ord_unknown"}, "ORDER_NOT_FOUND"),
        ({"hostapp_client_id": "host_other"}, "ORDER_NOT_FOUND"),
        ({"hostapp_order_payment_id": "op_unknown"}, "ORDER_NOT_FOUND"),
        ({"payment_status": "won"}, "INVALID_ORDER_DATA"),
    ],
)
def test_each_refusal_has_its_code_and_changes_nothing(
    client: FlaskClient, at: AtBoxo, order_id: str, call: Callable[..., Any], odd: Any, code: str
) -> None:
    at.pay(order_id)
    answer = call(order_id, **odd)
    assert (answer.status_code, answer.json["error_code"]) == (200, code)
    assert answer.json["error_message"]
    assert client.get("/till/basket").json["count"] == 1


def test_a_platform_that_cannot_be_asked_is_told_to_call_again(
    at: AtBoxo, order_id: str, call: Callable[..., Any]
) -> None:
    at.pay(order_id)
    at.down()
    answer = call(order_id)
    assert (answer.status_code, answer.json["error_code"]) == (200, "UNKNOWN_ERROR")
    at.down(False)
    assert call(order_id).json == {"code": "SUCCESS"}


def test_a_fault_of_ours_is_answered_so_that_it_comes_again(
    shop: Flask, at: AtBoxo, order_id: str, call: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    at.pay(order_id)
    database = shop.extensions["till"].database

    def fail(*args: Any, **more: Any) -> None:
        raise OSError("the disk is full at /secret/place")

    with monkeypatch.context() as patch:
        patch.setattr(database, "write", fail)
        answer = call(order_id)
    assert (answer.status_code, answer.json["error_code"]) == (200, "UNKNOWN_ERROR")
    assert "secret" not in answer.text
    assert "the disk is full" in caplog.text
    assert call(order_id).json == {"code": "SUCCESS"}


def test_a_webhook_that_is_too_long_is_answered_too(client: FlaskClient, at: AtBoxo) -> None:
    answer = client.post(CALLBACKS, data=b" " * 70_000)
    assert (answer.status_code, answer.json["error_code"]) == (200, "INVALID_ORDER_DATA")


def test_a_shop_in_a_currency_of_three_decimals_is_refused(
    new_shop: Callable[..., Flask], at: AtBoxo
) -> None:
    dinar = Product("mug", "Mug", Money("1.234", "KWD"))
    with pytest.raises(SettingsError, match="KWD"):
        new_shop(catalog=[dinar], promotions=[], desk=at.desk)


def test_an_amount_is_a_number_in_the_page_s_json(client: FlaskClient) -> None:
    add(client, "card")
    text = check_out(client).text
    assert '"pay_in_host":{"amount":8,"currency":"USD",' in text
