"""The headers of every answer, errors included."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_till.desk.gateways import Gateway, PagePart
from flask_till.desk.gateways.sandbox import SandboxGateway
from tests.desk.pages.conftest import SHOP, Desk


class Carded(SandboxGateway):
    """A gateway with a script and frames of its own."""

    name = "carded"

    def methods(self, currency: str) -> Any:
        from flask_till.desk.gateways import Method

        return (Method("carded", "card", "Card"),)

    def page(self) -> PagePart:
        return PagePart(
            script_origins=("https://js.cards.example",),
            frame_origins=("https://frames.cards.example",),
            connect_origins=("https://api.cards.example",),
            module="gateways/stripe.js",
        )


@pytest.fixture
def gateways() -> dict[str, Gateway]:
    return {"carded": Carded(in_development=True)}


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split("; "))
    return {name: values for name, *values in parts}


ANSWERS = {
    "no order": (400, "get", "/order", {}),
    "unknown order": (404, "get", "/order?orderId=ord_x", {}),
    "not yours": (403, "get", "/order?orderId={}", {}),
    "old token": (403, "get", "/order?orderId={}&token=x", {}),
    "status": (403, "get", "/order/status?orderId={}", {}),
    "pay": (403, "post", "/order/pay", {"data": {"orderId": "{}"}}),
    "no page": (404, "get", "/order/nothing", {}),
    "no file": (404, "get", "/order/static/x/nothing.css", {}),
    "too large": (413, "post", "/order/pay", {"data": {"orderId": "x" * 100_000}}),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_error_is_as_guarded_as_a_page(desk: Desk, case: str) -> None:
    status, method, address, given = ANSWERS[case]
    order = desk.order()
    if given.get("data", {}).get("orderId") == "{}":
        given = {"data": {"orderId": order.id}}
    answer = getattr(desk.client, method)(address.format(order.id), **given)
    assert answer.status_code == status
    policy = policy_of(answer)
    assert policy["default-src"] == ["'none'"]
    assert policy["base-uri"] == ["'none'"]
    known = case in ("not yours", "old token", "status", "pay")
    assert policy["frame-ancestors"] == ([SHOP] if known else ["'none'"])
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "payment=" in answer.headers["Permissions-Policy"]
    scripts = re.findall(r"<script[^>]*?([a-z_]+)[.]js", re.sub(r"noscript", "", answer.text))
    assert scripts == (["forget_token"] if case == "old token" else [])


def test_a_page_allows_its_gateways_and_its_merchant_and_nobody_else(desk: Desk) -> None:
    order = desk.order()
    answer = desk.enter(order).get("/order", query_string={"orderId": order.id})
    policy = policy_of(answer)
    nonce = policy["script-src"][0]
    assert re.fullmatch(r"'nonce-[A-Za-z0-9_-]{22}'", nonce)
    assert policy == {
        "default-src": ["'none'"],
        "script-src": [nonce, "https://js.cards.example"],
        "style-src": ["'self'"],
        "img-src": ["'self'", SHOP],
        "connect-src": ["'self'", "https://api.cards.example"],
        "frame-src": ["https://frames.cards.example"],
        "form-action": ["'self'"],
        "frame-ancestors": [SHOP],
        "base-uri": ["'none'"],
    }
    assert f"nonce={nonce[7:-1]}" in answer.text.replace('"', "")
    assert 'payment=(self "https://frames.cards.example")' in answer.headers["Permissions-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_each_answer_has_a_nonce_of_its_own(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    seen = {
        policy_of(client.get("/order", query_string={"orderId": order.id}))["script-src"][0]
        for _ in range(5)
    }
    assert len(seen) == 5


@pytest.mark.parametrize(
    "origin",
    ["https://a.example; script-src *", "https://a.example/x", "*", "'self'", "null", "data:"],
)
def test_an_odd_origin_never_reaches_a_header(desk: Desk, origin: str) -> None:
    merchant = desk.add_merchant("Odd", origin, "https://fine.example")
    order = desk.order(merchant)
    answer = desk.enter(order).get("/order", query_string={"orderId": order.id})
    assert policy_of(answer)["frame-ancestors"] == ["https://fine.example"]
    assert policy_of(answer)["script-src"][1:] == ["https://js.cards.example"]


def test_a_merchant_without_origins_is_framed_by_nobody(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    from flask_till.desk.actions.merchants import change_merchant

    desk.parts.database.write(change_merchant, desk.merchant.id, origins=[])
    answer = client.get("/order", query_string={"orderId": order.id})
    assert policy_of(answer)["frame-ancestors"] == ["'none'"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_files_are_kept_for_ever_under_their_release(desk: Desk) -> None:
    order = desk.order()
    page = desk.enter(order).get("/order", query_string={"orderId": order.id}).text
    found = set(re.findall(r'(?:href|src|data-module)="(/order/static/[^"]+)"', page))
    assert len(found) > 7
    for address in found:
        answer = desk.client.get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        old = desk.client.get(re.sub(r"static/\w+", "static/older", address))
        assert (old.status_code, old.headers["Cache-Control"]) == (200, "no-cache")


def test_a_fault_of_ours_tells_nothing_but_a_number(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    order = desk.order()
    client = desk.enter(order)

    def broken(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(type(desk.parts.cashier), "methods", broken)
    answer = client.get("/order", query_string={"orderId": order.id})
    number = caplog.records[-1].args[0]  # type: ignore[index]  # our own record
    caplog.clear()
    assert answer.status_code == 500
    assert "secret detail" not in answer.text
    assert f"Fault {number}." in answer.text
