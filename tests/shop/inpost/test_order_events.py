"""A wallet tells of an order (contract 3.10), and races around orders."""

from __future__ import annotations

import pytest

from flask_till.shop.actions.binding import find_binding, read_binding
from flask_till.shop.actions.orders import read_order
from flask_till.signals import order_cancelled, order_paid, order_placed
from tests.shop.conftest import browser
from tests.shop.inpost.conftest import (
    COD,
    bind,
    put,
    shop_basket_id,
    with_wallet,
)
from tests.shop.inpost.order_parts import (
    held,
    placed,
    priced,
)
from tests.shop.inpost.played_wallet import (
    example,
    good,
    refused,
    related_event,
)
from tests.shop.shelves import count, kinds, row, together

# ---- events ----


@pytest.fixture
def signals(app):
    seen = []

    def on_placed(_app, order):
        seen.append(("placed", order.id))

    def on_paid(_app, order):
        seen.append(("paid", order.id))

    def on_cancelled(_app, order):
        seen.append(("cancelled", order.id))

    order_placed.connect(on_placed, sender=app)
    order_paid.connect(on_paid, sender=app)
    order_cancelled.connect(on_cancelled, sender=app)
    yield seen
    order_placed.disconnect(on_placed, sender=app)
    order_paid.disconnect(on_paid, sender=app)
    order_cancelled.disconnect(on_cancelled, sender=app)


@pytest.fixture
def order_id(wallet, linked):
    return placed(wallet, linked)["order_details"]["order_id"]


def drain(app):
    app.extensions["till"].background.relay.drain()


def test_authorized_is_paid_once(app, signals, wallet, order_id, page):
    put(page, "1042.7")  # the same again, for another order
    event = example("order_event_from_wallet_paid")
    reply = good(wallet.call("POST", f"/order/{order_id}/event", event))
    assert reply["order_merchant_status_description"] == "Opłacone"
    assert reply["delivery_references_list"] == []
    good(wallet.call("POST", f"/order/{order_id}/event", event))
    good(wallet.tell(order_id))
    drain(app)
    assert signals == [("placed", order_id), ("paid", order_id)]
    order = wallet.front.database.read(read_order, order_id)
    assert order.status == "paid"
    assert page.get("/till/basket").get_json()["count"] == 1
    kept = row(wallet.front.database, "wallet_orders", order_id=order_id)
    assert kept.payment_id == event["event_data"]["payment_id"]
    assert kept.payment_reference == event["event_data"]["payment_reference"]


def test_authorized_many_times_at_once_is_paid_once(wallet, order_id):
    answers = together(*[lambda: wallet.tell(order_id) for _ in range(6)])
    assert {answer.status_code for answer in answers} == {200}
    assert kinds(wallet.front.database, order_id) == ["order_placed", "order_paid"]


def test_rejected_gives_everything_back_once(app, signals, wallet, order_id):
    good(wallet.tell(order_id, "order_event_from_wallet_rejected"))
    good(wallet.tell(order_id, "order_event_from_wallet_rejected"))
    drain(app)
    assert signals[1:] == [("cancelled", order_id)]
    assert (held(wallet, "1042.7"), held(wallet, "2077")) == (0, 0)
    assert row(wallet.front.database, "promotion_counts", code="MAJ10", shopper="").uses == 0


def test_paid_and_rejected_at_once_has_one_winner(wallet, order_id):
    answers = together(
        lambda: wallet.tell(order_id),
        lambda: wallet.tell(order_id, "order_event_from_wallet_rejected"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert len(kinds(wallet.front.database, order_id)) == 2


def news(**data):
    return {"event_data": data}


NOT_UPDATED = (409, "ORDER_NOT_UPDATE")


def test_what_is_paid_is_not_rejected_and_what_is_rejected_not_paid(wallet, order_id):
    good(wallet.tell(order_id))
    rejected = wallet.tell(order_id, "order_event_from_wallet_rejected")
    assert refused(rejected) == NOT_UPDATED
    assert wallet.front.database.read(read_order, order_id).status == "paid"


def test_what_was_rejected_is_not_paid(wallet, order_id):
    good(wallet.tell(order_id, "order_event_from_wallet_rejected"))
    assert refused(wallet.tell(order_id)) == NOT_UPDATED


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"payment_id": "p"},
        {"payment_status": "AUTHORIZED", "order_status": "ORDER_REJECTED"},
    ],
)
def test_an_event_that_says_nothing_useful_is_refused(wallet, order_id, data):
    assert refused(wallet.tell(order_id, **news(**data))) == NOT_UPDATED


@pytest.mark.parametrize(
    "data",
    [
        {"payment_status": "STARTED"},
        {"payment_status": "DECLINED", "payment_type": "CARD"},
        {"payment_status": "SOMETHING_NEW"},
        {"order_status": "ORDER_PROCESSING"},
    ],
)
def test_what_a_shop_does_not_act_on_is_fine(wallet, order_id, data):
    good(wallet.tell(order_id, **news(**data)))
    assert wallet.front.database.read(read_order, order_id).status == "pending"
    good(wallet.tell(order_id))


def test_an_unknown_payment_type_is_tolerated_and_kept(wallet, order_id):
    good(wallet.tell(order_id, **news(payment_status="AUTHORIZED", payment_type="SHELLS")))
    assert (
        good(wallet.call("GET", f"/order/{order_id}"))["order_details"]["payment_type"] == "SHELLS"
    )


def test_an_event_that_is_replayed_later_changes_nothing(wallet, order_id):
    """A declined card, then paid by BLIK: the first event once more says nothing new."""
    declined = {"event_id": "one", **news(payment_status="DECLINED", payment_type="CARD")}
    good(wallet.tell(order_id, **declined))
    good(wallet.tell(order_id, **news(payment_status="AUTHORIZED", payment_type="BLIK_TOKEN")))
    good(wallet.tell(order_id, **declined))
    order = good(wallet.call("GET", f"/order/{order_id}"))
    assert order["order_details"]["payment_type"] == "BLIK_TOKEN"


def test_another_phone_tells_nothing_of_the_order(wallet, order_id):
    phone = {"country_prefix": "+48", "phone": "600000000"}
    assert refused(wallet.tell(order_id, phone_number=phone)) == NOT_UPDATED
    assert wallet.front.database.read(read_order, order_id).status == "pending"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        (b"", "MALFORMED_REQUEST"),
        (b"{}", "MALFORMED_REQUEST"),
        (b'{"event_id":1}', "MALFORMED_REQUEST"),
    ],
)
def test_what_is_no_event_is_refused(wallet, order_id, payload, code):
    assert refused(wallet.call("POST", f"/order/{order_id}/event", payload)) == (400, code)


def test_what_the_shop_says_of_an_order_is_in_the_reply(app, wallet, order_id):
    till = app.extensions["till"].owner
    with app.app_context():
        till.orders.describe(order_id, "Pakujemy")
        till.orders.ship(order_id, ["620000000000000000000012"])
    reply = good(wallet.tell(order_id))
    assert reply["order_merchant_status_description"] == "Pakujemy"
    assert reply["delivery_references_list"] == ["620000000000000000000012"]


def test_a_shop_can_read_who_ordered_and_where_it_goes(app, order_id):
    with app.app_context():
        book = app.extensions["till"].owner.orders
        details = book.details(order_id)
        assert book.details("ord_of_our_own_checkout") is None
    assert details.carriage.type == "APM"
    assert details.carriage.wanted["delivery_point"]
    assert details.account["mail"]
    assert details.account["phone_number"]["country_prefix"] == "+48"
    assert [given for _, _, given in details.consents]


def test_what_was_completed_in_the_shop_is_neither_paid_nor_rejected(app, wallet, order_id):
    with app.app_context():
        app.extensions["till"].owner.orders.complete(order_id)
    assert refused(wallet.tell(order_id)) == NOT_UPDATED
    assert refused(wallet.tell(order_id, "order_event_from_wallet_rejected")) == NOT_UPDATED


# ---- races ----


def test_an_event_during_the_order_comes_before_or_after_it_never_between(wallet, linked):
    """Either the order is of the basket that the event left, which costs something else, or the
    event finds an order."""
    answers = together(
        lambda: wallet.order(linked),
        lambda: wallet.send(linked, related_event("3001")),
        lambda: wallet.order(linked),
    )
    codes = [answer.status_code for answer in answers]
    assert codes[1] in (200, 409)
    if codes[1] == 200:
        assert {codes[0], codes[2]} == {409}
    else:
        assert {codes[0], codes[2]} == {201}
    assert count(wallet.front.database, "orders") == (0 if codes[1] == 200 else 1)


def test_the_last_ones_go_to_one_of_two_wallets(new_wallet_shop):
    app = new_wallet_shop()
    wallet = with_wallet(app)
    baskets = []
    for _ in range(2):
        page = browser(app)
        put(page, "2077", 3)
        baskets.append(bind(app, page))
        wallet.confirm(baskets[-1])
    request = priced(example("order_create"), "203.99", "190.00")
    answers = together(*[lambda one=one: wallet.order(one, request) for one in baskets])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert held(wallet, "2077") == 3


def test_the_shopper_unlinking_during_the_order_has_one_winner(app, wallet, linked, page):
    from flask_till.shop.actions.binding import delete_binding

    database = wallet.front.database
    answers = together(lambda: wallet.order(linked), lambda: database.write(delete_binding, linked))
    found = database.read(read_binding, linked)
    if answers[0].status_code == 201:
        assert found.status == "ordered"
        assert database.read(find_binding, shop_basket_id(page)) is None
    else:
        assert found.status == "unbound"
        assert count(database, "orders") == 0
    assert COD
