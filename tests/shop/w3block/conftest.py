"""A shop in dollars that sells through a W3block platform: the real desk, over a transport."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flask_till import W3blockDesk
from flask_till.base.database import Database
from flask_till.shop.actions.reading import order_at_desk
from flask_till.shop.catalog import Shelf
from flask_till.shop.checkout import Checkout
from flask_till.shop.order import Order
from tests.conftest import StillClock
from tests.shop.dollars import ORDER as BOTH
from tests.shop.dollars import dollar_shelf, usd
from tests.shop.shelves import fill
from tests.shop.w3block.the_platform import Platform, TappedLine

ORDER = replace(
    BOTH,
    promotions=(),
    discount=usd("0"),
    total=usd("107.98"),
    redirect_url="https://shop.example/t",
)
"""Two mugs and a card."""


@pytest.fixture
def platform_url(new_database_url: Callable[[], str]) -> str:
    return new_database_url()


@pytest.fixture
def platform(platform_url: str, clock: StillClock, tmp_path: Path) -> Iterator[Platform]:
    """The desk is audited after the test."""
    made = Platform(platform_url, clock, tmp_path / "desk")
    yield made
    made.close()


@pytest.fixture
def line(platform: Platform) -> TappedLine:
    return platform.line


@pytest.fixture
def new_desk(platform: Platform) -> Iterator[Callable[..., W3blockDesk]]:
    """``new_desk(sign_in=False)`` is a client of the platform."""
    made: list[W3blockDesk] = []

    def make(**options: Any) -> W3blockDesk:
        made.append(platform.client(**options))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(new_desk: Callable[..., W3blockDesk]) -> W3blockDesk:
    return new_desk()


@pytest.fixture
def order(clock: StillClock) -> Order:
    """One that was placed just now."""
    return replace(ORDER, created_at=clock())


@pytest.fixture
def shelf() -> Shelf:
    return dollar_shelf()


@pytest.fixture
def checkout(database: Database, shelf: Shelf, desk: W3blockDesk) -> Checkout:
    desk.find_orders_with(lambda at: database.read(order_at_desk, desk.name, at))
    return Checkout(database, shelf, desk)


@pytest.fixture
def basket_id(database: Database, shelf: Shelf) -> str:
    """A basket with two mugs."""
    return fill(database, shelf, mug=2)
