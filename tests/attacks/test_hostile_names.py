"""What a catalog, a promotion or a merchant is called is text, wherever it is shown."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from typing import Any

import pytest

from flask_till import Money, Product
from tests.attacks.market import Market, order_query

NAMES = [
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'",
    "</title><svg/onload=alert(1)>",
    "{{7*7}}${7*7}#{7*7}%{7*7}", "javascript:alert(1)", "<!--<script>",
    "]]><script>alert(1)</script>",
    "\u202egnp.exe", "&lt;b&gt;", "%3Cscript%3E", "\\u003cscript\\u003e", "`${alert(1)}`",
    "<a href=//evil.example>",
]  # fmt: skip
MARKUP = ("<script>alert", "<img src=x", "<svg/onload", "<a href=//evil", "49$", "49#")


@pytest.fixture
def hostile(new_market: Callable[..., Market]) -> Market:
    return new_market(
        catalog=[
            Product(f"p{number}", name, Money("5", "PLN"), image=f"/{name}", url=f"/{name}")
            for number, name in enumerate(NAMES)
        ]
    )


def test_names_stay_text_in_the_shops_json(hostile: Market) -> None:
    client = hostile.browser()
    for number, name in enumerate(NAMES):
        answer = hostile.fill(client, f"p{number}")
        assert answer.mimetype == "application/json"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert name in [line["name"] for line in answer.json["basket"]["lines"]]


def test_names_stay_text_on_the_order_page(hostile: Market) -> None:
    client = hostile.browser()
    for number in range(len(NAMES)):
        hostile.fill(client, f"p{number}")
    opened = hostile.check_out(client).json
    page = hostile.page(opened)
    hostile.desk.enrolment.change("mer_in_process", name=NAMES[0])
    shown = page.get("/order", query_string=order_query(opened))
    assert shown.status_code == 200
    for markup in MARKUP:
        assert markup not in shown.text
    for name in NAMES:
        assert html.escape(name).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in shown.text


@pytest.mark.parametrize(
    "given", [*NAMES, "//evil.example", "https://evil.example", "javascript:alert(1)", "dark;x"]
)
def test_parameters_of_the_page_are_never_markup(market: Market, given: str) -> None:
    client = market.desk_app.test_client()
    for name in ("orderId", "token", "theme", "hideBack", "hideScrollBar", "status"):
        for path in ("/order", "/order/status", "/order/nowhere"):
            answer = client.get(path, query_string={"orderId": "x", name: given})
            assert not any(markup in answer.text for markup in MARKUP)
            assert "evil.example" not in answer.headers.get("Location", "")


def test_every_answer_of_the_pages_says_who_may_frame_it(market: Market) -> None:
    _, opened = market.opened()
    page, stranger = market.page(opened), market.desk_app.test_client()
    query = order_query(opened)
    calls: list[tuple[Any, str, str, Any]] = [
        (page, "GET", "/order", query),
        (stranger, "GET", "/order", query),
        (stranger, "GET", "/order", {}),
        (stranger, "GET", "/order", {"orderId": "x"}),
        (stranger, "GET", "/order/nowhere", {}),
        (stranger, "GET", "/order/static/x/y", {}),
        (stranger, "POST", "/order/pay", {}),
        (stranger, "GET", "/order/pay", {}),
        (page, "GET", "/order/status", query),
    ]
    for client, method, path, given in calls:
        answer = client.open(path, method=method, query_string=given)
        policy = answer.headers["Content-Security-Policy"]
        assert "frame-ancestors" in policy, (method, path)
        assert "frame-ancestors *" not in policy
        assert "evil" not in policy


def test_no_answer_invites_another_origin(market: Market) -> None:
    for origin in ("null", "https://evil.example", "http://localhost.evil.example"):
        client = market.app.test_client()
        for method, path in (("GET", "/till/basket"), ("OPTIONS", "/till/iziAddToCart"),
                             ("POST", "/till/iziAddToCart"), ("GET", "/till/channel")):  # fmt: skip
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
            answer = client.open(path, method=method, headers=asked)
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert "Access-Control-Allow-Credentials" not in answer.headers
        for method, path in (("GET", "/v1/orders"), ("OPTIONS", "/v1/orders"), ("GET", "/order")):
            answer = market.desk_app.test_client().open(path, method=method, headers=asked)
            assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_form_of_another_site_does_nothing(market: Market) -> None:
    browser, opened = market.opened()
    page, query = market.page(opened), order_query(opened)
    for origin in ("https://evil.example", "null"):
        for kind in ("application/x-www-form-urlencoded", "text/plain", "multipart/form-data"):
            sent = {"data": json.dumps({"product_id": "mug"}), "content_type": kind}
            answer = browser.post("/till/iziAddToCart", headers={"Origin": origin}, **sent)
            assert answer.status_code == 403
        for path in ("/order/pay", "/order/act", "/order/cancel"):
            form = {**query, "gateway": "sandbox", "method": "sandbox"}
            assert page.post(path, data=form, headers={"Origin": origin}).status_code == 403
            sent = {"Sec-Fetch-Site": "cross-site"}
            assert page.post(path, data=form, headers=sent).status_code == 403
    assert browser.get("/till/basket").json["count"] == 1
