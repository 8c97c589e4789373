"""A desk with a miniapp and a host app, and the servers of both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Response

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions.boxo_audit import BOXO_INVARIANTS
from flask_till.desk.enrolment.boxo import BoxoEnrolment
from flask_till.desk.gateways.sandbox import SandboxGateway
from tests.desk.boxo.the_miniapp import APP, HOST, LISTED, NOW, SECRET, TheHost, TheMiniapp
from tests.desk.receiver import Receiver
from tests.desk.the_desk import TheDesk
from tests.stand_ins.paper_gateway import PaperGateway


class Ticking:
    """The test's clock; no two looks at it give the same millisecond, as it is in life."""

    def __init__(self, clock: Any) -> None:
        self._clock = clock
        self._lock = threading.Lock()

    def __call__(self) -> datetime:
        with self._lock:
            moment: datetime = self._clock.advance(0.001)
            return moment


@pytest.fixture
def new_desk(make_desk: Callable[..., TheDesk], clock: Any) -> Iterator[Callable[..., TheDesk]]:
    """Whatever happens on them, the invariants hold when the test is over."""
    known: list[TheDesk] = []
    clock.now = datetime.fromtimestamp(NOW, UTC)

    def make(**given: Any) -> TheDesk:
        paper = PaperGateway()
        gateways = [paper, SandboxGateway(in_development=True, clock=clock)]
        made = make_desk(**{"gateways": gateways, "clock": Ticking(clock)} | given)
        made.gateway = paper
        known.append(made)
        return made

    yield make
    for one in known:
        assert one.database.read(find_breaches, BOXO_INVARIANTS) == []


@pytest.fixture
def desk(new_desk: Callable[..., TheDesk]) -> TheDesk:
    """Runs on SQLite, then on PostgreSQL."""
    return new_desk()


@pytest.fixture
def boxo(desk: TheDesk) -> BoxoEnrolment:
    return desk.desk.boxo


@pytest.fixture
def partners(desk: TheDesk, boxo: BoxoEnrolment) -> BoxoEnrolment:
    """The contract's miniapp and a host app that this desk plays, both known by their address."""
    boxo.add_miniapp(
        desk.merchant.id,
        app_id=APP,
        secret_key=SECRET,
        url="https://tea.example.org/",
        addresses=[LISTED],
    )
    boxo.add_host(client_id=HOST, name="Super app", addresses=[LISTED])
    boxo.add_partnership(APP, HOST)
    return boxo


@pytest.fixture
def miniapp(desk: TheDesk, partners: BoxoEnrolment) -> TheMiniapp:
    """The miniapp's server."""
    return TheMiniapp(desk)


@pytest.fixture
def host_server(desk: TheDesk, partners: BoxoEnrolment) -> TheMiniapp:
    """The host app's server."""
    return TheMiniapp(desk)


@pytest.fixture
def outside(desk: TheDesk, partners: BoxoEnrolment, serve: Any) -> TheHost:
    """A host app ``outside`` that takes the money itself, paired with the miniapp."""
    host = TheHost()
    url = serve(host.app())
    partners.add_host(
        client_id="outside",
        kind="outside",
        secret_key="host-secret-1",
        create_url=f"{url}/pay/create",
        status_url=f"{url}/pay/status",
        addresses=[LISTED],
    )
    partners.add_partnership(APP, "outside")
    return host


@pytest.fixture
def told(desk: TheDesk, partners: BoxoEnrolment, serve: Any) -> Receiver:
    """What the miniapp's server is told; it says SUCCESS unless the test says otherwise."""
    receiver = Receiver(lambda _: Response('{"code":"SUCCESS"}', 200))
    partners.change_miniapp(APP, webhook_url=f"{serve(receiver.app)}/boxo/orders")
    return receiver
