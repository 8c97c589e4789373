"""Stripe's page inside another page: an embedded Checkout Session, whatever the gateway's mode."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from flask_till.desk.gateways import Evidence
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.errors import Conflict, GatewayRefused, GatewayUnavailable, SettingsError
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import SECRET, a_charge, in_background, started

CREATE = "POST /v1/checkout/sessions"
INTENT = "POST /v1/payment_intents"
EXPIRE = "POST /v1/checkout/sessions/{id}/expire"
EMBEDDED = {"ui": "embedded"}


@pytest.fixture(params=["elements", "checkout"])
def gateway(
    request: pytest.FixtureRequest, make_gateway: Callable[..., StripeGateway]
) -> StripeGateway:
    return make_gateway(mode=request.param, channel="pay.example")


def sessions(stripe: StripeStandIn) -> list[dict[str, Any]]:
    return [one for one in stripe.books.things.values() if one["object"] == "checkout.session"]


# ---- opening ----


def test_the_session_is_asked_for_exactly(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    page = "https://desk.example/order?orderId=ord_7"
    ends = datetime.now(UTC) + timedelta(minutes=45)
    charge = a_charge("12.99", "USD", order_id="ord_7", return_url=page, expires_at=ends)
    begun = gateway.start(charge, EMBEDDED)
    metadata = {
        "till_payment": charge.payment_id,
        "till_flow": "checkout",
        "order_id": "ord_7",
        "channel": "pay.example",
        "merchant": "mer_1",
    }
    asked = stripe.asked[0]
    assert (asked.endpoint, asked.key) == (CREATE, charge.payment_id)
    assert asked.params == {
        "mode": "payment",
        "ui_mode": "embedded_page",
        "line_items": [
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 1299,
                    "product_data": {"name": "Blue mug"},
                },
                "quantity": 1,
            }
        ],
        "client_reference_id": "ord_7",
        "metadata": metadata,
        "payment_intent_data": {
            "description": "Blue mug",
            "metadata": metadata,
            "transfer_group": "ord_7",
        },
        "return_url": page + "&session_id={CHECKOUT_SESSION_ID}",
        "expires_at": int(ends.timestamp()),
        "locale": "pl",
        "adaptive_pricing": {"enabled": False},
    }
    assert begun.provider_ref.startswith("cs_")


def test_the_page_gets_what_stripe_js_needs_for_it(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    begun = gateway.start(a_charge(), EMBEDDED)
    assert (begun.status, begun.redirect_url) == ("requires_action", None)
    assert begun.client == {
        "ui": "embedded",
        "script": "https://js.stripe.com/endive/stripe.js",
        "publishable_key": stripe.publishable_key,
        "client_secret": stripe.books.things[begun.provider_ref]["client_secret"],
        "return_url": "https://desk.example/order/return",
        "locale": "pl",
    }
    assert begun.client["client_secret"].startswith(f"{begun.provider_ref}_secret_")


@pytest.mark.parametrize(
    ("page", "back"),
    [
        ("https://d.example/o", "https://d.example/o?session_id={CHECKOUT_SESSION_ID}"),
        ("https://d.example/o?a=b#c", "https://d.example/o?a=b&session_id={CHECKOUT_SESSION_ID}#c"),
    ],
)
def test_the_shopper_comes_back_with_the_sessions_id(
    stripe: StripeStandIn, gateway: StripeGateway, page: str, back: str
) -> None:
    charge = started(gateway, a_charge(return_url=page), **EMBEDDED)
    session = stripe.books.things[charge.provider_ref]
    assert session["return_url"] == back
    assert charge.provider_ref in stripe.account.sessions.back_to(session)


def test_starting_again_gives_the_same_session_and_secret(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = a_charge()
    first, second = gateway.start(charge, EMBEDDED), gateway.start(charge, EMBEDDED)
    bound = replace(charge, provider_ref=first.provider_ref)
    assert first == second == gateway.start(bound, EMBEDDED)
    assert len(stripe.books.things) == 1


@pytest.mark.parametrize("bound", [True, False])
def test_what_began_embedded_stays_so_without_being_asked_again(
    stripe: StripeStandIn, gateway: StripeGateway, bound: bool
) -> None:
    """Even when the first reply was lost, so that the desk does not know how it began."""
    charge = a_charge()
    first = gateway.start(charge, EMBEDDED)
    if bound:
        charge = replace(charge, provider_ref=first.provider_ref)
    assert gateway.start(charge, {}) == first
    assert len(stripe.books.things) == 1


@pytest.mark.parametrize(
    ("left", "more"),
    [
        (timedelta(seconds=1), timedelta(minutes=31)),
        (timedelta(minutes=9), timedelta(minutes=31)),
        (timedelta(minutes=30), timedelta(minutes=31)),
        (timedelta(minutes=30, seconds=40), timedelta()),
        (timedelta(minutes=45), timedelta()),
        (timedelta(hours=23), timedelta()),
    ],
)
def test_stripe_ends_it_with_the_charge_or_as_soon_afterwards_as_it_can(
    stripe: StripeStandIn, gateway: StripeGateway, left: timedelta, more: timedelta
) -> None:
    ends = datetime.now(UTC) + left
    charge = started(gateway, a_charge(expires_at=ends), **EMBEDDED)
    at_stripe = stripe.books.things[charge.provider_ref]["expires_at"]
    assert at_stripe == int((ends + more).timestamp())


def test_a_charge_that_lives_longer_than_a_session_can_has_stripes_longest(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    started(gateway, a_charge(expires_at=datetime.now(UTC) + timedelta(days=3)), **EMBEDDED)
    assert "expires_at" not in stripe.asked[0].params


@pytest.mark.parametrize("life", [timedelta(minutes=45), timedelta(minutes=9), timedelta(days=1)])
@pytest.mark.parametrize("wait", [timedelta(minutes=20), timedelta(hours=2)])
def test_a_session_that_nobody_heard_of_is_found_later_and_expired(
    stripe: StripeStandIn,
    make_gateway: Callable[..., StripeGateway],
    life: timedelta,
    wait: timedelta,
) -> None:
    """By then another end would be right; the session is found by the one that was right then."""
    charge = a_charge(expires_at=datetime.now(UTC) + life)
    lost = make_gateway().start(charge, EMBEDDED)
    later = make_gateway(clock=lambda: datetime.now(UTC) + wait)
    assert later.cancel(charge).provider_ref == lost.provider_ref
    assert stripe.books.things[lost.provider_ref]["status"] == "expired"
    assert len(stripe.books.things) == 1


def test_an_answer_about_another_payment_is_not_believed(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    stripe.faults.plan(CREATE, "twin")
    with pytest.raises(GatewayUnavailable):
        gateway.start(a_charge(), EMBEDDED)


def test_an_amount_that_stripe_cannot_take_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused):
        gateway.start(a_charge("0.01", "USD"), EMBEDDED)
    with pytest.raises(GatewayRefused):
        gateway.start(a_charge("1000000", "USD"), EMBEDDED)


# ---- another form under way ----


@pytest.mark.parametrize("bound", [True, False])
def test_what_is_open_in_another_form_is_not_swapped(
    stripe: StripeStandIn, gateway: StripeGateway, bound: bool
) -> None:
    charge = a_charge()
    first = gateway.start(charge, {})
    if bound:
        charge = replace(charge, provider_ref=first.provider_ref)
    with pytest.raises(Conflict) as clash:
        gateway.start(charge, EMBEDDED)
    assert clash.value.code == "PAYMENT_IN_PROGRESS"
    assert not isinstance(clash.value, GatewayRefused)  # the attempt goes on
    assert gateway.start(charge, {}) == first
    assert len(stripe.books.things) == 1


def test_what_is_paid_in_another_form_is_told_as_paid(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    begun = gateway.start(charge, EMBEDDED)
    assert (begun.provider_ref, begun.status) == (charge.provider_ref, "succeeded")


# ---- paying, looking, stopping, giving back ----


def in_the_frame(stripe: StripeStandIn, client: dict[str, Any], **said: str) -> httpx.Response:
    """What the shopper says in the frame that Stripe.js draws."""
    reference = client["client_secret"].split("_secret_")[0]
    data = {"key": client["publishable_key"], "client_secret": client["client_secret"]} | said
    return httpx.post(f"{stripe.url}/v1/payment_pages/{reference}", data=data)


def test_the_shopper_pays_in_the_frame(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway, **EMBEDDED)
    client = dict(charge.client)
    assert in_the_frame(stripe, client, number="4000000000009995").status_code == 402
    declined = gateway.look(charge)
    assert (declined.status, declined.reason) == ("requires_action", "insufficient_funds")
    assert in_the_frame(stripe, client, number="4000002760003184").json()["asks_bank"] is True
    paid = in_the_frame(stripe, client, authentication="success").json()
    assert paid["back_to"] == (
        f"https://desk.example/order/return?session_id={charge.provider_ref}"
    )
    assert gateway.look(charge) == Evidence(
        gateway="stripe",
        account=stripe.account.id,
        provider_ref=str(charge.provider_ref),
        status="succeeded",
        amount=Money("49.99", "PLN"),
        livemode=False,
        method="card",
    )
    again = gateway.start(charge, EMBEDDED)
    assert (again.status, again.provider_ref) == ("succeeded", charge.provider_ref)


def test_an_unpaid_session_is_expired_at_once(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway, **EMBEDDED)
    assert gateway.cancel(charge).status == "cancelled"
    assert gateway.cancel(charge).status == "cancelled"
    assert in_the_frame(stripe, dict(charge.client), number="4242424242424242").status_code == 400
    assert stripe.books.balance("platform", "pln") == 0


def test_money_that_comes_while_the_cancel_is_on_its_way_wins(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway, **EMBEDDED)
    with stripe.gate(EXPIRE, "before") as gate:
        cancelled = in_background(lambda: gateway.cancel(charge))
        gate.wait_reached()
        stripe.pay(str(charge.provider_ref))
        gate.open()
        assert cancelled().status == "succeeded"
    assert stripe.books.balance("platform", "pln") == 4999


def test_part_of_it_is_given_back(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway, **EMBEDDED)
    with pytest.raises(GatewayRefused):
        gateway.refund("ref_0", charge, Money("10", "PLN"))
    stripe.pay(str(charge.provider_ref))
    first, again = (gateway.refund("ref_1", charge, Money("10", "PLN")) for _ in range(2))
    assert first == again
    assert stripe.books.balance("platform", "pln") == 3999
    notice = gateway.read_webhook(*stripe.hooks.signed(stripe.books.events[-2], SECRET))
    assert notice.refund is not None
    assert notice.refund.refund_id == "ref_1"


# ---- set-up ----


def test_an_invoice_is_made_only_where_it_is_wanted(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    for invoices, made in ((False, 0), (True, 1)):
        charge = started(make_gateway(invoices=invoices), **EMBEDDED)
        stripe.pay(str(charge.provider_ref))
        found = [one for one in stripe.books.things.values() if one["object"] == "invoice"]
        assert len(found) == made
    assert found[0]["metadata"] == sessions(stripe)[-1]["metadata"]


@pytest.mark.parametrize("channel", ["", "two words", "x" * 101, "é"])
def test_a_channel_is_one_plain_word(channel: str) -> None:
    with pytest.raises(SettingsError):
        StripeGateway("sk_test_1", "pk_test_1", webhook_secrets=[SECRET], channel=channel)
