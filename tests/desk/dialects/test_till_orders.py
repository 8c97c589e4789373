"""Creating, reading, listing and cancelling orders over ``/v1``."""

from __future__ import annotations

from typing import Any

from flask_till.desk.tables import orders
from tests.desk.the_desk import PAGES, SHOP, order_body


def test_a_created_order_says_where_its_page_is_and_how_to_open_it(desk: Any) -> None:
    answer = desk.post("/v1/orders", json=order_body())
    assert answer.status_code == 201
    told = answer.json
    assert told["status"] == "pending"
    assert told["version"] == 1
    assert told["order_url"] == f"{PAGES}/order?orderId={told['id']}"
    assert desk.cashier.redeem_token(told["id"], told["token"])
    assert told["expires_at"] == "2026-05-04T12:30:00.000Z"
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_whole_order_comes_back_as_it_was_asked_for(desk: Any) -> None:
    asked = order_body(
        amount=4499,
        lines=[
            {"product_id": "mug", "name": "Kubek „oko”", "quantity": 2, "unit_amount": 2000,
             "image_url": "https://shop.example/mug.svg"},
            {"product_id": "ink", "name": "Ink", "quantity": 1, "unit_amount": 999},
        ],
        adjustments=[{"label": "TEN", "amount": -500}],
        shares=[{"receiver": "potter", "amount": 1000, "account": "acct_1"}],
        description="Two mugs",
        locale="pl",
        redirect_url=f"{SHOP}/thanks?x=1",
        opener_origin=SHOP,
        methods=["card"],
        expires_in=540,
        late_money="accept",
        shopper={"reference": "s-1", "email": "a@b.example", "name": "Ala"},
        metadata={"gift": True, "note": ["a", {"b": None}]},
    )  # fmt: skip
    told = desk.post("/v1/orders", json=asked).json
    for name, value in asked.items():
        if name not in ("lines", "opener_origin", "expires_in"):
            assert told[name] == value, name
    assert told["lines"] == [asked["lines"][0], {**asked["lines"][1], "image_url": None}]
    assert desk.get(f"/v1/orders/{told['id']}").json == {
        k: v for k, v in told.items() if k != "token"
    }


def test_the_same_order_again_is_the_first_one_with_a_fresh_token(desk: Any) -> None:
    first = desk.post("/v1/orders", json=order_body())
    again = desk.post("/v1/orders", json=order_body())
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json["id"] == first.json["id"]
    assert again.json["token"] != first.json["token"]
    assert desk.count(orders) == 1


def test_the_same_external_id_with_other_contents_is_refused(desk: Any) -> None:
    desk.post("/v1/orders", json=order_body())
    answer = desk.post("/v1/orders", json=order_body(amount=5000))
    assert (answer.status_code, answer.json["code"]) == (409, "EXTERNAL_ID_TAKEN")
    assert desk.count(orders) == 1


def test_fifty_parallel_creates_of_one_order_make_one(desk: Any, at_once: Any) -> None:
    answers = at_once(lambda _: desk.post("/v1/orders", json=order_body()), 50)
    assert sorted(answer.status_code for answer in answers) == [200] * 49 + [201]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert desk.count(orders) == 1
    assert desk.kinds(answers[0].json["id"]) == ["order.created"]


def test_two_merchants_may_use_the_same_external_id(desk: Any) -> None:
    other = desk.desk.add_merchant(name="Bowls")
    mine = desk.post("/v1/orders", json=order_body(), key="k").json
    theirs = desk.post("/v1/orders", json=order_body(amount=1), key="k", by=other).json
    assert mine["id"] != theirs["id"]
    assert theirs["amount"] == 1


def test_a_repeat_of_an_order_whose_time_is_over_tells_that_it_expired(desk: Any) -> None:
    desk.post("/v1/orders", json=order_body())
    desk.clock.advance(minutes=31)
    assert desk.post("/v1/orders", json=order_body(), key="late").json["status"] == "expired"


def test_an_order_expires_when_somebody_looks(desk: Any) -> None:
    order = desk.post("/v1/orders", json=order_body(expires_in=540)).json
    desk.clock.advance(539.999)
    assert desk.get(f"/v1/orders/{order['id']}").json["status"] == "pending"
    desk.clock.advance(0.001)
    told = desk.get(f"/v1/orders/{order['id']}").json
    assert (told["status"], told["ended_at"]) == ("expired", "2026-05-04T12:09:00.000Z")


def test_a_token_opens_the_page_once_and_a_new_one_can_be_had(desk: Any) -> None:
    order = desk.post("/v1/orders", json=order_body()).json
    fresh = desk.post(f"/v1/orders/{order['id']}/token").json
    assert fresh["order_url"] == order["order_url"]
    assert fresh["token"] != order["token"]
    assert desk.cashier.redeem_token(order["id"], fresh["token"])


def test_cancelling_ends_an_order_and_again_changes_nothing(desk: Any) -> None:
    order = desk.post("/v1/orders", json=order_body()).json
    for _ in range(2):
        answer = desk.post(f"/v1/orders/{order['id']}/cancel", json={})
        assert (answer.status_code, answer.json["status"]) == (200, "cancelled")
    assert answer.json["version"] == 2
    assert desk.kinds(order["id"]) == ["order.created", "order.cancelled"]


def test_a_paid_order_cannot_be_cancelled(desk: Any) -> None:
    order = desk.paid()
    answer = desk.post(f"/v1/orders/{order.id}/cancel")
    assert (answer.status_code, answer.json["code"]) == (409, "ORDER_STATE")
    assert answer.json["remedy"]


def test_orders_are_listed_newest_first_page_by_page(desk: Any) -> None:
    made = []
    for number in range(5):
        made.append(desk.post("/v1/orders", json=order_body(f"T-{number}")).json["id"])
        desk.clock.advance(1 if number % 2 else 0)
    seen: list[str] = []
    after = ""
    while True:
        page = desk.get(f"/v1/orders?limit=2{after}").json
        seen += [order["id"] for order in page["orders"]]
        if page["next"] is None:
            break
        after = f"&after={page['next']}"
    assert sorted(seen) == sorted(made)
    times = [desk.read(order_id).created_at for order_id in seen]
    assert times == sorted(times, reverse=True)


def test_orders_are_listed_by_status_and_none_is_shown_as_open_past_its_time(desk: Any) -> None:
    paid = desk.paid("T-1")
    desk.order("T-2")
    desk.clock.advance(minutes=31)
    told = {
        status: [
            one["external_id"] for one in desk.get(f"/v1/orders?status={status}").json["orders"]
        ]
        for status in ("paid", "pending", "expired")
    }
    assert told["paid"] == [paid.external_id]
    assert told["pending"] == []
    assert [one["external_id"] for one in desk.get("/v1/orders?status=expired").json["orders"]] == [
        "T-2"
    ]


NONSENSE = [
    "limit=0",
    "limit=101",
    "limit=x",
    "limit=1&limit=2",
    "status=lost",
    "after=x",
    "after=99999999999999999.ord_1",
    "page=2",
    "limit=-1",
    "limit=1e2",
    "limit=٣",
]


def test_a_search_that_makes_no_sense_is_refused(desk: Any) -> None:
    for query in NONSENSE:
        answer = desk.get(f"/v1/orders?{query}")
        assert (answer.status_code, answer.json["code"]) == (422, "INVALID_REQUEST"), query


def test_what_happened_to_an_order_can_be_read_with_the_order_as_it_was(desk: Any) -> None:
    order = desk.paid()
    told = desk.get(f"/v1/orders/{order.id}/events").json["events"]
    assert [event["kind"] for event in told] == ["order.created", "order.paid"]
    assert [event["seq"] for event in told] == [1, 2]
    assert [event["data"]["status"] for event in told] == ["pending", "paid"]
    assert told[1]["data"]["payment"]["status"] == "succeeded"


def test_refunds_are_told_in_the_order_and_add_up(desk: Any) -> None:
    order = desk.paid(amount=5000)
    first = desk.post(f"/v1/orders/{order.id}/refunds", json={"amount": 2000, "reason": "chipped"})
    assert (first.status_code, first.json["status"], first.json["reason"]) == (
        201,
        "succeeded",
        "chipped",
    )
    assert desk.get(f"/v1/orders/{order.id}").json["status"] == "partially_refunded"
    desk.clock.advance(1)
    rest = desk.post(f"/v1/orders/{order.id}/refunds", json={})
    assert rest.json["amount"] == 3000
    told = desk.get(f"/v1/orders/{order.id}").json
    assert (told["status"], told["amount_refunded"]) == ("refunded", 5000)
    assert [refund["amount"] for refund in told["refunds"]] == [2000, 3000]
    over = desk.post(f"/v1/orders/{order.id}/refunds", json={"amount": 1})
    assert (over.status_code, over.json["code"]) == (409, "NOT_REFUNDABLE")


def test_more_than_what_is_left_is_not_refunded(desk: Any) -> None:
    order = desk.paid(amount=5000)
    answer = desk.post(f"/v1/orders/{order.id}/refunds", json={"amount": 5001})
    assert (answer.status_code, answer.json["code"]) == (422, "REFUND_TOO_LARGE")
    assert answer.json["fields"] == {"amount": "at most 5000"}
    assert desk.gateway.given_back == {}


def test_a_refund_waits_while_its_gateway_is_away(desk: Any) -> None:
    order = desk.paid()
    desk.gateway.is_away = True
    answer = desk.post(f"/v1/orders/{order.id}/refunds", json={})
    assert (answer.status_code, answer.json["status"]) == (201, "pending")
    desk.gateway.is_away = False
    desk.clock.advance(20)
    desk.desk.relay.drain()
    assert desk.get(f"/v1/orders/{order.id}").json["status"] == "refunded"


def test_cancelling_while_the_gateway_is_away_is_answered_with_503_and_loses_nothing(
    desk: Any,
) -> None:
    order = desk.order()
    desk.start(order)
    desk.gateway.is_away = True
    answer = desk.post(f"/v1/orders/{order.id}/cancel")
    assert (answer.status_code, answer.json["code"]) == (503, "GATEWAY_UNAVAILABLE")
    assert answer.headers["Retry-After"]
    desk.gateway.is_away = False
    assert desk.post(f"/v1/orders/{order.id}/cancel").json["status"] == "cancelled"
