"""Whichever desk takes the money: what it paid for is handed over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from flask_till.shop.actions.claims import list_claims
from flask_till.shop.actions.orders import settle_order
from flask_till.shop.order import PAID, REFUNDED
from tests.shop.claims.the_shop import TheShop
from tests.shop.conftest import browser
from tests.shop.dollars import MUG
from tests.shop.shelves import fill, now, place
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add
from tests.shop.three_desks import KINDS


@pytest.fixture(params=KINDS)
def at(request: pytest.FixtureRequest) -> Iterator[Any]:
    found = KINDS[request.param]()
    yield found
    found.close()


def test_paid_at_any_desk(
    at: Any, new_shop: Callable[..., Flask], new_claims: Callable[..., Any]
) -> None:
    app = new_shop(catalog=[MUG], promotions=[], desk=at.desk, claims=new_claims())
    client = browser(app)
    add(client, quantity=2)
    order_id = check_out(client).json["order_id"]
    at.pay(order_id)
    assert at.tell(client, order_id).status_code == 200
    front = app.extensions["till"]
    front.background.relay.drain()
    kept = front.database.read(list_claims)
    assert [(number, claim.status) for number, claim in kept] == [("T-000001", "ready")] * 2


def test_paid_in_the_wallet_of_a_phone(shop: TheShop) -> None:
    basket_id = fill(shop.database, shop.shelf, mug=1)
    order = place(shop.database, shop.shelf, basket_id).order
    order = shop.tell(order, "pending")
    shop.database.write(settle_order, shop.shelf, order, PAID)
    shop.carry()
    assert shop.statuses(order) == ["ready"]
    shop.database.write(settle_order, shop.shelf, now(shop.database, order), REFUNDED)
    shop.carry()
    assert shop.statuses(order) == ["cancelled"]
