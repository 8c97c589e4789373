"""The Stripe gateway with Stripe's own page: one Checkout Session from opening to refund."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from flask_till.desk.gateways import Evidence, PagePart
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.errors import GatewayRefused
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import SECRET, a_charge, in_background, started

EXPIRE = "POST /v1/checkout/sessions/{id}/expire"


@pytest.fixture
def gateway(make_gateway: Callable[..., StripeGateway]) -> StripeGateway:
    return make_gateway(mode="checkout")


def test_the_shopper_is_sent_to_stripes_page_and_comes_back_paid(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = a_charge()
    begun = gateway.start(charge, {})
    assert begun.status == "requires_action"
    assert begun.client == {}
    assert begun.redirect_url is not None
    back = httpx.post(begun.redirect_url, data={"number": "4242 4242 4242 4242"})
    assert (back.status_code, back.headers["location"]) == (303, charge.return_url)
    assert gateway.look(replace(charge, provider_ref=begun.provider_ref)) == Evidence(
        gateway="stripe",
        account=stripe.account.id,
        provider_ref=begun.provider_ref,
        status="succeeded",
        amount=Money("49.99", "PLN"),
        livemode=False,
        method="card",
    )


def test_a_decline_on_stripes_page_leaves_the_session_open(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    page = stripe.books.things[charge.provider_ref]["url"]
    assert "insufficient funds" in httpx.post(page, data={"number": "4000000000009995"}).text
    assert gateway.look(charge).status == "requires_action"
    assert "your bank" in httpx.post(page, data={"number": "4000002760003184"}).text.lower()
    assert httpx.post(page, data={"authentication": "success"}).status_code == 303
    assert gateway.look(charge).status == "succeeded"


def test_the_session_is_asked_for_exactly(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    asked = stripe.asked[0]
    assert asked.key == charge.payment_id
    assert asked.params["adaptive_pricing"] == {"enabled": False}
    assert asked.params["locale"] == "pl"
    assert asked.params["payment_intent_data"]["metadata"]["till_flow"] == "checkout"
    assert stripe.books.things[charge.provider_ref]["amount_total"] == 4999


@pytest.mark.parametrize("life", [timedelta(minutes=9), timedelta(minutes=30), timedelta(hours=5)])
def test_stripe_ends_the_session_some_time_after_the_order(
    stripe: StripeStandIn, gateway: StripeGateway, life: timedelta
) -> None:
    """Stripe wants 30 minutes at least; the order's own end is ours to negotiate."""
    ends = datetime.now(UTC) + life
    charge = started(gateway, a_charge(expires_at=ends))
    at_stripe = datetime.fromtimestamp(stripe.books.things[charge.provider_ref]["expires_at"], UTC)
    assert timedelta(minutes=30) <= at_stripe - ends <= timedelta(minutes=32)


def test_an_order_that_lives_longer_than_a_session_can_has_stripes_default(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    started(gateway, a_charge(expires_at=datetime.now(UTC) + timedelta(days=3)))
    assert "expires_at" not in stripe.asked[0].params


def test_a_session_whose_reply_was_lost_is_found_again_after_the_order_ended(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    """The repeated request is the same whatever the time is, so its key finds the first answer."""
    charge = a_charge()
    first = make_gateway(mode="checkout").start(charge, {})
    later = make_gateway(mode="checkout", clock=lambda: datetime.now(UTC) + timedelta(hours=2))
    assert later.cancel(charge).status == "cancelled"
    assert stripe.books.things[first.provider_ref]["status"] == "expired"


def test_starting_again_gives_the_same_page(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = a_charge()
    first, second = gateway.start(charge, {}), gateway.start(charge, {})
    third = gateway.start(replace(charge, provider_ref=first.provider_ref), {})
    assert first == second == third


def test_an_unpaid_session_is_expired_at_once(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    page = stripe.books.things[charge.provider_ref]["url"]
    stripe.pay(charge.provider_ref, "pm_card_authenticationRequired")
    assert gateway.cancel(charge).status == "cancelled"
    assert gateway.cancel(charge).status == "cancelled"
    assert "over" in httpx.post(page, data={"number": "4242424242424242"}).text
    assert stripe.books.balance("platform", "pln") == 0


def test_money_that_comes_while_the_expiry_is_on_its_way_wins(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    with stripe.gate(EXPIRE, "before") as gate:
        cancelled = in_background(lambda: gateway.cancel(charge))
        gate.wait_reached()
        stripe.pay(charge.provider_ref)
        gate.open()
        assert cancelled().status == "succeeded"


@pytest.mark.parametrize(
    ("method", "status", "received"),
    [("pm_sepa_late", "succeeded", "49.99"), ("pm_sepa_late_declined", "failed", "0")],
)
def test_a_late_payment_ends_one_way_or_the_other(
    stripe: StripeStandIn, gateway: StripeGateway, method: str, status: str, received: str
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref, method)
    assert gateway.look(charge).status == "processing"
    assert gateway.cancel(charge).status == "processing"
    assert told(stripe, gateway).status == "processing"
    stripe.account.sessions.finish(str(charge.provider_ref))
    for seen in (gateway.look(charge), told(stripe, gateway)):
        assert (seen.status, seen.amount) == (status, Money(received, "PLN"))


def told(stripe: StripeStandIn, gateway: StripeGateway) -> Evidence:
    """The evidence of the newest event."""
    notice = gateway.read_webhook(*stripe.hooks.signed(stripe.books.events[-1], SECRET))
    assert notice.evidence is not None
    return notice.evidence


def test_the_session_speaks_for_its_intent(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    """The desk knows the session only, so the intent's own events are not evidence."""
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    notices = [
        gateway.read_webhook(*stripe.hooks.signed(event, SECRET)) for event in stripe.books.events
    ]
    assert [n.kind for n in notices if n.evidence] == ["checkout.session.completed"]
    seen = told(stripe, gateway)
    assert (seen.provider_ref, seen.amount) == (charge.provider_ref, Money("49.99", "PLN"))


def test_a_session_that_stripe_ended_is_cancelled(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    gateway.cancel(charge)
    assert told(stripe, gateway).status == "cancelled"


def test_refunds_find_the_intent_behind_the_session(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    with pytest.raises(GatewayRefused):
        gateway.refund("ref_0", charge, Money("10", "PLN"))
    stripe.pay(charge.provider_ref)
    assert gateway.refund("ref_1", charge, Money("10", "PLN")).status == "succeeded"
    assert stripe.books.balance("platform", "pln") == 3999


def test_a_payment_begun_in_one_mode_ends_in_it_after_a_change_of_setting(
    stripe: StripeStandIn, gateway: StripeGateway, make_gateway: Callable[..., StripeGateway]
) -> None:
    charge = started(gateway)
    elements = make_gateway(mode="elements")
    assert elements.start(charge, {}).redirect_url is not None
    stripe.pay(charge.provider_ref)
    assert told(stripe, elements).status == "succeeded"
    assert elements.look(charge).status == "succeeded"
    assert elements.refund("ref_1", charge, Money("49.99", "PLN")).status == "succeeded"


def test_the_order_page_needs_nothing_of_stripe_in_this_mode(gateway: StripeGateway) -> None:
    assert gateway.page() == PagePart()
