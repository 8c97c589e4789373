"""The contract's own payloads as they are: each answer is understood, each request sent whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Response

from flask_till.shop.desks.inpost.client import InpostClient
from flask_till.wire.inpost.basket import Basket, BasketPut
from flask_till.wire.inpost.binding import BindingRequest
from flask_till.wire.inpost.keys import SigningKey
from flask_till.wire.inpost.order_events import MerchantOrderEvent
from tests.shop.inpost_client.messages import BASKET
from tests.stand_ins.inpost_wallet import InpostWallet

EXAMPLES = Path(__file__).parents[2] / "wire" / "inpost" / "examples"


def raw(name: str) -> bytes:
    return (EXAMPLES / f"{name}.json").read_bytes()


def answers(wallet: InpostWallet, name: str) -> None:
    """With that payload, after the token."""

    def answer() -> Response:
        is_token = wallet.asked[-1].path == "/token"
        body = raw("token_response") if is_token else raw(name)
        return Response(body, mimetype="application/json")

    wallet.answer_with = answer


@pytest.mark.parametrize(
    ("name", "linked", "trusted"),
    [
        ("binding_get_linked", True, False),
        ("binding_get_unlinked_trusted", False, True),
        ("binding_get_unlinked", False, False),
    ],
)
def test_how_a_binding_is(
    client: InpostClient, wallet: InpostWallet, name: str, linked: bool, trusted: bool
) -> None:
    answers(wallet, name)
    found = client.binding(BASKET, "b-1")
    assert (found.basket_linked, found.browser_trusted) == (linked, trusted)
    assert found.to_data() == json.loads(raw(name))
    token = json.loads(raw("token_response"))["access_token"]
    assert wallet.asked[-1].headers["authorization"] == f"Bearer {token}"


def test_links_to_follow(client: InpostClient, wallet: InpostWallet) -> None:
    answers(wallet, "binding_post_deeplink_response")
    link = client.ask_binding(BASKET, BindingRequest.read(raw("binding_post_deeplink")))
    assert link is not None
    assert link.to_data() == json.loads(raw("binding_post_deeplink_response"))


def test_the_key_of_the_second_widget(client: InpostClient, wallet: InpostWallet) -> None:
    answers(wallet, "binding_v2_put_response")
    meant = json.loads(raw("binding_v2_put_response"))["basket_binding_api_key"]
    assert client.binding_key(BASKET) == meant


def test_one_signing_key(client: InpostClient, wallet: InpostWallet) -> None:
    answers(wallet, "signing_key_by_version")
    assert client.signing_key("1") == SigningKey.read(raw("signing_key_by_version"))


def put_v1(client: InpostClient, body: bytes) -> str:
    return client.put_basket(BASKET, BasketPut.read(body))


def put_v2(client: InpostClient, body: bytes) -> str:
    return client.put_basket_v2(BASKET, Basket.read(body))


@pytest.mark.parametrize(
    ("put", "name"),
    [
        (put_v1, "basket_put"),
        (put_v1, "basket_put_trusted_browser"),
        (put_v2, "basket_put"),
    ],
)
def test_a_basket_is_put(
    client: InpostClient, wallet: InpostWallet, put: Callable[..., str], name: str
) -> None:
    answers(wallet, "basket_put_response")
    meant = json.loads(raw("basket_put_response"))["inpost_basket_id"]
    assert put(client, raw(name)) == meant
    assert said(wallet.asked[-1].body) == said(json.loads(raw(name)))


@pytest.mark.parametrize("name", ["binding_post_phone", "binding_post_deeplink"])
def test_a_binding_is_asked_for(client: InpostClient, wallet: InpostWallet, name: str) -> None:
    client.ask_binding(BASKET, BindingRequest.read(raw(name)))
    assert members(wallet.asked[-1].body) == members(json.loads(raw(name)))


@pytest.mark.parametrize("name", ["shipped", "completed"])
def test_news_of_an_order_is_sent(client: InpostClient, wallet: InpostWallet, name: str) -> None:
    payload = raw(f"order_event_from_merchant_{name}")
    wallet.orders["90017"] = []
    client.tell_order("90017", MerchantOrderEvent.read(payload))
    assert members(wallet.asked[-1].body) == members(json.loads(payload))


def said(value: Any) -> Any:
    """Without members that say nothing."""
    if isinstance(value, dict):
        return {name: said(part) for name, part in value.items() if part not in (None, [])}
    return [said(part) for part in value] if isinstance(value, list) else value


def members(value: Any, path: str = "") -> set[str]:
    """The paths of all members that say something."""
    if isinstance(value, dict):
        return {one for name in value for one in members(value[name], f"{path}.{name}")}
    if isinstance(value, list):
        return {one for part in value for one in members(part, f"{path}[]")} or {path}
    return set() if value is None else {path}
