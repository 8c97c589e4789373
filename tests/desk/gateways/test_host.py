"""A partner's app takes the money: what it tells counts, and what it has not told is asked."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from flask_till.desk.cashier import Cashier
from flask_till.desk.gateways.host import HostGateway
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.order import Order
from flask_till.errors import Conflict, GatewayRefused, GatewayUnavailable, NotFound

from .conftest import a_charge
from .payers import HostApp

REFERENCE = "host-payment-1"


@pytest.fixture
def app() -> HostApp:
    return HostApp()


@pytest.fixture
def desk(desk: Any, app: HostApp) -> Any:
    """Its own cashier, whose host app says what the test has it say."""
    gateways = [SandboxGateway(in_development=True), HostGateway(app, live=False)]
    desk.cashier = Cashier(
        desk.database,
        {gateway.name: gateway for gateway in gateways},
        page_url=lambda order_id: f"https://desk/{order_id}",
    )
    return desk


def an_order(desk: Any, name: str = "T-1", **more: Any) -> Order:
    more = {"dialect": "boxo", "methods": ("host",)} | more
    order: Order = desk.order(name, **more)
    return order


def hand_over(desk: Any, order: Order, reference: str = REFERENCE) -> Order:
    gateway = desk.cashier.gateway_for(order, "host")
    inputs = {"reference": reference}
    begun = desk.cashier.pay(order.id, gateway=gateway, method="host", inputs=inputs)
    handed: Order = begun.order
    return handed


def test_the_order_waits_until_the_host_tells(desk: Any, app: HostApp) -> None:
    handed = hand_over(desk, an_order(desk))
    assert (handed.status, handed.payment and handed.payment.provider_ref) == (
        "processing",
        REFERENCE,
    )
    assert app.asked == []
    desk.cashier.hear(handed.id, status="succeeded")
    assert desk.read(handed.id).status == "paid"


def test_told_twice_counts_once(desk: Any) -> None:
    order = hand_over(desk, an_order(desk))
    for _ in range(3):
        desk.cashier.hear(order.id, status="succeeded")
    assert desk.read(order.id).status == "paid"
    assert desk.kinds(order.id).count("order.paid") == 1


def test_a_failure_leaves_the_order_payable_and_says_why(desk: Any) -> None:
    order = hand_over(desk, an_order(desk))
    desk.cashier.hear(order.id, status="failed", reason="No money left")
    failed = desk.read(order.id)
    assert (failed.status, failed.payment.reason) == ("pending", "No money left")
    desk.cashier.hear(order.id, status="succeeded")
    assert desk.read(order.id).status == "paid"


@pytest.mark.parametrize(
    ("says", "status"), [("succeeded", "paid"), ("failed", "pending"), ("processing", "processing")]
)
def test_what_it_has_not_told_is_asked(desk: Any, app: HostApp, says: str, status: str) -> None:
    order = hand_over(desk, an_order(desk))
    app.says[REFERENCE] = says, None
    assert desk.cashier.look(order.id).status == status
    assert app.asked == [REFERENCE]


def test_a_silent_host_changes_nothing(desk: Any) -> None:
    order = hand_over(desk, an_order(desk))
    assert desk.cashier.look(order.id).status == "processing"
    with pytest.raises(GatewayUnavailable):
        desk.cashier.cancel(order.id)
    assert desk.read(order.id).status == "processing"


def test_money_that_the_host_has_by_now_wins_over_a_cancel(desk: Any, app: HostApp) -> None:
    order = hand_over(desk, an_order(desk))
    app.says[REFERENCE] = "succeeded", None
    with pytest.raises(Conflict):
        desk.cashier.cancel(order.id)
    assert desk.read(order.id).status == "paid"


@pytest.mark.parametrize("says", ["processing", "failed", "cancelled"])
def test_what_the_host_does_not_have_can_be_given_up(desk: Any, app: HostApp, says: str) -> None:
    order = hand_over(desk, an_order(desk))
    app.says[REFERENCE] = says, None
    assert desk.cashier.cancel(order.id).status == "cancelled"


def test_handing_over_again_is_the_same_payment(desk: Any) -> None:
    order = an_order(desk)
    first, again = hand_over(desk, order), hand_over(desk, order, "another-reference")
    assert first.payment is not None
    assert again.payment is not None
    assert (first.payment.id, again.payment.provider_ref) == (again.payment.id, REFERENCE)


def test_one_id_of_the_host_pays_one_order(desk: Any) -> None:
    first = hand_over(desk, an_order(desk))
    with pytest.raises((Conflict, IntegrityError)):
        hand_over(desk, an_order(desk, "T-2"))
    desk.cashier.hear(first.id, status="succeeded")
    orders = [one for one in desk.rows(_orders()) if one.status == "paid"]
    assert [one.id for one in orders] == [first.id]


def _orders() -> Any:
    from flask_till.desk.tables import orders

    return orders


def test_without_the_hosts_id_nothing_begins(desk: Any) -> None:
    with pytest.raises(GatewayRefused):
        hand_over(desk, an_order(desk), "")


def test_nobody_is_heard_about_an_order_that_no_host_has(desk: Any) -> None:
    order = desk.order()
    with pytest.raises(Conflict):
        desk.cashier.hear(order.id, status="succeeded")
    desk.cashier.pay(order.id, gateway="sandbox", method="sandbox", inputs={"outcome": "confirm"})
    with pytest.raises(Conflict):
        desk.cashier.hear(order.id, status="succeeded")
    assert desk.read(order.id).status == "pending"


def test_only_orders_of_its_protocol_are_handed_over(desk: Any) -> None:
    for dialect in ("till", "ipos"):
        with pytest.raises(NotFound):
            desk.cashier.gateway_for(desk.order(f"T-{dialect}", dialect=dialect), "host")


@pytest.mark.parametrize(("live", "name"), [(True, "host"), (False, "test_host")])
def test_real_and_test_money_are_two_gateways(live: bool, name: str) -> None:
    gateway = HostGateway(HostApp(), live=live)
    assert (gateway.name, gateway.account, gateway.livemode) == (name, name, live)
    started = gateway.start(a_charge(), {"reference": REFERENCE})
    assert (started.status, started.provider_ref) == ("processing", REFERENCE)
