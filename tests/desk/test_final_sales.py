"""Orders whose money never goes back, ids that a partner chose, and time after the time is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_till.desk.actions.orders import make_final
from flask_till.errors import Conflict
from flask_till.money import Money
from tests.desk.the_desk import SHOP

CHOSEN = "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"


def test_a_final_sale_is_not_refunded(desk: Any) -> None:
    order = desk.paid(final_sale=True)
    with pytest.raises(Conflict) as refused:
        desk.cashier.refund(order.id)
    assert refused.value.code == "NOT_REFUNDABLE"


def test_a_sale_made_final_keeps_what_went_back_before(desk: Any) -> None:
    order = desk.paid()
    desk.cashier.refund(order.id, Money("10", "PLN"))
    desk.database.write(make_final, order.id)
    with pytest.raises(Conflict):
        desk.cashier.refund(order.id)
    assert desk.read(order.id).refunded == Money("10", "PLN")


def test_only_a_paid_order_is_made_final(desk: Any) -> None:
    with pytest.raises(Conflict):
        desk.database.write(make_final, desk.order().id)


def test_an_id_that_a_partner_chose_is_the_orders_and_is_taken_once(desk: Any) -> None:
    assert desk.order(id=CHOSEN).id == CHOSEN
    other = desk.merchant_of(desk.desk.add_merchant(name="Bowls", origins=[SHOP]))
    for merchant in (desk.merchant, other):
        with pytest.raises(Conflict) as refused:
            desk.cashier.create(merchant, _draft(CHOSEN))
        assert refused.value.code == "ORDER_EXISTS"


def _draft(chosen: str) -> Any:
    from tests.desk.the_desk import draft

    return draft("another", id=chosen)


def test_our_own_api_opens_no_page_of_a_partners_order(desk: Any) -> None:
    order = desk.order(dialect="ipos", id=CHOSEN)
    answer = desk.post(f"/v1/orders/{order.id}/token")
    assert (answer.status_code, answer.json["code"]) == (403, "OTHER_PROTOCOL")


# --- late money that is welcome ---------------------------------------------------------------


def test_an_order_that_welcomes_late_money_ends_in_time_while_its_payment_goes_on(
    desk: Any,
) -> None:
    order = desk.order(late_money="accept")
    ref = desk.start(order)
    assert desk.gateway.charges[ref].expires_at == order.expires_at + timedelta(minutes=30)
    desk.clock.advance(1800)
    assert desk.cashier.get(order.id).status == "expired"
    assert "cancel" not in desk.gateway.calls
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    assert desk.read(order.id).status == "paid"
    assert desk.kinds(order.id)[-2:] == ["order.expired", "order.paid"]


def test_such_a_payment_is_stopped_when_its_longer_time_is_over(desk: Any) -> None:
    order = desk.order(late_money="accept")
    ref = desk.start(order)
    desk.clock.advance(1800)
    desk.cashier.sweep()
    assert desk.gateway.status[ref] == "requires_action"
    desk.clock.advance(1801)
    desk.desk.relay.drain()
    assert desk.gateway.status[ref] == "cancelled"
    assert desk.read(order.id).status == "expired"


def test_the_sweep_asks_about_such_a_payment_and_does_not_stop_it(desk: Any) -> None:
    order = desk.order(late_money="accept")
    ref = desk.start(order)
    desk.clock.advance(1800)
    desk.cashier.sweep()
    desk.clock.advance(120)
    desk.cashier.sweep()
    assert desk.gateway.status[ref] == "requires_action"
    desk.gateway.status[ref] = "succeeded"
    desk.clock.advance(120)
    desk.cashier.sweep()
    assert desk.read(order.id).status == "paid"


def test_who_cancels_such_an_order_stops_its_payment(desk: Any) -> None:
    order = desk.order(late_money="accept")
    ref = desk.start(order)
    desk.cashier.cancel(order.id)
    assert desk.gateway.status[ref] == "cancelled"


def test_money_that_was_there_in_time_pays_it_in_time(desk: Any) -> None:
    order = desk.order(late_money="accept")
    desk.gateway.status[desk.start(order)] = "succeeded"
    desk.clock.advance(1800)
    assert desk.cashier.get(order.id).status == "paid"
