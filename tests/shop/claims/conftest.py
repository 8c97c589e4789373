"""A shop whose mugs and cards are handed over as claims, and an order desk that plays Kigo."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_till.base.database import Database
from flask_till.base.sealing import Seal
from flask_till.shop.catalog import Shelf
from flask_till.shop.claim_delivery import ClaimDelivery
from flask_till.shop.desks.kigo.claims import KigoClaims
from tests.conftest import StillClock
from tests.shop.claims.kigo_desk import (
    API_KEY,
    BASE,
    PARTNER,
    PRODUCTS,
    WEBHOOK_SECRET,
    KigoDesk,
)
from tests.shop.claims.the_shop import TheShop
from tests.shop.played_desk import PlayedDesk
from tests.shop.shelves import TEN, shelf_of


@pytest.fixture
def kigo(
    new_database_url: Callable[[], str], clock: StillClock, tmp_path: Path
) -> Iterator[KigoDesk]:
    """Audited after the test."""
    made = KigoDesk(new_database_url(), clock, tmp_path / "desk")
    yield made
    made.close()


@pytest.fixture
def new_claims(kigo: KigoDesk, clock: StillClock) -> Iterator[Callable[..., KigoClaims]]:
    """``new_claims(bound=True)`` is a client of that desk."""
    made: list[KigoClaims] = []

    def make(**options: Any) -> KigoClaims:
        given = {
            "api_key": API_KEY,
            "partner_id": PARTNER,
            "products": PRODUCTS,
            "webhook_secret": WEBHOOK_SECRET,
            "transport": kigo.line,
            "clock": clock,
            **options,
        }
        made.append(KigoClaims(given.pop("base_url", BASE), **given))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def claims(new_claims: Callable[..., KigoClaims]) -> KigoClaims:
    return new_claims()


@pytest.fixture
def shelf(claims: KigoClaims) -> Shelf:
    return replace(shelf_of(promotions=(TEN,)), claims=claims.products)


@pytest.fixture
def delivery(database: Database, claims: KigoClaims) -> ClaimDelivery:
    return ClaimDelivery(database, Seal(["k" * 32]), claims)


@pytest.fixture
def shop(database: Database, shelf: Shelf, delivery: ClaimDelivery) -> TheShop:
    return TheShop(database, shelf, delivery)


@pytest.fixture
def new_site(
    new_shop: Callable[..., Flask],
    new_claims: Callable[..., KigoClaims],
    desk: PlayedDesk,
    clock: StillClock,
) -> Callable[..., Flask]:
    """A whole application whose claims come from that desk, on the clock of the test."""

    def make(**options: Any) -> Flask:
        given = {"claims": options.pop("claims", None) or new_claims(), **options}
        app = new_shop(desk=desk, **given)
        app.extensions["till"].database.clock = clock
        return app

    return make


@pytest.fixture
def site(new_site: Callable[..., Flask]) -> Flask:
    return new_site()
