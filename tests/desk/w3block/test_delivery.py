"""Delivery, and what a company does with orders (6, 8)."""

from __future__ import annotations

from itertools import product

import pytest

from flask_till.desk.order import TRANSITIONS
from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.w3block.status import status_of
from flask_till.desk.w3block_company import DELIVERIES, OWN_WORDS, Placed
from flask_till.errors import Conflict
from flask_till.wire.w3block.statuses import OrderStatus
from tests.desk.w3block.the_company import REAL, WALLET, Storefront, line, refused

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def paid(company, ann, desk):
    """A paid order of one token, with the delay that the company has."""

    def make(delay=60, **given):
        company.change(delays={"pix": delay})
        company.sell(**given)
        made = ann.created()
        desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))
        return made["id"]

    return make


def do(company, verb, order_id, by: Storefront | None = None):
    """A PATCH without a body, typed as a form, as published clients send it."""
    path = f"/admin/companies/{(by or company.server).company}/orders/{order_id}/{verb}"
    return (by or company.server).call("PATCH", path, data=b"", content_type=FORM)


def holders(desk):
    return sorted(row.holder for row in desk.rows(product_tokens) if row.holder)


def test_a_token_is_delivered_when_the_delay_is_over(company, ann, desk, clock, paid):
    order_id = paid(tokens=2)
    clock.advance(59.999)
    assert ann.order(order_id)["status"] == "waiting_delivery"
    clock.advance(0.001)
    assert ann.order(order_id)["status"] == "concluded"
    assert holders(desk) == [WALLET]


def test_the_sweeper_delivers_what_nobody_looks_at(company, ann, desk, clock, paid):
    order_id = paid()
    deliveries = desk.app.extensions["till_desk"].partners.w3block.deliveries
    assert deliveries.sweep() == 0
    clock.advance(60)
    assert (deliveries.sweep(), deliveries.sweep()) == (1, 0)
    assert holders(desk) == [WALLET]
    assert ann.order(order_id)["status"] == "concluded"


def test_what_could_not_be_moved_has_failed_until_it_is_forced(
    company, ann, desk, clock, paid, monkeypatch
):
    order_id = paid(0)
    deliveries = desk.app.extensions["till_desk"].partners.w3block.deliveries

    def stuck(*_):
        raise Conflict("The operator has no funds.")

    with monkeypatch.context() as patched:
        patched.setattr(deliveries.registry, "move", stuck)
        told = ann.order(order_id)
    assert (told["status"], told["failReason"]) == ("failed", "The operator has no funds.")
    assert do(company, "force-deliver", order_id).status_code == 204
    told = ann.order(order_id)
    assert (told["status"], told["failReason"]) == ("concluded", None)
    refused(do(company, "force-deliver", order_id), 400, "invalid-order-status")


def test_delivering_and_calling_off_at_once_are_not_both(company, ann, desk, clock, paid, at_once):
    order_id = paid(tokens=1)
    clock.advance(60)
    deliveries = desk.app.extensions["till_desk"].partners.w3block.deliveries
    moves = [lambda: deliveries.deliver(order_id), lambda: do(company, "cancel", order_id)]
    at_once(lambda number: moves[number % 2](), 4)
    status = ann.order(order_id)["status"]
    assert holders(desk) == ([WALLET] if status == "concluded" else [])
    assert status in ("concluded", "cancelled")
    assert desk.read(order_id).refunded.minor == (0 if status == "concluded" else 10035)


def test_a_company_cancels_what_is_pending_or_not_handed_over(company, ann, desk, paid):
    order_id = paid(tokens=1)
    assert do(company, "cancel", order_id).status_code == 204
    assert ann.order(order_id)["status"] == "cancelled"
    assert desk.gateway.taken == 0
    assert [row.state for row in desk.rows(product_tokens)] == ["for_sale"]
    refused(do(company, "cancel", order_id), 400, "invalid-order-status")
    pending = ann.created()["id"]
    assert do(company, "cancel", pending).status_code == 204
    assert ann.order(pending)["status"] == "cancelled"


def test_while_money_is_on_its_way_back_it_is_cancelling(company, ann, desk, clock, paid):
    order_id = paid(tokens=1)
    desk.gateway.refund_status = "pending"
    assert do(company, "cancel", order_id).status_code == 204
    assert ann.order(order_id)["status"] == "cancelling"
    refused(do(company, "cancel", order_id), 400, "invalid-order-status")
    clock.advance(60)
    desk.app.extensions["till_desk"].partners.w3block.deliveries.deliver(order_id)
    assert holders(desk) == []


def test_a_free_order_is_cancelled_without_a_refund(company, ann, desk):
    company.change(delays={"pix": 60})
    company.sell(prices={REAL: "0"}, tokens=1)
    order_id = ann.created(signedGasFees=[])["id"]
    assert do(company, "cancel", order_id).status_code == 204
    assert ann.order(order_id)["status"] == "cancelled"
    assert [row.state for row in desk.rows(product_tokens)] == ["for_sale"]


def test_what_was_handed_over_is_not_cancelled(company, ann, paid):
    order_id = paid(0)
    assert ann.order(order_id)["status"] == "concluded"
    refused(do(company, "cancel", order_id), 400, "invalid-order-status")


def test_these_calls_are_the_companys(company, ann, paid):
    order_id = paid()
    for verb in ("cancel", "force-deliver"):
        refused(do(company, verb, order_id, ann), 401, None)
    staff = company.signed_in("staff@example.org", roles=["admin"])
    assert do(company, "cancel", order_id, staff).status_code == 204
    refused(do(company, "cancel", "9c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"), 404, None)


def test_a_company_lists_the_orders_of_all_buyers(company, ann):
    company.sell()
    bob = company.signed_in("bob@example.org")
    first = ann.created(utmParams={"utm_campaign": "spring"})
    second = bob.created(line(2))
    path = f"/admin/companies/{ann.company}/orders"

    def ids(**query):
        answer = company.server.call("GET", path, query_string=query)
        return {one["id"] for one in answer.json["items"]}

    assert ids() == {first["id"], second["id"]}
    assert ids(utmCampaign="spring") == {first["id"]}
    assert ids(userId=second["userId"]) == {second["id"]}
    assert ids(paymentMethod="credit_card") == set()
    assert ids(productId=first["products"][0]["productId"]) == {first["id"], second["id"]}
    one = company.server.call("GET", f"{path}/{first['id']}").json
    assert one["id"] == first["id"]
    assert "paymentUrl" not in one["payments"][0]["publicData"]
    refused(ann.call("GET", path), 401, None)


def test_every_order_has_a_status_of_the_contract():
    seen = set()
    for state, delivery, word in product(TRANSITIONS, (None, *DELIVERIES), (None, *OWN_WORDS)):
        placed = Placed.__new__(Placed)
        for name, value in (("state", state), ("word", word), ("delivery", delivery)):
            object.__setattr__(placed, name, value)
        seen.add(status_of(placed))
    assert seen == set(OrderStatus)
