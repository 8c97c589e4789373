"""A shop in dollars that sells as a miniapp of a Boxo platform which the test plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flask_till.base.database import Database
from flask_till.shop.actions.orders import apply_desk_order
from flask_till.shop.catalog import Shelf
from flask_till.shop.checkout import Checkout
from flask_till.shop.desks.boxo.desk import BoxoDesk
from tests.conftest import StillClock
from tests.shop.dollars import dollar_shelf
from tests.shop.shelves import fill
from tests.stand_ins.boxo_platform import APP_ID, CLIENT_ID, SECRET_KEY, BoxoPlatform
from tests.stand_ins.line import Line


@pytest.fixture
def platform(clock: StillClock) -> BoxoPlatform:
    return BoxoPlatform(clock)


@pytest.fixture
def line(platform: BoxoPlatform) -> Line:
    return Line(platform.app)


@pytest.fixture
def new_desk(line: Line, clock: StillClock) -> Iterator[Callable[..., BoxoDesk]]:
    """``new_desk(key="...")`` is a client of the platform."""
    made: list[BoxoDesk] = []

    def make(base_url: str = "https://boxo.example/", **options: Any) -> BoxoDesk:
        given = {
            "app_id": APP_ID,
            "client_id": CLIENT_ID,
            "secret_key": SECRET_KEY,
            "live": False,
            "transport": line,
            "clock": clock,
            **options,
        }
        made.append(BoxoDesk(base_url, **given))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(new_desk: Callable[..., BoxoDesk]) -> BoxoDesk:
    return new_desk()


@pytest.fixture
def shelf() -> Shelf:
    return dollar_shelf()


@pytest.fixture
def checkout(database: Database, shelf: Shelf, desk: BoxoDesk) -> Checkout:
    return Checkout(database, shelf, desk)


@pytest.fixture
def basket_id(database: Database, shelf: Shelf) -> str:
    """A basket with two mugs and the code."""
    return fill(database, shelf, "TEN", mug=2)


@pytest.fixture
def hear(
    database: Database, shelf: Shelf, desk: BoxoDesk, platform: BoxoPlatform, clock: StillClock
) -> Callable[..., bool]:
    """The platform calls back about a payment as it is; whether that was news."""

    def call(payment_id: str, /, **odd: Any) -> bool:
        raw, headers = platform.webhook(payment_id, **odd)
        small = {name.lower(): value for name, value in headers.items()}
        event_id, told = desk.verify_callback(small, raw, clock())
        return database.write(apply_desk_order, shelf, desk.name, event_id, told)

    return call
