"""What every gateway promises the cashier, asked of each of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest

from flask_till.desk.gateways import Charge, Evidence, Gateway, PagePart, PassesOn, Share
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.errors import BadSignature
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

from .conftest import a_charge

STATES = {"requires_action", "processing", "succeeded", "failed", "cancelled"}


@dataclass
class Scene:
    """A gateway, and how its shopper pays or is declined on a charge that is not started yet."""

    gateway: Gateway
    paid: Callable[[], Charge]
    declined: Callable[[], Charge]
    open: Callable[[], Charge]


def _stripe(gateway: StripeGateway, stripe: StripeStandIn) -> Scene:
    def begun(method: str | None = None) -> Charge:
        charge = a_charge()
        charge = replace(charge, provider_ref=gateway.start(charge, {}).provider_ref)
        if method is not None:
            stripe.pay(str(charge.provider_ref), method)
        return charge

    return Scene(
        gateway,
        paid=lambda: begun("pm_card_visa"),
        declined=lambda: begun("pm_card_chargeDeclined"),
        open=begun,
    )


def _sandbox() -> Scene:
    gateway = SandboxGateway(in_development=True)

    def begun(outcome: str) -> Charge:
        charge = a_charge()
        inputs = {"outcome": outcome}
        return replace(charge, provider_ref=gateway.start(charge, inputs).provider_ref)

    return Scene(
        gateway,
        paid=lambda: begun("paid"),
        declined=lambda: begun("declined"),
        open=lambda: begun("confirm"),
    )


@pytest.fixture(params=["sandbox", "stripe elements", "stripe checkout"])
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    if request.param == "sandbox":
        yield _sandbox()
        return
    make = request.getfixturevalue("make_gateway")
    yield _stripe(make(mode=request.param.split()[1]), request.getfixturevalue("stripe"))


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
    assert seen.status == "requires_action"


def test_a_paid_payment_brought_the_whole_amount(scene: Scene) -> None:
    charge = scene.paid()
    seen = scene.gateway.look(charge)
    fits(scene, charge, seen)
    assert (seen.status, seen.amount) == ("succeeded", charge.amount)


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


def test_cancelling_a_paid_payment_says_that_the_money_is_here(scene: Scene) -> None:
    charge = scene.paid()
    seen = scene.gateway.cancel(charge)
    fits(scene, charge, seen)
    assert (seen.status, seen.amount) == ("succeeded", charge.amount)


def test_part_of_a_paid_payment_is_given_back_once_per_refund_id(scene: Scene) -> None:
    charge = scene.paid()
    first, again = (scene.gateway.refund("ref_1", charge, Money("10", "PLN")) for _ in range(2))
    assert first == again
    assert first.status == "succeeded"
    assert first.provider_ref
    assert scene.gateway.look_refund("ref_1", first.provider_ref, Money("10", "PLN")) == first


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
