"""A Stripe of our own for each test, and gateways that talk to it over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from flask_till.base.database import Database
from flask_till.desk.gateways import Charge, Evidence
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.tables import MIGRATIONS
from flask_till.money import Money
from tests import ready_made
from tests.stand_ins.stripe import StripeStandIn

from .till import SECRET, Till

OTHER_SECRET = "whsec_this-is-the-other-one"

_numbers = count(1)


@pytest.fixture
def stripe() -> Iterator[StripeStandIn]:
    with StripeStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def make_gateway(stripe: StripeStandIn) -> Iterator[Callable[..., StripeGateway]]:
    """Builds gateways against the stand-in; keyword arguments as `StripeGateway` has them."""
    made: list[StripeGateway] = []

    def make(**options: Any) -> StripeGateway:
        settings = {"webhook_secrets": [SECRET], "api_base": stripe.url, "timeout": 5} | options
        made.append(StripeGateway(stripe.secret_key, stripe.publishable_key, **settings))
        return made[-1]

    yield make
    for gateway in made:
        gateway.close()


@pytest.fixture
def gateway(make_gateway: Callable[..., StripeGateway]) -> StripeGateway:
    return make_gateway()


@pytest.fixture
def make_till(database_url: str, stripe: StripeStandIn) -> Iterator[Callable[..., Till]]:
    """Builds desks on a database of their own, with a clock of their own where one is given."""
    made: list[Database] = []

    def make(gateway: StripeGateway, **options: Any) -> Till:
        ready_made.migrate(database_url, MIGRATIONS)
        made.append(Database(database_url, **options))
        MIGRATIONS.attach(made[-1])
        return Till(made[-1], gateway, stripe)

    yield make
    for database in made:
        database.close()


@pytest.fixture
def till(make_till: Callable[..., Till], gateway: StripeGateway) -> Till:
    return make_till(gateway)


def a_charge(amount: str = "49.99", currency: str = "PLN", **changes: Any) -> Charge:
    """A new payment attempt of 49.99 PLN for a blue mug; ``changes`` replace its members."""
    number = next(_numbers)
    charge = Charge(
        payment_id=f"pay_{number}",
        order_id=f"ord_{number}",
        amount=Money(amount, currency),
        method="card",
        description="Blue mug",
        locale="pl",
        return_url="https://desk.example/order/return",
        expires_at=datetime.now(UTC) + timedelta(minutes=30),
        metadata={"merchant": "mer_1"},
    )
    return replace(charge, **changes)


def started(gateway: StripeGateway, charge: Charge | None = None, **inputs: str) -> Charge:
    """The charge as the desk keeps it after the gateway started it."""
    charge = charge or a_charge()
    begun = gateway.start(charge, inputs)
    return replace(charge, provider_ref=begun.provider_ref, client=begun.client)


def in_background(act: Callable[[], Any]) -> Callable[[], Any]:
    """Run beside the test; the answer is waited for when it is called."""
    answers: list[Any] = []

    def run() -> None:
        try:
            answers.append(act())
        except Exception as error:  # noqa: BLE001 - handed to the test
            answers.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def answer() -> Any:
        thread.join(20)
        return answers[0]

    return answer


def news(stripe: StripeStandIn, gateway: StripeGateway, kind: str) -> list[Evidence]:
    """The evidence of all events of a kind, through the real webhook reader."""
    found = []
    for event in stripe.books.events:
        if event["type"] == kind:
            notice = gateway.read_webhook(*stripe.hooks.signed(event, SECRET))
            assert notice.evidence is not None
            found.append(notice.evidence)
    return found
