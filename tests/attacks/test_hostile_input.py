"""Whatever is sent wherever, the answer is a refusal and nothing changes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from flask_till.in_process import _derived
from tests.attacks.market import HERE, Market

DEEP = "[" * 100_000
ODD_BODIES = [
    b"", b"\xff\xfe", b"null", b"[]", b"{}", b'"x"', b"1", b"NaN", b'{"product_id": NaN}', b"{",
    DEEP.encode(), b'{"a":' * 5000, b'{"product_id":"mug","product_id":"card"}',
    b'{"product_id":"\\ud800"}', b'{"product_id":"a\\u0000b"}', b'{"quantity":1e400}',
    b'{"quantity":' + b"9" * 5000 + b"}", b'{"amount":1e-999999999}', b"\xef\xbb\xbf{}",
    b'{"__proto__":{"status":"paid"}}', b'{"\xf0\x9f\x92\xa9":1}', b"x" * 300_000,
]  # fmt: skip
TYPES = ["application/json", "text/plain", "application/json; charset=\xff", "multipart/form-data",
         "application/x-www-form-urlencoded", "", "a/b;" + "c=d;" * 500]  # fmt: skip
ODD_TEXTS = ["", "\0", "%00", "\ud7ff", "\u202e", "'; drop table x;--", "../../etc/passwd",
             "a" * 5000, "-1", "1e9", "NaN", "true", "{{7*7}}", "<script>alert(1)</script>",
             "\r\nX-Evil: 1", "٣", "𝟙", "𐀀", "%s%n", "ord_" + "0" * 32]  # fmt: skip
SHOP = [("GET", "/till/basket"), ("POST", "/till/iziAddToCart"),
        ("PATCH", "/till/basket/lines/mug"),
        ("DELETE", "/till/basket/lines/mug"), ("PUT", "/till/basket/promotions"),
        ("POST", "/till/checkout"), ("GET", "/till/iziCanBeBound"), ("GET", "/till/channel"),
        ("GET", "/till/iziGetOrderComplete"), ("POST", "/till/callbacks/till")]  # fmt: skip
DESK = [("POST", "/v1/orders"), ("GET", "/v1/orders"), ("GET", "/v1/orders/x"),
        ("POST", "/v1/orders/x/token"), ("POST", "/v1/orders/x/cancel"),
        ("POST", "/v1/orders/x/refunds"), ("GET", "/v1/orders/x/events"),
        ("POST", "/v1/events/x/replay"), ("GET", "/order"),
        ("GET", "/order/status"), ("POST", "/order/pay"), ("POST", "/order/act"),
        ("POST", "/order/cancel"), ("GET", "/order/static/x/y"),
        ("POST", "/gateways/sandbox/webhook"), ("POST", "/gateways/x/webhook")]  # fmt: skip
EACH_KIND = [("POST", "/till/iziAddToCart"), ("GET", "/till/channel"), ("POST", "/order/pay"),
             ("POST", "/till/callbacks/till"), ("POST", "/v1/orders"), ("GET", "/order"),
             ("POST", "/gateways/sandbox/webhook")]  # fmt: skip
PARAMETERS = ["product_id", "wait", "basket", "order", "lang", "orderId", "token", "theme",
              "hideBack", "hideScrollBar", "status", "after", "limit", "version", "key",
              "look"]  # fmt: skip


class Callers:
    """A browser of the shop, and a merchant of the desk, who know what others cannot know."""

    def __init__(self, market: Market) -> None:
        self.market = market
        browser, opened = market.opened()
        self.shop: FlaskClient = browser
        self.page = market.page(opened)
        self.opened = opened
        key = _derived(market.front.settings, "key")
        self.page.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {key}"

    def ask(self, method: str, path: str, **given: Any) -> Any:
        client = self.shop if path.startswith("/till") else self.page
        answer = client.open(path, method=method, **given)
        assert answer.status_code < 500, (method, path, given, answer.text[:300])
        return answer


@pytest.fixture
def callers(market: Market, monkeypatch: pytest.MonkeyPatch) -> Callers:
    for limits in (market.front.limits, market.desk._here.counter.limits):
        monkeypatch.setattr(limits, "enabled", False)
    return Callers(market)


def told(market: Market) -> list[Any]:
    """All that hostile input must leave as it is: orders, stock and money."""

    def read(half: Any, *tables: str) -> list[Any]:
        return [
            half.database.read(lambda work, t=t: work.execute(text(f"select * from {t}")).all())
            for t in tables
        ]

    return [
        *read(market.front, "till_shop_orders", "till_shop_stock", "till_shop_inbox"),
        *read(market.desk, "till_desk_orders", "till_desk_payments", "till_desk_ledger"),
    ]


def test_odd_bodies_are_refused(callers: Callers) -> None:
    before = told(callers.market)
    for method, path in SHOP + DESK:
        if method == "GET":
            continue
        for body in ODD_BODIES:
            if path == "/till/checkout" and body == b"{}":
                continue  # that one is in order
            callers.ask(method, path, data=body, content_type="application/json")
        for kind in TYPES:
            callers.ask(method, path, data=b'{"x": 1}', headers={"Content-Type": kind})
    assert told(callers.market) == before


def test_odd_parameters_are_refused(callers: Callers) -> None:
    before = told(callers.market)
    for method, path in SHOP + DESK:
        for value in ODD_TEXTS:
            wait = [("wait", value)] if value != "25" else []
            query = [(name, value) for name in PARAMETERS if name != "wait"] + wait
            callers.ask(method, path, query_string=query)
            callers.ask(method, path, query_string=query + query)
    assert told(callers.market) == before


def test_odd_texts_in_paths_and_forms_are_refused(callers: Callers) -> None:
    before = told(callers.market)
    query = callers.opened["order_url"].partition("?")[2].partition("=")[2]
    for value in ODD_TEXTS:
        for path in ("/till/basket/lines/", "/till/callbacks/", "/v1/orders/", "/order/",
                     "/v1/", "/gateways/", "/till/assets/x/", "/v1/events/",
                     "/order/static/x/"):  # fmt: skip
            for method in ("GET", "POST", "DELETE", "PATCH"):
                callers.ask(method, path + value.replace("\0", "%00").replace("\r\n", "%0d%0a"))
        for path in ("/order/pay", "/order/act"):
            form = {"orderId": query, "gateway": value, "method": value, "outcome": value,
                    "confirmation": value, "proof": value}  # fmt: skip
            callers.ask("POST", path, data=form)
            callers.ask("POST", path, data={**form, "gateway": "sandbox", "method": "sandbox"})
    after = told(callers.market)
    assert [after[0], after[1], after[5]] == [before[0], before[1], before[5]]


def test_odd_headers_are_refused(callers: Callers) -> None:
    names = ("Authorization", "Idempotency-Key", "Cookie", "Origin", "Referer", "Accept",
             "Accept-Language", "Accept-Encoding", "Range", "If-None-Match", "Sec-Fetch-Site",
             "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Stripe-Signature",
             "Content-Length", "X-Till")  # fmt: skip
    values = ("", "\xff\xfe", "é", "a" * 9000, ",;=,;=", "Bearer ", "Bearer \xff", "t=1,v1=é", "*",
              "bytes=-1", "en;q=9e999,pl;q=nan", '"', "null", "\x7f", "W/")  # fmt: skip
    for method, path in EACH_KIND:
        for name in names:
            for value in values:
                callers.ask(method, path, headers={name: value})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CALL = ["product_id", "quantity", "codes", "mode"]
ORDER = ("external_id", "amount", "currency", "lines", "adjustments", "shares", "description",
         "locale", "redirect_url", "opener_origin", "methods", "expires_in", "late_money",
         "shopper", "metadata")  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(member=st.sampled_from(ORDER), value=json_values)
def test_no_member_of_an_order_is_odd_enough_for_a_fault(
    callers: Callers, member: str, value: Any
) -> None:
    line = {"product_id": "mug", "name": "Mug", "quantity": 1, "unit_amount": 5}
    body = {"external_id": "T", "amount": 5, "currency": "PLN", "lines": [line], member: value}
    callers.ask("POST", "/v1/orders", data=json.dumps(body), content_type="application/json")


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.dictionaries(st.sampled_from(CALL), json_values))
def test_no_member_of_a_page_s_call_is_odd_enough_for_a_fault(
    callers: Callers, body: dict[str, Any]
) -> None:
    for method, path in (("POST", "/till/iziAddToCart"),
                         ("PUT", "/till/basket/promotions"),
                         ("PATCH", "/till/basket/lines/mug"),
                         ("POST", "/till/checkout")):  # fmt: skip
        callers.ask(method, path, data=json.dumps(body), content_type="application/json",
                    headers={"Origin": HERE})  # fmt: skip
