"""What Kigo tells at ``/till/callbacks/kigo``: signed, fresh, once, and about orders of ours."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from flask_till.shop.actions.orders import find_order
from flask_till.wire.kigo.webhooks import SIGNATURE, sign
from tests.conftest import StillClock
from tests.shop.claims.kigo_desk import WEBHOOK_SECRET, KigoDesk
from tests.shop.claims.site import Site
from tests.shop.claims.the_shop import TheShop


@pytest.fixture
def site(new_site: Callable[..., Flask], kigo: KigoDesk) -> Site:
    return Site(new_site(), kigo)


def test_claimed_in_the_wallet_is_claimed_in_the_shop(site: Site) -> None:
    order = site.bought(mug=1)
    assert site.kigo.claim(order["claims"][0]["code"]) == 200
    assert [answer.json for answer in site.hear()] == [{"applied": False}, {"applied": True}]
    (claim,) = site.order()["claims"]
    assert (claim["status"], claim["code"], claim["open_url"]) == ("claimed", None, None)


def test_expired_and_cancelled_are_heard(site: Site, clock: StillClock) -> None:
    site.bought(card=1)
    clock.advance(91)
    site.kigo.the_desk.desk.background._sweep()
    site.hear()
    assert [one["status"] for one in site.order()["claims"]] == ["expired"]


def test_the_same_event_counts_once(site: Site) -> None:
    order = site.bought(mug=1)
    site.kigo.claim(order["claims"][0]["code"])
    (_, told) = site.kigo.told()
    assert site.post(*told).json == {"applied": True}
    version = site.order()["version"]
    assert site.post(*told).json == {"applied": False}
    assert site.order()["version"] == version


def test_an_event_counts_once_whatever_it_says_then(site: Site, clock: StillClock) -> None:
    body = told(site, status="unclaimed")
    later = body.replace(b'"unclaimed"', b'"claimed"')
    for one in (body, later):
        answer = site.post(signed(one, int(clock().timestamp())), one)
        assert (answer.status_code, answer.json) == (200, {"applied": False})
    assert site.order()["claims"][0]["status"] == "ready"


def test_twenty_at_once_count_once(site: Site, at_once: Callable[..., list[Any]]) -> None:
    order = site.bought(mug=1)
    site.kigo.claim(order["claims"][0]["code"])
    (_, told) = site.kigo.told()
    answers = at_once(lambda _: site.post(*told).json["applied"], 20)
    assert sorted(answers) == [False] * 19 + [True]


def test_an_older_event_that_comes_late_changes_nothing(site: Site) -> None:
    order = site.bought(mug=1)
    site.kigo.claim(order["claims"][0]["code"])
    created, claimed = site.kigo.told()
    assert site.post(*claimed).json == {"applied": True}
    assert site.post(*created).json == {"applied": False}
    assert [one["status"] for one in site.order()["claims"]] == ["claimed"]


def test_what_is_heard_before_the_answer_came_counts(
    shop: TheShop, kigo: KigoDesk, clock: StillClock
) -> None:
    order = shop.buy(mug=1)
    kigo.line.before["/orders"] = lambda: setattr(kigo.line, "deaf", True)
    shop.carry()
    kigo.line.deaf = False
    (row,) = kigo.orders()
    headers = kigo.partner()
    path = f"/kigo/api/v1/orders/{row.id}"
    code = kigo.app.test_client().get(path, headers=headers).json["claim_code"]
    assert kigo.claim(code) == 200
    heard = [shop.delivery.hear(h["kigo-signature"], body) for h, body in kigo.told()]
    assert heard == [False, True]
    clock.advance(60)
    shop.carry()
    claim = shop.one(order)
    assert (claim.status, claim.maker_order) == ("claimed", row.id)


# ---- what is refused ----


def told(site: Site, **changes: Any) -> bytes:
    """A genuine event with another order in it."""
    site.bought(mug=1)
    (_, body) = site.kigo.told()[0]
    event = json.loads(body)
    event["data"]["order"] |= {"status": "claimed"} | changes
    return json.dumps(event | {"id": "evt_other", "type": "order.claimed"}).encode()


def signed(body: bytes, now: int, secret: str = WEBHOOK_SECRET) -> dict[str, str]:
    return {name.lower(): value for name, value in sign(secret, body, now).items()}


@pytest.mark.parametrize("off", [301, -301, 86_400])
def test_an_old_or_early_signature_is_refused(site: Site, clock: StillClock, off: int) -> None:
    body = told(site)
    answer = site.post(signed(body, int(clock().timestamp()) + off), body)
    assert (answer.status_code, site.order()["claims"][0]["status"]) == (401, "ready")


@pytest.mark.parametrize("off", [300, -300, 0])
def test_five_minutes_are_granted(site: Site, clock: StillClock, off: int) -> None:
    body = told(site)
    answer = site.post(signed(body, int(clock().timestamp()) + off), body)
    assert (answer.status_code, answer.json) == (200, {"applied": True})


@pytest.mark.parametrize("header", [None, "", "t=1", "v1=00", "t=x,v1=" + "0" * 64, "x" * 5000])
def test_what_is_not_signed_is_refused(site: Site, header: str | None) -> None:
    body = told(site)
    answer = site.post({} if header is None else {SIGNATURE.lower(): header}, body)
    assert (answer.status_code, site.order()["claims"][0]["status"]) == (401, "ready")


def test_another_secret_and_other_bytes_are_refused(site: Site, clock: StillClock) -> None:
    body, now = told(site), int(clock().timestamp())
    assert site.post(signed(body, now, "another-secret"), body).status_code == 401
    assert site.post(signed(body, now), body + b" ").status_code == 401
    assert site.order()["claims"][0]["status"] == "ready"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"id":1}', b"[" * 5000])
def test_signed_nonsense_is_a_bad_request(site: Site, clock: StillClock, body: bytes) -> None:
    answer = site.post(signed(body, int(clock().timestamp())), body)
    assert answer.status_code == 400


def test_too_long_a_body_is_not_read(site: Site, clock: StillClock) -> None:
    body = b" " * (64 * 1024 + 1)
    assert site.post(signed(body, int(clock().timestamp())), body).status_code == 413


@pytest.mark.parametrize(
    "changes",
    [
        {"product_id": "00000000-0000-4000-8000-00000000beef"},
        {"order_id": "00000000-0000-4000-8000-00000000beef"},
    ],
    ids=str,
)
def test_news_that_cannot_be_true_are_refused(
    site: Site, clock: StillClock, changes: dict[str, str]
) -> None:
    body = told(site, **changes)
    answer = site.post(signed(body, int(clock().timestamp())), body)
    assert (answer.status_code, answer.json["error_code"]) == (409, "CLAIM_MISMATCH")
    assert site.order()["claims"][0]["status"] == "ready"


def test_news_of_orders_that_are_not_ours_are_taken_and_left(site: Site, clock: StillClock) -> None:
    body = told(site, external_order_id="of somebody else")
    answer = site.post(signed(body, int(clock().timestamp())), body)
    assert (answer.status_code, answer.json) == (200, {"applied": False})


def test_while_the_secret_changes_both_are_good(
    new_site: Callable[..., Flask], new_claims: Callable[..., Any], kigo: KigoDesk
) -> None:
    site = Site(new_site(claims=new_claims(webhook_secret=["new", WEBHOOK_SECRET])), kigo)
    order = site.bought(mug=1)
    kigo.claim(order["claims"][0]["code"])
    assert [answer.status_code for answer in site.hear()] == [200, 200]


def test_without_a_secret_nothing_is_heard(
    new_site: Callable[..., Flask], new_claims: Callable[..., Any], kigo: KigoDesk
) -> None:
    site = Site(new_site(claims=new_claims(webhook_secret=None)), kigo)
    assert site.post({}, b"{}").status_code == 404


def test_a_shop_without_claims_hears_nothing(
    new_shop: Callable[..., Flask], kigo: KigoDesk
) -> None:
    site = Site(new_shop(), kigo)
    assert site.post({}, b"{}").status_code == 404


def test_the_order_was_read_by_none_but_its_browser(site: Site) -> None:
    order_id = site.bought(mug=1)["order_id"]
    front = site.app.extensions["till"]
    assert front.database.read(find_order, order_id).claims == ()
