"""The order page's Stripe part in a real browser, against the stand-in's Stripe.js and API."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, render_template_string

from flask_till.desk.gateways import Charge
from flask_till.desk.gateways.stripe import StripeGateway
from tests.conftest import ROOT
from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.browser import SCRIPT, stand_between

from .conftest import started

MODULE = ROOT / "plugin/flask_till/desk/pages/static/gateways/stripe.js"
CONFIRM = "POST /v1/payment_intents/{id}/confirm"
PAGE = """<!doctype html><html lang="en" {{ theme|safe }}><title>Order</title>
<main id="pay"></main><output id="refreshed">0</output>
<script id="client" type="application/json" nonce="n0">{{ client|safe }}</script>
<script type="module" nonce="n0">
  import mount from '/stripe.js';
  const refreshed = document.getElementById('refreshed');
  const client = JSON.parse(document.getElementById('client').textContent);
  const api = { refresh: () => (refreshed.value = Number(refreshed.value) + 1) };
  window.unmount = await mount(document.getElementById('pay'), client, api);
</script>"""


@dataclass
class OrderPage:
    """What a shopper sees and does there."""

    page: Any
    charge: Charge
    gateway: StripeGateway
    violations: list[str] = field(default_factory=list)

    def pay(self, number: str) -> None:
        self.page.get_by_label("Card number").fill(number)
        self.page.get_by_role("button", name="Pay now").click()

    @property
    def alert(self) -> Any:
        return self.page.get_by_role("alert")

    def wait_refreshed(self, times: int = 1) -> None:
        self.page.wait_for_function(
            "times => Number(document.getElementById('refreshed').value) >= times", arg=times
        )

    def status(self) -> str:
        return self.gateway.look(self.charge).status


@pytest.fixture
def open_page(
    stripe: StripeStandIn, gateway: StripeGateway, serve: Any, context: Any, page: Any
) -> Callable[..., OrderPage]:
    def open_it(theme: str = "") -> OrderPage:
        charge = started(gateway)
        stand_between(context, stripe)
        shown = OrderPage(page, charge, gateway)
        page.on("console", lambda said: _note(shown.violations, said.text))
        page.goto(serve(_order_page(gateway, charge, theme)))
        return shown

    return open_it


def _note(violations: list[str], said: str) -> None:
    if "Content Security Policy" in said:
        violations.append(said)


def _order_page(gateway: StripeGateway, charge: Charge, theme: str) -> Flask:
    """A page with the origins that the gateway asks for, and nothing else."""
    app = Flask("order_page")
    part = gateway.page()
    policy = "; ".join(
        [
            "default-src 'none'",
            f"script-src 'nonce-n0' 'self' {' '.join(part.script_origins)}",
            f"frame-src {' '.join(part.frame_origins)}",
            f"connect-src 'self' {' '.join(part.connect_origins)}",
        ]
    )

    @app.get("/")
    def order() -> Response:
        page = render_template_string(PAGE, client=json.dumps(dict(charge.client)), theme=theme)
        return Response(page, headers={"Content-Security-Policy": policy})

    @app.get("/stripe.js")
    def module() -> Response:
        return Response(MODULE.read_bytes(), content_type="text/javascript")

    return app


def test_a_card_pays_and_the_page_asks_how_the_order_stands(
    stripe: StripeStandIn, open_page: Callable[..., OrderPage]
) -> None:
    shown = open_page()
    shown.pay("4242 4242 4242 4242")
    shown.wait_refreshed()
    assert shown.status() == "succeeded"
    assert stripe.books.balance("platform", "pln") == 4999
    assert shown.alert.text_content() == ""
    assert shown.page.get_by_role("button", name="Paying").is_disabled()
    assert shown.violations == []


def test_a_declined_shopper_reads_why_and_pays_with_another_card(
    stripe: StripeStandIn, open_page: Callable[..., OrderPage]
) -> None:
    shown = open_page()
    shown.pay("4000000000009995")
    shown.alert.get_by_text("Your card has insufficient funds.").wait_for()
    assert shown.status() == "requires_action"
    shown.pay("4242424242424242")
    shown.wait_refreshed(2)
    assert shown.status() == "succeeded"
    assert stripe.books.balance("platform", "pln") == 4999


def test_a_half_written_card_is_not_sent(
    stripe: StripeStandIn, open_page: Callable[..., OrderPage]
) -> None:
    shown = open_page()
    shown.pay("4242")
    shown.page.get_by_role("button", name="Pay now").wait_for()
    assert not [asked for asked in stripe.asked if asked.endpoint == CONFIRM]


@pytest.mark.parametrize(
    ("answer", "status"), [("Complete", "succeeded"), ("Fail", "requires_action")]
)
def test_the_banks_question_is_asked(
    open_page: Callable[..., OrderPage], answer: str, status: str
) -> None:
    shown = open_page()
    shown.pay("4000002760003184")
    shown.page.get_by_role("button", name=f"{answer} authentication").click()
    shown.wait_refreshed()
    assert shown.status() == status
    said = shown.alert.text_content()
    assert ("unable to authenticate" in said) == (answer == "Fail")


def test_a_wallets_button_pays(stripe: StripeStandIn, open_page: Callable[..., OrderPage]) -> None:
    shown = open_page()
    shown.page.get_by_role("button", name="Google Pay").click()
    shown.wait_refreshed()
    seen = shown.gateway.look(shown.charge)
    assert (seen.status, seen.method) == ("succeeded", "google_pay")


def test_a_bank_debit_under_way_needs_nothing_more_of_the_shopper(
    open_page: Callable[..., OrderPage],
) -> None:
    shown = open_page()
    shown.pay("AT321904300235473204")
    shown.wait_refreshed()
    assert shown.status() == "processing"


def test_a_reply_that_is_lost_after_paying_charges_once(
    stripe: StripeStandIn, open_page: Callable[..., OrderPage]
) -> None:
    shown = open_page()
    stripe.faults.plan(CONFIRM, "lose_reply")
    shown.pay("4242424242424242")
    shown.alert.get_by_text("did not go through").wait_for()
    shown.page.get_by_role("button", name="Pay now").click()
    shown.wait_refreshed(2)
    shown.page.get_by_role("button", name="Paying").wait_for()
    assert stripe.books.balance("platform", "pln") == 4999


def test_an_order_that_was_cancelled_meanwhile_is_not_paid(
    stripe: StripeStandIn, open_page: Callable[..., OrderPage]
) -> None:
    shown = open_page()
    assert shown.gateway.cancel(shown.charge).status == "cancelled"
    shown.pay("4242424242424242")
    shown.wait_refreshed()
    assert stripe.books.balance("platform", "pln") == 0


def test_a_double_click_confirms_once(
    stripe: StripeStandIn, open_page: Callable[..., OrderPage]
) -> None:
    shown = open_page()
    shown.page.get_by_label("Card number").fill("4242424242424242")
    shown.page.get_by_role("button", name="Pay now").dblclick()
    shown.wait_refreshed()
    assert len([asked for asked in stripe.asked if asked.endpoint == CONFIRM]) == 1


def test_a_shopper_whom_stripe_js_does_not_reach_is_told_and_can_try_again(
    context: Any, open_page: Callable[..., OrderPage]
) -> None:
    def blocked(route: Any) -> None:
        route.abort()

    shown = open_page()
    context.route("https://js.stripe.com/**", blocked)
    shown.page.reload()
    shown.alert.get_by_text("could not be loaded").wait_for()
    context.unroute("https://js.stripe.com/**", blocked)
    shown.page.get_by_role("button", name="Try again").click()
    shown.pay("4242424242424242")
    shown.wait_refreshed()
    assert shown.status() == "succeeded"


@pytest.mark.parametrize(
    ("system", "chosen", "wanted"),
    [
        ("dark", "", "night"),
        ("light", "", "stripe"),
        ("light", 'data-theme="dark"', "night"),
        ("dark", 'data-theme="light"', "stripe"),
    ],
)
def test_the_form_is_as_dark_as_the_page(
    page: Any, open_page: Callable[..., OrderPage], system: str, chosen: str, wanted: str
) -> None:
    page.emulate_media(color_scheme=system)
    open_page(chosen).page.locator(f"[data-stripe-theme={wanted}]").wait_for()


def test_the_form_can_be_taken_out_again(open_page: Callable[..., OrderPage]) -> None:
    shown = open_page()
    shown.page.get_by_label("Card number").wait_for()
    shown.page.wait_for_function("() => window.unmount")
    shown.page.evaluate("window.unmount()")
    assert shown.page.locator("#pay").inner_html() == ""


def test_both_scripts_fit_stripes_own_types(
    node: Callable[..., Any], node_modules: Path, tmp_path: Path
) -> None:
    """The page's module and the stand-in of Stripe.js, by ``tsc`` with ``@stripe/stripe-js``."""
    options = {
        "allowJs": True,
        "checkJs": True,
        "lib": ["es2022", "dom", "dom.iterable"],
        "module": "esnext",
        "moduleResolution": "bundler",
        "noEmit": True,
        "strict": True,
        "target": "es2022",
        "types": [],
    }
    project = tmp_path / "tsconfig.json"
    files = [str(MODULE), str(SCRIPT)]
    project.write_text(json.dumps({"compilerOptions": options, "files": files}))
    checked = node(node_modules / "typescript" / "bin" / "tsc", "-p", project)
    assert checked.returncode == 0, checked.stdout
