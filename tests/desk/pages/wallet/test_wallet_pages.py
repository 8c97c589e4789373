"""The wallet by plain HTTP: who gets in, what is sent to the wallet, what is refused."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient

from flask_till.errors import Conflict, InvalidRequest, NotFound, TooMany
from tests.desk.pages.wallet.conftest import Site
from tests.desk.pages.wallet.played_wallet import CODE, PlayedWallet


@pytest.fixture
def wallet(site: Site) -> PlayedWallet:
    return site.wallet


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found[1]


# --- the way in ---------------------------------------------------------------------------


def test_a_stranger_is_asked_for_a_phone_number(site: Site) -> None:
    answer = site.client(signed_in=False).get("/wallet")
    assert answer.status_code == 200
    assert "Your wallet" in answer.text
    assert "script" not in answer.text


@pytest.mark.parametrize("path", ["orders", "me", "baskets/ib_1", "orders/wor_1", "link/abc"])
def test_signing_in_leads_to_where_the_shopper_wanted_to_go(site: Site, path: str) -> None:
    client = site.client(signed_in=False)
    answer = client.get(f"/wallet/{path}")
    assert answer.status_code == 401
    onward = hidden(answer.text, "onward")
    given = {"country_prefix": "+48", "phone": "501234567", "code": CODE, "onward": onward}
    assert client.post("/wallet/sign-in", data=given).location.endswith(f"/wallet/{path}")


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example", "../x", "\\\\evil"])
def test_but_never_anywhere_else(site: Site, onward: str) -> None:
    given = {"country_prefix": "+48", "phone": "501234567", "code": CODE, "onward": onward}
    answer = site.client(signed_in=False).post("/wallet/sign-in", data=given)
    assert re.sub("^http://localhost", "", answer.location) == "/wallet"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    given = {"country_prefix": "+48", "phone": "501234567", "code": CODE}
    cookie = site.client(signed_in=False).post("/wallet/sign-in", data=given).headers["Set-Cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=Lax", "Path=/wallet"))
    assert "Secure" not in cookie  # plain http in development: not every browser would keep it


def test_the_cookie_is_kept_to_https_where_there_is_https(site: Site) -> None:
    given = {"country_prefix": "+48", "phone": "501234567", "code": CODE}
    client = site.client(signed_in=False)
    answer = client.post("/wallet/sign-in", data=given, base_url="https://pay.example")
    assert "Secure" in answer.headers["Set-Cookie"]


def test_a_wrong_code_is_told_and_the_number_is_kept(site: Site) -> None:
    given = {"country_prefix": "+48", "phone": "501234567", "code": "000000"}
    answer = site.client(signed_in=False).post("/wallet/sign-in", data=given)
    assert answer.status_code == 401
    assert "This code does not fit" in answer.text
    assert hidden(answer.text, "phone") == "501234567"


@pytest.mark.parametrize("typed", ["501 234 567", "501-234-567", "+48 501234567", "(501) 234.567"])
def test_a_number_may_be_typed_as_people_do(site: Site, wallet: PlayedWallet, typed: str) -> None:
    data = {"country_prefix": "+48", "phone": typed}
    answer = site.client(signed_in=False).post("/wallet/code", data=data)
    assert CODE in answer.text
    assert wallet.calls == [("send_code", "+48", "501234567")]


def test_a_number_that_is_none_and_too_many_codes_are_told(site: Site) -> None:
    client = site.client(signed_in=False)
    answer = client.post("/wallet/code", data={"phone": "abc"})
    assert (answer.status_code, "This is not a phone number" in answer.text) == (422, True)
    site.wallet.refuses = TooMany("Slow down.")
    answer = client.post("/wallet/code", data={"phone": "501234567"})
    assert (answer.status_code, "That was too often" in answer.text) == (429, True)


ACTS = [
    "/wallet/code",
    "/wallet/sign-in",
    "/wallet/sign-out",
    "/wallet/prompts/pro_0",
    "/wallet/baskets/ib_1/lines",
    "/wallet/baskets/ib_1/codes",
    "/wallet/baskets/ib_1/suggestions",
    "/wallet/baskets/ib_1/unlink",
    "/wallet/baskets/ib_1/order",
    "/wallet/orders/wor_1/pay",
    "/wallet/orders/wor_1/reject",
    "/wallet/me",
    "/wallet/me/browsers/br_1",
]
FOREIGN = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=lambda h: "-".join(h.values()))
def test_nothing_is_done_for_another_page(
    site: Site, client: FlaskClient, headers: dict[str, str]
) -> None:
    site.wallet.order_is("processing")
    data = {"add": "X", "product_id": "x", "quantity": "1", "phone": "501234567", "code": CODE}
    for path in ACTS:
        assert client.post(path, headers=headers, data=data).status_code == 403, path
    assert site.wallet.calls == []


def test_a_form_of_a_browser_that_hides_its_origin_carries_a_proof(
    site: Site, client: FlaskClient
) -> None:
    proof = hidden(client.get("/wallet/baskets/ib_1").text, "proof")
    data = {"proof": proof, "product_id": "x", "quantity": "1"}
    url = "/wallet/baskets/ib_1/lines"
    assert client.post(url, headers={"Origin": "null"}, data=data).status_code == 303


def test_pages_are_private_and_strict(client: FlaskClient) -> None:
    headers = client.get("/wallet").headers
    assert headers["Cache-Control"] == "no-store"
    policy = headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["Referrer-Policy"] == "no-referrer"


def test_pictures_come_from_the_shown_products_hosts_only(site: Site, client: FlaskClient) -> None:
    policy = client.get("/wallet/baskets/ib_1").headers["Content-Security-Policy"]
    images = next(part for part in policy.split("; ") if part.startswith("img-src"))
    assert images.startswith("img-src 'self' https://")
    site.wallet.change(site.wallet.content["products"][0]["product_id"],
                       product_image="http://intranet/x.png")  # fmt: skip
    policy = client.get("/wallet/baskets/ib_1").headers["Content-Security-Policy"]
    assert "intranet" not in policy


# --- baskets ------------------------------------------------------------------------------


def post(client: FlaskClient, path: str, **data: Any) -> Any:
    return client.post(f"/wallet/{path}", data=data)


def test_a_quantity_is_asked_for_exactly(client: FlaskClient, wallet: PlayedWallet) -> None:
    answer = post(client, "baskets/ib_1/lines", product_id="x", quantity="2,5")
    assert answer.status_code == 303
    assert wallet.calls == [("set_quantity", "x", Decimal("2.5"))]


@pytest.mark.parametrize("quantity", ["", "-1", "NaN", "Infinity", "1e9", "x", "1" * 50])
def test_a_quantity_that_is_none_is_refused(
    client: FlaskClient, wallet: PlayedWallet, quantity: str
) -> None:
    answer = post(client, "baskets/ib_1/lines", product_id="x", quantity=quantity)
    assert answer.status_code == 422
    assert wallet.calls == []


def test_codes_are_added_and_removed_one_by_one(client: FlaskClient, wallet: PlayedWallet) -> None:
    present = [one["promo_code_value"] for one in wallet.content["promo_codes"]]
    post(client, "baskets/ib_1/codes", add=" TEN ")
    post(client, "baskets/ib_1/codes", remove=present[0])
    post(client, "baskets/ib_1/codes", add="TEN")
    assert wallet.calls == [("set_codes", [*present, "TEN"]), ("set_codes", ["TEN"])]


def test_what_the_shop_refused_is_shown(client: FlaskClient, wallet: PlayedWallet) -> None:
    wallet.refuses = Conflict("No.", code="BASKET_NOT_BOUND")
    answer = post(client, "baskets/ib_1/suggestions", product_id="x")
    assert answer.status_code == 409
    assert "This basket is not in your wallet any more" in answer.text


def test_a_basket_of_somebody_else_is_not_there(client: FlaskClient) -> None:
    answer = client.get("/wallet/baskets/ib_2")
    assert answer.status_code == 404


def test_hostile_texts_stay_texts(client: FlaskClient, wallet: PlayedWallet) -> None:
    first = wallet.content["products"][0]["product_id"]
    wallet.change(first, product_name='<img src=x onerror="alert(1)">', product_description="<b>")
    for path in ("", "/baskets/ib_1", "/baskets/ib_1/order"):
        assert "<img src=x" not in client.get(f"/wallet{path}").text


# --- ordering -----------------------------------------------------------------------------


def form_of(client: FlaskClient, **more: str) -> dict[str, Any]:
    html = client.get("/wallet/baskets/ib_1/order").text
    shown = {name: hidden(html, name) for name in ("proof", "shown_version", "shown_total")}
    given = {"delivery": "APM", "delivery_point": "KRA010", "mail": "ada@example.org"}
    return {**shown, **given, "step": "place", **more}


def test_what_was_chosen_is_what_is_ordered(client: FlaskClient, wallet: PlayedWallet) -> None:
    data = form_of(client, comments="Ring twice")
    data["consent"] = [wallet.content["consents"][0]["consent_id"]]
    answer = client.post("/wallet/baskets/ib_1/order", data=data)
    assert answer.location.endswith("/wallet/orders/wor_1")
    wanted = wallet.calls[-1][1]
    assert (wanted.delivery_type, wanted.delivery_point) == ("APM", "KRA010")
    assert (wanted.payment, wanted.services, wanted.comments) == ("GATEWAY", (), "Ring twice")
    assert wanted.basket_version == wallet.linked.version
    assert next(iter(wanted.consents.values())) is True
    assert list(wanted.consents.values()).count(True) == 1


def update(client: FlaskClient, data: dict[str, Any]) -> str:
    return str(client.post("/wallet/baskets/ib_1/order", data=data | {"step": "update"}).text)


def test_a_courier_paid_at_the_door_needs_an_address(
    client: FlaskClient, wallet: PlayedWallet
) -> None:
    data = form_of(client, delivery="COURIER", payment="cash", invoice="COMPANY")
    data |= {"invoice_company_name": "Engines", "invoice_tax_id": "525", "street": "Harbour",
             "building": "12", "postal_code": "30-001", "city": "Kraków", "name": "Ada",
             "surname": "Byron"}  # fmt: skip
    html = update(client, data)
    assert "PLN\xa0152.97" in html
    answer = client.post(
        "/wallet/baskets/ib_1/order", data=data | {"shown_total": hidden(html, "shown_total")}
    )
    assert answer.status_code == 303
    wanted = wallet.calls[-1][1]
    assert (wanted.payment, wanted.services) == ("CASH_ON_DELIVERY", ("COD",))
    assert wanted.address["street"] == "Harbour"
    assert wanted.address["name"] == "Ada Byron"
    assert wanted.invoice["company_name"] == "Engines"


def test_another_total_than_the_shown_one_is_not_ordered(
    client: FlaskClient, wallet: PlayedWallet
) -> None:
    answer = client.post("/wallet/baskets/ib_1/order", data=form_of(client, delivery="COURIER"))
    assert answer.status_code == 409
    assert "The total changed" in answer.text
    data = form_of(client)
    wallet.change(wallet.content["products"][0]["product_id"], quantity=1)
    answer = client.post("/wallet/baskets/ib_1/order", data=data)
    assert "The basket changed meanwhile" in answer.text
    assert wallet.calls == []


def test_a_missing_field_is_marked_and_the_rest_is_kept(
    client: FlaskClient, wallet: PlayedWallet
) -> None:
    wallet.refuses = InvalidRequest("No.", fields={"delivery_point": "Choose a locker."})
    answer = client.post("/wallet/baskets/ib_1/order", data=form_of(client, comments="Ring"))
    assert answer.status_code == 422
    assert "Choose a locker." in answer.text
    assert "Ring" in answer.text


@pytest.mark.parametrize("status", ["placing", "processing", "paid", "rejected", "completed"])
def test_each_state_of_an_order_has_its_page(
    client: FlaskClient, wallet: PlayedWallet, status: str
) -> None:
    wallet.order_is(status)
    html = client.get("/wallet/orders/wor_1").text
    assert f'data-status="{status}"' in html
    assert ('/pay"' in html) == (status == "processing")


def test_the_sums_of_an_order_add_up(client: FlaskClient, wallet: PlayedWallet) -> None:
    wallet.order_is("paid")  # two mugs for 79.98 and a book for 63.00, less ten, and a locker
    sums = client.get("/wallet/orders/wor_1").text.partition('<dl class="sums">')[2]
    amounts = [Decimal(one) for one in re.findall(r"<dd[^>]*>−?PLN\xa0([\d.]+)</dd>", sums)]
    html = client.get("/wallet/orders/wor_1").text
    goods = [Decimal(one) for one in re.findall(r'"price">PLN\xa0([\d.]+)<', html)]
    saved, delivery, total = amounts
    assert sum(goods) - saved + delivery == total


def test_a_decline_is_told_where_it_can_be_tried_again(
    client: FlaskClient, wallet: PlayedWallet
) -> None:
    wallet.order_is("processing", payment_status="DECLINED")
    assert "The payment was declined" in client.get("/wallet/orders/wor_1").text


def test_an_order_that_failed_says_why(client: FlaskClient, wallet: PlayedWallet) -> None:
    wallet.order_is("failed", reason="OUT_OF_STOCK", content=None)
    assert "sold out" in client.get("/wallet/orders/wor_1").text


def test_paying_leads_to_the_order_page(client: FlaskClient, wallet: PlayedWallet) -> None:
    wallet.order_is("processing")
    assert post(client, "orders/wor_1/pay").location.endswith("/paying")
    post(client, "orders/wor_1/reject")
    assert wallet.calls == [("pay_url", "wor_1"), ("reject", "wor_1")]


# --- me and news --------------------------------------------------------------------------


def test_the_profile_is_saved_as_typed(client: FlaskClient, wallet: PlayedWallet) -> None:
    post(client, "me", name=" Ada ", mail="a@b.org", street="Harbour", country_code="PL")
    saved = {"name": "Ada", "mail": "a@b.org",
             "address": {"country_code": "PL", "street": "Harbour"}}  # fmt: skip
    assert wallet.calls == [("save_profile", saved)]


def test_what_was_emptied_is_taken_away(client: FlaskClient, wallet: PlayedWallet) -> None:
    post(client, "me", name="", mail="", street=" ", country_code="PL")
    assert wallet.calls == [("save_profile", {"name": "", "mail": "", "address": {}})]


def test_news_comes_as_soon_as_something_changes(client: FlaskClient, site: Site) -> None:
    version = (client.get("/wallet/news").json or {})["version"]
    assert client.get(f"/wallet/news?version={version - 1}&wait=25").json == {"version": version}
    assert client.get(f"/wallet/news?version={version}&wait=1").json == {"version": version}
    assert site.client(signed_in=False).get("/wallet/news").status_code == 401


def test_the_wallet_can_be_kept_as_an_app(client: FlaskClient) -> None:
    answer = client.get("/wallet/manifest.webmanifest")
    assert answer.content_type == "application/manifest+json"
    told = answer.json or {}
    icon = told["icons"][0]["src"]
    assert client.get(icon).content_type == "image/svg+xml"
    assert told["start_url"] == "/wallet"


def test_what_is_not_there_is_404_and_kind(client: FlaskClient) -> None:
    answer = client.get("/wallet/nothing/here")
    assert answer.status_code == 404
    assert "To your wallet" in answer.text


def test_a_basket_that_is_linked_between_two_looks_is_shown(
    wallet: PlayedWallet, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, looks = wallet.basket, []

    def not_yet(basket_id: str, shopper_id: str) -> Any:
        looks.append(basket_id)
        if len(looks) == 1:
            raise NotFound("Not yet.", code="BASKET_NOT_FOUND")
        return real(basket_id, shopper_id)

    monkeypatch.setattr(wallet, "basket", not_yet)
    assert client.get("/wallet/baskets/ib_1").status_code == 200
