"""Orders that came from the wallet: what the page is told of them, and the shop's news (2.10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from flask_till.errors import Conflict, InvalidRequest, NotFound
from flask_till.money import Money
from flask_till.shop.actions.orders import settle_order
from flask_till.shop.actions.reading import read_order
from flask_till.shop.actions.telling import read_told
from flask_till.shop.actions.wallet_orders import place_wallet_order
from flask_till.shop.extension import Till
from flask_till.shop.terms import APM, Delivery
from flask_till.shop.wallet_order import Wanted, check_order
from tests.shop.inpost_client.test_basket_sync import deliveries
from tests.shop.inpost_client.wallet_shop import WalletShop
from tests.stand_ins.inpost_wallet import InpostWallet

LOCKER = Delivery(APM, Money("12.99", "PLN"))


@pytest.fixture
def shop(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet, clock: Any
) -> WalletShop:
    return WalletShop(new_shop(deliveries=[LOCKER], **inpost), wallet, clock)


def order(shop: WalletShop) -> str:
    """The shopper orders the linked basket on the phone; returns the order's id."""
    shop.linked()
    return place(shop)


def place(shop: WalletShop) -> str:
    front = shop.front
    basket = shop.page.get("/till/basket").get_json()
    total = basket["total"]["amount"] + LOCKER.price.minor
    number = {"country_prefix": "+48", "phone": "501234567"}
    wanted = Wanted(
        binding_id=shop.binding.id,
        currency="PLN",
        total=Money.of_minor(total, "PLN"),
        paid_by_wallet=None,
        payment_type="BLIK_CODE",
        delivery_type=APM,
        services=(),
        country=None,
        digital_mail=None,
        lacks=(),
        consents=(),
        parameters=(),
        comments=None,
        account={"name": "Anna", "surname": "Nowak", "phone_number": number},
        delivery={"delivery_type": APM, "delivery_point": "KRA01M"},
        invoice=None,
    )

    def judge(work: Any) -> Any:
        told = read_told(work, front.shelf, front.terms, wanted.binding_id)
        products = {line.product_id: told.products[line.product_id] for line in told.basket.lines}
        return check_order(wanted, told.basket, products, front.terms)

    sale = front.database.read(judge)
    ends = datetime(2030, 1, 1, tzinfo=UTC)
    return front.database.write(place_wallet_order, front.shelf, sale, locale="en", by=ends)


def till(shop: WalletShop) -> Till:
    owner = shop.front.owner
    assert isinstance(owner, Till)
    return owner


def events(shop: WalletShop, order_id: str) -> list[dict[str, Any]]:
    return list(shop.wallet.orders.get(order_id, []))


# ---- what the page is told ----


def test_an_order_on_the_phone_sends_the_page_on_before_it_is_paid(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet, clock: Any
) -> None:
    app = new_shop(
        deliveries=[LOCKER], order_complete=lambda order: f"/thanks/{order.number}", **inpost
    )
    shop = WalletShop(app, wallet, clock)
    shop.linked()
    assert shop.page.get("/till/iziGetOrderComplete").status_code == 204
    order_id = place(shop)
    told = {"action": "redirect", "redirect": "/thanks/T-000001"}
    assert shop.page.get("/till/iziGetOrderComplete").get_json() == told
    frames = shop.page.get("/till/channel").get_json()["frames"]
    (shown,) = [frame["order"] for frame in frames if frame["type"] == "order"]
    assert (shown["order_id"], shown["status"]) == (order_id, "pending")
    assert shown["complete"] == told
    (basket,) = [frame["basket"] for frame in frames if frame["type"] == "basket"]
    assert basket["count"] == 0
    assert basket["binding"]["status"] == "unbound"


def test_the_desk_is_not_asked_about_an_order_of_the_wallet(shop: WalletShop, desk: Any) -> None:
    order(shop)
    shop.page.get("/till/channel?wait=1&basket=99&order=999999")
    shop.front.checkout.sweep()
    assert desk.asked == 0


def test_after_an_order_the_basket_can_be_linked_anew(shop: WalletShop) -> None:
    order(shop)
    first = next(iter(shop.wallet.baskets))
    shop.linked()
    assert shop.binding.id != first
    assert set(shop.wallet.baskets) == {first, shop.binding.id}
    shop.add("card")
    shop.carry()
    assert len(shop.puts()) == 1  # and none for the basket that was ordered
    assert len(shop.wallet.calls("PUT")) == 1


def test_an_ordered_basket_is_not_put_any_more(shop: WalletShop) -> None:
    shop.linked()
    shop.add("card")
    place(shop)
    shop.carry(600)
    assert not shop.wallet.calls("PUT")
    assert deliveries(shop, "basket_sync") == [("done", 1)]


# ---- the shop's own checkout ----


def test_buying_the_linked_basket_in_the_shop_ends_the_link(shop: WalletShop, desk: Any) -> None:
    shop.linked()
    binding_id = shop.binding.id
    opened = shop.page.post("/till/checkout", json={}).get_json()
    shop.carry()
    assert not shop.wallet.calls("DELETE")
    desk.move(opened["order_id"], "paid")
    shop.front.checkout.refresh(opened["order_id"])
    shop.carry()
    (asked,) = shop.wallet.calls(f"DELETE /v1/izi/basket/{binding_id}/binding")
    assert asked.query == {"if_basket_realized": "true"}
    assert not shop.wallet.calls("PUT")
    assert shop.page.get("/till/basket").get_json()["binding"]["status"] == "unbound"


# ---- news from the shop ----


def test_a_text_and_parcels_are_told_to_the_wallet(shop: WalletShop) -> None:
    order_id = order(shop)
    with shop.app.app_context():
        till(shop).orders.describe(order_id, "Pakujemy")
        till(shop).orders.ship(order_id, ["620000000000000000000012"], text="Wysłane")
    assert not shop.wallet.asked
    shop.carry()
    first, second = events(shop, order_id)
    assert first["event_data"] == {"order_merchant_status_description": "Pakujemy"}
    assert first["phone_number"] == {"country_prefix": "+48", "phone": "501234567"}
    assert first["event_data_time"] == "2026-05-04T12:00:01.000Z"
    assert second["event_data"] == {
        "order_merchant_status_description": "Wysłane",
        "delivery_references_list": ["620000000000000000000012"],
    }
    assert first["event_id"] != second["event_id"]


def test_changed_delivery_is_told_with_the_parcels(shop: WalletShop) -> None:
    order_id = order(shop)
    changed = {
        "delivery_date": datetime(2026, 5, 6, 10, tzinfo=UTC),
        "delivery_point": "KRA02M",
        "delivery_address": {
            "name": "Anna Nowak", "country_code": "PL", "address": "Długa 1",
            "city": "Kraków", "postal_code": "30-001",
        },
    }  # fmt: skip
    with shop.app.app_context():
        till(shop).orders.ship(order_id, [], delivery=changed)
    shop.carry()
    (told,) = events(shop, order_id)
    assert told["event_data"]["delivery_references_list"] == []
    assert told["event_data"]["delivery"] == changed | {"delivery_date": "2026-05-06T10:00:00.000Z"}


def test_an_order_finished_in_the_shop_is_completed_in_the_wallet(shop: WalletShop) -> None:
    order_id = order(shop)
    with shop.app.app_context():
        till(shop).orders.complete(order_id, text="Zrealizowane w sklepie")
    shop.carry()
    (told,) = events(shop, order_id)
    assert told["event_data"] == {
        "order_status": "ORDER_COMPLETED",
        "order_merchant_status_description": "Zrealizowane w sklepie",
    }


def test_what_was_paid_in_the_wallet_is_not_completed(shop: WalletShop) -> None:
    order_id = order(shop)
    found = shop.front.database.read(read_order, order_id)
    shop.front.database.write(settle_order, shop.front.shelf, found, "paid")
    with shop.app.app_context(), pytest.raises(Conflict):
        till(shop).orders.complete(order_id)
    shop.carry()
    assert not events(shop, order_id)


def test_news_wait_for_a_wallet_that_is_down_and_keep_their_order(shop: WalletShop) -> None:
    order_id = order(shop)
    shop.wallet.down = True
    with shop.app.app_context():
        till(shop).orders.describe(order_id, "one")
        till(shop).orders.describe(order_id, "two")
    for pause in (1, 3, 7, 20, 80, 400, 1200, 2500, 4 * 3600):
        shop.carry(pause)
    shop.wallet.down = False
    shop.carry(8 * 3600)
    shop.carry(1)
    texts = [
        one["event_data"]["order_merchant_status_description"] for one in events(shop, order_id)
    ]
    assert texts == ["one", "two"]


def test_a_repeat_after_a_lost_answer_has_the_same_event_id(shop: WalletShop) -> None:
    order_id = order(shop)
    lost: list[Any] = []

    def lose(asked: Any) -> None:
        if asked.path.endswith("/event") and not lost:
            lost.append(asked.body["event_id"])
            shop.wallet.refuse.append("INTERNAL_SERVER_ERROR")

    shop.wallet.before_answer = lose
    with shop.app.app_context():
        till(shop).orders.describe(order_id, "one")
    shop.carry()
    shop.carry(10)
    assert [one["event_id"] for one in events(shop, order_id)] == lost


@pytest.mark.parametrize("code", ["ORDER_NOT_FOUND", "STATUS_ORDER_ERROR"])
def test_what_the_wallet_will_never_take_is_given_up(shop: WalletShop, code: str) -> None:
    order_id = order(shop)
    with shop.app.app_context():
        till(shop).orders.describe(order_id, "one")
    shop.wallet.refuse = [code]
    shop.carry()
    assert deliveries(shop, "order_event") == [("dead", 1)]


@pytest.mark.parametrize(
    "say",
    [
        lambda orders, order_id: orders.describe(order_id, "x" * 20_000),
        lambda orders, order_id: orders.ship(order_id, [""]),
        lambda orders, order_id: orders.ship(order_id, ["x" * 2000]),
        lambda orders, order_id: orders.ship(order_id, [7]),
        lambda orders, order_id: orders.ship(order_id, [], delivery={"delivery_pint": "x"}),
        lambda orders, order_id: orders.ship(order_id, [], delivery={"mail": "nobody"}),
    ],
)
def test_what_cannot_be_sent_is_refused_at_once(shop: WalletShop, say: Any) -> None:
    order_id = order(shop)
    with shop.app.app_context(), pytest.raises(InvalidRequest):
        say(till(shop).orders, order_id)
    shop.carry()
    assert not events(shop, order_id)


def test_an_order_of_the_shops_own_desk_has_no_news_for_the_wallet(shop: WalletShop) -> None:
    shop.add()
    order_id = shop.page.post("/till/checkout", json={}).get_json()["order_id"]
    with shop.app.app_context():
        with pytest.raises(NotFound):
            till(shop).orders.describe(order_id, "x")
        with pytest.raises(NotFound):
            till(shop).orders.complete("ord_unknown")


def test_orders_are_still_listed_by_calling_them(shop: WalletShop) -> None:
    order_id = order(shop)
    cookie = shop.page.get_cookie("till_basket")
    assert cookie is not None
    headers = {"Cookie": f"till_basket={cookie.value}"}
    with shop.app.test_request_context("/", headers=headers):
        assert [one.id for one in till(shop).orders()] == [order_id]
