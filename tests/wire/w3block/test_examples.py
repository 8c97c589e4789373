"""Every example payload of the contract is read, and what is written means the same."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from flask_till.wire.eip55 import checksummed
from flask_till.wire.w3block import access, basket, error_codes, orders, preview, webhooks
from flask_till.wire.w3block.message import Message, write
from tests.wire.w3block.conftest import EXAMPLES, load

USER, TENANT = load("signin")["cases"]
BODIES: list[tuple[type[Message], Any]] = [
    (basket.PreviewOrder, load("preview")["request"]["body"]),
    (preview.Preview, load("preview")["response"]["body"]),
    (basket.CreateOrder, load("create-order")["request"]["body"]),
    (orders.Order, load("create-order")["response"]["body"]),
    (basket.CreateOrder, load("create-order-older-form")["request"]["body"]),
    (access.SignIn, USER["request"]["body"]),
    (access.SignedIn, USER["response"]["body"]),
    (access.SignInTenant, TENANT["request"]["body"]),
    (access.SignedIn, TENANT["response"]["body"]),
    (webhooks.OrderEvent, json.loads(load("webhook-expired")["raw_body"])),
]
NAMED = [f"{kind.__name__}-{place}" for place, (kind, _) in enumerate(BODIES)]
WHERE_TO = "destinationWalletAddress"
"""Asked for in lower case, it is kept with its check digits (EIP-55)."""
EACH = pytest.mark.parametrize(("kind", "data"), BODIES, ids=NAMED)


def with_unknown_members(value: Any) -> Any:
    if isinstance(value, dict):
        known = {name: with_unknown_members(part) for name, part in value.items()}
        return known | {"x_new": {"deep": [1, None]}}
    return [with_unknown_members(part) for part in value] if isinstance(value, list) else value


def test_no_example_is_forgotten() -> None:
    assert {path.stem for path in EXAMPLES.glob("*.json")} == {
        "preview", "create-order", "create-order-older-form", "signin", "webhook-expired", "errors",
    }  # fmt: skip


@EACH
def test_an_example_is_read_and_written_again(kind: type[Message], data: Any) -> None:
    message = kind.read(write(data))
    if data.get(WHERE_TO) and "orderProducts" in data:
        data = data | {WHERE_TO: checksummed(data[WHERE_TO])}
    assert json.loads(message.to_bytes(), parse_float=Decimal) == data
    assert kind.read(message.to_bytes()) == message


@EACH
def test_unknown_members_are_tolerated_and_never_sent_on(kind: type[Message], data: Any) -> None:
    # What a gateway asks for and a gift are open objects: there every member is known.
    open_ones = ("providerInputs", "passShareCodeData")
    strange = with_unknown_members({n: v for n, v in data.items() if n not in open_ones})
    if "payments" in strange:
        for part in strange["payments"]:
            part.pop("providerInputs", None)
    body = write(strange)
    assert b"x_new" in body
    assert b"x_new" not in kind.read(body).to_bytes()


def test_a_member_by_its_python_name_is_an_unknown_member() -> None:
    data = load("create-order-older-form")["request"]["body"]
    asked = basket.CreateOrder.of_data(data | {"coupon_code": "HALF", "address_id": "no id"})
    assert (asked.coupon, asked.address_id) == (None, None)


def test_amounts_keep_their_digits() -> None:
    body = preview.Preview.read(write(load("preview")["response"]["body"])).to_bytes()
    assert b'"finalPrice":"92.00"' in body
    assert b'"installmentPrice":46.0' in body
    assert b'"gasFee":{"amount":"0.35","signature":"<opaque, 40 s>"}' in body


ERRORS = load("errors")["cases"]


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: case["why"])
def test_an_error_is_read_written_and_raised(case: Any) -> None:
    status, body = case["response"]["status"], case["response"]["body"]
    read = error_codes.Refusal.read(status, json.dumps(body).encode())
    assert read == error_codes.Refusal(status, body["errorCode"], "<text>")
    at = datetime(2026, 3, 2, 10, 0, 41, tzinfo=UTC)
    assert json.loads(read.to_bytes(body["path"], at)) == body
    error = read.as_error()
    assert error.status == status
    assert error_codes.Refusal.of(error) == read


def test_secrets_are_not_shown_when_a_message_is_printed(example: Any) -> None:
    asked = basket.CreateOrder.of_data(example("create-order")["request"]["body"])
    older = basket.CreateOrder.of_data(example("create-order-older-form")["request"]["body"])
    signed = access.SignedIn.of_data(USER["response"]["body"])
    for message in (asked, older, signed, access.SignIn.of_data(USER["request"]["body"])):
        for secret in ("111.444", "opaque", "<password>", "<jwt"):
            assert secret not in repr(message)
