"""Stripe's embedded page in a real browser, on a page that has nothing but the client secret."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, Response, render_template_string

from flask_till.desk.gateways import Charge
from flask_till.desk.gateways.stripe import StripeGateway
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.browser import stand_between

from .conftest import a_charge, started

PAGE = """<!doctype html><html lang="en"><title>A partner's page</title><main></main>
<script id="client" type="application/json" nonce="n0">{{ client|safe }}</script>
<script src="{{ script }}" nonce="n0"></script>
<script type="module" nonce="n0">
  const client = JSON.parse(document.getElementById('client').textContent);
  const stripe = window.Stripe(client.publishable_key);
  const checkout = await stripe.createEmbeddedCheckoutPage({ clientSecret: client.client_secret });
  checkout.mount('main');
</script>"""


@dataclass
class PartnersPage:
    page: Any
    charge: Charge
    gateway: StripeGateway

    def pay(self, number: str) -> None:
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_role("button", name="Pay").click()

    def status(self) -> str:
        return self.gateway.look(self.charge).status


@pytest.fixture
def shown(
    stripe: StripeStandIn, gateway: StripeGateway, serve: Any, context: Any, page: Any
) -> PartnersPage:
    app = Flask("partners_page")
    address = serve(app)
    charge = started(gateway, a_charge(return_url=f"{address}/back?orderId=1"), ui="embedded")

    @app.get("/")
    def partner() -> Response:
        client = dict(charge.client)
        return _framed(gateway, PAGE, client=json.dumps(client), script=client["script"])

    @app.get("/back")
    def back() -> str:
        return "<h1>Welcome back</h1>"

    stand_between(context, stripe)
    page.goto(address)
    return PartnersPage(page, charge, gateway)


def _framed(gateway: StripeGateway, page: str, **values: str) -> Response:
    """With the policy that the gateway asks for, and nothing else."""
    part = gateway.page()
    policy = (
        f"default-src 'none'; script-src 'nonce-n0' {' '.join(part.script_origins)};"
        f" frame-src {' '.join(part.frame_origins)};"
        f" connect-src {' '.join(part.connect_origins)}"
    )
    shown = render_template_string(page, **values)
    return Response(shown, headers={"Content-Security-Policy": policy})


def test_a_card_pays_and_the_shopper_comes_back_with_the_session(
    stripe: StripeStandIn, shown: PartnersPage
) -> None:
    shown.pay("4242 4242 4242 4242")
    shown.page.get_by_role("heading", name="Welcome back").wait_for()
    assert shown.page.url.endswith(f"/back?orderId=1&session_id={shown.charge.provider_ref}")
    assert shown.status() == "succeeded"
    assert stripe.books.balance("platform", "pln") == 4999


def test_a_declined_shopper_pays_with_another_card(shown: PartnersPage) -> None:
    shown.pay("4000000000009995")
    shown.page.get_by_role("alert").get_by_text("insufficient funds").wait_for()
    assert shown.status() == "requires_action"
    shown.pay("4242424242424242")
    shown.page.get_by_role("heading", name="Welcome back").wait_for()
    assert shown.status() == "succeeded"


@pytest.mark.parametrize(
    ("answer", "status"), [("Complete", "succeeded"), ("Fail", "requires_action")]
)
def test_the_banks_question_is_asked(shown: PartnersPage, answer: str, status: str) -> None:
    shown.pay("4000002760003184")
    shown.page.get_by_role("button", name=f"{answer} authentication").click()
    after = shown.page.get_by_role("heading", name="Welcome back")
    if answer == "Fail":
        after = shown.page.get_by_text("unable to authenticate")
    after.wait_for()
    assert shown.status() == status


def test_what_the_desk_gave_up_is_not_paid(stripe: StripeStandIn, shown: PartnersPage) -> None:
    assert shown.gateway.cancel(shown.charge).status == "cancelled"
    shown.pay("4242424242424242")
    shown.page.get_by_role("alert").get_by_text("over").wait_for()
    assert stripe.books.balance("platform", "pln") == 0


def test_a_secret_that_is_none_opens_nothing(shown: PartnersPage) -> None:
    shown.page.get_by_label("Card number").wait_for()
    refused = shown.page.evaluate(
        "async (secret) => { try { await window.Stripe('pk_test_1')"
        ".createEmbeddedCheckoutPage({ clientSecret: secret }); } catch (e) { return e.name; } }",
        shown.charge.client["client_secret"].replace("cs_", "pi_"),
    )
    assert refused == "IntegrationError"
