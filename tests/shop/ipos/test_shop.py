"""A shop with an IPOS desk, seen from outside: what its callbacks are answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from flask_till.errors import SettingsError
from tests.shop.conftest import PRODUCTS, browser
from tests.shop.counting import count_statements
from tests.shop.dollars import CARD, MUG
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add
from tests.shop.three_desks import AtIpos

CALLBACKS = "/till/callbacks/ipos"


@pytest.fixture
def at() -> Iterator[AtIpos]:
    found = AtIpos()
    yield found
    found.close()


@pytest.fixture
def shop(new_shop: Callable[..., Flask], at: AtIpos) -> Flask:
    return new_shop(catalog=[MUG, CARD], promotions=[], desk=at.desk)


@pytest.fixture
def client(shop: Flask) -> FlaskClient:
    return browser(shop)


@pytest.fixture
def order_id(client: FlaskClient) -> str:
    add(client)
    found: str = check_out(client).json["order_id"]
    return found


def test_a_callback_that_is_not_proven_asks_neither_database_nor_platform(
    shop: Flask, at: AtIpos, order_id: str
) -> None:
    at.pay(order_id)
    raw, headers = at.platform.callback(at.platform.of(order_id)["order_id"])
    at.platform.asked.clear()
    client = shop.test_client()
    with count_statements(shop) as statements:
        for body, sent in (
            (raw + b" ", headers),
            (raw, {**headers, "X-IPOS-Signature": "sha256=" + "0" * 64}),
            (raw.replace(b"jwt_verify", b"jwt_wrong"), {}),
            (b"[" * 60_000, {}),
            (b"\xff", {}),
        ):
            answer = client.post(CALLBACKS, data=body, headers=sent)
            assert (answer.status_code, answer.json["error_code"]) == (401, "INVALID_SIGNATURE")
    assert statements == []
    assert at.platform.asked == []


@pytest.mark.parametrize(
    ("odd", "status"),
    [
        ({"metadata": {"external_id": "ord_of_another_shop"}}, 404),
        ({"app_id": "app_other"}, 404),
        ({"current_status": "won"}, 422),
    ],
)
def test_what_is_not_about_an_order_of_ours_is_refused(
    client: FlaskClient, at: AtIpos, order_id: str, odd: dict[str, Any], status: int
) -> None:
    at.pay(order_id)
    raw, headers = at.platform.callback(at.platform.of(order_id)["order_id"], **odd)
    assert client.post(CALLBACKS, data=raw, headers=headers).status_code == status
    assert client.get("/till/basket").json["count"] == 1


def test_a_platform_that_cannot_be_asked_is_told_to_call_again(
    client: FlaskClient, at: AtIpos, order_id: str
) -> None:
    at.pay(order_id)
    at.down()
    answer = at.tell(client, order_id)
    assert (answer.status_code, answer.json["error_code"]) == (503, "DESK_UNAVAILABLE")
    at.down(False)
    assert at.tell(client, order_id).json == {"applied": True}


def test_a_genuine_callback_for_another_amount_pays_nothing(
    client: FlaskClient, at: AtIpos, order_id: str
) -> None:
    at.pay(order_id)
    at.platform.of(order_id)["amount"] = 1
    answer = at.tell(client, order_id)
    assert (answer.status_code, answer.json["error_code"]) == (409, "ORDER_MISMATCH")
    assert client.get("/till/basket").json["count"] == 1


def test_who_is_not_signed_in_is_told_to(
    new_shop: Callable[..., Flask], at: AtIpos, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(at.desk, "_user_token", lambda order: None)
    client = browser(new_shop(catalog=[MUG], promotions=[], desk=at.desk))
    add(client)
    answer = check_out(client)
    assert (answer.status_code, answer.json["error_code"]) == (403, "SHOPPER_UNKNOWN")
    assert client.get("/till/basket").json["count"] == 1


def test_a_shop_in_zloty_is_refused_when_it_is_set_up(
    new_shop: Callable[..., Flask], at: AtIpos
) -> None:
    with pytest.raises(SettingsError, match="sells in PLN") as refused:
        new_shop(catalog=PRODUCTS, desk=at.desk)
    assert "USD" in refused.value.remedy


def test_a_shop_for_real_money_refuses_a_platform_for_play(
    new_shop: Callable[..., Flask], at: AtIpos
) -> None:
    with pytest.raises(SettingsError, match="takes no real money"):
        new_shop(catalog=[MUG], promotions=[], desk=at.desk, TILL_TEST_ORDERS=False)
