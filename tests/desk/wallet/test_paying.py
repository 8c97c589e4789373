"""Paying a wallet's order at our desk, and giving it up: the shop hears of it once (3.10)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_till.errors import Conflict, InvalidRequest, NotFound
from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.the_phone import ThePhone, TheWallet, authorized
from tests.stand_ins.inpost_faults import down, lost, status
from tests.stand_ins.inpost_merchant import InpostMerchant


def test_a_decline_and_then_another_try(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    order = phone.order()
    assert order.order_id is not None
    ref = at.desk.start(at.desk.read(order.order_id))
    before = phone.wallet.version(phone.id)
    at.desk.cashier.settle(at.desk.gateway.turn(ref, "failed"))
    at.carry()
    assert merchant.of("order_event") == []
    assert (phone.order().status, phone.order().payment_status) == ("processing", "DECLINED")
    assert phone.wallet.version(phone.id) > before
    assert phone.wallet.pay_url(order.id, phone.id).startswith("https://pay.example/order?orderId=")
    phone.pay(order)
    at.carry()
    assert len(authorized(merchant)) == 1


def test_the_shop_learns_of_its_money_once_though_answers_are_lost_for_hours(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    phone.pay(phone.order())
    merchant.fail("order_event", lost, down, status(404), status(401, "INVALID_SIGNATURE"), lost)
    at.carry()
    at.restart()
    at.carry(seconds=600)
    assert len(merchant.of("order_event")) == 6
    assert len({call.raw for call in merchant.of("order_event")}) == 1
    assert [len(one.paid_by) for one in merchant.orders.values()] == [1]
    assert at.waiting() == 0


def test_what_was_told_before_may_be_told_again_and_counts_once(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.wallet.set_quantity(linked, phone.id, "mug", Decimal(3))
    at.carry()
    phone.place(linked)
    at.carry()
    phone.pay(phone.order())
    at.carry()
    counts = {name: len(merchant.of(name)) for name in ("confirmation", "event", "create")}
    before = phone.order()
    at.replay_all()
    at.carry()
    assert {name: len(merchant.of(name)) for name in counts} == counts
    assert [len(one.paid_by) for one in merchant.orders.values()] == [1]
    assert phone.order() == before


def test_the_page_to_pay_on_opens_once(at: TheWallet, phone: ThePhone, linked: str) -> None:
    phone.place(linked)
    at.carry()
    url = phone.wallet.pay_url(phone.order().id, phone.id).removeprefix("https://pay.example")
    first = at.desk.browserless.get(url, base_url="https://pay.example")
    assert first.status_code in (200, 302, 303)
    assert first.headers.getlist("Set-Cookie")
    second = at.desk.browserless.get(url, base_url="https://pay.example")
    assert second.status_code >= 400


def test_a_shop_that_will_not_take_the_money_is_written_down(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    phone.pay(phone.order())
    merchant.fail("order_event", status(409, "ORDER_NOT_UPDATE"))
    at.carry(seconds=60)
    order = phone.order()
    assert (order.status, order.reason) == ("paid", "ORDER_NOT_UPDATE")
    assert len(merchant.of("order_event")) == 1
    assert ("order.paid", "dead") in at.deliveries()


def test_cash_on_delivery_counts_as_paid_at_once(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked, payment="CASH_ON_DELIVERY")
    at.carry()
    [call] = merchant.of("create")
    assert call.body["order_details"]["payment_type"] == "CASH_ON_DELIVERY"
    assert call.body["delivery"]["delivery_codes"] == ["COD"]
    order = phone.order()
    assert (order.status, order.payment_status, order.order_id) == ("paid", "AUTHORIZED", None)
    [told] = authorized(merchant)
    assert (told["payment_type"], told["payment_id"]) == ("CASH_ON_DELIVERY", order.id)
    with pytest.raises(Conflict):
        phone.wallet.reject(order.id, phone.id)


def test_a_free_order_is_paid_at_once(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    basket_id = phone.link(merchant, shop, "b-1", gift=1)
    merchant.baskets["b-1"].free_delivery = True
    phone.wallet.set_quantity(basket_id, phone.id, "gift", Decimal(2))
    at.carry()
    phone.place(basket_id)
    at.carry()
    assert merchant.of("create")[0].body["order_details"]["payment_type"] == "FREE_ORDER"
    assert [one["payment_type"] for one in authorized(merchant)] == ["FREE_ORDER"]
    assert phone.order().status == "paid"


def test_digital_goods_need_an_address_of_mail_and_nothing_else(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    basket_id = phone.link(merchant, shop, "b-1", key=1)
    with pytest.raises(InvalidRequest):
        phone.place(basket_id)
    phone.place(basket_id, delivery_type="DIGITAL", digital_mail="gift@mail.example")
    at.carry()
    delivery = merchant.of("create")[0].body["delivery"]
    assert delivery["digital_delivery_email"] == "gift@mail.example"
    assert "delivery_address" not in delivery
    assert phone.order().status == "processing"


# --- giving up --------------------------------------------------------------------------------


def test_giving_up_before_paying_is_told_to_the_shop(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    placed = phone.place(linked)
    with pytest.raises(Conflict):
        phone.wallet.reject(placed.id, phone.id)
    at.carry()
    assert phone.wallet.reject(placed.id, phone.id).status == "rejected"
    assert phone.wallet.reject(placed.id, phone.id).status == "rejected"
    at.carry(seconds=60)
    [call] = merchant.of("order_event")
    assert call.body["event_data"] == {"order_status": "ORDER_REJECTED"}
    with pytest.raises(Conflict):
        phone.wallet.pay_url(placed.id, phone.id)


def test_an_order_that_nobody_pays_expires_and_is_rejected(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    at.clock.advance(minutes=30)
    order = phone.wallet.order(phone.order().id, phone.id)
    assert (order.status, order.reason) == ("rejected", "EXPIRED")
    at.carry()
    assert [one.rejected for one in merchant.orders.values()] == [1]


def test_money_that_comes_too_late_goes_back(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    order = phone.order()
    assert order.order_id is not None
    ref = at.desk.start(at.desk.read(order.order_id))
    phone.wallet.reject(order.id, phone.id)
    at.desk.cashier.settle(at.desk.gateway.turn(ref, "succeeded"))
    at.desk.desk.relay.drain()
    assert phone.order().status == "rejected"
    assert authorized(merchant) == []
    assert at.desk.gateway.taken == 0


def test_what_the_shop_ends_is_not_echoed(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    event = {"event_id": "1", "event_data_time": "2026-05-04T12:00:00Z"}
    told = shop.tell("90000", event | {"event_data": {"order_status": "ORDER_COMPLETED"}})
    assert told.status_code == 200
    at.carry(seconds=60)
    assert merchant.of("order_event") == []
    assert phone.order().status == "completed"
    with pytest.raises(Conflict):
        phone.wallet.pay_url(phone.order().id, phone.id)


def test_how_an_order_stands_is_read_from_the_shop(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    phone.place(linked)
    at.carry()
    order = phone.order()
    merchant.orders["90000"].status_text = "Wysłane"
    merchant.orders["90000"].parcels = ["6100001"]
    merchant.fail("order", down)
    phone.wallet.refresh(order.id, phone.id)
    phone.wallet.refresh(order.id, phone.id)
    at.carry(seconds=5)
    assert len(merchant.of("order")) == 2
    assert (phone.order().status_text, phone.order().parcels) == ("Wysłane", ("6100001",))
    version = phone.wallet.version(phone.id)
    phone.wallet.refresh(order.id, phone.id)
    at.carry()
    assert phone.wallet.version(phone.id) == version


def test_another_shoppers_order_is_not_there(at: TheWallet, phone: ThePhone, linked: str) -> None:
    order = phone.place(linked)
    at.carry()
    other = ThePhone(at, "600100200")
    for ask in (
        other.wallet.order,
        other.wallet.pay_url,
        other.wallet.reject,
        other.wallet.refresh,
    ):
        with pytest.raises(NotFound):
            ask(order.id, other.id)
    assert other.wallet.orders(other.id) == []
