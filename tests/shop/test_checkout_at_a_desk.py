"""The checkout against a real order desk in this process, over its own protocol."""

from __future__ import annotations

import httpx
import pytest

from flask_till.errors import Conflict
from flask_till.shop.actions.basket import add_line
from flask_till.shop.actions.orders import apply_desk_order, read_order
from flask_till.shop.checkout import Checkout
from flask_till.shop.desks.till import TillDesk
from flask_till.shop.promotion import Promotion
from flask_till.wire import till as wire
from tests.desk.the_desk import SHOP, TheDesk
from tests.shop.shelves import audit, fill, kinds, row, shelf_of, together, zl


@pytest.fixture
def shelf():
    return shelf_of(promotions=(Promotion("TEN", percent=10, label="Ten off"),))


@pytest.fixture
def far(new_database_url, clock, tmp_path):
    far = TheDesk(new_database_url(), clock, tmp_path)
    yield far
    far.audit()
    far.desk.close()


@pytest.fixture
def client(far):
    client = TillDesk(
        "https://pay.example",
        far.credentials.api_key,
        [far.credentials.callback_secret],
        transport=httpx.WSGITransport(app=far.app),
    )
    yield client
    client.close()


@pytest.fixture
def checkout(database, shelf, client):
    return Checkout(database, shelf, client)


@pytest.fixture
def opening(checkout, database, shelf):
    basket_id = fill(database, shelf, "TEN", mug=2)

    def open_it():
        return checkout.open(basket_id, locale="pl", origin=SHOP, redirect_url=f"{SHOP}/thanks?a=1")

    open_it.basket_id = basket_id
    return open_it


def pay(far, order):
    theirs = far.read(order.desk_order_id)
    far.cashier.settle(far.gateway.turn(far.start(theirs), "succeeded"))


def test_an_order_arrives_as_it_was_placed(far, opening):
    opened = opening()
    theirs = far.read(opened.order.desk_order_id)
    assert (theirs.external_id, theirs.amount) == (opened.order.id, zl("89.98"))
    assert [(line.name, line.quantity, line.unit_amount) for line in theirs.lines] == [
        ("Blue mug", 2, 4999)
    ]
    assert [(one.label, one.amount) for one in theirs.adjustments] == [("Ten off", -1000)]
    assert (theirs.locale, theirs.redirect_url) == ("pl", f"{SHOP}/thanks?a=1")
    assert opened.order_url.startswith("https://pay.example/")
    assert far.cashier.redeem_token(theirs.id, opened.token)


def test_each_key_opens_the_page_once(far, opening):
    first, again = opening(), opening()
    assert first.order.id == again.order.id
    assert first.token != again.token
    for opened in (first, again):
        assert far.cashier.redeem_token(opened.order.desk_order_id, opened.token)


def test_clicks_at_one_moment_make_one_order(database, opening):
    opened = together(*[opening] * 6)
    assert len({one.order.id for one in opened}) == 1
    assert len({one.token for one in opened}) == 6
    assert row(database, "stock", product_id="mug").reserved == 2


def test_a_changed_basket_replaces_its_order(database, shelf, far, opening):
    first = opening().order
    database.write(add_line, shelf, opening.basket_id, "card", 1)
    second = opening().order
    assert far.read(first.desk_order_id).status == "cancelled"
    assert database.read(read_order, first.id).status == "cancelled"
    assert far.read(second.desk_order_id).amount == zl("97.18")
    audit(database)


def test_a_payment_that_no_callback_told_of_is_found(database, shelf, far, checkout, opening):
    order = opening().order
    pay(far, order)
    database.write(add_line, shelf, opening.basket_id, "card", 1)
    with pytest.raises(Conflict) as refused:
        opening()
    assert refused.value.code == "ORDER_ALREADY_PAID"
    assert kinds(database, order.id) == ["order_placed", "order_paid"]
    assert checkout.refresh(order.id).status == "paid"


def test_every_event_of_the_desk_is_understood(database, shelf, far, client, opening, clock):
    order = opening().order
    pay(far, order)
    client.refund(database.read(read_order, order.id), zl("10.00"), key="refund-1")
    told = far.get(f"/v1/orders/{order.desk_order_id}/events").json["events"]
    assert [event["kind"] for event in told][-2:] == ["order.paid", "order.refunded"]
    for event in told:
        body = wire.Event.model_validate(event).model_dump_json().encode()
        headers = wire.sign(far.credentials.callback_secret, event["id"], clock(), body)
        event_id, snapshot = client.verify_callback(headers, body, clock())
        database.write(apply_desk_order, shelf, "till", event_id, snapshot)
    ours = database.read(read_order, order.id)
    assert (ours.status, ours.refunded) == ("partially_refunded", zl("10.00"))
    assert kinds(database, order.id) == ["order_placed", "order_paid", "order_refunded"]


def test_an_order_whose_time_is_over_at_the_desk_gives_its_stock_back(
    database, far, checkout, opening, clock
):
    order = opening().order
    clock.advance(minutes=31)
    assert checkout.sweep() == 1
    assert far.read(order.desk_order_id).status == "expired"
    assert database.read(read_order, order.id).status == "expired"
    assert row(database, "stock", product_id="mug").reserved == 0
