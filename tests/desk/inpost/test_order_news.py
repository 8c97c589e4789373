"""What a shop tells of an order (2.10), the list of orders (2.3), payments and refunds (2.12)."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from flask_till.desk.dialects.inpost import order_news, transactions
from flask_till.desk.linked_basket import WALLET_ORDER_STATES
from flask_till.desk.order import TRANSITIONS as ORDER_STATES
from flask_till.desk.payment import TRANSITIONS as PAYMENT_STATES
from flask_till.desk.tables.wallet import order_events, wallet_orders
from tests.desk.inpost.the_shop import example, refused

SHIPPED, COMPLETED = "order_event_from_merchant_shipped", "order_event_from_merchant_completed"


def the_order(desk) -> Any:
    [row] = desk.rows(wallet_orders)
    return row


def event(name: str = SHIPPED, event_id: str = "E-1", **told: Any) -> dict[str, Any]:
    body = example(name) | {"event_id": event_id}
    body["event_data"] = {**body["event_data"], **told} if told else body["event_data"]
    return body


def test_status_text_and_parcels_reach_the_wallet(shop, wallet, desk):
    wallet.order(shop)
    before = wallet.version(the_order(desk).shopper_id)
    answer = shop.tell("90017", example(SHIPPED))
    assert (answer.status_code, answer.json) == (200, {})
    row = the_order(desk)
    assert (row.status_text, row.parcels) == ("Wysłane", ["620000000000000000000012"])
    assert (row.status, row.payment_status) == ("processing", "STARTED")
    assert wallet.version(row.shopper_id) > before


def test_a_repeat_changes_nothing_and_an_id_used_twice_is_another_event(shop, wallet, desk):
    """Some plugins take the second as the id: two events of one second share it."""
    wallet.order(shop)
    first = event(order_merchant_status_description="One", delivery_references_list=["1"])
    second = event(order_merchant_status_description="Two", delivery_references_list=["1", "2"])
    for body in (first, second, first):
        assert shop.tell("90017", body).status_code == 200
    assert (the_order(desk).status_text, the_order(desk).parcels) == ("Two", ["1", "2"])
    version = the_order(desk).version
    assert shop.tell("90017", second).status_code == 200
    assert the_order(desk).version == version


def test_many_repeats_at_once_count_once(shop, wallet, desk, at_once):
    wallet.order(shop)
    shop.sign_in()
    said = at_once(lambda _: shop.tell("90017", example(SHIPPED)).status_code, 6)
    assert said == [200] * 6
    assert len(desk.rows(order_events)) == 1
    assert the_order(desk).version == 2


def test_changed_delivery_data_is_kept_beside_the_order(shop, wallet, desk):
    wallet.order(shop)
    delivery = {"delivery_date": "2025-05-15T10:00:00.000Z", "delivery_point": "KRA01A"}
    body = event() | {"event_data": {"delivery": delivery}}
    assert shop.tell("90017", body).status_code == 200
    assert the_order(desk).delivery_changes == delivery
    body = event(event_id="E-2") | {"event_data": {"delivery": {"delivery_point": "KRA02B"}}}
    assert shop.tell("90017", body).status_code == 200
    assert the_order(desk).delivery_changes == delivery | {"delivery_point": "KRA02B"}


def test_an_order_finished_in_the_shop_cannot_be_paid_in_the_wallet(shop, wallet, desk):
    order_id = wallet.order(shop)
    desk.start(desk.read(order_id))
    assert shop.tell("90017", example(COMPLETED)).status_code == 200
    row = the_order(desk)
    assert (row.status, row.status_text) == ("completed", "Zrealizowane w sklepie")
    assert desk.read(order_id).status == "cancelled"
    assert shop.tell("90017", example(COMPLETED)).status_code == 200
    assert shop.tell("90017", event(COMPLETED, "E-2")).status_code == 200
    answer = shop.tell("90017", event(event_id="E-3", order_status="ORDER_REJECTED"))
    assert refused(answer, 409, "STATUS_ORDER_ERROR")


def test_a_shop_may_reject_an_order_before_it_is_paid(shop, wallet, desk):
    order_id = wallet.order(shop)
    body = event(order_status="ORDER_REJECTED")
    assert shop.tell("90017", body).status_code == 200
    assert the_order(desk).status == "rejected"
    assert desk.read(order_id).status == "cancelled"


@pytest.mark.parametrize("status", ["ORDER_COMPLETED", "ORDER_REJECTED", "ORDER_PROCESSING"])
def test_nobody_ends_what_was_paid_in_the_wallet(shop, wallet, desk, status):
    order_id = wallet.order(shop)
    ref = desk.start(desk.read(order_id))
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    answer = shop.tell("90017", event(order_status=status))
    assert refused(answer, 409, "STATUS_ORDER_ERROR")
    assert desk.read(order_id).status == "paid"
    assert the_order(desk).status == "paid"
    assert the_order(desk).status_text is None
    assert shop.tell("90017", example(SHIPPED)).status_code == 200


def test_money_that_comes_first_wins_over_the_shop(shop, wallet, desk):
    """The shop's event comes while the payment goes through at the gateway."""
    order_id = wallet.order(shop)
    ref = desk.start(desk.read(order_id))
    desk.gateway.turn(ref, "succeeded")  # and nobody has told us yet
    answer = shop.tell("90017", example(COMPLETED))
    assert refused(answer, 409, "STATUS_ORDER_ERROR")
    assert desk.read(order_id).status == "paid"


def test_cash_on_delivery_counts_as_paid(shop, wallet):
    wallet.order(shop, to_pay=False)
    assert refused(shop.tell("90017", example(COMPLETED)), 409, "STATUS_ORDER_ERROR")


def test_an_unknown_order_and_anothers_look_alike(shop, other_shop, wallet):
    wallet.order(shop)
    unknown = shop.tell("90018", example(SHIPPED))
    foreign = other_shop.tell("90017", example(SHIPPED))
    assert refused(unknown, 404, "ORDER_NOT_FOUND")
    assert unknown.data == foreign.data


def test_an_event_that_says_nothing_is_refused(shop, wallet, desk):
    wallet.order(shop)
    for body in (event() | {"event_data": {}}, {"event_id": "x"}, event(event_id="")):
        assert shop.tell("90017", body).status_code == 400
    answer = shop.tell("90017", event(order_status="ORDER_LOST"))
    assert refused(answer, 400, "BAD_REQUEST")
    assert desk.rows(order_events) == []


def test_a_shop_lists_its_own_orders(shop, other_shop, wallet):
    wallet.order(shop)
    [one] = shop.call("GET", "/v1/izi/orders").json["content"]
    assert (one["order_id"], one["order_status"]) == ("90017", "ORDER_PROCESSING")
    assert one["order"]["order_details"]["order_id"] == "90017"
    assert other_shop.call("GET", "/v1/izi/orders").json["total_items"] == 0


def test_there_is_a_word_of_the_contract_for_every_status_of_ours():
    assert set(order_news.THEIR_WORDS) == WALLET_ORDER_STATES


# --- transactions and refunds -----------------------------------------------------------------


@pytest.fixture
def paid(shop, wallet, desk) -> str:
    """The transaction of an order of 147.97 that was paid."""
    order_id = wallet.order(shop)
    ref = desk.start(desk.read(order_id))
    desk.cashier.settle(desk.gateway.turn(ref, "succeeded"))
    payment = desk.read(order_id).payment
    assert payment is not None
    return str(payment.id)


def listed(shop, query: str = "") -> Any:
    return shop.call("GET", f"/v1/izi/transaction{query}").json


def test_a_shop_sees_its_payments(shop, other_shop, paid):
    [one] = listed(shop)["content"]
    assert one | {"created_date": ""} == {
        "transaction_id": paid,
        "order_id": "90017",
        "merchant_pos_id": shop.credentials.pos_id,
        "amount": "147.97",
        "currency": "PLN",
        "paymentMethod": "CARD",
        "status": "CAPTURED",
        "created_date": "",
    }
    assert listed(other_shop)["content"] == []


def test_payments_are_found_by_what_the_contract_names(shop, paid):
    found = (
        "order_id=90017", f"transaction_id={paid}", "status=CAPTURED", "currency=PLN",
        "amount_from=147.97&amount_to=147.97", "date_from=2025-05-12T08:20:00Z",
        "paymentMethod=CARD", "sort_direction=asc", "page=1&per_page=1",
        f"merchant_pos_id={shop.credentials.pos_id}",
    )  # fmt: skip
    missed = (
        "order_id=1", "transaction_id=x", "status=PENDING", "status=AUTHORIZED", "currency=EUR",
        "amount_from=147.98", "amount_to=147.96", "date_to=2025-05-12T08:20:00Z",
        "paymentMethod=PAY_BY_LINK", "paymentMethod=BLIK_CODE", "page=2", "merchant_pos_id=V1",
    )  # fmt: skip
    assert [query for query in found if listed(shop, f"?{query}")["total_items"] != 1] == []
    assert [query for query in missed if listed(shop, f"?{query}")["content"]] == []
    for query in ("status=LOST", "amount_from=x", "date_from=today", "page=0", "currency=%00",
                  "sort_direction=up"):  # fmt: skip
        assert refused(shop.call("GET", f"/v1/izi/transaction?{query}"), 400, "BAD_REQUEST")


def test_every_payment_has_one_status_of_the_contract():
    for payment in PAYMENT_STATES:
        for order in ORDER_STATES:
            fitting = [
                word
                for word, (statuses, order_statuses) in transactions.MEANS.items()
                if payment in statuses and (order_statuses is None or order in order_statuses)
            ]
            assert len(fitting) == 1, (payment, order)


COMMAND = "2f1d7c60-8f0e-4b51-8d7f-0d3a3f6b6a11"


def ask_refund(shop, transaction_id: str, amount: str = "10.00", *, prefix: str = "SHA-512_",
               refund_id: str = "R-1", **changes: Any) -> Any:  # fmt: skip
    """Signed by hand, as 2.12 describes it."""
    business = {"case": "17", "by": "Ola"}
    text = COMMAND + transaction_id + "case17byOla" + refund_id + amount
    text += str(shop.credentials.merchant_secret)
    body = {
        "external_refund_id": refund_id,
        "refund_amount": amount,
        "additional_business_data": business,
        "signature": prefix + hashlib.sha512(text.encode()).hexdigest(),
    } | changes
    path = f"/v1/izi/transaction/{transaction_id}/refund"
    return shop.call("POST", path, body, **{"X-Command-ID": COMMAND})


def test_a_signed_refund_goes_back_through_the_gateway_once(shop, desk, paid):
    for prefix in ("SHA-512_", ""):
        answer = ask_refund(shop, paid, prefix=prefix)
        assert answer.status_code == 200, answer.data
        assert answer.json == {
            "external_refund_id": "R-1",
            "status": "SUCCESS",
            "refund_amount": "10.00",
        }
    [order_id] = {row.order_id for row in desk.rows(wallet_orders)}
    assert desk.read(order_id).refunded.minor == 1000
    assert listed(shop)["content"][0]["status"] == "PARTIALLY_REFUNDED"


def test_a_refund_that_is_not_right_gives_nothing_back(shop, other_shop, desk, paid):
    assert refused(ask_refund(shop, paid, refund_amount="11.00"), 403, "FORBIDDEN")
    assert refused(ask_refund(shop, paid, signature="SHA-512_" + "0" * 128), 403, "FORBIDDEN")
    assert refused(ask_refund(shop, paid, signature="é"), 403, "FORBIDDEN")
    assert refused(ask_refund(shop, paid, "147.98"), 400, "BAD_REQUEST")
    assert refused(ask_refund(shop, paid, "0.00"), 400, "BAD_REQUEST")
    assert refused(ask_refund(other_shop, paid), 404, "NOT_FOUND")
    assert refused(ask_refund(shop, "pay_unknown"), 404, "NOT_FOUND")
    path = f"/v1/izi/transaction/{paid}/refund"
    assert refused(shop.call("POST", path, {}), 400, "BAD_REQUEST")
    [order_id] = {row.order_id for row in desk.rows(wallet_orders)}
    assert desk.read(order_id).refunded.minor == 0


def test_a_refunds_id_belongs_to_one_refund(shop, paid):
    assert ask_refund(shop, paid).status_code == 200
    assert refused(ask_refund(shop, paid, "12.00"), 400, "BAD_REQUEST")


def test_a_refund_asked_for_many_times_at_once_is_one(shop, desk, paid, at_once):
    shop.sign_in()
    said = at_once(lambda _: ask_refund(shop, paid).status_code, 5)
    assert said == [200] * 5
    [order_id] = {row.order_id for row in desk.rows(wallet_orders)}
    assert desk.read(order_id).refunded.minor == 1000


def test_what_was_not_paid_cannot_be_refunded(shop, wallet, desk):
    order_id = wallet.order(shop)
    desk.start(desk.read(order_id))
    payment = desk.read(order_id).payment
    assert refused(ask_refund(shop, payment.id), 400, "BAD_REQUEST")
