"""With the sandbox, as in the demo: an order waits for its buyer, and nobody pays by ordering."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from flask_till.desk.gateways.sandbox import SandboxGateway
from tests.desk.the_desk import TheDesk
from tests.desk.w3block.the_company import Storefront, TheCompany, part


@pytest.fixture
def desk(make_desk: Any, clock: Any) -> TheDesk:
    desk: TheDesk = make_desk(gateways=[SandboxGateway(in_development=True, clock=clock)])
    return desk


@pytest.fixture
def order(company: TheCompany, ann: Storefront) -> dict[str, Any]:
    company.sell()
    return ann.created()


def test_an_order_waits_until_its_buyer_says_yes(
    desk: TheDesk, ann: Storefront, order: dict[str, Any]
) -> None:
    assert order["status"] == "pending"
    assert ann.order(order["id"], fetchNewestStatus="true")["status"] == "pending"
    desk.cashier.act(order["id"], {"confirmation": "yes"})
    assert ann.order(order["id"])["status"] == "concluded"


def test_it_expires_when_nobody_says_anything(
    desk: TheDesk, ann: Storefront, order: dict[str, Any]
) -> None:
    desk.clock.advance(seconds=timedelta(minutes=9).total_seconds())
    assert ann.order(order["id"])["status"] == "expired"


def test_after_a_no_it_waits_again_for_another_way(
    desk: TheDesk, ann: Storefront, order: dict[str, Any]
) -> None:
    desk.cashier.act(order["id"], {"confirmation": "no"})
    assert ann.order(order["id"])["status"] == "pending"
    again = ann.patch(f"/orders/{order['id']}/pay", {"payments": [part("credit_card")]})
    assert (again.status_code, again.json["status"]) == (200, "pending")
    desk.cashier.act(order["id"], {"confirmation": "yes"})
    assert ann.order(order["id"])["status"] == "concluded"
