"""From the basket to an order there, at a price that was promised, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace

import httpx
import pytest

from flask_till.errors import Conflict, RequestError, Unavailable
from flask_till.shop.actions.basket import read_basket, set_quantity
from flask_till.shop.actions.orders import apply_desk_order
from flask_till.shop.order import OrderLine
from flask_till.shop.quote import Wish
from tests.shop.dollars import LAST, ORDER, now, statuses, usd
from tests.shop.shelves import fill, reserved


def code_of(call):
    with pytest.raises(RequestError) as refusal:
        call()
    return refusal.value.code


# ---- an order ----


def test_an_order_is_opened_with_one_preview_and_one_call(
    checkout, basket_id, line, platform, database
):
    opened = checkout.open(basket_id)
    assert line.calls == {"sign-in": 1, "preview": 1, "create": 1}
    assert (opened.order.status, opened.order.total) == ("pending", usd("99.98"))
    there = platform.only()
    assert (there["id"], there["totalAmount"]) == (opened.order.desk_order_id, "100.05")
    assert opened.order_url.endswith(there["id"])
    assert opened.token


def test_what_was_shown_is_what_is_asked_for_and_no_call_is_made_for_it(
    checkout, basket_id, line, database, shelf
):
    quote = checkout.quoting.quote(database.read(read_basket, shelf, basket_id))
    checkout.open(basket_id, wish=Wish(total=quote.total.minor))
    assert line.calls == {"sign-in": 1, "preview": 1, "create": 1}


def test_another_total_than_was_shown_makes_no_order(checkout, basket_id, database, platform):
    assert code_of(lambda: checkout.open(basket_id, wish=Wish(total=10004))) == "TOTAL_CHANGED"
    assert statuses(database, basket_id) == []
    assert platform.orders() == []
    checkout.open(basket_id, wish=Wish(total=10005))


def test_goods_that_are_gone_there_make_no_order(checkout, shelf, database, platform):
    first, second = (fill(database, shelf, last=1) for _ in range(2))
    with_the_last = platform.client()
    line = OrderLine("last", LAST.name, 1, LAST.price)
    elsewhere = replace(
        ORDER, lines=(line,), promotions=(), total=LAST.price, created_at=platform.clock()
    )
    with_the_last.place(elsewhere, Wish())
    with_the_last.close()
    for basket_id in (first, second):
        assert code_of(lambda: checkout.open(basket_id)) == "OUT_OF_STOCK"  # noqa: B023
        assert statuses(database, basket_id) == []


def test_the_same_basket_is_the_same_order(checkout, basket_id, platform, line):
    first, again = checkout.open(basket_id), checkout.open(basket_id, wish=Wish(again=True))
    assert first.order.id == again.order.id
    assert first.token != again.token
    assert line.calls["create"] == line.calls["preview"] == 1


def test_a_changed_basket_cancels_there_what_was_not_paid(
    checkout, basket_id, platform, database, shelf
):
    checkout.open(basket_id)
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    checkout.open(basket_id)
    assert statuses(database, basket_id) == ["cancelled", "pending"]
    assert sorted(one["status"] for one in platform.orders()) == ["cancelled", "pending"]


def test_a_changed_basket_waits_for_a_payment_that_is_under_way(
    checkout, basket_id, platform, database, shelf
):
    order = checkout.open(basket_id).order
    platform.turn(order.desk_order_id, "processing")
    database.write(set_quantity, shelf, basket_id, "mug", 3)
    assert code_of(lambda: checkout.open(basket_id)) == "ORDER_PROCESSING"
    platform.pay(order.desk_order_id)
    assert code_of(lambda: checkout.open(basket_id)) == "ORDER_ALREADY_PAID"


# ---- its end ----


def test_nine_minutes_without_money_end_it(checkout, basket_id, clock, database):
    order = checkout.open(basket_id).order
    assert (order.expires_at - clock()).total_seconds() == 540
    clock.advance(minutes=9, seconds=15)
    assert checkout.sweep() == 1
    assert now(database, order.id).status == "expired"
    assert reserved(database) == 0


def test_money_that_is_being_confirmed_keeps_it_alive(checkout, basket_id, platform, clock):
    order = checkout.open(basket_id).order
    platform.turn(order.desk_order_id, "processing")
    clock.advance(minutes=30)
    checkout.sweep()
    assert checkout.refresh(order.id).status == "processing"
    platform.pay(order.desk_order_id)
    assert checkout.refresh(order.id).status == "paid"


def test_what_is_cancelled_before_its_delivery_is_refunded_here(
    checkout, basket_id, platform, database
):
    platform.change(delays={"credit_card": 3600})
    order = checkout.open(basket_id).order
    platform.pay(order.desk_order_id)
    assert checkout.refresh(order.id).status == "paid"
    platform.cancel(order.desk_order_id)
    told = checkout.refresh(order.id)
    assert (told.status, told.refunded) == ("refunded", told.total)


# ---- events ----


@pytest.fixture
def hear(checkout, desk, database, shelf, platform, clock):
    """The platform calls about an order as it is; whether that was news."""

    def call(w3_id, **odd):
        raw, headers = platform.event(w3_id, **odd)
        small = {name.lower(): value for name, value in headers.items()}
        event_id, told = desk.verify_callback(small, raw, clock())
        return database.write(apply_desk_order, shelf, desk.name, event_id, told)

    return call


def test_an_event_is_applied_once(checkout, basket_id, platform, hear, database):
    order = checkout.open(basket_id).order
    platform.pay(order.desk_order_id)
    assert hear(order.desk_order_id)
    paid = now(database, order.id)
    assert paid.status == "paid"
    assert not hear(order.desk_order_id)
    assert now(database, order.id).version == paid.version


def test_a_refund_is_heard_as_one(checkout, basket_id, platform, hear, database):
    platform.change(delays={"credit_card": 3600})
    order = checkout.open(basket_id).order
    platform.pay(order.desk_order_id)
    hear(order.desk_order_id)
    platform.cancel(order.desk_order_id)
    hear(order.desk_order_id)
    assert now(database, order.id).status == "refunded"


def test_an_event_that_comes_too_early_or_too_late_tells_what_is_so_now(
    checkout, basket_id, platform, hear, database, clock, desk
):
    order = checkout.open(basket_id).order
    old = platform.event(order.desk_order_id)
    clock.advance(1)
    platform.pay(order.desk_order_id)
    small = {name.lower(): value for name, value in old[1].items()}
    assert desk.verify_callback(small, old[0], clock())[1].status == "paid"
    with pytest.raises(Unavailable):
        hear(order.desk_order_id, updatedAt="2026-05-04T13:00:00.000Z")


def test_an_order_of_nobody_here_is_refused(checkout, basket_id, platform, hear, line):
    checkout.open(basket_id)
    other = "5c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
    with pytest.raises(RequestError) as told:
        hear(platform.only()["id"], id=other)
    assert told.value.code == "ORDER_NOT_FOUND"


def test_news_of_another_amount_pays_nothing(checkout, basket_id, desk, database, shelf):
    order = checkout.open(basket_id).order
    told = desk.get(order)
    wrong = replace(told, version=told.version + 1, status="paid", amount=usd("1"))
    with pytest.raises(Conflict):
        database.write(apply_desk_order, shelf, desk.name, None, wrong)
    assert now(database, order.id).status == "pending"


def test_what_is_paid_at_once_has_no_page_to_open(checkout, basket_id, platform, line, database):
    """A platform may take the money with the order, as one does that knows the buyer's card."""

    def pay_at_once(asked, answer):
        if asked.method != "POST" or not asked.path.endswith("/orders"):
            return answer
        answer.read()
        platform.pay(answer.json()["id"])
        return httpx.Response(201, json=platform.orders()[0])

    line.twist = pay_at_once
    assert code_of(lambda: checkout.open(basket_id)) == "ORDER_ALREADY_PAID"
    assert statuses(database, basket_id) == ["paid"]
