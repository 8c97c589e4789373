"""What Stripe's events mean to the desk, and whose they are."""

from __future__ import annotations

from collections.abc import Callable

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import OTHER_SECRET, SECRET, started

CREATE = "POST /v1/payment_intents"
CONFIRM = "POST /v1/payment_intents/{id}/confirm"
CANCEL = "POST /v1/payment_intents/{id}/cancel"


def test_every_event_of_a_whole_life_is_read(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    gateway = make_gateway(webhook_secrets=[OTHER_SECRET, SECRET])
    charge = started(gateway)
    for method in ("pm_card_chargeDeclined", "pm_card_authenticationRequired"):
        stripe.pay(charge.provider_ref, method)
    stripe.authenticate(str(charge.provider_ref))
    gateway.refund("ref_1", charge, Money("10", "PLN"))
    gateway.cancel(started(gateway))
    notices = [
        gateway.read_webhook(*stripe.hooks.signed(event, SECRET)) for event in stripe.books.events
    ]
    assert [(n.kind, n.evidence and n.evidence.status, n.refund is not None) for n in notices] == [
        ("payment_intent.created", None, False),
        ("charge.failed", None, False),
        ("payment_intent.payment_failed", "requires_action", False),
        ("payment_intent.requires_action", "requires_action", False),
        ("charge.succeeded", None, False),
        ("payment_intent.succeeded", "succeeded", False),
        ("refund.created", None, True),
        ("charge.refunded", None, False),
        ("payment_intent.created", None, False),
        ("payment_intent.canceled", "cancelled", False),
    ]


def test_a_notice_keeps_the_event_without_its_secrets(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    notice = gateway.read_webhook(*stripe.hooks.signed(stripe.books.events[0], SECRET))
    assert notice.raw["data"]["object"]["id"] == charge.provider_ref
    assert "_secret_" not in str(notice.raw)


def test_other_softwares_payments_on_the_same_account_are_no_evidence(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    intent = stripe.account.intents.create(
        {"amount": 4999, "currency": "pln", "automatic_payment_methods": {"enabled": True}}
    )
    stripe.pay(intent["id"])
    notice = gateway.read_webhook(*stripe.hooks.signed(stripe.books.events[-1], SECRET))
    assert notice.kind == "payment_intent.succeeded"
    assert notice.evidence is None


def test_a_connected_accounts_event_bears_that_accounts_name(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    event = stripe.books.events[-1] | {"account": "acct_other"}
    notice = gateway.read_webhook(*stripe.hooks.signed(event, SECRET))
    assert notice.evidence is not None
    assert notice.evidence.account == "acct_other"


def test_a_live_event_bears_live_mode(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    event = stripe.books.events[-1]
    event["data"]["object"]["livemode"] = event["livemode"] = True
    notice = gateway.read_webhook(*stripe.hooks.signed(event, SECRET))
    assert notice.evidence is not None
    assert notice.evidence.livemode is True
