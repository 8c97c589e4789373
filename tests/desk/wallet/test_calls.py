"""The calls themselves: signed, bounded, quoted, and judged by what came back (3.1, 3.2)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Response

from flask_till.base.http import Outbound
from flask_till.desk.dialects.inpost import calls as calls_module
from flask_till.desk.dialects.inpost.calls import LARGEST_BASKET, InpostCalls
from flask_till.desk.wallet_port import (
    AnswerUnusable,
    Confirmed,
    MerchantAddress,
    MerchantRefused,
    MerchantSilent,
)
from flask_till.wire.inpost.keys import new_private_key, public_text
from tests.stand_ins.inpost_faults import changed, slow, status
from tests.stand_ins.inpost_merchant import InpostMerchant

KEY = new_private_key()
CONFIRMED = Confirmed("bsk_1", "+48", "501234567", "Łucja", "Żółć", None)


@pytest.fixture
def calls(clock: Any) -> Iterator[InpostCalls]:
    made = InpostCalls(lambda: ("7", KEY), clock, allowed_hosts=("127.0.0.1",))
    yield made
    made.close()


@pytest.fixture
def merchant(clock: Any) -> InpostMerchant:
    played = InpostMerchant(clock)
    played.keys, played.external_id = {"7": public_text(KEY)}, "ext-1"
    played.basket()
    return played


@pytest.fixture
def to(merchant: InpostMerchant, serve: Any) -> MerchantAddress:
    return MerchantAddress("mer_1", "ext-1", f"{serve(merchant.app)}/shop")


def test_a_call_is_signed_over_its_very_bytes(
    calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress
) -> None:
    offer = calls.confirm(to, "b-1", CONFIRMED)
    assert merchant.refused_signatures == 0
    [call] = merchant.calls
    assert call.body["name"] == "Łucja"
    assert "Łucja".encode() in call.raw
    assert call.headers["content-type"] == "application/json"
    assert call.headers["x-signature-timestamp"] == "2026-05-04T12:00:00.000Z"
    assert "authorization" not in call.headers
    assert offer.quantity_of("mug") == "2"
    assert offer.expires_at is not None
    assert offer.expires_at.isoformat() == "2026-05-06T12:00:00+00:00"


def test_a_key_that_the_shop_does_not_know_is_refused_by_it(
    calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress
) -> None:
    merchant.keys = {"7": public_text(new_private_key())}
    with pytest.raises(MerchantRefused) as refused:
        calls.read_basket(to, "b-1")
    assert refused.value.code == "INVALID_SIGNATURE"


def test_ids_are_quoted(calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress) -> None:
    merchant.basket("a b+ć%41")
    calls.read_basket(to, "a b+ć%41")
    assert merchant.calls[0].id == "a b+ć%41"
    with pytest.raises((MerchantRefused, MerchantSilent)):
        calls.read_basket(to, "../../admin")
    assert all(call.operation == "basket" for call in merchant.calls)


def test_a_long_basket_is_taken_and_an_endless_one_is_not(
    calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress
) -> None:
    words = "kubek " * 150
    merchant.fail(
        "basket",
        changed(lambda body: body["products"][0].update(additional_product_images=[],
                product_description=words) or body.update(unknown="x" * 500_000)),
        changed(lambda body: body.update(unknown="x" * LARGEST_BASKET)),
    )  # fmt: skip
    assert calls.read_basket(to, "b-1").content["products"][0]["product_description"] == words
    with pytest.raises(AnswerUnusable):
        calls.read_basket(to, "b-1")


def test_a_shop_that_takes_too_long_is_left(
    calls: InpostCalls,
    merchant: InpostMerchant,
    to: MerchantAddress,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[float] = []
    send = Outbound.send

    def watched(self: Outbound, *given: Any, **named: Any) -> Any:
        asked.append(named["within"])
        return send(self, *given, **{**named, "within": 0.3})

    monkeypatch.setattr(Outbound, "send", watched)
    merchant.fail("*", slow(1.5), slow(1.5))
    began = time.monotonic()
    with pytest.raises(MerchantSilent):
        calls.read_basket(to, "b-1")
    with pytest.raises(MerchantSilent):
        calls.create_order(to, _request())
    assert time.monotonic() - began < 1.5
    assert asked == [calls_module.WITHIN, calls_module.ORDER_WITHIN]
    assert calls_module.ORDER_WITHIN == 20


def _request() -> dict[str, Any]:
    from tests.desk.inpost.the_shop import example

    request = example("order_create")
    request["order_details"]["basket_price"] = {"net": "128.47", "gross": "147.97", "vat": "19.50"}
    return request


def test_nobody_is_there(calls: InpostCalls, to: MerchantAddress, free_port: int) -> None:
    nobody = MerchantAddress("mer_1", "ext-1", f"http://127.0.0.1:{free_port}/shop")
    with pytest.raises(MerchantSilent):
        calls.read_basket(nobody, "b-1")


@pytest.mark.parametrize(
    "url", ["http://shop.example/x", "https://10.0.0.1", "https://[::1]/", "ftp://x", "nonsense"]
)
def test_an_address_that_we_do_not_call_is_not_called(calls: InpostCalls, url: str) -> None:
    with pytest.raises(MerchantSilent):
        calls.read_basket(MerchantAddress("mer_1", "ext-1", url), "b-1")


@pytest.mark.parametrize("number", [301, 302, 307, 408, 425, 429, 500, 502, 503, 504])
def test_what_is_worth_another_try(
    calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress, number: int
) -> None:
    merchant.fail(
        "basket",
        lambda _: Response(b"", number, {"Location": "/elsewhere", "Retry-After": "7"}),
    )
    with pytest.raises(MerchantSilent) as silent:
        calls.read_basket(to, "b-1")
    assert (silent.value.status, silent.value.retry_after) == (number, 7)
    assert len(merchant.calls) == 1


@pytest.mark.parametrize(
    ("number", "code", "told"),
    [(404, "BASKET_NOT_FOUND", "BASKET_NOT_FOUND"), (409, "SOMETHING_NEW", "SOMETHING_NEW"),
     (404, None, "HTTP_404"), (403, None, "HTTP_403")],
)  # fmt: skip
def test_what_is_final(
    calls: InpostCalls,
    merchant: InpostMerchant,
    to: MerchantAddress,
    number: int,
    code: str | None,
    told: str,
) -> None:
    merchant.fail("basket", status(number, code))
    with pytest.raises(MerchantRefused) as refused:
        calls.read_basket(to, "b-1")
    assert refused.value.code == told


def test_a_shop_that_does_not_know_the_basket_has_unlinked_it(
    calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress
) -> None:
    merchant.fail("unlink", status(404, "BASKET_NOT_FOUND"), status(409, "ORDER_EXISTS"))
    calls.unlink(to, "b-1")
    with pytest.raises(MerchantRefused):
        calls.unlink(to, "b-1")


def test_an_order_is_asked_for_and_read_again(
    calls: InpostCalls, merchant: InpostMerchant, to: MerchantAddress
) -> None:
    request = _request()
    request["order_details"] |= {"basket_id": "b-1"}
    request["order_details"]["basket_price"] = {"net": "128.43", "gross": "157.97", "vat": "29.54"}
    placed = calls.create_order(to, request)
    again = calls.read_order(to, placed.order_id)
    assert (placed.number, placed.total.minor) == ("SHOP-90000", 15797)
    assert placed == again
    with pytest.raises(MerchantRefused) as refused:
        calls.read_order(to, "nothing")
    assert refused.value.code == "ORDER_NOT_FOUND"
