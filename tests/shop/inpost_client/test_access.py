"""The token: one for all, until shortly before it ends, renewed once when it is refused (2.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Response

from flask_till.errors import Unavailable
from flask_till.shop.desks.inpost.client import InpostClient
from flask_till.shop.desks.inpost.connection import Connection
from flask_till.shop.wallet import WalletRefused
from tests.shop.inpost_client.conftest import Seconds
from tests.stand_ins.inpost_wallet import CLIENT, InpostWallet, said


def test_a_token_is_asked_for_as_the_contract_says(
    client: InpostClient, wallet: InpostWallet
) -> None:
    client.payment_methods()
    asked = wallet.calls("POST /token")[0]
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert asked.body == {
        "grant_type": "client_credentials",
        "client_id": CLIENT[0],
        "client_secret": CLIENT[1],
    }
    assert "authorization" not in asked.headers


def test_one_token_serves_many_calls(client: InpostClient, wallet: InpostWallet) -> None:
    for _ in range(5):
        client.payment_methods()
    assert wallet.token_requests == 1
    bearers = {one.headers["authorization"] for one in wallet.api_calls}
    assert len(bearers) == 1
    assert bearers.pop().startswith("Bearer token-1-")


@pytest.mark.parametrize(("life", "used_until"), [(300, 270), (10, 8), (1, 0.8)])
def test_it_is_renewed_shortly_before_it_ends(
    client: InpostClient, wallet: InpostWallet, seconds: Seconds, life: int, used_until: float
) -> None:
    wallet.token_life = life
    client.payment_methods()
    seconds.now += used_until - 0.1
    client.payment_methods()
    assert wallet.token_requests == 1
    seconds.now += 0.2
    client.payment_methods()
    assert wallet.token_requests == 2


def test_a_token_that_claims_to_live_for_ever_does_not(
    client: InpostClient, wallet: InpostWallet, seconds: Seconds
) -> None:
    wallet.token_life = 10**12
    client.payment_methods()
    seconds.now += 86_400
    client.payment_methods()
    assert wallet.token_requests == 2


def test_threads_that_start_together_share_one_renewal(
    client: InpostClient, wallet: InpostWallet, at_once: Callable[..., list[Any]]
) -> None:
    wallet.slow = 0.1
    at_once(lambda _: client.payment_methods(), 16)
    assert wallet.token_requests == 1


def test_threads_that_were_all_refused_share_one_renewal(
    client: InpostClient, wallet: InpostWallet, at_once: Callable[..., list[Any]]
) -> None:
    client.payment_methods()
    wallet.forget_tokens()
    at_once(lambda _: client.payment_methods(), 16)
    assert wallet.token_requests == 2


def test_401_is_one_renewal_and_one_resend(client: InpostClient, wallet: InpostWallet) -> None:
    client.payment_methods()
    wallet.refuse = ["UNAUTHORIZED"]
    assert client.payment_methods()
    assert wallet.token_requests == 2
    assert len(wallet.api_calls) == 3


def test_a_second_401_is_the_end_of_it(client: InpostClient, wallet: InpostWallet) -> None:
    wallet.refuse = ["UNAUTHORIZED"] * 5
    with pytest.raises(WalletRefused) as refused:
        client.payment_methods()
    assert refused.value.code == "UNAUTHORIZED"
    assert len(wallet.api_calls) == 2
    assert wallet.token_requests == 2


def test_wrong_credentials_are_said_in_the_log_and_are_no_token(
    connect: Callable[..., Connection], wallet: InpostWallet, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Unavailable) as error:
        InpostClient(connect(secret="not-the-secret")).payment_methods()
    assert error.value.code == "WALLET_UNAVAILABLE"
    assert "TILL_INPOST_CLIENT_SECRET" in caplog.text
    assert "not-the-secret" not in caplog.text
    assert not wallet.api_calls


def test_when_there_is_no_token_those_who_wait_do_not_ask_one_after_the_other(
    client: InpostClient, wallet: InpostWallet, at_once: Callable[..., list[Any]]
) -> None:
    wallet.down, wallet.slow = True, 0.3

    def ask(_: int) -> str:
        with pytest.raises(Unavailable) as error:
            client.payment_methods()
        return error.value.code

    began = time.monotonic()
    assert set(at_once(ask, 12)) == {"WALLET_UNAVAILABLE"}
    assert time.monotonic() - began < 2
    assert len(wallet.calls("POST /token")) <= 2


@pytest.mark.parametrize(
    "body",
    [
        "<html>",
        "[]",
        "{}",
        '{"access_token": "", "expires_in": 300, "token_type": "Bearer"}',
        '{"access_token": "a b", "expires_in": 300, "token_type": "Bearer"}',
        '{"access_token": "a\\r\\nx: y", "expires_in": 300, "token_type": "Bearer"}',
        '{"access_token": "a", "expires_in": "300", "token_type": "Bearer"}',
        '{"access_token": "a", "expires_in": -1, "token_type": "Bearer"}',
        '{"access_token": "a", "expires_in": 300, "token_type": "MAC"}',
        '{"access_token": "a", "expires_in": NaN, "token_type": "Bearer"}',
    ],
)
def test_garbage_is_no_token(client: InpostClient, wallet: InpostWallet, body: str) -> None:
    wallet.answer_with = lambda: Response(body, mimetype="application/json")
    with pytest.raises(Unavailable):
        client.payment_methods()
    assert not wallet.api_calls


def test_the_secret_and_the_token_are_in_no_representation(
    connect: Callable[..., Connection], wallet: InpostWallet, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    connection = connect()
    InpostClient(connection).payment_methods()
    token = next(iter(wallet.tokens))
    shown = repr(vars(connection)) + repr(vars(connection)["_access"]._held) + caplog.text
    assert token not in shown
    assert CLIENT[1] not in shown


def test_who_waits_for_a_renewal_waits_no_longer_than_it_may(
    connect: Callable[..., Connection], wallet: InpostWallet
) -> None:
    access = vars(connect())["_access"]
    wallet.slow = 1.0
    first = threading.Thread(target=lambda: access.token(5))
    first.start()
    time.sleep(0.2)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        access.token(0.2)
    assert time.monotonic() - began < 0.6
    first.join()


def test_a_token_of_another_life_is_not_taken_for_a_new_one(
    client: InpostClient, wallet: InpostWallet
) -> None:
    wallet.answer_with = lambda: said({"error": "invalid_client"}, 400)
    with pytest.raises(Unavailable):
        client.payment_methods()
    wallet.answer_with = None
    assert client.payment_methods()
