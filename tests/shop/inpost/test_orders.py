"""A wallet orders a basket (contract 3.8, 3.9, 4.3, 4.4), in the contract's bytes."""

from __future__ import annotations

from flask_till.shop.actions.binding import read_binding
from flask_till.wire.inpost.arithmetic import order_faults
from flask_till.wire.inpost.order import Order
from tests.shop.conftest import browser
from tests.shop.inpost.conftest import (
    MUG,
    bind,
    put,
    use_codes,
    with_wallet,
    zl,
)
from tests.shop.inpost.order_parts import (
    NOT_CREATED,
    held,
    order_of,
    placed,
    without_nulls,
)
from tests.shop.inpost.played_wallet import (
    changed,
    codes_event,
    example,
    quantity_event,
    refused,
)
from tests.shop.shelves import count, kinds, row, together

# ---- create ----


def test_the_contracts_order_is_made_as_the_contract_says(wallet, linked):
    got, meant = placed(wallet, linked), example("order_response")
    for payload in (got, meant):
        for moving in ("order_id", "customer_order_id", "order_creation_date", "basket_id"):
            assert payload["order_details"].pop(moving)
        payload["delivery"].pop("delivery_date")
        payload["account_info"]["client_address"].pop("address_details", None)
    assert without_nulls(got) == without_nulls(meant)


def test_the_order_parses_and_adds_up(wallet, linked):
    body = wallet.order(linked).get_data()
    assert order_faults(Order.read(body)) == []
    assert b"null" not in body


def test_the_order_waits_for_its_money_with_its_goods_set_aside(wallet, linked, page):
    order = order_of(wallet, placed(wallet, linked))
    assert (order.status, order.desk, order.total, order.delivery) == (
        "pending", "inpost", zl("147.97"), zl("14.99"),
    )  # fmt: skip
    assert (held(wallet, "1042.7"), held(wallet, "2077")) == (2, 1)
    shown = page.get("/till/basket").get_json()
    assert (shown["count"], shown["promotions"]) == (0, [])
    assert kinds(wallet.front.database, order.id) == ["order_placed"]


def test_the_page_is_told_to_go_on_from_creation_on(new_wallet_shop):
    app = new_wallet_shop(order_complete=lambda order: f"/thanks/{order.id}")
    wallet, page = with_wallet(app), browser(app)
    put(page, "1042.7", 2)
    put(page, "2077")
    use_codes(page, "MAJ10")
    basket_id = bind(app, page)
    wallet.confirm(basket_id)
    assert page.get("/till/iziGetOrderComplete").status_code == 204
    order_id = placed(wallet, basket_id)["order_details"]["order_id"]
    complete = page.get("/till/iziGetOrderComplete").get_json()
    assert complete == {"action": "redirect", "redirect": f"/thanks/{order_id}"}


def test_the_contracts_courier_paid_in_cash_is_made(wallet, linked):
    got = placed(wallet, linked, example("order_create_courier_cod"))
    assert got["order_details"]["order_final_price"]["gross"] == "152.97"
    assert got["delivery"]["delivery_address"]["city"] == "Kraków"
    assert got["order_details"]["payment_type"] == "CASH_ON_DELIVERY"


def test_delivery_codes_may_come_in_any_order(wallet, linked):
    request = changed(example("order_create"), "delivery.delivery_codes", ["COD", "PWW"])
    request = changed(request, "order_details.basket_price.gross", 151.97)
    request = changed(request, "order_details.basket_price.vat", 23.5)
    assert placed(wallet, linked, request)
    assert wallet.order(linked).get_json()["delivery"]["delivery_options"][0]


def test_a_repeat_returns_the_first_order_whatever_it_asks_for(wallet, linked):
    first = wallet.order(linked)
    again = wallet.order(linked)
    other = wallet.order(linked, changed(example("order_create"), "delivery.delivery_point", "X"))
    assert [one.status_code for one in (first, again, other)] == [201, 201, 201]
    assert first.get_data() == again.get_data() == other.get_data()
    assert count(wallet.front.database, "orders") == 1


def test_creates_that_come_at_once_make_one_order_with_one_body(wallet, linked):
    answers = together(*[lambda: wallet.order(linked) for _ in range(6)])
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.get_data() for answer in answers}) == 1
    assert count(wallet.front.database, "orders") == 1
    assert held(wallet, "1042.7") == 2


def test_two_wallet_orders_of_one_basket_one_after_the_other(app, wallet, linked, page):
    placed(wallet, linked)
    put(page, "1042.7", 2)
    put(page, "2077")
    again = bind(app, page)
    assert again != linked
    wallet.confirm(again)
    use_codes(page, "MAJ10")
    placed(wallet, again)
    assert count(wallet.front.database, "orders") == 2
    assert held(wallet, "1042.7") == 4


def test_after_the_order_the_basket_is_closed(wallet, linked):
    placed(wallet, linked)
    exists = (409, "ORDER_EXISTS")
    assert refused(wallet.send(linked, quantity_event("1042.7", 1))) == exists
    assert refused(wallet.send(linked, codes_event())) == exists
    assert refused(wallet.call("GET", f"/basket/{linked}")) == exists
    assert refused(wallet.call("POST", "/basket/product/card", {"basket_id": linked})) == exists
    payload = example("basket_confirmation_success")
    assert refused(wallet.call("POST", f"/basket/{linked}/confirmation", payload)) == exists
    assert wallet.delete(linked).status_code == 200
    assert wallet.front.database.read(read_binding, linked).status == "ordered"


def test_what_the_shopper_changes_later_is_not_told_to_the_wallet(wallet, linked, page):
    placed(wallet, linked)
    put(page, "card")
    assert count(wallet.front.database, "events", subject=linked) == 0


# ---- the shop's own checkout ----


def test_an_order_waiting_at_the_desk_makes_room(wallet, linked, page, desk):
    assert page.post("/till/checkout", json={}).status_code == 200
    order = order_of(wallet, placed(wallet, linked))
    assert [told.status for told in desk.orders.values()] == ["cancelled"]
    assert order.status == "pending"
    assert held(wallet, "1042.7") == 2


def test_an_order_being_paid_at_the_desk_is_not_ordered_again(wallet, linked, page, desk):
    page.post("/till/checkout", json={})
    (order_id,) = desk.orders
    desk.move(order_id, "processing")
    assert refused(wallet.order(linked)) == NOT_CREATED


def test_a_desk_that_is_down_is_no_failure_of_the_shop(wallet, linked, page, desk):
    page.post("/till/checkout", json={})
    desk.down = True
    assert refused(wallet.order(linked)) == NOT_CREATED


def test_the_shopper_can_buy_other_things_while_the_wallet_order_waits(wallet, linked, page, desk):
    placed(wallet, linked)
    put(page, "card")
    assert page.post("/till/checkout", json={}).status_code == 200
    (order_id,) = desk.orders
    desk.pay(page, order_id)
    assert page.get("/till/basket").get_json()["count"] == 0
    assert wallet.front.database.read(read_binding, linked).status == "ordered"


def test_a_linked_basket_bought_at_the_desk_is_unlinked_as_realized(wallet, linked, page, desk):
    page.post("/till/checkout", json={})
    (order_id,) = desk.orders
    desk.pay(page, order_id)
    database = wallet.front.database
    assert database.read(read_binding, linked).status == "unbound"
    assert row(database, "events", subject=linked).data == {"realized": True}
    assert kinds(database, linked) == ["binding_deleted"]
    assert refused(wallet.order(linked)) == NOT_CREATED


# ---- read ----


def test_an_order_can_be_read(wallet, linked):
    created = wallet.order(linked)
    order_id = created.get_json()["order_details"]["order_id"]
    assert wallet.call("GET", f"/order/{order_id}").get_data() == created.get_data()
    assert refused(wallet.call("GET", "/order/unknown")) == (404, "ORDER_NOT_FOUND")


def test_an_order_of_the_desk_is_none_of_the_wallets(wallet, page, desk):
    put(page, "card")
    page.post("/till/checkout", json={})
    (order_id,) = desk.orders
    assert refused(wallet.call("GET", f"/order/{order_id}")) == (404, "ORDER_NOT_FOUND")
    assert refused(wallet.tell(order_id)) == (404, "ORDER_NOT_FOUND")


def test_an_order_stays_as_it_was_sold(wallet, linked, app):
    from dataclasses import replace

    created = wallet.order(linked).get_json()
    catalog = app.extensions["till"].shelf.catalog
    catalog._products["1042.7"] = replace(MUG, name="Other", price=zl("1.00"), vat_rate=8)
    order_id = created["order_details"]["order_id"]
    assert wallet.call("GET", f"/order/{order_id}").get_json() == created
