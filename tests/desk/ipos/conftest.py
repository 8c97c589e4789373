"""A desk on the day of the contract's examples, with a portal, a widget and its users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from flask_till.desk.gateways import Charge, Started
from flask_till.desk.tables import outbox
from tests.desk.ipos.the_portal import Portal
from tests.desk.receiver import Receiver
from tests.desk.the_desk import TheDesk
from tests.stand_ins.paper_gateway import PaperGateway

CONTRACTS_DAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


class EmbeddedGateway(PaperGateway):
    """A gateway on paper whose payments are made in a form inside the page."""

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        started = super().start(charge, inputs)
        assert inputs == {"ui": "embedded"}
        secret = {"client_secret": f"{started.provider_ref}_secret"}
        return Started(started.provider_ref, started.status, secret, None, started.evidence)


@pytest.fixture
def clock(clock: Any) -> Any:
    clock.now = CONTRACTS_DAY
    return clock


@pytest.fixture
def desk(make_desk: Callable[..., TheDesk]) -> TheDesk:
    gateway = EmbeddedGateway()
    made = make_desk(gateways=[gateway], public_url="https://pay.example.com")
    made.gateway = gateway
    return made


@pytest.fixture
def portal(desk: TheDesk) -> Portal:
    return Portal(desk)


@pytest.fixture
def developer(portal: Portal) -> Any:
    return portal.developer


@pytest.fixture
def user(portal: Portal) -> Any:
    return portal.user


@pytest.fixture
def receiver(desk: TheDesk) -> Receiver:
    """Whoever is called back at ``https://in-process.till/...``."""
    receiver = Receiver()
    desk.desk.connect(receiver.app)
    return receiver


@pytest.fixture
def lead(desk: TheDesk) -> Callable[[str, Any], None]:
    """``lead(host, app)``: callbacks to that host name come to an application of the test."""

    def to(host: str, app: Any) -> None:
        desk.app.extensions["till_desk"].partners.ipos.connect(host, app)

    return to


@pytest.fixture
def carry(desk: TheDesk, clock: Any) -> Callable[[], None]:
    """Let the relay carry what is due now."""
    return lambda: desk.desk.relay.drain()


@pytest.fixture
def deliveries(desk: TheDesk) -> Callable[[], list[str]]:
    """The states of what merchants are told, oldest first."""

    def states() -> list[str]:
        rows = [row for row in desk.rows(outbox.deliveries) if row.courier == "ipos"]
        return [row.state for row in sorted(rows, key=lambda row: row.seq)]

    return states
