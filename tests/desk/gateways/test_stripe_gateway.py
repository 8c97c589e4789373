"""The Stripe gateway with the Payment Element: one PaymentIntent from opening to refund."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace

import pytest

from flask_till.desk.gateways import Evidence
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.errors import GatewayRefused, SettingsError
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import SECRET, a_charge, in_background, news, started

CREATE = "POST /v1/payment_intents"
CONFIRM = "POST /v1/payment_intents/{id}/confirm"
CANCEL = "POST /v1/payment_intents/{id}/cancel"


# ---- starting ----


def test_a_start_gives_the_page_what_stripe_js_needs(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    begun = gateway.start(a_charge(), {})
    assert begun.status == "requires_action"
    assert begun.redirect_url is None
    assert begun.client == {
        "script": "https://js.stripe.com/endive/stripe.js",
        "publishable_key": stripe.publishable_key,
        "client_secret": stripe.books.things[begun.provider_ref]["client_secret"],
        "return_url": "https://desk.example/order/return",
        "locale": "pl",
    }


def test_the_intent_is_bound_to_the_payment_and_asked_for_with_its_key(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    intent = stripe.books.things[charge.provider_ref]
    assert (intent["amount"], intent["currency"]) == (4999, "pln")
    assert intent["metadata"] == {
        "till_payment": charge.payment_id,
        "order_id": charge.order_id,
        "channel": "till",
        "till_flow": "elements",
        "merchant": "mer_1",
    }
    asked = stripe.asked[0]
    assert (asked.key, asked.version) == (charge.payment_id, "2026-10-28.endive")


def test_the_merchants_metadata_cannot_pretend_to_be_ours(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    many = {"till_payment": "pay_other", "long": "x" * 501} | {f"m{n}": "v" for n in range(60)}
    charge = started(gateway, a_charge(metadata=many))
    metadata = stripe.books.things[charge.provider_ref]["metadata"]
    assert metadata["till_payment"] == charge.payment_id
    assert len(metadata) <= 50
    assert "long" not in metadata


def test_starting_again_opens_nothing_new(stripe: StripeStandIn, gateway: StripeGateway) -> None:
    charge = a_charge()
    first, second = gateway.start(charge, {}), gateway.start(charge, {})
    third = gateway.start(replace(charge, provider_ref=first.provider_ref), {})
    assert first == second == third
    assert len(stripe.books.things) == 1


def test_starting_a_payment_that_is_already_paid_says_so(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    begun = gateway.start(charge, {})
    assert begun.status == "succeeded"
    assert begun.evidence is not None
    assert begun.evidence.amount == Money("49.99", "PLN")


def test_another_amount_for_the_same_payment_is_refused(gateway: StripeGateway) -> None:
    charge = a_charge()
    gateway.start(charge, {})
    with pytest.raises(GatewayRefused):
        gateway.start(replace(charge, amount=Money("0.99", "PLN")), {})


def test_an_amount_below_what_stripe_takes_is_refused(gateway: StripeGateway) -> None:
    with pytest.raises(GatewayRefused, match="too small"):
        gateway.start(a_charge("0.01", "USD"), {})


@pytest.mark.parametrize(
    ("amount", "currency", "wanted"),
    [("500", "JPY", 500), ("5.12", "KWD", 5120), ("5", "ISK", 500)],
)
def test_odd_currencies_are_charged_and_reported_exactly(
    stripe: StripeStandIn, gateway: StripeGateway, amount: str, currency: str, wanted: int
) -> None:
    charge = started(gateway, a_charge(amount, currency))
    stripe.pay(charge.provider_ref)
    assert gateway.look(charge).amount == Money(amount, currency)
    assert stripe.books.balance("platform", currency.lower()) == wanted


def test_methods_are_offered_only_for_currencies_that_stripe_takes(gateway: StripeGateway) -> None:
    assert [method.name for method in gateway.methods("PLN")] == ["card"]
    assert list(gateway.methods("IQD")) == []
    assert list(gateway.methods("XYZ")) == []


# ---- paying ----


def test_a_paid_card_is_evidence_in_every_field(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    seen = gateway.look(charge)
    assert seen == Evidence(
        gateway="stripe",
        account=stripe.account.id,
        provider_ref=str(charge.provider_ref),
        status="succeeded",
        amount=Money("49.99", "PLN"),
        livemode=False,
        method="card",
    )
    [told] = news(stripe, gateway, "payment_intent.succeeded")
    assert told.event_id is not None
    assert replace(told, event_id=None, method="card") == seen


@pytest.mark.parametrize("wallet", ["google_pay", "apple_pay"])
def test_a_wallet_is_named(stripe: StripeStandIn, gateway: StripeGateway, wallet: str) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref, f"pm_{wallet}")
    assert gateway.look(charge).method == wallet


def test_a_decline_is_not_the_end_and_the_next_card_pays_the_same_intent(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    for card, reason in [
        ("pm_card_chargeDeclined", "generic_decline"),
        ("pm_card_chargeDeclinedInsufficientFunds", "insufficient_funds"),
    ]:
        stripe.pay(charge.provider_ref, card)
        seen = gateway.look(charge)
        assert (seen.status, seen.reason) == ("requires_action", reason)
        assert seen.amount == Money.zero("PLN")
    stripe.pay(charge.provider_ref)
    assert gateway.look(charge).status == "succeeded"
    assert [told.status for told in news(stripe, gateway, "payment_intent.payment_failed")] == [
        "requires_action",
        "requires_action",
    ]
    assert stripe.books.balance("platform", "pln") == 4999


@pytest.mark.parametrize(
    ("agreed", "status", "reason"),
    [(True, "succeeded", None), (False, "requires_action", "authentication_required")],
)
def test_three_d_secure_waits_for_the_shopper(
    stripe: StripeStandIn, gateway: StripeGateway, agreed: bool, status: str, reason: str | None
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref, "pm_card_authenticationRequired")
    assert gateway.act(charge, {}).status == "requires_action"
    stripe.authenticate(str(charge.provider_ref), success=agreed)
    seen = gateway.look(charge)
    assert (seen.status, seen.reason) == (status, reason)


@pytest.mark.parametrize(
    ("method", "status"),
    [("pm_sepa_late", "succeeded"), ("pm_sepa_late_declined", "requires_action")],
)
def test_a_bank_debit_takes_its_time(
    stripe: StripeStandIn, gateway: StripeGateway, method: str, status: str
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref, method)
    assert gateway.look(charge).status == "processing"
    stripe.finish(str(charge.provider_ref))
    seen = gateway.look(charge)
    assert (seen.status, seen.method) == (status, "sepa_debit")


# ---- cancelling ----


def test_an_unpaid_intent_can_be_cancelled_and_not_paid_afterwards(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    assert gateway.cancel(charge).status == "cancelled"
    assert gateway.cancel(charge).status == "cancelled"
    with pytest.raises(Exception, match="status of canceled"):
        stripe.pay(charge.provider_ref)
    assert stripe.books.balance("platform", "pln") == 0


def test_money_that_came_first_is_not_cancelled(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref)
    seen = gateway.cancel(charge)
    assert (seen.status, seen.amount) == ("succeeded", Money("49.99", "PLN"))


def test_money_that_comes_while_the_cancel_is_on_its_way_wins(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    with stripe.gate(CANCEL, "before") as gate:
        cancelled = in_background(lambda: gateway.cancel(charge))
        gate.wait_reached()
        stripe.pay(charge.provider_ref)
        gate.open()
        assert cancelled().status == "succeeded"
    assert stripe.books.balance("platform", "pln") == 4999


def test_a_cancel_that_comes_while_the_card_is_on_its_way_wins(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    import httpx

    charge = started(gateway)
    intent = stripe.books.things[charge.provider_ref]
    data = {"key": stripe.publishable_key, "client_secret": intent["client_secret"]}
    url = f"{stripe.url}/v1/payment_intents/{intent['id']}/confirm"
    with stripe.gate(CONFIRM, "before") as gate:
        paid = in_background(
            lambda: httpx.post(url, data=data | {"payment_method": "pm_card_visa"})
        )
        gate.wait_reached()
        assert gateway.cancel(charge).status == "cancelled"
        gate.open()
        assert paid().status_code == 400
    assert gateway.look(charge).status == "cancelled"
    assert stripe.books.balance("platform", "pln") == 0


def test_a_payment_that_the_bank_works_on_cannot_be_cancelled(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    charge = started(gateway)
    stripe.pay(charge.provider_ref, "pm_sepa_late")
    assert gateway.cancel(charge).status == "processing"


def test_a_cancel_before_any_reply_leaves_nothing_payable_behind(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    """The desk never learned the intent's id; the payment id finds it."""
    charge = a_charge()
    reference = gateway.start(charge, {}).provider_ref
    assert gateway.cancel(charge).provider_ref == reference
    assert stripe.books.things[reference]["status"] == "canceled"


# ---- set-up ----


def test_the_account_is_asked_for_once_unless_it_is_given(
    stripe: StripeStandIn, make_gateway: Callable[..., StripeGateway]
) -> None:
    asking, told = make_gateway(), make_gateway(account="acct_given")
    assert [asking.account, asking.account] == [stripe.account.id] * 2
    assert told.account == "acct_given"
    assert [asked.path for asked in stripe.asked] == ["/v1/account"]


@pytest.mark.parametrize(
    ("secret", "publishable"),
    [
        ("", "pk_test_1"),
        ("pk_test_1", "pk_test_1"),
        ("sk_test_1", ""),
        ("sk_test_1", "sk_test_1"),
        ("sk_live_1", "pk_test_1"),
        ("sk_test_1\n", "pk_test_1"),
    ],
)
def test_keys_that_cannot_work_together_are_refused_at_start(secret: str, publishable: str) -> None:
    with pytest.raises(SettingsError) as refusal:
        StripeGateway(secret, publishable, webhook_secrets=[SECRET])
    assert refusal.value.remedy


def test_the_mode_of_the_key_is_the_mode_of_the_gateway() -> None:
    live = StripeGateway("rk_live_1", "pk_live_1", webhook_secrets=[SECRET])
    assert live.livemode is True
    assert "rk_live" not in repr(live)


def test_nothing_is_imported_or_connected_before_the_first_call() -> None:
    """Importing and building costs neither the SDK nor a socket."""
    program = (
        "import sys; from flask_till.desk.gateways.stripe import StripeGateway;"
        "StripeGateway('sk_test_1', 'pk_test_1', webhook_secrets=['whsec_' + 'x' * 24]);"
        "assert not any(name.split('.')[0] in ('stripe', 'requests') for name in sys.modules)"
    )
    subprocess.run(
        [sys.executable, "-c", program], check=True, env={"PYTHONPATH": ":".join(sys.path)}
    )


def test_two_gateways_in_one_process_do_not_share_keys(
    stripe: StripeStandIn, gateway: StripeGateway
) -> None:
    with StripeStandIn("acct_1Second") as second:
        other = StripeGateway(
            second.secret_key, second.publishable_key, webhook_secrets=[SECRET], api_base=second.url
        )
        started(gateway)
        started(other)
        assert (gateway.account, other.account) == (stripe.account.id, "acct_1Second")
        other.close()
