"""Every example payload of the contract is read, and what is written means the same."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flask_till.wire.inpost import (
    access,
    basket,
    basket_events,
    binding,
    error_codes,
    keys,
    order,
    order_events,
)
from flask_till.wire.inpost.message import Message

EXAMPLES = Path(__file__).with_name("examples")
READERS: dict[str, Callable[[bytes], Message]] = {
    "basket_confirmation_reject": binding.read_confirmation,
    "basket_confirmation_success": binding.read_confirmation,
    "basket_event_promo": basket_events.read_basket_event,
    "basket_event_promo_clear": basket_events.read_basket_event,
    "basket_event_quantity": basket_events.read_basket_event,
    "basket_event_related": basket_events.read_basket_event,
    "basket_event_response_notice": basket.Basket.read,
    "basket_put": basket.Basket.read,
    "basket_put_response": binding.BasketStored.read,
    "basket_put_trusted_browser": basket.BasketPut.read,
    "binding_get_linked": binding.Binding.read,
    "binding_get_unlinked": binding.Binding.read,
    "binding_get_unlinked_trusted": binding.Binding.read,
    "binding_post_deeplink": binding.BindingRequest.read,
    "binding_post_deeplink_response": binding.DeepLink.read,
    "binding_post_phone": binding.BindingRequest.read,
    "binding_v2_put_response": binding.BindingKey.read,
    "order_create": order.OrderCreate.read,
    "order_create_courier_cod": order.OrderCreate.read,
    "order_event_from_merchant_completed": order_events.MerchantOrderEvent.read,
    "order_event_from_merchant_shipped": order_events.MerchantOrderEvent.read,
    "order_event_from_wallet_paid": order_events.WalletOrderEvent.read,
    "order_event_from_wallet_rejected": order_events.WalletOrderEvent.read,
    "order_event_response": order_events.OrderEventReply.read,
    "order_response": order.Order.read,
    "signing_key_by_version": keys.SigningKey.read,
    "signing_keys": keys.SigningKeys.read,
    "token_response": access.Token.read,
}


def meaning(body: bytes | str) -> Any:
    """JSON with exact numbers, where null is absent (4.0)."""
    return without_nulls(json.loads(body, parse_float=Decimal))


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part is not None}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def with_unknown_members(value: Any) -> Any:
    if isinstance(value, dict):
        known = {name: with_unknown_members(part) for name, part in value.items()}
        return known | {"x_new": {"deep": [1, None]}}
    return [with_unknown_members(part) for part in value] if isinstance(value, list) else value


def test_no_example_is_forgotten():
    named = {path.stem for path in EXAMPLES.glob("*.json")}
    assert named == READERS.keys() | {"errors", "signature_vectors"}


@pytest.mark.parametrize("name", READERS)
def test_an_example_is_read_and_written_again(name, example):
    message = READERS[name](example(name))
    assert meaning(message.to_bytes()) == meaning(example(name))
    assert READERS[name](message.to_bytes()) == message


@pytest.mark.parametrize("name", READERS)
def test_unknown_members_are_tolerated_and_never_sent_on(name, example):
    strange = json.dumps(with_unknown_members(json.loads(example(name)))).encode()
    assert b"x_new" in strange
    message = READERS[name](strange)
    assert message == READERS[name](example(name))
    assert b"x_new" not in message.to_bytes()


@pytest.mark.parametrize("name", READERS)
def test_null_and_absent_are_the_same(name, example):
    assert b"null" not in READERS[name](example(name)).to_bytes()


def test_a_shop_writes_texts_and_a_wallet_writes_numbers(example):
    shop = basket.Basket.read(example("basket_put")).to_bytes()
    assert b'"gross":"162.98"' in shop
    assert b'"quantity":2,' in shop
    wallet = order.OrderCreate.read(example("order_create")).to_bytes()
    assert b'"gross":147.97' in wallet
    assert b'"vat":19.50' in wallet


def test_polish_letters_are_sent_as_they_are(example):
    assert "Atlas ptaków".encode() in basket.Basket.read(example("basket_put")).to_bytes()


ERRORS = json.loads((EXAMPLES / "errors.json").read_bytes())
CODES = {
    "merchant_to_wallet": error_codes.WalletCode,
    "wallet_to_merchant": error_codes.MerchantCode,
}


@pytest.mark.parametrize("one", ERRORS, ids=lambda one: one["body"]["error_code"])
def test_an_error_is_read_written_and_has_its_status(one):
    code = CODES[one["direction"]](one["body"]["error_code"])
    assert error_codes.status_of(code) == one["http_status"]
    body = json.dumps(one["body"]).encode()
    read = error_codes.Refusal.read(one["http_status"], body)
    assert read == error_codes.Refusal(one["http_status"], code, one["body"]["error_message"])
    assert json.loads(read.to_bytes()) == one["body"]
