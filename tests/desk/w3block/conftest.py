"""A desk on the day of the contract's examples, with a company and a buyer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.desk.receiver import Receiver
from tests.desk.the_desk import TheDesk
from tests.desk.w3block.the_company import USER, Storefront, TheCompany
from tests.desk.w3block.the_hooks import hook_at


@pytest.fixture
def clock(clock: Any) -> Any:
    clock.now = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
    return clock


@pytest.fixture
def company(desk: TheDesk) -> TheCompany:
    return TheCompany(desk)


@pytest.fixture
def ann(company: TheCompany) -> Storefront:
    """A buyer who signed in."""
    return company.signed_in(user_id=USER)


@pytest.fixture
def told() -> Receiver:
    """A company's server."""
    return Receiver()


@pytest.fixture
def hook(company: TheCompany, serve: Any, told: Receiver) -> dict[str, Any]:
    """Its webhook configuration."""
    return hook_at(company, serve(told.app) + "/orders")


@pytest.fixture
def sold(company: TheCompany) -> TheCompany:
    """It sells one piece, and delivers what is paid by pix after 60 s, by card after 90 s."""
    company.change(delays={"pix": 60, "credit_card": 90})
    company.sell(tokens=1)
    return company
