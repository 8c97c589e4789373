"""Linking a basket with a phone, from the page to the wallet (contract 1.3 to 1.5, 5.4, 5.5)."""

from __future__ import annotations

import base64
import json
import threading
import time
from typing import Any

import pytest

from flask_till.shop.actions.wallet_calls import end_prompt
from flask_till.shop.binding import LINKED, PENDING, UNBOUND
from tests.shop.inpost_client.wallet_shop import PHONE, WalletShop
from tests.stand_ins.inpost_wallet import PIXEL, said

# ---- by phone number ----


def test_a_phone_is_asked_and_its_yes_reaches_the_page(shop: WalletShop) -> None:
    shop.add()
    assert shop.ask(**PHONE).get_json() == {}
    asked = shop.wallet.calls(f"POST /v1/izi/basket/{shop.binding.id}/binding")[0].body
    assert asked["binding_method"] == "PHONE"
    assert asked["binding_place"] == "BASKET_SUMMARY"
    assert asked["phone_number"] == {"country_prefix": "+48", "phone": "501234567"}
    assert asked["browser"]["user_agent"] == "Firefox"
    assert asked["browser"]["customer_ip"] == "127.0.0.1"
    assert asked["browser"]["data_time"] == "2026-05-04T12:00:00.000Z"
    assert shop.binding.status == PENDING
    assert shop.is_bound().status_code == 204
    kept = shop.confirm()
    assert shop.is_bound().get_json() == {
        "status": "SUCCESS",
        "inpost_basket_id": kept.inpost_basket_id,
        "phone_number": {"country_prefix": "+48", "phone": "501234567"},
        "masked_phone_number": "50*****67",
        "name": "Anna",
        "surname": "Nowak",
        "browser": {"browser_trusted": False, "browser_id": None},
    }
    assert shop.can_be_bound()["basket_linked"] is True
    assert shop.can_be_bound()["masked_phone_number"] == "50*****67"


def test_the_wallets_id_of_a_basket_is_not_the_shops(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    assert shop.basket_id not in " ".join(map(str, shop.wallet.asked))
    assert all(shop.basket_id.encode() not in one.raw for one in shop.wallet.asked)


def test_a_page_that_waits_hears_of_the_yes_at_once(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    threading.Timer(0.3, shop.confirm).start()
    began = time.monotonic()
    assert shop.is_bound(wait=10).get_json()["status"] == "SUCCESS"
    assert time.monotonic() - began < 3


def test_a_no_reaches_the_page_and_the_next_try_forgets_it(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    shop.reject()
    said_no = shop.is_bound().get_json()
    assert (said_no["status"], said_no["error_code"]) == ("REJECT", "REJECTED")
    assert "message" in said_no
    assert "phone" not in said_no
    shop.ask(**PHONE)
    assert shop.is_bound().status_code == 204


def test_a_prompt_that_nobody_answers_is_over_in_time(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    shop.clock.advance(299)
    assert shop.is_bound().status_code == 204
    shop.clock.advance(1)
    assert shop.is_bound().get_json()["error_code"] == "EXPIRED"
    assert shop.binding.status == UNBOUND
    assert shop.binding.phone is None


def test_the_sweep_ends_what_no_page_asks_about(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    linking = shop.front.linking
    assert linking is not None
    assert linking.sweep() == 0
    shop.clock.advance(301)
    assert linking.sweep() == 1
    assert shop.binding.refusal == "EXPIRED"


def test_a_prompt_that_was_answered_late_stays_answered(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    shop.clock.advance(301)
    shop.confirm()
    linking = shop.front.linking
    assert linking is not None
    assert linking.sweep() == 0
    assert shop.is_bound().get_json()["status"] == "SUCCESS"


def test_a_prompt_that_was_asked_for_anew_is_not_ended_by_a_late_sweep(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    assert shop.front.database.write(end_prompt, shop.binding.id).status == PENDING
    shop.clock.advance(300)
    assert shop.front.database.write(end_prompt, shop.binding.id).status == UNBOUND


def test_nobody_waits_for_a_basket_that_nobody_was_asked_about(shop: WalletShop) -> None:
    began = time.monotonic()
    assert shop.is_bound(wait=10).status_code == 204
    shop.add()
    assert shop.is_bound(wait=10).status_code == 204
    shop.can_be_bound()
    assert shop.is_bound(wait=10).status_code == 204
    assert time.monotonic() - began < 3


# ---- by link and QR code ----


def test_without_a_number_there_is_a_link_and_a_code_to_scan(shop: WalletShop) -> None:
    shop.add()
    told = shop.ask().get_json()
    assert told["deep_link"].startswith("inpostsandbox://izilink?basket_id=")
    assert told["deep_link_hms"].startswith("https://")
    assert told["qr_code"] == PIXEL
    assert told["qr_size"] == 37 + 8 or told["qr_size"] > 29
    assert told["qr_svg_path"].startswith("M4 4h7v1h-7z")
    assert shop.wallet.calls("POST /v1/izi")[0].body["binding_method"] == "DEEP_LINK"


def test_the_code_is_that_of_the_link(shop: WalletShop) -> None:
    import segno

    shop.add()
    told = shop.ask().get_json()
    side = told["qr_size"]
    drawn = [[0] * side for _ in range(side)]
    for run in told["qr_svg_path"].split("M")[1:]:
        start, _, rest = run.partition("h")
        x, y = map(int, start.split())
        for step in range(int(rest.partition("v")[0])):
            drawn[y][x + step] = 1
    made = segno.make(told["deep_link"], error="m", micro=False)
    assert [row[4:-4] for row in drawn[4:-4]] == [list(row) for row in made.matrix]
    assert not any(map(any, drawn[:4] + drawn[-4:]))


@pytest.mark.parametrize(
    "picture",
    [
        base64.b64encode(b"<svg onload=alert(1)>").decode(),
        base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 300_000).decode(),
        "abc",
        "",
    ],
)
def test_a_picture_that_is_none_is_left_out(shop: WalletShop, picture: str) -> None:
    shop.add()
    shop.ask()  # has a token now, and a binding
    link = {"qr_code": picture, "deep_link": "inpost://a", "deep_link_hms": "https://b.test/c"}
    shop.wallet.answer_with = lambda: said(
        {"basket_linked": False, "browser_trusted": False} | link
    )
    told = shop.ask().get_json()
    assert told["qr_code"] == ""
    assert told["deep_link"] == "inpost://a"


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "//evil.test/x", "a b:c",
     "java\tscript:alert(1)", "x", "inpost://a\nb"],
)  # fmt: skip
def test_a_link_that_a_page_must_not_open_is_no_answer(shop: WalletShop, link: str) -> None:
    shop.add()
    shop.ask()
    bad = {"qr_code": PIXEL, "deep_link": link, "deep_link_hms": "https://b.test/c"}
    shop.wallet.answer_with = lambda: said({"basket_linked": False, "browser_trusted": False} | bad)
    assert shop.ask().status_code == 502
    assert shop.binding.status == UNBOUND


# ---- linked already, trusted ----


def test_what_the_wallet_has_linked_is_linked_here_too(shop: WalletShop) -> None:
    shop.add()
    shop.can_be_bound()
    kept = shop.wallet.link(shop.binding.id)
    assert shop.ask(**PHONE).get_json() == {}
    assert shop.binding.status == LINKED
    assert shop.binding.inpost_basket_id == kept.inpost_basket_id
    assert not shop.wallet.calls("POST /v1/izi")
    shop.carry()
    assert len(shop.puts()) == 1  # it may have known an old basket


def test_asking_again_while_linked_asks_nobody(shop: WalletShop) -> None:
    shop.linked()
    assert shop.ask(**PHONE).get_json() == {}
    assert shop.ask().get_json() == {}
    assert not shop.wallet.asked


def test_a_trusted_browser_needs_no_prompt(shop: WalletShop) -> None:
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()
    before = shop.can_be_bound()
    assert (before["basket_linked"], before["browser_trusted"]) == (False, True)
    assert before["masked_phone_number"] == "50*****67"
    assert shop.ask().get_json() == {}
    assert not shop.wallet.calls("POST /v1/izi")
    put = shop.wallet.calls(f"PUT /v1/izi/basket/{shop.binding.id}")
    assert json.loads(put[0].raw)["browser_id"] == "browser-1"
    assert shop.binding.status == LINKED
    bound = shop.is_bound()
    assert bound.get_json()["browser"] == {"browser_trusted": True, "browser_id": "browser-1"}
    shop.carry()
    assert len(shop.wallet.calls("PUT /v1/izi")) == 1  # it knows the basket from the first


def test_a_basket_that_changed_while_it_was_linked_is_told_again(shop: WalletShop) -> None:
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()
    other = shop.other_page()
    other.set_cookie("till_basket", shop.page.get_cookie("till_basket").value)  # type: ignore[union-attr]

    def change(asked: Any) -> None:
        if asked.method == "PUT" and not done:
            done.append(1)
            other.post("/till/iziAddToCart", json={"product_id": "card", "quantity": 1})

    done: list[int] = []
    shop.wallet.before_answer = change
    shop.ask()
    shop.carry()
    content = shop.wallet.baskets[shop.binding.id].content
    assert content is not None
    assert {one["product_id"] for one in content["products"]} == {"mug", "card"}


def test_updates_of_a_linked_basket_name_no_browser(shop: WalletShop) -> None:
    """Else an update that comes late would link anew what the shopper unlinked on the phone."""
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()
    shop.ask()
    shop.wallet.baskets[shop.binding.id].linked = False
    shop.add("card")
    shop.carry()
    raw = [json.loads(one.raw) for one in shop.wallet.calls("PUT /v1/izi")]
    assert ["browser_id" in body for body in raw] == [True, False]
    assert shop.binding.status == UNBOUND


def test_trust_that_ended_meanwhile_falls_back_to_asking(shop: WalletShop) -> None:
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()

    def end(asked: Any) -> None:
        if asked.method == "PUT":
            shop.wallet.trusted.clear()

    shop.wallet.before_answer = end
    assert "deep_link" in shop.ask().get_json()
    assert shop.binding.status == PENDING


def test_a_number_that_is_typed_wins_over_the_trusted_one(shop: WalletShop) -> None:
    shop.wallet.trust("browser-1", phone="600000000")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()
    shop.ask(**PHONE)
    assert shop.wallet.calls("POST /v1/izi")[0].body["phone_number"]["phone"] == "501234567"


def test_a_browser_learns_that_it_is_trusted(shop: WalletShop) -> None:
    shop.add()
    shop.ask(**PHONE)
    assert shop.page.get_cookie("BrowserId") is None
    shop.confirm("2b0f7c9e-6d0b-4d38-9a55-1f6b7f4f0c11")
    answer = shop.is_bound()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("BrowserId=2b0f7c9e-6d0b-4d38-9a55-1f6b7f4f0c11;")
    assert "HttpOnly" not in cookie
    assert "Max-Age=31536000" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/;" in f"{cookie};"


@pytest.mark.parametrize("browser_id", ["a\r\nSet-Cookie: x=y", "a;b", "a b", "ą", "x" * 300])
def test_a_hostile_browser_id_becomes_no_cookie(shop: WalletShop, browser_id: str) -> None:
    shop.add()
    shop.ask(**PHONE)
    shop.confirm(browser_id)
    assert "Set-Cookie" not in shop.is_bound().headers


def test_a_browser_that_is_trusted_no_more_is_forgotten_on_both_sides(shop: WalletShop) -> None:
    shop.wallet.trust("browser-1")
    shop.page.set_cookie("BrowserId", "browser-1")
    shop.add()
    shop.ask()
    assert shop.page.post("/till/iziBrowserDelete", json={}).status_code == 204
    assert shop.page.get_cookie("BrowserId") is None
    assert shop.binding.browser_trusted is False
    shop.carry()
    assert not shop.wallet.trusted
    assert str(shop.wallet.asked[-1]) == "DELETE /v1/izi/browser/browser-1/binding"
