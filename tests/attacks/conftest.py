"""A shop and the desk that takes its money, as strangers see them: over HTTP only."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.attacks.market import Market
from tests.attacks.neighbourhood import Neighbourhood


@pytest.fixture
def new_market(
    new_database_url: Callable[[], str], tmp_path: Path
) -> Iterator[Callable[..., Market]]:
    """``new_market(TILL_MOST_OPEN_ORDERS=3)``; every invariant is audited when the test is over."""
    made: list[Market] = []

    def make(**config: Any) -> Market:
        made.append(Market(new_database_url(), new_database_url(), tmp_path, **config))
        return made[-1]

    yield make
    for market in made:
        market.audit()
        market.close()


@pytest.fixture
def market(new_market: Callable[..., Market]) -> Market:
    """Runs on SQLite, then on PostgreSQL."""
    return new_market()


@pytest.fixture
def wait_for() -> Callable[[str], Any]:
    """Asks until a server of the test answers; its answer."""

    def ask(url: str) -> httpx.Response:
        for _ in range(200):
            try:
                return httpx.get(url)
            except httpx.TransportError:
                time.sleep(0.1)
        pytest.fail(f"nobody answers at {url}")

    return ask


@pytest.fixture
def new_neighbourhood(
    new_database_url: Callable[[], str], tmp_path: Path
) -> Iterator[Callable[..., Neighbourhood]]:
    """As `new_market`: a desk with partners of both kinds, audited when the test is over."""
    made: list[Neighbourhood] = []

    def make(**config: Any) -> Neighbourhood:
        made.append(Neighbourhood(new_database_url(), tmp_path, **config))
        return made[-1]

    yield make
    for neighbourhood in made:
        neighbourhood.audit()
        neighbourhood.close()


@pytest.fixture
def neighbourhood(new_neighbourhood: Callable[..., Neighbourhood]) -> Neighbourhood:
    """Runs on SQLite, then on PostgreSQL."""
    return new_neighbourhood()
