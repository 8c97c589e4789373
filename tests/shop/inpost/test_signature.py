"""Who is let in (contract 3.1): the signature comes before everything else."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest

from tests.shop.inpost.conftest import with_wallet
from tests.shop.inpost.played_wallet import PlayedKeys, example, refused, signed

NOT_LET_IN = (401, "INVALID_SIGNATURE")


@pytest.fixture
def still(app, clock):
    """The shop's clock stands still."""
    app.extensions["till"].database.clock = clock
    return clock


def test_a_signed_request_is_let_in(wallet, basket_id):
    answer = wallet.call("GET", f"/basket/{basket_id}")
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["inpay-plugin-version"]


@pytest.mark.parametrize(
    "name", ["x-signature", "x-signature-timestamp", "x-public-key-ver", "x-public-key-hash"]
)
def test_each_of_the_four_headers_is_needed(wallet, basket_id, name):
    headers = signed(b"", wallet.now())
    del headers[name]
    assert refused(wallet.call("GET", f"/basket/{basket_id}", headers=headers)) == NOT_LET_IN


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-signature", "!"),
        ("x-signature", "AAAA"),
        ("x-signature", "é"),
        ("x-signature-timestamp", "yesterday"),
        ("x-signature-timestamp", "2026-05-04T12:00:00+02:00"),
        ("x-public-key-ver", "../3"),
        ("x-public-key-ver", "99"),
        ("x-public-key-hash", "0" * 64),
        ("x-public-key-hash", "ż"),
    ],
)
def test_a_wrong_header_is_not_let_in(wallet, basket_id, name, value):
    headers = {**signed(b"", wallet.now()), name: value}
    assert refused(wallet.call("GET", f"/basket/{basket_id}", headers=headers)) == NOT_LET_IN


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/basket/unknown"),
        ("POST", "/basket/unknown/confirmation"),
        ("POST", "/basket/unknown/event"),
        ("DELETE", "/basket/unknown/binding"),
        ("POST", "/basket/unknown/binding/delete"),
        ("POST", "/basket/product/unknown"),
        ("GET", "/products"),
        ("POST", "/order"),
        ("GET", "/order/unknown"),
        ("POST", "/order/unknown/event"),
        ("GET", "/no/such/call"),
        ("PUT", "/basket/unknown"),
    ],
)
def test_the_signature_comes_before_the_unknown_and_before_parsing(wallet, method, path):
    answer = wallet.call(method, path, b"\xff{", headers={})
    assert refused(answer) == NOT_LET_IN


@pytest.mark.parametrize("seconds", [-240, -239.999, 0, 239.999, 240])
def test_a_clock_may_be_240_seconds_off_either_way(wallet, basket_id, still, seconds):
    at = still() + timedelta(seconds=seconds)
    assert wallet.call("GET", f"/basket/{basket_id}", at=at).status_code == 200


@pytest.mark.parametrize("seconds", [-240.001, 240.001, -86_400, 86_400])
def test_more_than_240_seconds_are_too_many(wallet, basket_id, still, seconds):
    at = still() + timedelta(seconds=seconds)
    assert refused(wallet.call("GET", f"/basket/{basket_id}", at=at)) == NOT_LET_IN


def test_a_body_that_was_touched_is_not_let_in(wallet, basket_id):
    payload = example("basket_event_quantity")
    headers = signed(b"{}", wallet.now())
    answer = wallet.call("POST", f"/basket/{basket_id}/event", payload, headers=headers)
    assert refused(answer) == NOT_LET_IN


def test_polish_letters_are_verified_as_they_were_sent(wallet, linked):
    """A body that was decoded and encoded again would differ."""
    body = '{ "status":"SUCCESS", "inpost_basket_id":"b", "name":"Za\\u017c\u00f3\u0142\u0107", '
    body += '"phone_number": {"country_prefix":"+48","phone":"501234567"} }'
    answer = wallet.call("POST", f"/basket/{linked}/confirmation", body.encode())
    assert answer.status_code == 200


def test_keys_are_found_by_version(app, basket_id):
    keys = PlayedKeys("3", "4")
    wallet = with_wallet(app, keys)
    assert wallet.call("GET", f"/basket/{basket_id}", version="4").status_code == 200
    assert refused(wallet.call("GET", f"/basket/{basket_id}", version="5")) == NOT_LET_IN
    assert keys.asked == ["4", "5"]


def test_a_key_signs_for_its_own_version_only(app, basket_id):
    wallet = with_wallet(app, PlayedKeys("3", "4"))
    headers = {**signed(b"", wallet.now(), "4"), "x-public-key-ver": "3"}
    assert refused(wallet.call("GET", f"/basket/{basket_id}", headers=headers)) == NOT_LET_IN


def test_another_merchants_signature_is_not_let_in(wallet, basket_id):
    headers = signed(b"", wallet.now(), merchant="another")
    assert refused(wallet.call("GET", f"/basket/{basket_id}", headers=headers)) == NOT_LET_IN


def test_keys_that_cannot_be_fetched_let_nobody_in(app, wallet, basket_id):
    def find(version):
        raise RuntimeError("down")

    app.extensions["till"].wallet.linking.keys = SimpleNamespace(find=find)
    assert refused(wallet.call("GET", f"/basket/{basket_id}")) == NOT_LET_IN


def test_a_shop_without_a_wallet_lets_nobody_in(app, wallet, basket_id):
    app.extensions["till"].wallet = None
    assert refused(wallet.call("GET", f"/basket/{basket_id}")) == NOT_LET_IN


def test_an_unknown_call_is_not_found(wallet):
    assert refused(wallet.call("GET", "/no/such/call")) == (404, "NOT_FOUND")
    assert refused(wallet.call("PUT", "/basket/one")) == (404, "NOT_FOUND")


def test_many_calls_of_a_wallet_are_not_counted(new_wallet_shop):
    wallet = with_wallet(new_wallet_shop(TILL_LIMITS=True))
    limits = wallet.front.limits
    limits.hit = lambda *_: False
    assert refused(wallet.call("GET", "/basket/unknown")) == (404, "BASKET_NOT_FOUND")
