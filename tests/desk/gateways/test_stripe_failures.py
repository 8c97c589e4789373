"""When Stripe is slow, silent, broken or lying, nothing is charged twice and nothing is made up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.gateways.stripe.api import translated
from flask_till.errors import GatewayRefused, GatewayUnavailable
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import a_charge, started

CREATE = "POST /v1/payment_intents"
LOOK = "GET /v1/payment_intents/{id}"
CANCEL = "POST /v1/payment_intents/{id}/cancel"
REFUND = "POST /v1/refunds"
FAULTS = ["lose_request", "lose_reply", "error", "limited", "garbage", "wrong", "twin"]


@pytest.fixture
def hasty(make_gateway: Callable[..., StripeGateway]) -> StripeGateway:
    """A gateway that does not try again by itself."""
    return make_gateway(retries=0, account="acct_1StandIn", timeout=0.3)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_failed_start_is_unavailable_and_the_next_one_opens_nothing_twice(
    stripe: StripeStandIn, hasty: StripeGateway, kind: Any
) -> None:
    charge = a_charge()
    stripe.faults.plan(CREATE, kind)
    with pytest.raises(GatewayUnavailable):
        hasty.start(charge, {})
    if kind == "error":
        # Stripe stores a 500 under its key: this payment id is spent, and nothing was made.
        with pytest.raises(GatewayUnavailable):
            hasty.start(charge, {})
        assert not stripe.books.things
        return
    reference = hasty.start(charge, {}).provider_ref
    assert list(stripe.books.things) == [reference]


@pytest.mark.parametrize("kind", FAULTS)
def test_a_failed_look_concludes_nothing(
    stripe: StripeStandIn, hasty: StripeGateway, kind: Any
) -> None:
    charge = started(hasty)
    stripe.pay(charge.provider_ref)
    stripe.faults.plan(LOOK, kind)
    with pytest.raises(GatewayUnavailable):
        hasty.look(charge)
    assert hasty.look(charge).status == "succeeded"


@pytest.mark.parametrize("kind", ["lose_request", "lose_reply", "error", "limited", "garbage"])
def test_a_failed_cancel_concludes_nothing(
    stripe: StripeStandIn, hasty: StripeGateway, kind: Any
) -> None:
    charge = started(hasty)
    stripe.faults.plan(CANCEL, kind)
    with pytest.raises(GatewayUnavailable):
        hasty.cancel(charge)
    assert hasty.cancel(charge).status == "cancelled"


def test_a_cancel_is_believed_only_when_the_intent_says_so(
    stripe: StripeStandIn, hasty: StripeGateway
) -> None:
    charge = started(hasty)
    stripe.faults.plan(CANCEL, "wrong")
    assert hasty.cancel(charge).status == "cancelled"
    assert stripe.asked[-1].endpoint == LOOK


@pytest.mark.parametrize(
    "kind", ["lose_request", "lose_reply", "limited", "garbage", "wrong", "twin"]
)
def test_a_failed_refund_tried_again_gives_back_once(
    stripe: StripeStandIn, hasty: StripeGateway, kind: Any
) -> None:
    charge = started(hasty)
    stripe.pay(charge.provider_ref)
    stripe.faults.plan(REFUND, kind)
    with pytest.raises(GatewayUnavailable):
        hasty.refund("ref_1", charge, Money("10", "PLN"))
    assert hasty.refund("ref_1", charge, Money("10", "PLN")).status == "succeeded"
    assert stripe.books.balance("platform", "pln") == 3999


@pytest.mark.parametrize("kind", ["wrong", "twin"])
def test_an_answer_about_another_session_is_no_answer(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway], kind: Any
) -> None:
    gateway = make_gateway(mode="checkout", account="acct_1StandIn")
    charge = a_charge()
    stripe.faults.plan("POST /v1/checkout/sessions", kind)
    with pytest.raises(GatewayUnavailable):
        gateway.start(charge, {})
    charge = started(gateway, charge)
    stripe.faults.plan("GET /v1/checkout/sessions/{id}", kind)
    with pytest.raises(GatewayUnavailable):
        gateway.look(charge)


def test_silence_ends_with_the_timeout(stripe: StripeStandIn, hasty: StripeGateway) -> None:
    charge = started(hasty)
    stripe.faults.plan(LOOK, "hang", seconds=1)
    with pytest.raises(GatewayUnavailable):
        hasty.look(charge)


def test_a_stripe_that_is_not_there_is_unavailable(
    make_gateway: Callable[..., StripeGateway], free_port: int
) -> None:
    gone = make_gateway(api_base=f"http://127.0.0.1:{free_port}", retries=0, account="acct_1")
    for attempt in (lambda: gone.start(a_charge(), {}), lambda: gone.cancel(a_charge())):
        with pytest.raises(GatewayUnavailable):
            attempt()


def test_a_lost_reply_is_asked_for_again_by_itself(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = a_charge()
    stripe.faults.plan(CREATE, "lose_reply")
    reference = gateway.start(charge, {}).provider_ref
    assert [asked.key for asked in stripe.asked if asked.endpoint == CREATE] == [
        charge.payment_id
    ] * 2
    assert list(stripe.books.things) == [reference]


def test_a_refused_key_is_the_operators_to_mend_and_not_the_shoppers_fault(
    stripe: StripeStandIn,
) -> None:
    wrong = StripeGateway(
        "sk_test_wrong", "pk_test_1", webhook_secrets=["whsec_" + "x" * 20], api_base=stripe.url
    )
    with pytest.raises(GatewayUnavailable, match="key"):
        wrong.start(a_charge(), {})
    wrong.close()


def test_no_error_of_the_sdk_is_forgotten() -> None:
    import stripe as sdk

    kinds = [kind for kind in _subclasses(sdk.StripeError) if kind.__module__.startswith("stripe")]
    assert len(kinds) > 10
    for kind in kinds:
        error = kind.__new__(kind)
        sdk.StripeError.__init__(error, "what Stripe said")
        assert isinstance(translated(error), (GatewayRefused, GatewayUnavailable))


def _subclasses(kind: type) -> list[type]:
    return [kind, *(deep for one in kind.__subclasses__() for deep in _subclasses(one))]
