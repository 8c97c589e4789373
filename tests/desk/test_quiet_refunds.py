"""Refunds that a provider took and never spoke of again are asked about, ever more rarely."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.tables import outbox, refunds
from flask_till.errors import GatewayRefused


def quiet_refund(desk: Any) -> tuple[Any, Any]:
    """An order with a refund that its gateway has taken, and whose news is lost."""
    order = desk.paid()
    desk.gateway.refund_status = "pending"
    refund = desk.cashier.refund(order.id)
    assert refund.status == "pending"
    return order, refund


def pass_time(desk: Any, seconds: float) -> None:
    desk.clock.advance(seconds)
    desk.desk.relay.drain()


def asked(desk: Any) -> int:
    return int(desk.gateway.calls.count("look_refund"))


@pytest.mark.parametrize(
    ("word", "order_status", "taken"), [("succeeded", "refunded", 0), ("failed", "paid", 4999)]
)
def test_the_end_of_a_refund_is_found_by_asking(
    desk: Any, word: str, order_status: str, taken: int
) -> None:
    order, refund = quiet_refund(desk)
    desk.gateway.refunds[refund.id] = word
    pass_time(desk, 90)
    assert desk.read(order.id).status == order_status
    assert [(r.status, r.reason) for r in desk.read(order.id).refunds] == [
        (word, "The account is closed." if word == "failed" else None)
    ]
    assert desk.gateway.taken == taken
    pass_time(desk, 90)
    pass_time(desk, 10 * 24 * 3600)
    assert asked(desk) == 1
    assert desk.gateway.calls.count("refund") == 1, "what was taken is not sent again"


def test_what_takes_its_time_is_asked_about_ever_more_rarely(desk: Any) -> None:
    order, refund = quiet_refund(desk)
    for _ in range(60):
        pass_time(desk, 60)
    within_an_hour = asked(desk)
    assert 3 <= within_an_hour <= 6
    for _ in range(24):
        pass_time(desk, 3600)
    assert asked(desk) - within_an_hour <= 6
    desk.gateway.refunds[refund.id] = "succeeded"
    pass_time(desk, 2 * 24 * 3600)
    assert desk.read(order.id).status == "refunded"


def test_a_gateway_that_is_away_or_knows_nothing_is_asked_again(desk: Any) -> None:
    order, refund = quiet_refund(desk)
    desk.gateway.is_away = True
    pass_time(desk, 90)
    desk.gateway.is_away = False
    look = desk.gateway.look_refund

    def refuse(*_: Any) -> Any:
        raise GatewayRefused("There is no such refund.")

    desk.gateway.look_refund = refuse
    pass_time(desk, 100)
    assert desk.read(order.id).refunds[0].status == "pending"
    desk.gateway.look_refund = look
    desk.gateway.refunds[refund.id] = "succeeded"
    pass_time(desk, 24 * 3600)
    assert desk.read(order.id).status == "refunded"


def test_news_and_an_answer_at_once_book_one_refund(desk: Any, at_once: Any) -> None:
    order, refund = quiet_refund(desk)
    desk.gateway.refunds[refund.id] = "succeeded"
    body = f'{{"id":"evt_1","refund":"{refund.id}","status":"succeeded"}}'.encode()

    def tell(number: int) -> None:
        if number % 2:
            desk.cashier.receive("paper", body, {"X-Signature": "good"})
        else:
            desk.cashier.refunding.look(refund.id)

    at_once(tell, 8)
    assert desk.read(order.id).refunded == order.amount
    assert desk.kinds(order.id).count("order.refunded") == 1


def test_money_on_its_way_back_unasked_is_asked_about_too(desk: Any) -> None:
    order = desk.order()
    ref = desk.start(order)
    desk.clock.advance(minutes=31)
    desk.cashier.get(order.id)
    desk.gateway.refund_status = "pending"
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    pass_time(desk, 1)
    [owed] = desk.rows(refunds)
    assert owed.status == "pending"
    desk.gateway.refunds[owed.id] = "succeeded"
    pass_time(desk, 90)
    assert desk.gateway.taken == 0


def test_a_refund_that_nobody_hears_of_for_weeks_is_shown_by_the_audit(desk: Any) -> None:
    order, refund = quiet_refund(desk)
    for _ in range(70):  # at the slowest pace: a day's pause may take two
        pass_time(desk, 24 * 3600)
    breaches = desk.database.read(audit_desk)
    assert [breach.invariant.name for breach in breaches] == ["refunds-answered"]
    assert breaches[0].rows == [{"id": refund.id, "order_id": order.id}]
    rows = outbox.deliveries
    given_up = select(rows.c.event_id).where(rows.c.state == "dead")
    [event_id] = desk.database.read(lambda work: work.execute(given_up).scalars().all())
    desk.gateway.refunds[refund.id] = "succeeded"
    desk.database.write(lambda work: outbox.replay(work, event_id))
    desk.desk.relay.drain()
    assert desk.read(order.id).status == "refunded"
