"""Every way in which a call to the wallet can go wrong, and what we make of it (2.2, 6)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Response

from flask_till.errors import Unavailable
from flask_till.shop.desks.inpost.client import InpostClient
from flask_till.shop.desks.inpost.connection import Connection
from flask_till.shop.wallet import NotLinked, WalletRefused
from tests.shop.inpost_client.messages import BASKET, basket_put
from tests.stand_ins.inpost_wallet import InpostWallet, refused, said


def unavailable(call: Callable[[], Any]) -> None:
    with pytest.raises(Unavailable) as error:
        call()
    assert error.value.code == "WALLET_UNAVAILABLE"


@pytest.mark.parametrize("status", [301, 302, 307, 408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_told_apart_from_a_refusal(
    client: InpostClient, wallet: InpostWallet, status: int
) -> None:
    client.payment_methods()
    answer = said({"error_code": "BASKET_NOT_FOUND", "error_message": ""}, status)
    answer.headers["Location"] = "http://127.0.0.1:1/elsewhere"
    wallet.answer_with = lambda: answer
    unavailable(lambda: client.put_basket(BASKET, basket_put()))
    assert len(wallet.api_calls) == 2


def test_a_wallet_that_says_later_is_believed_within_bounds(
    client: InpostClient, wallet: InpostWallet
) -> None:
    client.payment_methods()
    for said_, understood in {"7": 7, "99999999": 3600, "soon": 2, "-1": 2, "٣": 2}.items():
        answer = refused("INTERNAL_SERVER_ERROR", 429)
        answer.headers["Retry-After"] = said_.encode().decode("latin-1")
        wallet.answer_with = lambda answer=answer: answer  # type: ignore[misc]
        with pytest.raises(Unavailable) as error:
            client.payment_methods()
        assert error.value.retry_after == understood


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>404</html>", b"[]", b'{"error_code": 7}', b'{"error_code": "<b>"}', b"\xff"],
)
def test_an_unreadable_refusal_is_a_plain_http_error(
    client: InpostClient, wallet: InpostWallet, body: bytes
) -> None:
    client.payment_methods()
    wallet.answer_with = lambda: Response(body, 404, mimetype="application/json")
    with pytest.raises(WalletRefused) as error:
        client.put_basket(BASKET, basket_put())
    assert error.value.code == "HTTP_404"
    assert not isinstance(error.value, NotLinked)


def test_the_code_counts_and_not_the_number(client: InpostClient, wallet: InpostWallet) -> None:
    client.payment_methods()
    wallet.answer_with = lambda: refused("BASKET_NOT_BOUND", 422)
    with pytest.raises(NotLinked):
        client.put_basket(BASKET, basket_put())


def test_a_long_text_of_the_wallets_is_cut(client: InpostClient, wallet: InpostWallet) -> None:
    client.payment_methods()
    body = {"error_code": "FORBIDDEN", "error_message": "x" * 10_000}
    wallet.answer_with = lambda: said(body, 403)
    with pytest.raises(WalletRefused) as error:
        client.payment_methods()
    assert len(error.value.message) == 500


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b'{"basket_linked": 1, "browser_trusted": false}',
        b'{"basket_linked": true}',
        b'{"basket_linked": true, "basket_linked": false, "browser_trusted": false}',
        b"[" * 100_000,
        b'{"basket_linked": true, "browser_trusted": false, "inpost_basket_id": "\\u0000"}',
    ],
)
def test_garbage_is_no_answer(client: InpostClient, wallet: InpostWallet, body: bytes) -> None:
    client.payment_methods()
    wallet.answer_with = lambda: Response(body, mimetype="application/json")
    unavailable(lambda: client.binding(BASKET))


def test_a_huge_answer_is_not_read_to_its_end(
    connect: Callable[..., Connection], wallet: InpostWallet
) -> None:
    client = InpostClient(connect(largest=1_500_000))
    client.payment_methods()
    sent = 0

    def endless() -> Any:
        nonlocal sent
        yield b'{"payment_type": ["'
        for _ in range(200):
            sent += 1_000_000
            yield b"A" * 1_000_000

    wallet.answer_with = lambda: Response(endless(), mimetype="application/json")
    unavailable(client.payment_methods)
    assert sent < 50_000_000


def test_a_slow_wallet_holds_nobody_for_long(
    client: InpostClient, wallet: InpostWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.payment_methods()
    monkeypatch.setattr("flask_till.shop.desks.inpost.client.HURRIED", 0.3)
    wallet.slow = 2
    began = time.monotonic()
    unavailable(lambda: client.binding(BASKET))
    assert time.monotonic() - began < 1


def test_a_wallet_that_drips_holds_nobody_for_long(
    client: InpostClient, wallet: InpostWallet, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.payment_methods()
    monkeypatch.setattr("flask_till.shop.desks.inpost.client.HURRIED", 0.5)

    def drip() -> Any:
        for letter in b'{"basket_linked": true, "browser_trusted": true}':
            time.sleep(0.1)
            yield bytes([letter])

    wallet.answer_with = lambda: Response(drip(), mimetype="application/json")
    began = time.monotonic()
    unavailable(lambda: client.binding(BASKET))
    assert time.monotonic() - began < 1.5


def test_a_wallet_that_is_not_there_is_unavailable(
    client: InpostClient, wallet_url: str, serve: Any
) -> None:
    serve.stop(wallet_url)
    unavailable(lambda: client.binding(BASKET))
