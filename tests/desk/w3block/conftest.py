"""A desk on the day of the contract's examples, with a company and a buyer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.desk.the_desk import TheDesk
from tests.desk.w3block.the_company import USER, Storefront, TheCompany


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
