"""Another merchant's and another browser's things look like things that are not there."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from flask_till.desk.tables import outbox
from flask_till.in_process import MERCHANT_ID, _derived
from flask_till.wire.till import sign
from tests.attacks.market import Market, order_query

NOWHERE = "0" * 32


@pytest.fixture
def rival(market: Market) -> Callable[..., Any]:
    """Calls ``/v1`` as another merchant of the same desk."""
    key = market.desk.add_merchant(name="Rival", origins=["https://rival.example"]).api_key

    def call(method: str, path: str, **given: Any) -> Any:
        headers = {"Authorization": f"Bearer {key}", **given.pop("headers", {})}
        return market.desk_app.test_client().open(path, method=method, headers=headers, **given)

    return call


CALLS = [
    ("GET", "/v1/orders/{}", None),
    ("POST", "/v1/orders/{}/token", {}),
    ("POST", "/v1/orders/{}/cancel", {}),
    ("POST", "/v1/orders/{}/refunds", {}),
    ("POST", "/v1/orders/{}/refunds", {"amount": 1}),
    ("GET", "/v1/orders/{}/events", None),
]


def test_another_merchants_order_is_answered_like_one_that_never_was(
    market: Market, rival: Callable[..., Any]
) -> None:
    _, opened = market.opened()
    theirs = order_query(opened)["orderId"]
    market.pay(opened)
    for headers in ({}, {"Idempotency-Key": "k"}):
        for method, path, body in CALLS:
            given = {} if body is None else {"json": body}
            seen, unseen = (
                rival(method, path.format(order_id), headers=headers, **given)
                for order_id in (theirs, f"ord_{NOWHERE}")
            )
            assert (seen.status_code, seen.data) == (unseen.status_code, unseen.data)
            assert seen.status_code == 404
    assert rival("GET", "/v1/orders").json == {"orders": [], "next": None}


def test_another_merchants_event_is_answered_like_one_that_never_was(
    market: Market, rival: Callable[..., Any]
) -> None:
    market.opened()
    event = market.desk.database.read(
        lambda work: work.execute(select(outbox.events.c.id)).scalars().first()
    )
    seen, unseen = (rival("POST", f"/v1/events/{one}/replay") for one in (event, f"evt_{NOWHERE}"))
    assert (seen.status_code, seen.data) == (unseen.status_code, unseen.data)
    assert seen.status_code == 404


def test_an_idempotency_key_is_its_merchants_own(market: Market, rival: Callable[..., Any]) -> None:
    line = {"product_id": "mug", "name": "Mug", "quantity": 1, "unit_amount": 5}
    body = {"external_id": "1", "amount": 5, "currency": "PLN", "lines": [line]}
    mine = market.desk.add_merchant(name="Me").api_key
    headers = {"Authorization": f"Bearer {mine}", "Idempotency-Key": "same"}
    first = market.desk_app.test_client().post("/v1/orders", json=body, headers=headers)
    other = rival("POST", "/v1/orders", json=body, headers={"Idempotency-Key": "same"})
    assert (first.status_code, other.status_code) == (201, 201)
    assert first.json["id"] != other.json["id"]
    assert "Idempotency-Replayed" not in other.headers


def test_an_order_page_opens_for_its_own_browser_only(market: Market) -> None:
    _, mine = market.opened()
    _, other = market.opened()
    page = market.page(mine)
    stranger = market.desk_app.test_client()
    for client, opened in ((page, other), (stranger, mine)):
        query = order_query(opened)
        for path in ("/order", "/order/status"):
            assert client.get(path, query_string=query).status_code == 403
        for path in ("/order/pay", "/order/act", "/order/cancel"):
            form = {**query, "gateway": "sandbox", "method": "sandbox"}
            assert client.post(path, data=form).status_code == 403
    crossed = {**order_query(other), "token": mine["token"]}
    assert stranger.get("/order", query_string=crossed).status_code == 403


def test_a_shop_shows_an_order_and_its_news_to_its_own_browser_only(market: Market) -> None:
    _, opened = market.opened()
    market.pay(opened)
    market.deliver()
    other = market.browser()
    market.fill(other)
    assert other.get("/till/iziGetOrderComplete").status_code == 204
    frames = other.get("/till/channel?basket=0&order=0").json["frames"]
    assert [frame["type"] for frame in frames] == ["basket"]
    with other:
        other.get("/till/basket")
        assert market.till.orders() == []
        assert market.till.order(opened["order_id"]) is None


# ---- callbacks that are taken elsewhere, or changed ----


@pytest.fixture
def caught(market: Market) -> tuple[bytes, dict[str, str], dict[str, str]]:
    """A genuine callback about a payment, caught on its way; and the order that it is about."""
    sent: list[tuple[bytes, dict[str, str]]] = []
    _, opened = market.opened()
    market.pay(opened)
    outbound = market.desk._here.callbacks._outbound
    send = outbound.send

    def catch(method: str, url: str, *, content: bytes, headers: dict[str, str]) -> Any:
        sent.append((content, headers))
        return send(method, url, content=content, headers=headers)

    outbound.send = catch
    market.deliver()
    body, headers = next(one for one in sent if b'"order.paid"' in one[0])
    return body, headers, opened


def test_a_callback_that_comes_again_does_nothing_again(market: Market, caught: Any) -> None:
    body, headers, _ = caught
    for _ in range(20):
        again = market.app.test_client().post("/till/callbacks/till", data=body, headers=headers)
        assert (again.status_code, again.json) == (200, {"applied": False})


def test_a_changed_callback_is_not_believed(market: Market, caught: Any) -> None:
    body, headers, opened = caught
    _, other = market.opened()
    query, others = order_query(opened)["orderId"], order_query(other)["orderId"]
    changed = body.replace(opened["order_id"].encode(), other["order_id"].encode())
    for forged in (
        changed,
        body + b" ",
        body.replace(b"PLN", b"EUR"),
        body.replace(b'"paid"', b'"refunded"'),
    ):
        answer = market.app.test_client().post("/till/callbacks/till", data=forged, headers=headers)
        assert answer.status_code == 401
    # Signed by the desk all the same: a mistake of the desk's, or a desk that was broken into.
    changed = changed.replace(query.encode(), others.encode())
    told = json.loads(changed)
    for member, value in (("amount", 1), ("currency", "EUR"), ("live", True), ("id", "ord_x")):
        forged = json.dumps({**told, "data": {**told["data"], member: value}}).encode()
        signed = sign(market.front.desk._secret, told["id"], datetime.now(UTC), forged)
        answer = market.app.test_client().post("/till/callbacks/till", data=forged, headers=signed)
        # An event that was applied before is not read again; a new one that lies is refused.
        assert answer.status_code in (200, 409)
        assert not (answer.json or {}).get("applied")
    with market.app.app_context():
        assert _status(market, other["order_id"]) == "pending"


def test_a_callback_for_another_shop_is_not_believed(
    new_market: Callable[..., Market], market: Market, caught: Any
) -> None:
    body, headers, _ = caught
    other = new_market(SECRET_KEY="another secret of another shop's")
    answer = other.app.test_client().post("/till/callbacks/till", data=body, headers=headers)
    assert answer.status_code == 401


def _status(market: Market, order_id: str) -> str:
    from flask_till.shop.actions.orders import read_order

    return market.front.database.read(read_order, order_id).status


# ---- refunds ----


def test_refunds_at_once_never_give_back_more_than_was_paid(market: Market) -> None:
    from concurrent.futures import ThreadPoolExecutor

    _, opened = market.opened()
    market.pay(opened)
    order_id = order_query(opened)["orderId"]
    headers = {"Authorization": f"Bearer {_derived(market.front.settings, 'key')}"}

    def refund(number: int) -> int:
        body = {} if number % 2 else {"amount": 3000}
        client = market.desk_app.test_client()
        answer = client.post(f"/v1/orders/{order_id}/refunds", json=body, headers=headers)
        return answer.status_code

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(refund, range(24)))
    assert set(answers) <= {201, 409, 422}
    order = market.desk.cashier.get(order_id, merchant_id=MERCHANT_ID)
    assert order.refunded.minor <= order.amount.minor
    assert 1 <= answers.count(201) <= 2
