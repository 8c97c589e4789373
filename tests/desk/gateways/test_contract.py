"""What every gateway promises the cashier, asked of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from flask_till.base.database import Database
from flask_till.desk.gateways import Charge, Evidence, Gateway, PagePart, PassesOn, Share
from flask_till.desk.gateways.balance import BalanceGateway
from flask_till.desk.gateways.host import HostGateway
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.purse import DeskPurse
from flask_till.desk.tables import MIGRATIONS
from flask_till.errors import BadSignature, GatewayRefused
from flask_till.money import Money
from tests import ready_made
from tests.stand_ins.stripe import StripeStandIn

from .conftest import a_charge
from .payers import HostApp, Payers

STATES = {"requires_action", "processing", "succeeded", "failed", "cancelled"}
OUTSIDE = ["sandbox", "sandbox embedded", "stripe elements", "stripe checkout", "stripe embedded"]
"""These bring money from outside and carry it back."""
ALL = [*OUTSIDE, "balance", "host"]


@dataclass
class Scene:
    """A gateway, and how its shopper pays or is declined on a charge that is not started yet."""

    gateway: Gateway
    paid: Callable[[], Charge]
    declined: Callable[[], Charge]
    open: Callable[[], Charge]


def _stripe(gateway: StripeGateway, stripe: StripeStandIn, **inputs: str) -> Scene:
    def begun(method: str | None = None) -> Charge:
        charge = a_charge()
        charge = replace(charge, provider_ref=gateway.start(charge, inputs).provider_ref)
        if method is not None:
            stripe.pay(str(charge.provider_ref), method)
        return charge

    return Scene(
        gateway,
        paid=lambda: begun("pm_card_visa"),
        declined=lambda: begun("pm_card_chargeDeclined"),
        open=begun,
    )


def _sandbox(**inputs: str) -> Scene:
    gateway = SandboxGateway(in_development=True)

    def begun(outcome: str) -> Charge:
        charge = a_charge()
        started = gateway.start(charge, {"outcome": outcome} | inputs)
        return replace(charge, provider_ref=started.provider_ref)

    return Scene(
        gateway,
        paid=lambda: begun("paid"),
        declined=lambda: begun("declined"),
        open=lambda: begun("confirm"),
    )


def _balance(database: Database) -> Scene:
    """Too little is no decline here: such a payment never begins."""
    gateway = BalanceGateway(DeskPurse(database), live=False)
    payers = Payers(database)

    def paid() -> Charge:
        charge = payers.charge()
        return replace(charge, provider_ref=gateway.start(charge, {}).provider_ref)

    def not_begun() -> Charge:
        charge = payers.charge()
        return replace(charge, provider_ref=gateway.look(charge).provider_ref)

    return Scene(gateway, paid=paid, declined=not_begun, open=not_begun)


def _host() -> Scene:
    app = HostApp()
    gateway = HostGateway(app, live=False)

    def begun(status: str, reason: str | None = None) -> Charge:
        charge = a_charge()
        reference = f"host_{charge.payment_id}"
        app.says[reference] = status, reason
        started = gateway.start(charge, {"reference": reference})
        return replace(charge, provider_ref=started.provider_ref)

    return Scene(
        gateway,
        paid=lambda: begun("succeeded"),
        declined=lambda: begun("failed", "No money left"),
        open=lambda: begun("processing"),
    )


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    url = f"sqlite:///{tmp_path}/contract.db"
    ready_made.migrate(url, MIGRATIONS)
    made = Database(url)
    MIGRATIONS.attach(made)
    yield made
    made.close()


@pytest.fixture(params=ALL)
def scene(request: pytest.FixtureRequest) -> Scene:
    name, form = request.param.split() if " " in request.param else (request.param, "")
    inputs = {"ui": "embedded"} if form == "embedded" else {}
    if name == "sandbox":
        return _sandbox(**inputs)
    if name == "balance":
        return _balance(request.getfixturevalue("database"))
    if name == "host":
        return _host()
    make = request.getfixturevalue("make_gateway")
    mode = "elements" if inputs else form
    return _stripe(make(mode=mode), request.getfixturevalue("stripe"), **inputs)


def of(*names: str) -> pytest.MarkDecorator:
    """For a sentence that only some gateways promise."""
    return pytest.mark.parametrize("scene", names, indirect=True)


def fits(scene: Scene, charge: Charge, seen: Evidence) -> None:
    """Evidence names the gateway, its account and mode, and the payment it is about."""
    gateway = scene.gateway
    assert (seen.gateway, seen.account, seen.livemode) == (
        gateway.name,
        gateway.account,
        gateway.livemode,
    )
    assert seen.provider_ref == charge.provider_ref
    assert seen.amount.currency == charge.amount.currency
    assert seen.status in STATES


def test_it_offers_methods_of_its_own_name(scene: Scene) -> None:
    methods = scene.gateway.methods("PLN")
    assert methods
    assert {method.gateway for method in methods} == {scene.gateway.name}
    assert all(method.name and method.label for method in methods)


def test_its_part_of_the_page_names_whole_https_origins(scene: Scene) -> None:
    page = scene.gateway.page()
    assert isinstance(page, PagePart)
    for origin in (*page.script_origins, *page.frame_origins, *page.connect_origins):
        assert origin.startswith("https://")
        assert origin.count("/") == 2


def test_an_open_payment_is_open(scene: Scene) -> None:
    charge = scene.open()
    seen = scene.gateway.look(charge)
    fits(scene, charge, seen)
    assert seen.status in ("requires_action", "processing")


def test_a_paid_payment_brought_the_whole_amount(scene: Scene) -> None:
    charge = scene.paid()
    seen = scene.gateway.look(charge)
    fits(scene, charge, seen)
    assert (seen.status, seen.amount) == ("succeeded", charge.amount)


@of(*OUTSIDE, "host")
def test_a_declined_payment_says_why_and_brought_nothing_home(scene: Scene) -> None:
    charge = scene.declined()
    seen = scene.gateway.look(charge)
    fits(scene, charge, seen)
    assert seen.status in ("failed", "requires_action")
    assert seen.reason


def test_starting_what_was_started_is_the_same_payment(scene: Scene) -> None:
    for charge in (scene.open(), scene.paid()):
        again = scene.gateway.start(charge, {})
        assert again.provider_ref == charge.provider_ref
        assert scene.gateway.start(charge, {}) == again
        if again.evidence is not None:
            fits(scene, charge, again.evidence)
            assert again.evidence.status == again.status


def test_looking_changes_nothing(scene: Scene) -> None:
    for charge in (scene.open(), scene.paid(), scene.declined()):
        assert scene.gateway.look(charge) == scene.gateway.look(charge)


def test_cancelling_an_open_payment_wins(scene: Scene) -> None:
    charge = scene.open()
    seen = scene.gateway.cancel(charge)
    fits(scene, charge, seen)
    assert seen.status == "cancelled"


def test_what_was_cancelled_stays_cancelled(scene: Scene) -> None:
    charge = scene.open()
    scene.gateway.cancel(charge)
    assert scene.gateway.cancel(charge).status == "cancelled"


def test_cancelling_a_paid_payment_says_that_the_money_is_here(scene: Scene) -> None:
    charge = scene.paid()
    seen = scene.gateway.cancel(charge)
    fits(scene, charge, seen)
    assert (seen.status, seen.amount) == ("succeeded", charge.amount)


@of(*OUTSIDE)
def test_part_of_a_paid_payment_is_given_back_once_per_refund_id(scene: Scene) -> None:
    charge = scene.paid()
    first, again = (scene.gateway.refund("ref_1", charge, Money("10", "PLN")) for _ in range(2))
    assert first == again
    assert first.status == "succeeded"
    assert first.provider_ref
    assert scene.gateway.look_refund("ref_1", first.provider_ref, Money("10", "PLN")) == first


@of("host")
def test_what_a_host_took_the_host_gives_back(scene: Scene) -> None:
    charge = scene.paid()
    with pytest.raises(GatewayRefused):
        scene.gateway.refund("ref_1", charge, Money("10", "PLN"))
    with pytest.raises(GatewayRefused):
        scene.gateway.look_refund("ref_1", "host_ref", Money("10", "PLN"))


@of("balance", "host")
def test_shares_of_money_that_is_not_there_are_not_passed_on(scene: Scene) -> None:
    assert not isinstance(scene.gateway, PassesOn)


@of(*OUTSIDE)
def test_a_share_is_passed_on_once_and_comes_back_once(scene: Scene) -> None:
    charge, gateway = scene.paid(), scene.gateway
    assert isinstance(gateway, PassesOn)
    share = Share("shr_1", "acct_1Potter", Money("10", "PLN"))
    passed = {gateway.transfer(share, charge) for _ in range(2)}
    assert len(passed) == 1
    back = {gateway.reverse_transfer("rev_1", *passed, Money("4", "PLN")) for _ in range(2)}
    assert len(back) == 1


@pytest.mark.parametrize("body", [b"", b"{}", b"\xff", b"[" * 50_000, b'{"object":"event"}'])
@pytest.mark.parametrize("header", [None, "", "t=1,v1=é", "t=1,v1=" + "0" * 64])
def test_nobody_else_can_send_it_news(scene: Scene, body: bytes, header: str | None) -> None:
    headers = {} if header is None else {"Stripe-Signature": header}
    with pytest.raises(BadSignature):
        scene.gateway.read_webhook(body, headers)
