"""A wallet on each database, with one shop that is played over real HTTP and one shopper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.desk.inpost.the_shop import TheShop
from tests.desk.the_desk import TheDesk
from tests.desk.wallet.the_phone import ThePhone, TheWallet
from tests.stand_ins.inpost_merchant import InpostMerchant


@pytest.fixture
def at(desk: TheDesk, serve: Any) -> Iterator[TheWallet]:
    wallet = TheWallet(desk, serve)
    yield wallet
    wallet.close()


@pytest.fixture
def both(at: TheWallet) -> tuple[InpostMerchant, TheShop]:
    return at.shop()


@pytest.fixture
def merchant(both: tuple[InpostMerchant, TheShop]) -> InpostMerchant:
    """The shop as it answers us."""
    return both[0]


@pytest.fixture
def shop(both: tuple[InpostMerchant, TheShop]) -> TheShop:
    """The same shop as it calls us."""
    return both[1]


@pytest.fixture
def phone(at: TheWallet) -> ThePhone:
    return ThePhone(at)


@pytest.fixture
def linked(phone: ThePhone, merchant: InpostMerchant, shop: TheShop) -> str:
    """The id of a linked basket with two mugs and a book."""
    return phone.link(merchant, shop)
