"""A shop in dollars that sells through an IPOS platform which the test plays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from flask_till.base.database import Database
from flask_till.shop.actions.orders import apply_desk_order
from flask_till.shop.catalog import Shelf
from flask_till.shop.checkout import Checkout
from flask_till.shop.desks.ipos.desk import IposDesk
from tests.conftest import StillClock
from tests.shop.dollars import dollar_shelf
from tests.shop.shelves import fill
from tests.stand_ins.ipos_platform import ACCESS_KEY, APP_ID, SECRET_KEY, IposPlatform
from tests.stand_ins.line import Line

CALLBACK_URL = "https://shop.example/till/callbacks/ipos"


@pytest.fixture
def platform(clock: StillClock) -> IposPlatform:
    return IposPlatform(clock)


@pytest.fixture
def line(platform: IposPlatform) -> Line:
    return Line(platform.app)


@pytest.fixture
def new_desk(
    platform: IposPlatform, line: Line, clock: StillClock
) -> Iterator[Callable[..., IposDesk]]:
    """``new_desk(methods=[...])`` is a client of the platform."""
    made: list[IposDesk] = []

    def make(**options: Any) -> IposDesk:
        given = {
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "app_id": APP_ID,
            "callback_url": CALLBACK_URL,
            "user_token": lambda order: platform.user_token(),
            "live": False,
            "transport": line,
            "clock": clock,
            **options,
        }
        made.append(IposDesk("https://ipos.example/", **given))
        return made[-1]

    yield make
    for desk in made:
        desk.close()


@pytest.fixture
def desk(new_desk: Callable[..., IposDesk]) -> IposDesk:
    return new_desk()


@pytest.fixture
def shelf() -> Shelf:
    return dollar_shelf()


@pytest.fixture
def checkout(database: Database, shelf: Shelf, desk: IposDesk) -> Checkout:
    return Checkout(database, shelf, desk)


@pytest.fixture
def basket_id(database: Database, shelf: Shelf) -> str:
    """A basket with two mugs and the code."""
    return fill(database, shelf, "TEN", mug=2)


@pytest.fixture
def hear(
    database: Database, shelf: Shelf, desk: IposDesk, platform: IposPlatform, clock: StillClock
) -> Callable[..., bool]:
    """The platform calls back about an order as it is; whether that was news."""

    def call(order_id: str, **odd: Any) -> bool:
        raw, headers = platform.callback(order_id, **odd)
        small = {name.lower(): value for name, value in headers.items()}
        event_id, told = desk.verify_callback(small, raw, clock())
        return database.write(apply_desk_order, shelf, desk.name, event_id, told)

    return call
