"""The client of a W3block platform: what it sends, and what it makes of what comes back."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from flask_till import W3blockProduct
from flask_till.errors import Conflict, NotFound, RequestError, SettingsError, Unavailable
from flask_till.shop.desks import ChecksShop, Declined, Desk, LooksUpOrders, Quotes, SimilarOrder
from flask_till.shop.desks.w3block.answers import SeenOrder
from flask_till.shop.desks.w3block.words import RANK, STATUS, status_of, version_of
from flask_till.shop.order import TRANSITIONS
from flask_till.shop.quote import Goods, Wish
from flask_till.wire.w3block.products import DOLLAR
from flask_till.wire.w3block.statuses import OrderStatus
from tests.shop.dollars import usd
from tests.shop.w3block.the_platform import COMPANY, KEY, PRODUCTS, SECRET, refused

WALLET = "0x7A3c9e5B1d8f2046a1B3C5D7E9F0a2b4c6D8E0f1"
USER = "d2f4a6b8-1c3e-4d5f-8a7b-9c0d1e2f3a4b"


@pytest.fixture
def platform_url(tmp_path):
    """What the platform keeps its books in is nothing to its client: one kind will do."""
    return f"sqlite:///{tmp_path}/platform.db"


def bound(order, made):
    """The order as the shop has it once the desk has answered."""
    return replace(order, desk_order_id=made.snapshot.desk_order_id)


def test_it_is_a_desk_that_quotes_and_tells_no_secret(desk):
    used: Desk = desk
    assert used.name == "w3block"
    assert isinstance(desk, ChecksShop)
    assert isinstance(desk, Quotes)
    assert isinstance(desk, LooksUpOrders)
    assert SECRET not in repr(desk)


# ---- who calls ----


def test_it_signs_in_once_and_shows_the_token(desk, line, order):
    desk.quote(Goods.of(order))
    made = desk.place(order, Wish())
    desk.get(bound(order, made))
    assert line.calls == {"sign-in": 1, "preview": 1, "create": 1, "order": 1}
    assert line.bodies("sign-in") == [{"key": KEY, "secret": SECRET, "tenantId": COMPANY}]
    assert all(one.headers["authorization"].startswith("Bearer ey") for one in line.asked[1:])


def test_or_it_shows_three_headers_and_never_signs_in(new_desk, line, order):
    new_desk(sign_in=False).place(order, Wish())
    assert line.calls == {"preview": 1, "create": 1}
    for asked in line.asked:
        assert asked.headers["x-w3block-id"] == COMPANY
        assert (asked.headers["x-w3block-api-key"], asked.headers["x-w3block-secret"]) == (
            KEY,
            SECRET,
        )
        assert "authorization" not in asked.headers


def test_a_token_is_renewed_shortly_before_its_end_and_not_sooner(desk, line, order, clock):
    made = bound(order, desk.place(order, Wish()))
    clock.advance(hours=23, minutes=54)
    desk.get(made)
    assert line.calls["refresh"] == 0
    clock.advance(minutes=1)
    desk.get(made)
    desk.get(made)
    assert (line.calls["refresh"], line.calls["sign-in"]) == (1, 1)


def test_a_refresh_token_that_is_no_good_leads_to_a_new_sign_in(desk, line, order, clock):
    made = bound(order, desk.place(order, Wish()))
    clock.advance(days=8)
    desk.get(made)
    assert (line.calls["refresh"], line.calls["sign-in"]) == (1, 2)


def test_a_token_that_is_refused_before_its_time_is_fetched_anew_once(
    desk, line, order, platform, clock
):
    made = bound(order, desk.place(order, Wish()))
    line.asked.clear()

    def once():
        del line.instead["order"]
        return refused(None, 401, "Unauthorized")

    line.instead["order"] = once
    desk.get(made)
    assert line.calls == {"order": 2, "sign-in": 1}
    line.instead["order"] = lambda: refused(None, 401, "Unauthorized")
    line.asked.clear()
    with pytest.raises(RequestError) as told:
        desk.get(made)
    assert (told.value.status, line.calls) == (401, {"order": 2, "sign-in": 1})


def test_twenty_who_need_a_token_at_once_sign_in_once(desk, line, order, at_once):
    made = bound(order, desk.place(order, Wish()))
    desk._access._tokens = None
    line.asked.clear()
    at_once(lambda _: desk.get(made), 20)
    assert line.calls == {"sign-in": 1, "order": 20}


# ---- what is sent ----


def test_an_order_says_what_was_promised(new_desk, line, order):
    desk = new_desk(payment_method="credit_card", payment_provider="stripe")
    made = desk.place(order, Wish())
    part = {
        "currencyId": DOLLAR,
        "amountType": "percentage",
        "amount": "100",
        "paymentMethod": "credit_card",
    }
    wanted = [
        {"productId": PRODUCTS["mug"], "quantity": "2"},
        {"productId": PRODUCTS["card"], "quantity": "1"},
    ]
    assert line.bodies("preview") == [
        {
            "orderProducts": wanted,
            "payments": [part],
            "acceptIncompleteCart": True,
            "couponCode": "",
        }
    ]
    (body,) = line.bodies("create")
    (signed,) = body.pop("signedGasFees")
    assert signed["currencyId"] == DOLLAR
    assert len(signed["signedGasFee"]) > 100
    prices = [[{"currencyId": DOLLAR, "expectedPrice": price}] for price in ("49.99", "8")]
    assert body == {
        "orderProducts": [
            one | {"expectedPrices": price} for one, price in zip(wanted, prices, strict=True)
        ],
        "payments": [part | {"paymentProvider": "stripe"}],
        "couponCode": "",
        "utmParams": {"utm_source": "flask-till", "utm_campaign": order.id},
        "acceptSimilarOrderInShortPeriod": False,
        "successUrl": "https://shop.example/t",
    }
    told = made.snapshot
    assert (told.external_id, told.status, told.amount) == (order.id, "pending", usd("107.98"))
    assert (told.live, told.expires_at) == (False, order.created_at + timedelta(minutes=9))


def test_the_page_and_what_opens_it_once_come_apart(desk, order, platform):
    made = desk.place(order, Wish())
    at = f"https://pay.example/order?orderId={made.snapshot.desk_order_id}"
    assert (made.key.order_url, made.snapshot.order_url) == (at, at)
    again = desk.token(bound(order, made))
    assert again.order_url == at
    assert again.token != made.key.token


@pytest.mark.parametrize(
    ("where", "member"),
    [(WALLET, "destinationWalletAddress"), (USER, "destinationUserId"), (None, None), ("", None)],
)
def test_tokens_go_where_the_shop_says(new_desk, line, order, platform, where, member):
    platform.enrolment.add_user(
        COMPANY, email="ann@example.org", password="of her own", name="Ann", user_id=USER
    )
    new_desk(destination=lambda order: where).place(order, Wish())
    (body,) = line.bodies("create")
    named = [name for name in body if name.startswith("destination")]
    assert named == ([member] if member else [])
    assert member is None or body[member] == where


def test_choices_and_a_named_token_are_sent_and_what_is_not_sold_there_is_declined(
    new_desk, line, order
):
    choice, token = USER, COMPANY
    desk = new_desk(products={"mug": W3blockProduct(PRODUCTS["mug"].upper(), (choice,), token)})
    goods = Goods.of(replace(order, lines=order.lines[:1]))
    with pytest.raises(Declined):
        desk.quote(goods)
    (body,) = line.bodies("preview")
    assert body["orderProducts"] == [
        {
            "productId": PRODUCTS["mug"],
            "quantity": "2",
            "variantIds": [choice],
            "productTokenId": token,
        }
    ]
    line.asked.clear()
    with pytest.raises(Declined) as declined:
        desk.quote(Goods.of(order))
    assert declined.value.code == "PRODUCT_NOT_FOUND"
    assert "Card" in declined.value.message
    assert line.asked == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"company_id": "company"},
        {"products": {"mug": "mug"}},
        {"products": {"mug": W3blockProduct(COMPANY, ("large",))}},
        {"currencies": {"USD": "dollar"}},
        {"payment_method": "coins"},
        {"payment_provider": "me"},
        {"key": ""},
        {"secret": ""},
        {"webhook_key": ""},
        {"webhook_key": ()},
        {"identity_url": "w3block"},
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(new_desk, wrong):
    with pytest.raises(SettingsError):
        new_desk(**wrong)


def test_a_shop_in_a_currency_that_has_no_id_is_refused(new_desk):
    with pytest.raises(SettingsError, match="PLN"):
        new_desk().check_shop(currency="PLN", live_only=False)
    new_desk(currencies={"PLN": COMPANY}).check_shop(currency="PLN", live_only=False)
    with pytest.raises(SettingsError, match="real money"):
        new_desk().check_shop(currency="USD", live_only=True)


# ---- what comes back ----


def test_every_word_has_a_meaning_and_a_rank():
    assert set(STATUS) == set(RANK) == set(OrderStatus)
    assert set(STATUS.values()) <= set(TRANSITIONS)
    assert len(set(RANK.values())) == len(RANK)


@pytest.mark.parametrize("word", list(OrderStatus))
@pytest.mark.parametrize("status", ["placing", "pending", "processing", "paid", "refunded"])
def test_no_word_pays_an_order_that_is_not_paid_nor_loses_one_that_is(order, word, status):
    told = status_of(replace(order, status=status), word)
    was_paid = status in ("paid", "refunded")
    means_paid = word in ("waiting_delivery", "delivering", "concluded", "failed")
    assert (told == "paid") == (means_paid or (status == "paid" and word == "cancelling"))
    if word == "cancelled":
        assert told == ("refunded" if was_paid else "cancelled")
    if word == "cancelling":
        assert told == (status if was_paid else "processing")


def test_the_life_of_an_order_is_told_with_growing_versions(desk, order, platform, clock):
    made = bound(order, desk.place(order, Wish()))
    seen = [desk.get(made)]
    clock.advance(1)
    platform.turn(made.desk_order_id, "processing")
    seen.append(desk.get(made))
    clock.advance(1)
    platform.pay(made.desk_order_id)
    seen.append(desk.get(made))
    assert [one.status for one in seen] == ["pending", "processing", "paid"]
    assert seen == sorted(seen, key=lambda one: one.version)
    assert len({one.version for one in seen}) == 3


def test_of_two_words_of_one_millisecond_the_later_one_is_newer(desk, order, platform):
    desk.place(order, Wish())
    told = SeenOrder.of_data(platform.only())
    words = ["pending", "confirming_payment", "waiting_delivery", "delivering", "concluded"]
    versions = [version_of(told.model_copy(update={"status": OrderStatus(word)})) for word in words]
    assert versions == sorted(set(versions))
    later = told.model_copy(update={"updated_at": told.updated_at + timedelta(milliseconds=1)})
    assert version_of(later) > versions[-1]


def test_an_unpaid_order_is_cancelled_and_a_paid_one_is_not(desk, order, platform, line):
    made = bound(order, desk.place(order, Wish()))
    assert desk.cancel(made).status == "cancelled"
    other = bound(order, desk.place(replace(order, id="ord_2"), Wish()))
    platform.pay(other.desk_order_id)
    line.asked.clear()
    assert desk.cancel(replace(other, id="ord_2")).status == "paid"
    assert line.calls == {"order": 1}


def test_a_payment_that_comes_just_before_the_cancelling_is_told(desk, order, platform, line):
    made = bound(order, desk.place(order, Wish()))
    line.before["/cancel"] = lambda: platform.pay(made.desk_order_id)
    assert desk.cancel(made).status == "paid", "and delivered, which nobody can undo"
    assert platform.desk.gateway.taken == 10805


def test_a_paid_order_is_refunded_whole(desk, order, platform):
    platform.change(delays={"credit_card": 3600})
    made = bound(order, desk.place(order, Wish()))
    platform.pay(made.desk_order_id)
    paid = replace(made, status="paid")
    assert desk.get(paid).status == "paid"
    told = desk.refund(paid)
    assert (told.status, told.refunded_of(paid)) == ("refunded", order.total)
    assert platform.desk.gateway.taken == 0


def test_what_is_delivered_is_not_refunded(desk, order, platform):
    made = bound(order, desk.place(order, Wish()))
    platform.pay(made.desk_order_id)
    paid = replace(made, status="paid")
    assert desk.get(paid).status == "paid"
    with pytest.raises(Conflict) as refusal:
        desk.refund(paid)
    assert refusal.value.code == "NOT_REFUNDABLE"
    assert desk.get(paid).status == "paid"


def test_an_order_that_the_platform_does_not_know_is_asked_for_twice(desk, order, line):
    with pytest.raises(NotFound):
        desk.get(replace(order, desk_order_id=COMPANY))
    assert line.calls == {"sign-in": 1, "order": 1, "look": 1}


def test_an_address_that_has_nothing_forgets_no_order(desk, order, line):
    made = bound(order, desk.place(order, Wish()))
    line.instead["order"] = lambda: refused(None, 404, "Not Found")
    with pytest.raises(Unavailable):
        desk.get(made)


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (500, {"json": {"statusCode": 500, "message": "broken", "errorCode": None}}),
        (503, {"text": "<html>"}),
        (404, {"text": "<html>"}),
        (302, {"headers": {"location": "https://else.example"}}),
        (200, {"text": "not JSON"}),
        (200, {"json": {"id": COMPANY}}),
        (429, {"json": {"statusCode": 429, "message": "slow down", "errorCode": None}}),
    ],
    ids=str,
)
def test_what_is_no_answer_is_unavailable(desk, order, line, status, content):
    made = bound(order, desk.place(order, Wish()))
    line.says(status, **content)
    with pytest.raises(Unavailable) as told:
        desk.get(made)
    assert told.value.code == "DESK_UNAVAILABLE"


@pytest.mark.parametrize(
    "odd",
    [
        {"companyId": PRODUCTS["mug"]},
        {"payments": [{"currencyId": PRODUCTS["mug"]}]},
        {"payments": []},
        {"currencyAmount": "107.985"},
        {"status": "won"},
        {"updatedAt": "yesterday"},
    ],
    ids=str,
)
def test_an_answer_about_something_else_is_not_believed(desk, order, line, platform, odd):
    made = bound(order, desk.place(order, Wish()))
    line.answers_with = lambda: httpx.Response(200, json={**platform.orders()[0], **odd})
    with pytest.raises(Unavailable):
        desk.get(made)


def test_a_similar_order_of_somebody_else_is_told(desk, order):
    desk.place(order, Wish())
    with pytest.raises(SimilarOrder):
        desk.place(replace(order, id="ord_2"), Wish())
    desk.place(replace(order, id="ord_2"), Wish(again=True))
