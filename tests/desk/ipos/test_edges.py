"""What every answer has in common: envelopes, other origins, limits, hostile bytes."""

from __future__ import annotations

import pytest

from flask_till.desk.dialects.ipos import orders as endpoints
from tests.desk.ipos.the_portal import BASE, Caller, Portal, asked, refused

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE")
ORIGIN = "https://any.example"


def test_what_is_nowhere_is_said_in_an_envelope(portal):
    for path in (
        "/ipos",
        "/ipos/",
        "/ipos/api",
        f"{BASE}/order",
        f"{BASE}/order/create/",
        "/ipos/ż",
    ):
        for method in METHODS:
            refused(portal.nobody.client.open(path, method=method), 404)


def test_a_wrong_method_is_said_with_the_right_one(portal):
    for path, allowed in (("/order/create", "POST"), ("/order/list", "GET"),
                          ("/order/stripe/webhook", "POST")):  # fmt: skip
        for method in METHODS:
            if method != allowed:
                answer = portal.nobody.client.open(BASE + path, method=method)
                refused(answer, 405)
                assert allowed in answer.headers["Allow"]


def test_bodies_that_are_no_json_objects_are_refused(user):
    headers = {**user.headers, "Content-Type": "application/json"}
    for body in (
        b"", b"[]", b"null", b'"x"', b"{", b"\xff", b"{'a':1}", b'{"amount":NaN}',
        b'{"amount":1e400}', b'{"amount":1,"amount":2}', b"[" * 100_000,
        b'{"amount":1,"description":"\\ud800"}', b'{"amount":1,"description":"\\u0000"}',
        b'{"amount":' + b"9" * 5000 + b"}",
        b'{"amount":1,"metadata":' + b'{"a":' * 40 + b"1" + b"}" * 41,
    ):  # fmt: skip
        refused(user.client.post(f"{BASE}/order/create", data=body, headers=headers), 400)
    wrong = {**user.headers, "Content-Type": "text/plain"}
    refused(user.client.post(f"{BASE}/order/create", data=b'{"amount":1}', headers=wrong), 400)


def test_a_body_that_is_too_long_is_refused(user):
    refused(user.post("/order/create", asked(metadata={"a": "x" * 300_000})), 413)


def test_a_fault_of_ours_says_nothing_of_itself(portal, user, desk, monkeypatch):
    def break_down(*_: object) -> None:
        raise RuntimeError("a secret of ours")

    monkeypatch.setattr(endpoints, "wanted_order", break_down)
    refused(user.post("/order/create", asked()), 500, "Internal server error")


def test_every_origin_may_read_every_answer(portal, user):
    anywhere = user.by(Origin=ORIGIN)
    for answer in (
        anywhere.post("/order/create", asked()),
        anywhere.post("/order/create", {}),
        anywhere.get("/nowhere"),
        anywhere.get("/order/create"),
        portal.nobody.by(Origin=ORIGIN).get("/order/list"),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in user.get("/order/list").headers


def test_a_browser_that_asks_first_is_told_that_it_may(portal):
    for path in ("/order/create", "/order/list", "/nowhere"):
        answer = portal.nobody.client.options(
            BASE + path,
            headers={
                "Origin": ORIGIN,
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization,app-id,x-more",
            },
        )
        assert answer.status_code == 204
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "POST" in answer.headers["Access-Control-Allow-Methods"]
        assert answer.headers["Access-Control-Allow-Headers"] == "authorization,app-id,x-more"
        assert answer.data == b""


def test_head_is_answered_like_get(user):
    answer = user.client.head(
        f"{BASE}/order/list", query_string={"page": "1", "page_size": "1"}, headers=user.headers
    )
    assert (answer.status_code, answer.data) == (200, b"")


@pytest.fixture
def limited(make_desk):
    return Portal(make_desk(public_url="https://pay.example.com"))


def slowed(ask, most: int = 400) -> None:
    for _ in range(most):
        answer = ask()
        if answer.status_code == 429:
            refused(answer, 429)
            assert int(answer.headers["Retry-After"]) >= 1
            return
    raise AssertionError("nobody was slowed down")


def test_who_is_wrong_again_and_again_is_slowed_down(limited):
    wrong = limited.nobody.by(Authorization="Bearer nonsense")
    slowed(lambda: wrong.get("/order/list"))
    keys = {"access_key": "wgt_ak_", "secret_key": "wgt_sk_"}
    slowed(lambda: limited.nobody.post("/developer/widgets/get-access-token", keys))
    slowed(lambda: limited.nobody.post("/app/auth/login", {}))
    # A user who is known and right is not stopped by what another was wrong about.
    assert limited.user.create()["amount"] == 1299


def test_who_calls_without_end_is_slowed_down(limited):
    caller: Caller = limited.user
    slowed(lambda: caller.get("/order/detail"), 700)
    refused(limited.other_user.get("/order/detail"), 400)


def test_who_asks_for_too_many_orders_is_slowed_down(limited):
    caller: Caller = limited.user
    slowed(lambda: caller.post("/order/create", asked(allowed_payment_methods=[])))
    assert limited.other_user.create()["amount"] == 1299


def test_one_caller_cannot_have_callbacks_sent_without_end(limited):
    caller: Caller = limited.user
    order_id = caller.create()["order_id"]
    body = {"order_id": order_id, "new_callback_url": "http://127.0.0.1:9/"}
    slowed(lambda: caller.post("/order/resend-callback", body))


def test_the_order_page_is_found_below_the_base_url_too(portal, user, desk):
    browser = desk.app.test_client()

    def get(address, **more):
        return browser.get(address, base_url="https://pay.example", **more)

    query = {"orderId": user.create()["order_id"], "token": portal.user_token(), "theme": "dark"}
    led = get("/ipos/order", query_string=query)
    assert (led.status_code, led.headers["Referrer-Policy"]) == (303, "no-referrer")
    opened = get(led.headers["Location"])
    assert (opened.status_code, "token" in opened.headers["Location"]) == (303, False)
    shown = get(opened.headers["Location"])
    assert shown.status_code == 200
    assert 'data-theme="dark"' in shown.text
    assert get(get("/ipos/order").headers["Location"]).status_code == 400
