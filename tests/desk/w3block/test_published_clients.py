"""The clients that W3block publishes on npm, against a desk that is served: they run unchanged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from flask_till.base.clock import system_clock
from flask_till.errors import Conflict
from flask_till.wire.w3block.webhooks import read_event
from tests.desk.receiver import Receiver
from tests.desk.the_desk import TheDesk
from tests.desk.w3block.the_company import (
    COMPANY,
    DOLLAR,
    KEY,
    PASSWORD,
    PRODUCT,
    REAL,
    SECRET,
    USER,
    Storefront,
    TheCompany,
    line,
)

SCRIPT = Path(__file__).with_name("published_clients.mjs")
Play = Callable[..., Any]
OLDEST_TOKEN = 5000
"""Seconds that a token must live longer than, or the client drops it before it is used (2.1)."""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TheDesk]:
    """One with the machine's clock, which the clients look at as well."""
    desk = TheDesk(f"sqlite:///{tmp_path}/desk.db", system_clock, tmp_path, public_url=None)
    yield desk
    desk.audit()
    desk.desk.close()


@pytest.fixture
def play(desk: TheDesk, company: TheCompany, node: Any, node_modules: Path, serve: Any) -> Play:
    """``play("buyer")``: what a scenario of the script prints."""
    if not (node_modules / "@w3block").is_dir():
        pytest.fail("package.json names clients that are not installed.")
    base = serve(desk.app)

    def run(scenario: str, **given: Any) -> Any:
        settings = {
            "baseURL": f"{base}/w3block",
            "companyId": COMPANY,
            "productId": PRODUCT,
            "currencyId": REAL,
            "user": {"email": "ann@example.org", "password": PASSWORD, "tenantId": COMPANY},
            "tenant": {"key": KEY, "secret": SECRET, "tenantId": COMPANY},
        }
        done = node(SCRIPT, scenario, json.dumps(settings | given))
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


def ids(page: dict[str, Any]) -> list[str]:
    assert page["status"] == 200
    return [one["id"] for one in page["data"]["items"]]


# --- who somebody is --------------------------------------------------------------------------


def test_a_user_and_a_company_sign_in_and_stay_signed_in(play: Play, ann: Storefront) -> None:
    seen = play("identity")
    assert seen["lives"] > OLDEST_TOKEN
    assert seen["renewalLives"] > OLDEST_TOKEN
    assert not seen["thoughtExpired"]
    assert (seen["payload"]["sub"], seen["payload"]["type"]) == (USER, "user")
    assert (seen["server"]["sub"], seen["server"]["type"]) == (COMPANY, "tenant")
    assert seen["isAnother"], "it was refreshed"
    assert seen["passedOn"], "and the other client has it"
    assert seen["orders"]["status"] == 200
    assert seen["wrong"]["status"] == 401
    assert seen["wrong"]["said"], "storefronts print it"
    assert ids(seen["currencies"]) == [REAL, DOLLAR]


# --- buying -----------------------------------------------------------------------------------


def test_a_buyer_orders_pays_another_way_and_looks(
    play: Play, company: TheCompany, ann: Storefront
) -> None:
    company.sell()
    seen = play("buyer")
    order = seen["order"]["data"]
    assert seen["order"]["status"] == 201
    assert (order["status"], order["totalAmount"]) == ("pending", "100.35")
    assert "/order?orderId=" in order["payments"][0]["publicData"]["paymentUrl"]
    assert (seen["again"]["status"], seen["again"]["code"]) == (400, "similar-order-not-accepted")
    assert seen["unsigned"]["code"] == "gas-fee-signature-invalid"
    assert seen["paidOtherwise"]["status"] == 200
    assert seen["paidOtherwise"]["data"]["payments"][0]["paymentMethod"] == "credit_card"
    assert seen["newest"]["data"]["id"] == order["id"]
    assert ids(seen["pending"]) == [order["id"]], "arrays come with brackets"
    assert ids(seen["ended"]) == []
    assert seen["receipt"]["data"]["deliverId"] == order["deliverId"]
    assert "ann@example.org" not in json.dumps(seen["receipt"])


def test_the_test_gateway_says_what_a_tester_wants(
    play: Play, company: TheCompany, ann: Storefront
) -> None:
    company.sell()
    assert play("tests") == [[204, "confirming_payment"], [204, "pending"], [204, "concluded"]]


# --- the company ------------------------------------------------------------------------------


@pytest.fixture
def paid(desk: TheDesk, ann: Storefront) -> Callable[[str], str]:
    """Makes an order of so many and has it paid; its id."""

    def make(many: str) -> str:
        order = ann.created(line(many))
        desk.cashier.settle(desk.gateway.turn(order["providerTransactionId"], "succeeded"))
        order_id: str = ann.order(order["id"])["id"]
        return order_id

    return make


def test_a_company_cancels_and_delivers_by_force(
    play: Play,
    desk: TheDesk,
    company: TheCompany,
    ann: Storefront,
    paid: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    company.sell()
    registry = desk.desk._here.partners.w3block.deliveries.registry
    with monkeypatch.context() as patched:
        patched.setattr(registry, "move", no_gas)
        stuck = paid("2")
    pending, done = ann.created(line("1"))["id"], paid("3")
    seen = play("admin", orderIds=[pending, stuck, done])
    assert set(ids(seen["listed"])) == {pending, stuck}
    assert seen["one"]["data"]["failReason"] == "There is no gas left."
    wrong = (400, "invalid-order-status")
    assert seen["cancel"] == {"status": 204}
    assert (seen["cancelAgain"]["status"], seen["cancelAgain"]["code"]) == wrong
    assert seen["forceDeliver"] == {"status": 204}
    assert (seen["forceDeliverDone"]["status"], seen["forceDeliverDone"]["code"]) == wrong
    assert seen["after"]["data"]["status"] == "concluded"
    assert ann.order(pending)["status"] == "cancelled"


def no_gas(*_: str) -> None:
    raise Conflict("There is no gas left.")


def test_a_company_is_told_at_the_address_that_it_configured(
    play: Play, desk: TheDesk, company: TheCompany, ann: Storefront, serve: Any
) -> None:
    company.sell()
    receiver = Receiver()
    seen = play("webhooks", hook=f"{serve(receiver.app)}/hook")
    made = seen["made"]["data"]
    assert (seen["made"]["status"], made["maxRetries"], made["disabled"]) == (201, 5, False)
    assert seen["changed"]["data"] == made | {
        "maxRetries": 3, "updatedAt": seen["changed"]["data"]["updatedAt"],
    }  # fmt: skip
    assert (seen["disabled"], seen["off"], seen["enabled"]) == (
        {"status": 204}, True, {"status": 204},
    )  # fmt: skip
    assert ids(seen["listed"]) == [made["id"]]
    assert [one["status"] for one in seen["sent"]["data"]["items"]] == ["sending"]
    desk.desk.relay.drain()
    [(headers, body)] = receiver.calls
    event = read_event(headers, body, made["signatureKey"], COMPANY)
    assert (event.event, event.data.id) == ("order.created", seen["order"]["id"])
