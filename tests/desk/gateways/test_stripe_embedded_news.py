"""News of embedded sessions: late, doubled, out of order, of other desks; money counts once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.order import Order
from flask_till.errors import Conflict, NotFound
from flask_till.money import Money
from tests.conftest import StillClock
from tests.stand_ins.stripe import StripeStandIn

from .conftest import SECRET, in_background, started
from .till import Till

CREATE = "POST /v1/checkout/sessions"
COMPLETED = "checkout.session.completed"
LATER = "checkout.session.async_payment_succeeded"
FAILED = "checkout.session.async_payment_failed"
IPOS = {"late_money": "accept", "expires_in": 900}


def open_session(till: Till, order: Order) -> str:
    return till.begin(order, ui="embedded")


def told(stripe: StripeStandIn, gateway: StripeGateway, kind: str) -> Any:
    """The notice of the newest event of a kind."""
    event = [one for one in stripe.books.events if one["type"] == kind][-1]
    return gateway.read_webhook(*stripe.hooks.signed(event, SECRET))


# ---- what an event says ----


@pytest.mark.parametrize(
    ("method", "kinds"),
    [
        ("pm_card_visa", [(COMPLETED, "succeeded", "49.99")]),
        ("pm_sepa_late", [(COMPLETED, "processing", "0"), (LATER, "succeeded", "49.99")]),
        ("pm_sepa_late_declined", [(COMPLETED, "processing", "0"), (FAILED, "failed", "0")]),
        (None, [("checkout.session.expired", "cancelled", "0")]),
    ],
)
def test_only_a_paid_session_is_money(
    stripe: StripeStandIn,
    gateway: StripeGateway,
    method: str | None,
    kinds: list[tuple[str, str, str]],
) -> None:
    charge = started(gateway, ui="embedded")
    if method is None:
        gateway.cancel(charge)
    else:
        stripe.pay(str(charge.provider_ref), method)
    if "late" in str(method):
        stripe.finish(str(charge.provider_ref))
    notices = [
        gateway.read_webhook(*stripe.hooks.signed(event, SECRET)) for event in stripe.books.events
    ]
    assert [
        (one.kind, one.evidence.status, one.evidence.amount) for one in notices if one.evidence
    ] == [(kind, status, Money(amount, "PLN")) for kind, status, amount in kinds]
    assert {one.evidence.provider_ref for one in notices if one.evidence} == {charge.provider_ref}


def test_what_is_kept_of_an_event_opens_no_session(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway, ui="embedded")
    stripe.pay(str(charge.provider_ref))
    notice = told(stripe, gateway, COMPLETED)
    assert notice.raw["data"]["object"]["id"] == charge.provider_ref
    assert "_secret_" not in json.dumps(notice.raw)


def test_an_invoice_names_the_payment_to_ask_about_and_is_no_money_itself(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    gateway = make_gateway(invoices=True)
    charge = started(gateway, ui="embedded")
    stripe.pay(str(charge.provider_ref))
    notice = told(stripe, gateway, "invoice.paid")
    assert (notice.evidence, notice.payment_id) == (None, charge.payment_id)


def test_an_invoice_that_somebody_else_wrote_names_no_payment(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    gateway = make_gateway(invoices=True)
    stripe.pay(str(started(gateway, ui="embedded").provider_ref))
    [event] = [one for one in stripe.books.events if one["type"] == "invoice.paid"]
    for metadata in ({}, None, {"order_id": "ord_1"}, {"channel": "till"}):
        event["data"]["object"]["metadata"] = metadata
        assert told(stripe, gateway, "invoice.paid").payment_id is None


# ---- whose it is ----


@pytest.mark.parametrize("ui", ["embedded", "card form"])
@pytest.mark.parametrize("channel", ["another.desk", None])
def test_news_of_another_desk_on_the_account_is_ignored(
    till: Till, stripe: StripeStandIn, ui: str, channel: str | None
) -> None:
    """Not a 404, which would have Stripe send it for days and then give the endpoint up."""
    order = till.order()
    stripe.pay(till.begin(order, ui=ui))
    [event] = till.events(COMPLETED, "payment_intent.succeeded")[:1]
    other = json.loads(json.dumps(event)) | {"id": "evt_other"}
    other["data"]["object"]["id"] += "x"
    other["data"]["object"]["metadata"]["channel"] = channel
    till.send(other)
    other["data"]["object"]["id"] = event["data"]["object"]["id"]
    till.send(other)
    assert till.status(order) == "pending"


@pytest.mark.parametrize("mark", ["till_payment", "till_flow"])
def test_what_only_looks_like_ours_is_no_news(
    stripe: StripeStandIn, gateway: StripeGateway, mark: str
) -> None:
    stripe.pay(str(started(gateway, ui="embedded").provider_ref))
    [event] = [one for one in stripe.books.events if one["type"] == COMPLETED]
    del event["data"]["object"]["metadata"][mark]
    assert told(stripe, gateway, COMPLETED).evidence is None


def test_two_desks_on_one_account_hear_only_of_their_own(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    one, other = (make_gateway(channel=name) for name in ("one", "other"))
    charge = started(one, ui="embedded")
    stripe.pay(str(charge.provider_ref))
    one.refund("ref_1", charge, Money("10", "PLN"))
    for event in stripe.books.events:
        notice = other.read_webhook(*stripe.hooks.signed(event, SECRET))
        assert (notice.evidence, notice.refund, notice.payment_id) == (None, None, None)
    assert told(stripe, one, COMPLETED).evidence.amount == Money("49.99", "PLN")
    assert told(stripe, one, "refund.created").refund.refund_id == "ref_1"


def test_an_unknown_session_of_ours_is_to_come_again(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    stripe.pay(open_session(till, order))
    [event] = till.events(COMPLETED)
    stranger = json.loads(json.dumps(event)) | {"id": "evt_other"}
    stranger["data"]["object"]["id"] = "cs_test_stranger"
    with pytest.raises(NotFound):
        till.send(stranger)
    assert till.status(order) == "pending"


@pytest.mark.parametrize("change", [{"amount_total": 100}, {"currency": "eur"}, {"livemode": True}])
def test_a_genuine_event_that_does_not_fit_pays_nothing(
    till: Till, stripe: StripeStandIn, change: dict[str, Any]
) -> None:
    order = till.order()
    stripe.pay(open_session(till, order))
    [event] = till.events(COMPLETED)
    event["data"]["object"] |= change
    till.send(event)
    assert till.status(order) == "pending"


# ---- when and how often ----


def test_a_completed_session_pays_once_however_often_it_is_told(
    till: Till, stripe: StripeStandIn
) -> None:
    order = till.order()
    session = open_session(till, order)
    assert open_session(till, order) == session
    stripe.pay(session)
    [event] = till.events(COMPLETED)
    till.send(event)
    paid = till.cashier.get(order.id)
    assert (paid.status, paid.payment and paid.payment.provider_ref) == ("paid", session)
    for _ in range(20):
        till.send(event)
    till.cashier.look(order.id)
    assert till.cashier.get(order.id) == paid
    assert stripe.books.balance("platform", "pln") == 4999


def test_news_in_any_order_and_twice_comes_to_the_same(till: Till, stripe: StripeStandIn) -> None:
    """A debit that takes days: under way, then paid; and the invoice, which may come first."""
    for order_of_news in permutations([COMPLETED, LATER, "payment_intent.succeeded"]):
        stripe.books.events.clear()
        order = till.order()
        session = open_session(till, order)
        stripe.pay(session, "pm_sepa_late")
        stripe.finish(session)
        for kind in (*order_of_news, *order_of_news):
            till.send(till.events(kind)[0])
        assert till.status(order) == "paid", order_of_news


def test_a_webhook_endpoint_gets_them_late_doubled_and_turned_around(
    till: Till, stripe: StripeStandIn
) -> None:
    """By the stand-in's own delivery, signed up to four minutes ago."""

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        till.cashier.receive("stripe", body, headers)
        return 200

    stripe.hooks.post = post
    stripe.hooks.send_to("https://desk/gateways/stripe/webhook", SECRET)
    order = till.order()
    session = open_session(till, order)
    stripe.pay(session, "pm_sepa_late")
    stripe.finish(session)
    delivered = stripe.hooks.deliver(copies=3, backwards=True, late=240)
    assert {one.status for one in delivered} == {200}
    assert [one.kind for one in delivered].count(LATER) == 3
    assert till.status(order) == "paid"
    assert stripe.hooks.waiting == []


def test_a_lost_reply_leaves_one_session_which_the_next_try_finds(
    make_till: Callable[..., Till],
    make_gateway: Callable[..., StripeGateway],
    stripe: StripeStandIn,
) -> None:
    till = make_till(make_gateway(retries=0))
    order = till.order()
    stripe.faults.plan(CREATE, "lose_reply")
    with pytest.raises(Exception, match="Stripe does not answer"):
        open_session(till, order)
    found = till.begin(order)
    assert found.startswith("cs_")
    assert list(stripe.books.things) == [found]
    assert till.cashier.cancel(order.id).status == "cancelled"
    assert stripe.books.things[found]["status"] == "expired"


def test_money_comes_before_the_cancel(till: Till, stripe: StripeStandIn) -> None:
    order = till.order()
    session = open_session(till, order)
    with stripe.gate("POST /v1/checkout/sessions/{id}/expire", "before") as gate:
        cancelled = in_background(lambda: till.cashier.cancel(order.id))
        gate.wait_reached()
        stripe.pay(session)
        gate.open()
        assert isinstance(cancelled(), Conflict)
    assert till.status(order) == "paid"


def test_a_payment_begun_as_a_card_form_is_not_lost_by_asking_for_a_session(
    till: Till, stripe: StripeStandIn
) -> None:
    """Whatever the desk answers: one payment at most is open, and what is paid is counted."""
    order = till.order()
    intent = till.begin(order)
    try:
        open_session(till, order)
    except Conflict:
        stripe.pay(intent)
    else:
        assert stripe.books.things[intent]["status"] == "canceled"
        stripe.pay(str(till.cashier.get(order.id).payment.provider_ref))  # type: ignore[union-attr]
    assert till.cashier.look(order.id).status == "paid"
    assert stripe.books.balance("platform", "pln") == 4999


def test_stripe_is_answered_200_for_what_counts_what_was_told_before_and_what_is_not_ours(
    make_desk: Callable[..., Any], gateway: StripeGateway, stripe: StripeStandIn
) -> None:
    desk = make_desk(gateways=[gateway])
    order = desk.order()
    desk.cashier.pay(order.id, gateway="stripe", method="card", inputs={"ui": "embedded"})
    stripe.pay(desk.read(order.id).payment.provider_ref)
    [event] = [one for one in stripe.books.events if one["type"] == COMPLETED]
    other = json.loads(json.dumps(event)) | {"id": "evt_other"}
    other["data"]["object"]["metadata"]["channel"] = "another.desk"
    statuses = ["pending", "paid", "paid"]
    for news, status in zip((other, event, event), statuses, strict=True):
        body, headers = stripe.hooks.signed(news, SECRET)
        answer = desk.browserless.post("/gateways/stripe/webhook", data=body, headers=headers)
        assert (answer.status_code, desk.read(order.id).status) == (200, status)
    assert desk.kinds(order.id).count("order.paid") == 1


# ---- after the order's time ----


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime.now(UTC))


@pytest.fixture
def timed(make_till: Callable[..., Till], gateway: StripeGateway, clock: StillClock) -> Till:
    """The desk's clock alone goes on; Stripe's and the webhooks' stay where they are."""
    return make_till(gateway, clock=clock)


def test_stripe_takes_money_for_half_an_hour_after_an_order_that_accepts_it(
    timed: Till, stripe: StripeStandIn
) -> None:
    order = timed.order("12.99", "USD", **IPOS)
    session = stripe.books.things[open_session(timed, order)]
    ends = int((order.expires_at + timedelta(minutes=30)).timestamp())
    assert session["expires_at"] == ends


def test_money_that_comes_after_the_order_expired_revives_it(
    timed: Till, stripe: StripeStandIn, clock: StillClock
) -> None:
    order = timed.order("12.99", "USD", **IPOS)
    session = open_session(timed, order)
    clock.advance(minutes=15, seconds=1)
    assert timed.status(order) == "expired"
    assert stripe.books.things[session]["status"] == "open"
    stripe.pay(session)
    [event] = timed.events(COMPLETED)
    for _ in range(3):
        timed.send(event)
    paid = timed.cashier.get(order.id)
    assert (paid.status, paid.refunds) == ("paid", ())
    assert stripe.books.balance("platform", "usd") == 1299


def test_a_session_ends_with_an_order_that_wants_no_late_money(
    timed: Till, stripe: StripeStandIn, clock: StillClock
) -> None:
    order = timed.order("12.99", "USD", late_money="refund", expires_in=900)
    session = open_session(timed, order)
    clock.advance(minutes=16)
    assert timed.status(order) == "expired"
    assert stripe.books.things[session]["status"] == "expired"


def test_the_session_is_stopped_when_the_half_hour_is_over(
    timed: Till, stripe: StripeStandIn, clock: StillClock
) -> None:
    order = timed.order("12.99", "USD", **IPOS)
    session = open_session(timed, order)
    clock.advance(minutes=16)
    assert timed.status(order) == "expired"
    clock.advance(minutes=31)
    timed.relay.drain()
    assert stripe.books.things[session]["status"] == "expired"
    assert timed.status(order) == "expired"
