"""What is promised, for how long, and how seldom the platform is asked for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from flask_till.errors import RequestError, Unavailable
from flask_till.shop.desks import Declined
from flask_till.shop.order import OrderPromotion
from flask_till.shop.quote import Goods, Wish
from tests.shop.dollars import usd
from tests.shop.shelves import together
from tests.shop.w3block.the_platform import DOLLAR, PRODUCTS, refused


@pytest.fixture
def platform_url(tmp_path):
    """What the platform keeps its books in is nothing to its client: one kind will do."""
    return f"sqlite:///{tmp_path}/platform.db"


@pytest.fixture
def goods(order):
    return Goods.of(order)


def with_code(order, *codes, off="10.80", total="97.18"):
    promotions = tuple(OrderPromotion(code, code, usd(f"-{off}")) for code in codes)
    return replace(order, promotions=promotions, discount=usd(f"-{off}"), total=usd(total))


def code_of(call):
    with pytest.raises(RequestError) as refusal:
        call()
    return refusal.value.code


def test_a_quote_is_the_goods_and_the_fees_on_top(desk, goods, platform, clock):
    platform.change(service_fee=Decimal(5))
    quote = desk.quote(goods)
    assert (quote.subtotal, quote.fee, quote.gas) == (usd("107.98"), usd("5.40"), usd("0.07"))
    assert quote.total == usd("113.45")
    assert (quote.valid_until, quote.seconds_left) == (clock() + timedelta(seconds=40), 40)


@pytest.mark.parametrize(("seconds", "asked"), [(0, 1), (18.999, 1), (19, 2), (40, 2)])
def test_one_answer_is_shared_while_it_is_fresh(desk, goods, line, clock, seconds, asked):
    desk.quote(goods)
    clock.advance(seconds)
    quote = desk.quote(goods)
    assert line.calls["preview"] == asked
    assert quote.seconds_left == (40 if asked == 2 else 40 - -(-seconds // 1))


def test_twenty_who_ask_at_once_share_one_answer(desk, goods, line, at_once):
    seen = at_once(lambda _: desk.quote(goods), 20)
    assert len(set(seen)) == 1
    assert line.calls["preview"] == 1


def test_they_share_a_failure_too_and_the_next_one_asks_anew(desk, goods, line):
    line.before["/preview"] = lambda: line.says(503)
    told = together(*[lambda: desk.quote(goods)] * 5)
    assert all(isinstance(one, Unavailable) for one in told)
    line.answers_with = None
    assert desk.quote(goods).total == usd("108.05")


def test_other_goods_have_a_price_of_their_own(desk, order, line):
    desk.quote(Goods.of(order))
    desk.quote(Goods.of(replace(order, lines=order.lines[:1], total=usd("99.98"))))
    assert line.calls["preview"] == 2


def test_no_more_than_a_thousand_are_kept(desk, order, clock, monkeypatch):
    from flask_till.shop.desks.w3block import previews

    monkeypatch.setattr(previews, "MOST_KEPT", 2)
    for quantity in (1, 2, 3):
        line = replace(order.lines[1], quantity=quantity)
        desk.quote(Goods.of(replace(order, lines=(line,), total=line.total)))
    assert len(desk._previews._kept) == 2


# ---- the shop's prices and the platform's ----


@pytest.mark.parametrize(
    ("price", "total"), [("50", "107.98"), ("49.98", "107.98"), ("49.99", "107.97")]
)
def test_prices_that_are_not_the_shops_are_not_charged(desk, order, line, price, total):
    first = replace(order.lines[0], unit_price=usd(price))
    odd = replace(order, lines=(first, order.lines[1]), total=usd(total))
    assert code_of(lambda: desk.quote(Goods.of(odd))) == "PRICE_CHANGED"
    assert code_of(lambda: desk.place(odd, Wish())) == "PRICE_CHANGED"
    assert line.calls["create"] == 0


def test_a_code_takes_off_there_what_it_takes_off_here(desk, order, line):
    made = desk.place(with_code(order, "TEN"), Wish())
    assert made.snapshot.amount == usd("97.18")
    (body,) = line.bodies("create")
    assert body["couponCode"] == "TEN"
    prices = [one["expectedPrices"][0]["expectedPrice"] for one in body["orderProducts"]]
    assert prices == ["44.99", "7.20"] or prices == ["44.99", "7.2"]


def test_a_code_that_is_unknown_there_or_worth_something_else_is_declined(desk, order, line):
    assert code_of(lambda: desk.quote(Goods.of(with_code(order, "SPRING")))) == "PROMOTION_REFUSED"
    less = with_code(order, "TEN", off="5.00", total="102.98")
    assert code_of(lambda: desk.quote(Goods.of(less))) == "PRICE_CHANGED"
    line.asked.clear()
    both = with_code(order, "TEN", "SPRING")
    assert code_of(lambda: desk.quote(Goods.of(both))) == "PROMOTION_REFUSED"
    assert line.asked == []


def test_what_is_sold_out_or_too_much_is_named(desk, order, platform):
    last = replace(order.lines[0], product_id="last", name="The last one", unit_price=usd("100"))
    two = Goods.of(replace(order, lines=(last,), total=usd("200")))
    with pytest.raises(Declined) as declined:
        desk.quote(two)
    assert (declined.value.code, declined.value.message) == (
        "OUT_OF_STOCK",
        "Only 1 of The last one can be had.",
    )


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ({"code": "insufficient-stock", "limit": 0}, "OUT_OF_STOCK", "Blue mug is sold out."),
        ({"code": "insufficient-stock"}, "OUT_OF_STOCK", "Blue mug is sold out."),
        ({"code": "purchase-limit", "limit": 1}, "PURCHASE_LIMIT", "more than 1 of Blue mug"),
        ({"code": "not-for-sale"}, "PRODUCT_NOT_FOUND", "Blue mug is not sold now."),
        ({"code": "fixed-user-mismatch"}, "PRODUCT_NOT_FOUND", "Blue mug is not sold now."),
        ({"code": "a-word-of-tomorrow"}, "PRODUCT_NOT_FOUND", "Blue mug is not sold now."),
    ],
)
def test_each_reason_has_words(desk, goods, line, error, code, words):
    def leave_out(asked, answer):
        if not asked.path.endswith("preview"):
            return answer
        answer.read()
        wrong = [{"productId": PRODUCTS["mug"], "error": error}]
        return httpx.Response(201, json={**answer.json(), "productsErrors": wrong})

    line.twist = leave_out
    with pytest.raises(Declined) as declined:
        desk.quote(goods)
    assert declined.value.code == code
    assert words in declined.value.message


@pytest.mark.parametrize(
    "odd",
    [
        {"totalPrice": "108.06"},
        {"cartPrice": "107.985", "totalPrice": "108.055"},
        {"currencyId": PRODUCTS["mug"]},
        {"gasFee": None},
    ],
    ids=str,
)
def test_a_preview_that_does_not_add_up_is_not_shown(desk, goods, line, odd):
    def change(asked, answer):
        if not asked.path.endswith("preview"):
            return answer
        answer.read()
        data = answer.json()
        return httpx.Response(201, json={**data, "payments": [{**data["payments"][0], **odd}]})

    line.twist = change
    with pytest.raises(Unavailable):
        desk.quote(goods)


# ---- forty seconds ----


@pytest.mark.parametrize(("age", "previews"), [(34.999, 1), (35, 2)])
def test_a_promise_is_built_upon_while_it_has_time_left(desk, order, line, clock, age, previews):
    desk.quote(Goods.of(order))
    clock.advance(age)
    desk.place(order, Wish())
    assert (line.calls["preview"], line.calls["create"]) == (previews, 1)


@pytest.mark.parametrize(("age", "tries"), [(39.999, 1), (40, 1), (40.001, 2)])
def test_one_that_is_too_old_when_it_arrives_is_asked_for_once_more(
    desk, order, line, clock, platform, age, tries
):
    desk.quote(Goods.of(order))
    line.before["/orders"] = lambda: clock.advance(age)
    assert desk.place(order, Wish()).snapshot.status == "pending"
    assert (line.calls["preview"], line.calls["create"]) == (tries, tries)
    assert len(platform.orders()) == 1


@pytest.mark.parametrize("code", ["gas-fee-signature-expired", "gas-fee-signature-invalid"])
def test_once_and_no_more(desk, order, line, code):
    line.instead["create"] = lambda: refused(code)
    assert code_of(lambda: desk.place(order, Wish())) == "QUOTE_EXPIRED"
    assert (line.calls["preview"], line.calls["create"]) == (2, 2)


def test_a_total_that_was_not_shown_is_not_charged(desk, order, line, clock, platform):
    shown = desk.quote(Goods.of(order)).total.minor
    line.before["/orders"] = lambda: (clock.advance(41), platform.gas("0.09"))
    assert code_of(lambda: desk.place(order, Wish(total=shown))) == "TOTAL_CHANGED"
    assert platform.orders() == []
    desk.place(order, Wish(total=shown + 2))
    assert platform.only()["totalAmount"] == "108.07"


def test_a_price_that_changes_between_promise_and_order_is_declined(desk, order, line, platform):
    desk.quote(Goods.of(order))
    line.instead["create"] = lambda: refused("price-changed")
    assert code_of(lambda: desk.place(order, Wish())) == "PRICE_CHANGED"
    line.instead.clear()
    desk.place(replace(order, id="ord_2"), Wish())
    assert line.calls["preview"] == 2, "what was promised before is not believed any more"


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (("insufficient-stock", 400), "OUT_OF_STOCK"),
        (("product-token-not-available", 409), "OUT_OF_STOCK"),
        (("product-token-not-available", 400), "OUT_OF_STOCK"),
        (("purchase-limit", 400), "PURCHASE_LIMIT"),
        (("product-not-available", 404), "PRODUCT_NOT_FOUND"),
        (("coupon-not-applicable", 400), "PROMOTION_REFUSED"),
    ],
)
def test_a_refusal_that_the_shopper_can_do_something_about(desk, order, line, theirs, ours):
    line.instead["create"] = lambda: refused(*theirs)
    with pytest.raises(Declined) as declined:
        desk.place(order, Wish())
    assert declined.value.code == ours
    assert declined.value.remedy


@pytest.mark.parametrize("theirs", ["payment-provider-not-found", "validation-error", "new-word"])
def test_any_other_refusal_is_the_shops_own_trouble(desk, order, line, theirs):
    line.instead["create"] = lambda: refused(theirs)
    with pytest.raises(RequestError) as told:
        desk.place(order, Wish())
    assert told.value.code == theirs
    assert not isinstance(told.value, Declined)


def test_the_currency_is_the_shops(desk, order, line):
    desk.quote(Goods.of(order))
    (body,) = line.bodies("preview")
    assert body["payments"][0]["currencyId"] == DOLLAR
