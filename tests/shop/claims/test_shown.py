"""Link and code are for the right shopper only: the browser that bought."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, current_app

from flask_till import Claim
from tests.conftest import StillClock
from tests.shop.claims.kigo_desk import HUB, KigoDesk
from tests.shop.claims.site import Site
from tests.shop.conftest import OWN, browser

OWN_FORM = {"Origin": OWN["Origin"]}


@pytest.fixture
def site(new_site: Callable[..., Flask], kigo: KigoDesk) -> Site:
    return Site(new_site(), kigo)


def test_the_order_tells_its_own_browser(site: Site) -> None:
    site.tell(site.placed(mug=1), "paid")
    (claim,) = site.order()["claims"]
    assert (claim["status"], claim["code"], claim["open_url"]) == ("wanted", None, None)
    before = site.order()["version"]
    site.carry()
    order = site.order()
    (claim,) = order["claims"]
    assert order["version"] > before
    assert claim == {
        "id": claim["id"],
        "product_id": "mug",
        "name": "Blue mug",
        "status": "ready",
        "code": claim["code"],
        "open_url": f"/till/claims/{claim['id']}/open",
    }
    assert len(claim["code"]) == 14


def test_till_orders_and_till_order_have_them(site: Site) -> None:
    order = site.bought(mug=1)
    till = site.app.extensions["till"].owner
    with site.client as client:
        client.get("/till/basket")
        (listed,), single = till.orders(), till.order(order["order_id"])
    assert listed.claims == single.claims
    (claim,) = listed.claims
    assert isinstance(claim, Claim)
    assert (claim.status, claim.code) == ("ready", order["claims"][0]["code"])
    assert claim.open_url == order["claims"][0]["open_url"]
    assert str(claim.code) not in repr(listed)


def test_another_browser_sees_and_opens_nothing(site: Site) -> None:
    order = site.bought(mug=1)
    (claim,) = order["claims"]
    other = browser(site.app)
    other.post("/till/iziAddToCart", json={"product_id": "mug"})
    assert claim["code"] not in other.get("/till/channel").text
    till = site.app.extensions["till"].owner
    with other as client:
        client.get("/till/basket")
        assert till.orders() == []
        assert till.order(order["order_id"]) is None
    for client in (other, browser(site.app)):
        answer = client.post(claim["open_url"], headers=OWN_FORM)
        assert (answer.status_code, answer.json["error_code"]) == (404, "CLAIM_NOT_FOUND")


def test_a_shop_without_claims_tells_nothing_of_them(new_shop: Callable[..., Flask]) -> None:
    client = browser(new_shop())
    client.post("/till/iziAddToCart", json={"product_id": "mug"})
    client.post("/till/checkout", json={"mode": "popup"})
    frames = client.get("/till/channel").json["frames"]
    assert "claims" not in frames[-1]["order"]
    assert client.post("/till/claims/clm_1/open", headers=OWN_FORM).status_code == 404


# ---- opening ----


def test_the_button_leads_to_the_wallet_signed_in(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    answer = site.client.post(claim["open_url"], headers=OWN_FORM)
    assert answer.status_code == 303
    (session,) = site.kigo.sessions()
    link, _, session_id = answer.headers["Location"].partition("&session-id=")
    assert link == f"{HUB}?claim-code={claim['code']}"
    assert len(session_id) == 36
    assert session.is_single_use
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.data == b""


def test_a_script_inside_another_sites_page_is_told_the_link(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    answer = site.client.post(claim["open_url"], json={})
    assert (answer.status_code, set(answer.json)) == (200, {"url"})
    assert answer.json["url"].startswith(f"{HUB}?claim-code={claim['code']}&session-id=")
    assert answer.headers["Cache-Control"] == "no-store"
    foreign = {"Origin": "https://evil.example"}
    assert site.client.post(claim["open_url"], json={}, headers=foreign).status_code == 403


def test_each_click_gets_a_session_of_its_own(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    links = {site.client.post(claim["open_url"]).headers["Location"] for _ in range(3)}
    assert len(links) == len(site.kigo.sessions()) == 3


def test_opening_claims_nothing(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    answer = site.client.post(claim["open_url"])
    assert site.kigo.app.test_client().get(answer.headers["Location"]).status_code == 200
    assert site.kigo.codes() == ["unclaimed"]


@pytest.mark.parametrize("status", [500, 403, 429])
def test_without_a_session_the_wallet_asks_who_it_is(site: Site, status: int) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    site.kigo.line.says(status, text="")
    answer = site.client.post(claim["open_url"])
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{HUB}?claim-code={claim['code']}"


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
def test_another_sites_form_opens_nothing(site: Site, headers: dict[str, str]) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    answer = site.client.post(claim["open_url"], headers=headers)
    assert (answer.status_code, site.kigo.sessions()) == (403, [])


def test_a_page_that_sends_no_referrer_may_open_its_own(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert site.client.post(claim["open_url"], headers=headers).status_code == 303


def test_looking_at_the_address_opens_nothing(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    assert site.client.get(claim["open_url"]).status_code == 405
    assert site.client.post(claim["open_url"].replace("clm_", "clm_x")).status_code == 404


def test_too_many_clicks_are_slowed_down(new_site: Callable[..., Flask], kigo: KigoDesk) -> None:
    site = Site(new_site(TILL_LIMITS=True), kigo)
    (claim,) = site.bought(mug=1)["claims"]
    answers = [site.client.post(claim["open_url"]).status_code for _ in range(62)]
    assert (answers[0], answers[-1]) == (303, 429)
    assert 50 <= answers.count(303) <= 60


def test_what_is_not_ready_is_not_opened(site: Site, clock: StillClock) -> None:
    (claim,) = site.bought(card=1)["claims"]
    url = claim["open_url"]
    clock.advance(89)
    assert site.client.post(url).status_code == 303
    clock.advance(1)
    answer = site.client.post(url)
    assert (answer.status_code, answer.json["error_code"]) == (409, "CLAIM_STATE")
    (shown,) = orders(site)[0].claims
    assert (shown.status, shown.code) == ("expired", None)


def test_after_a_refund_nothing_is_shown_or_opened(site: Site) -> None:
    order = site.bought(mug=1)
    (claim,) = order["claims"]
    total = site.desk.orders[order["order_id"]].amount
    site.tell(order["order_id"], "refunded", refunded=total)
    (shown,) = site.order()["claims"]
    assert (shown["status"], shown["code"], shown["open_url"]) == ("cancelled", None, None)
    assert site.client.post(claim["open_url"]).status_code == 409
    site.carry()
    assert site.kigo.codes() == ["cancelled"]


def orders(site: Site) -> list[Any]:
    with site.client as client:
        client.get("/till/basket")
        found: list[Any] = site.app.extensions["till"].owner.orders()
        return found


# ---- what became of it, although nobody told ----


def test_news_that_were_lost_are_asked_for(site: Site, clock: StillClock) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    site.client.post(claim["open_url"])
    site.kigo.claim(claim["code"])
    clock.advance(119)
    site.carry()
    assert site.order()["claims"][0]["status"] == "ready"
    clock.advance(1)
    site.carry()
    assert site.order()["claims"][0]["status"] == "claimed"


def test_who_was_told_does_not_ask(site: Site, clock: StillClock) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    site.client.post(claim["open_url"])
    site.kigo.claim(claim["code"])
    site.hear()
    asked = len(site.kigo.calls)
    clock.advance(120)
    site.carry()
    assert len(site.kigo.calls) == asked


def test_what_was_opened_and_left_stays_ready(site: Site, clock: StillClock) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    site.client.post(claim["open_url"])
    clock.advance(120)
    site.kigo.line.says(404, text="")
    site.carry()
    assert site.order()["claims"][0]["status"] == "ready"


def test_a_refund_does_not_wait_for_that(site: Site) -> None:
    order = site.bought(mug=1)
    site.client.post(order["claims"][0]["open_url"])
    total = site.desk.orders[order["order_id"]].amount
    site.tell(order["order_id"], "refunded", refunded=total)
    site.carry()
    assert site.kigo.codes() == ["cancelled"]


# ---- who the shopper is at Kigo ----


def test_a_customer_of_the_shop_is_one_user(
    new_site: Callable[..., Flask], new_claims: Callable[..., Any], kigo: KigoDesk
) -> None:
    claims = new_claims(user=lambda order: f"customer of {order.number}", bound=True)
    site = Site(new_site(claims=claims), kigo)
    (claim,) = site.bought(mug=1)["claims"]
    assert kigo.claim(claim["code"], "somebody else") == 403
    assert kigo.claim(claim["code"], "customer of T-000001") == 200


def test_who_it_is_may_be_asked_of_the_application(
    new_site: Callable[..., Flask], new_claims: Callable[..., Any], kigo: KigoDesk
) -> None:
    claims = new_claims(user=lambda order: f"{current_app.name} {order.shopper}", bound=True)
    site = Site(new_site(claims=claims), kigo)
    (claim,) = site.bought(mug=1)["claims"]
    assert claim["status"] == "ready"
    assert site.client.post(claim["open_url"]).headers["Location"].count("session-id=") == 1


def test_a_signed_in_shopper_may_claim_what_was_bought(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    assert site.kigo.claim(claim["code"], "anybody with the code") == 200
