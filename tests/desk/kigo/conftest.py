"""A desk on the day of the contract's examples, with a partner, its products and its server."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.desk.kigo.the_partner import Caller, Partner
from tests.desk.receiver import Receiver
from tests.desk.the_desk import TheDesk

CONTRACTS_DAY = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


@pytest.fixture
def clock(clock: Any) -> Any:
    clock.now = CONTRACTS_DAY
    return clock


@pytest.fixture
def desk(make_desk: Callable[..., TheDesk]) -> TheDesk:
    """Without limits, which have tests of their own."""
    return make_desk(limits=False)


@pytest.fixture
def partner(desk: TheDesk) -> Partner:
    return Partner(desk)


@pytest.fixture
def server(partner: Partner) -> Caller:
    return partner.server()


@pytest.fixture
def user(partner: Partner) -> Caller:
    return partner.user()


@pytest.fixture
def receiver(desk: TheDesk) -> Receiver:
    """Whoever is told at ``https://in-process.till/...``."""
    receiver = Receiver()
    desk.desk.connect(receiver.app)
    return receiver
