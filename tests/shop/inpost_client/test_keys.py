"""The wallet's keys: found by version, and no stranger can make us ask for them again and again."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from flask_till.errors import BadSignature
from flask_till.shop.desks.inpost import keys as module
from flask_till.shop.desks.inpost.client import InpostClient
from flask_till.shop.desks.inpost.keys import KeyCache
from flask_till.wire.inpost.signature import verify
from tests.shop.inpost_client.conftest import Seconds
from tests.stand_ins.inpost_wallet import InpostWallet, said


@pytest.fixture
def keys(client: InpostClient, seconds: Seconds) -> KeyCache:
    return KeyCache(client.signing_keys, now=seconds)


def fetches(wallet: InpostWallet) -> int:
    return len(wallet.calls("GET /v1/izi/signing-keys/public"))


def new_key() -> Any:
    return generate_private_key(public_exponent=65537, key_size=2048)


def test_a_signature_of_the_wallet_is_verified_with_its_key(
    keys: KeyCache, wallet: InpostWallet
) -> None:
    body = '{"nazwa": "żółw"}'.encode()
    now = datetime.now(UTC)
    verify(wallet.signed(body), body, keys.find, now)
    with pytest.raises(BadSignature):
        verify(wallet.signed(body), body + b" ", keys.find, now)
    assert fetches(wallet) == 1


def test_the_list_is_fetched_once_and_kept_for_a_day(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    for _ in range(50):
        assert keys.find("1") is not None
    seconds.now += 86_399
    keys.find("1")
    assert fetches(wallet) == 1
    seconds.now += 2
    assert keys.find("1") is not None
    assert fetches(wallet) == 2


def test_a_thousand_versions_of_strangers_are_one_fetch(
    keys: KeyCache, wallet: InpostWallet
) -> None:
    assert [keys.find(f"v{number}") for number in range(1000)] == [None] * 1000
    assert fetches(wallet) == 1
    assert keys.find("1") is not None


def test_strangers_that_come_together_are_one_fetch(
    keys: KeyCache, wallet: InpostWallet, at_once: Callable[..., list[Any]]
) -> None:
    wallet.slow = 0.1
    assert at_once(lambda number: keys.find(f"v{number}"), 12) == [None] * 12
    assert fetches(wallet) == 1


def test_strangers_cost_one_fetch_a_minute_and_not_more(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    for _ in range(10):
        seconds.now += 61
        keys.find("evil")
        keys.find("worse")
    assert fetches(wallet) == 10


def test_a_new_key_is_found_by_one_refresh(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    keys.find("1")
    seconds.now += 61
    wallet.keys["2"] = new_key()
    body = b"{}"
    verify(wallet.signed(body, "2"), body, keys.find, datetime.now(UTC))
    assert fetches(wallet) == 2


def test_a_new_key_is_found_within_a_minute_even_under_fire(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    keys.find("evil")
    wallet.keys["2"] = new_key()
    assert keys.find("2") is None
    seconds.now += 60
    assert keys.find("2") is not None


def test_a_key_that_was_withdrawn_is_gone_with_the_next_fetch(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    keys.find("1")
    wallet.keys = {"2": new_key()}
    seconds.now += 61
    assert keys.find("2") is not None
    assert keys.find("1") is None


def test_threads_that_start_together_share_one_fetch(
    keys: KeyCache, wallet: InpostWallet, at_once: Callable[..., list[Any]]
) -> None:
    wallet.slow = 0.1
    found = at_once(lambda _: keys.find("1"), 12)
    assert all(found)
    assert fetches(wallet) == 1


def test_while_the_wallet_is_down_old_keys_serve_a_day_longer(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    keys.find("1")
    wallet.down = True
    seconds.now += 86_401
    assert keys.find("1") is not None
    for _ in range(100):
        keys.find("1")
    assert len(wallet.asked) == 3  # a token, the list, and no token any more
    seconds.now += 86_400
    assert keys.find("1") is None


def test_a_failed_fetch_is_not_tried_again_at_once_but_soon(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds
) -> None:
    wallet.down = True
    for _ in range(100):
        assert keys.find("1") is None
    assert len(wallet.asked) == 1  # the token
    wallet.down = False
    seconds.now += 6
    assert keys.find("1") is not None


@pytest.mark.parametrize(
    "broken",
    [
        {"merchant_external_id": "a,b", "public_keys": []},
        {"merchant_external_id": "a", "public_keys": [{"version": "1"}]},
        {"merchant_external_id": "a", "public_keys": {}},
        {"public_keys": []},
    ],
)
def test_a_list_that_makes_no_sense_is_no_list(
    client: InpostClient, wallet: InpostWallet, keys: KeyCache, broken: Any
) -> None:
    client.payment_methods()
    wallet.answer_with = lambda: said(broken)
    assert keys.find("1") is None


def test_while_one_refreshes_an_old_list_the_others_do_not_wait(
    keys: KeyCache, wallet: InpostWallet, seconds: Seconds, at_once: Callable[..., list[Any]]
) -> None:
    keys.find("1")
    seconds.now += 86_401
    wallet.slow = 0.5

    def timed(_: int) -> float:
        began = time.monotonic()
        assert keys.find("1") is not None
        return time.monotonic() - began

    took = sorted(at_once(timed, 6))
    assert took[-2] < 0.3
    assert took[-1] >= 0.5


def test_a_stranger_waits_no_longer_than_we_allow(
    keys: KeyCache, wallet: InpostWallet, monkeypatch: pytest.MonkeyPatch,
    at_once: Callable[..., list[Any]],
) -> None:  # fmt: skip
    monkeypatch.setattr(module, "PATIENCE", 0.2)
    wallet.slow = 0.6

    def timed(number: int) -> float:
        began = time.monotonic()
        keys.find(f"v{number}")
        return time.monotonic() - began

    took = sorted(at_once(timed, 5))
    assert took[-2] < 0.5
