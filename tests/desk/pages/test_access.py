"""Who may look and who may act."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from flask_till.desk.pages import order_pages
from tests.conftest import StillClock
from tests.desk.pages.conftest import Desk

PAY = {"gateway": "sandbox", "method": "sandbox", "outcome": "paid"}


def test_a_token_opens_the_page_once(desk: Desk) -> None:
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order)}
    first, second = desk.client, desk.client
    assert first.get("/order", query_string=query).status_code == 303
    assert first.get("/order", query_string={"orderId": order.id}).status_code == 200
    again = second.get("/order", query_string=query)
    assert again.status_code == 410
    assert "This link was used before" in again.text
    # Somebody else read the address, so the first browser is not to be trusted either.
    assert first.get("/order", query_string={"orderId": order.id}).status_code == 403


def test_the_same_browser_may_repeat_its_own_token(desk: Desk) -> None:
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order)}
    client = desk.client
    for _ in range(3):
        assert client.get("/order", query_string=query).status_code == 303
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 200


def test_a_token_of_a_browser_that_is_in_opens_no_other(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    query = {"orderId": order.id, "token": desk.token(order)}
    assert client.get("/order", query_string=query).status_code == 303
    assert desk.client.get("/order", query_string=query).status_code == 410
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 200


def test_a_token_lives_a_minute(make_desk: Callable[..., Desk], clock: StillClock) -> None:
    desk = make_desk(clock=clock)
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order)}
    clock.advance(61)
    answer = desk.client.get("/order", query_string=query)
    assert answer.status_code == 410
    assert "This link is too old" in answer.text


@pytest.mark.parametrize("token", ["unknown", "a\x00b", "ł", "x" * 5000])
def test_an_unknown_token_opens_nothing(desk: Desk, token: str) -> None:
    query = {"orderId": desk.order().id, "token": token}
    assert desk.client.get("/order", query_string=query).status_code == 403


def test_a_token_of_another_order_opens_nothing(desk: Desk) -> None:
    query = {"orderId": desk.order().id, "token": desk.token(desk.order())}
    assert desk.client.get("/order", query_string=query).status_code == 403


def test_a_cookie_opens_its_own_order_only(desk: Desk) -> None:
    client = desk.enter(desk.order())
    assert client.get("/order", query_string={"orderId": desk.order().id}).status_code == 403


def test_a_desk_may_admit_other_tokens(desk: Desk) -> None:
    parts = replace(desk.parts, admits=lambda order, token: token == "user-jwt")
    desk.app = Flask("another")
    desk.app.register_blueprint(order_pages(parts))
    order, client = desk.order(dialect="ipos"), desk.client
    lost = client.get("/order", query_string={"orderId": order.id})
    assert 'data-token-key="ipos_access_token"' in lost.text
    assert "This order is not yours" in lost.text
    query = {"orderId": order.id, "token": "user-jwt"}
    assert client.get("/order", query_string=query).status_code == 303
    assert client.get("/order", query_string={"orderId": order.id}).status_code == 200


def cookie(desk: Desk, base_url: str, prefix: str = "") -> str:
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order)}
    answer = desk.client.get(f"{prefix}/order", query_string=query, base_url=base_url)
    assert answer.status_code == 303, answer.text
    return answer.headers["Set-Cookie"]


@pytest.mark.parametrize(
    "base_url", ["https://pay.example", "http://127.0.0.1:5001", "http://localhost"]
)
def test_the_cookie_works_in_a_frame_and_nowhere_else(desk: Desk, base_url: str) -> None:
    said = cookie(desk, base_url)
    for part in ("HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/order"):
        assert part in said.split("; ")


def test_the_cookie_stays_below_the_mount(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(prefix="/desk")
    assert "Path=/desk/order" in cookie(desk, "https://pay.example", "/desk")


def test_the_public_address_counts_when_a_proxy_moved_the_page(
    make_desk: Callable[..., Desk],
) -> None:
    desk = make_desk(public_url="https://pay.example/checkout")
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order)}
    answer = desk.client.get("/order", query_string=query, base_url="http://10.0.0.7:8000")
    assert answer.location == f"/checkout/order?orderId={order.id}"
    assert "Path=/checkout/order" in answer.headers["Set-Cookie"]


def test_plain_http_on_another_host_has_a_lax_cookie_in_development_only(
    make_desk: Callable[..., Desk],
) -> None:
    said = cookie(make_desk(), "http://192.168.0.5:5001")
    assert "SameSite=Lax" in said
    assert "Secure" not in said
    assert "Secure" in cookie(make_desk(env="production"), "http://192.168.0.5:5001")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 303),  # no browser: curl with a cookie jar
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-site", "Origin": "http://shop.localhost"}, 403),
        ({"Sec-Fetch-Site": "none"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
    ],
)
@pytest.mark.parametrize("verb", ["pay", "act", "cancel"])
def test_only_the_page_itself_may_act(
    desk: Desk, verb: str, headers: dict[str, str], status: int
) -> None:
    order = desk.order()
    client = desk.enter(order)
    data = {"orderId": order.id, **PAY}
    if verb == "act":
        client.post("/order/pay", data=data | {"outcome": "confirm"})
    answer = client.post(f"/order/{verb}", data=data, headers=headers)
    assert answer.status_code == status
    before = "pending"
    assert (desk.cashier.get(order.id).status == before) is (status == 403 or verb == "act")


def test_a_form_without_an_origin_proves_that_it_is_ours(desk: Desk) -> None:
    order = desk.order()
    client = desk.enter(order)
    page = client.get("/order", query_string={"orderId": order.id}).text
    proof = page.split('name="proof" value="')[1].split('"')[0]
    data = {"orderId": order.id, **PAY}
    assert client.post("/order/pay", data=data, headers={"Origin": "null"}).status_code == 403
    answer = client.post("/order/pay", data=data | {"proof": proof}, headers={"Origin": "null"})
    assert answer.status_code == 303


@pytest.mark.parametrize("verb", ["pay", "act", "cancel"])
def test_nobody_acts_without_the_cookie(desk: Desk, verb: str) -> None:
    order = desk.order()
    answer = desk.client.post(f"/order/{verb}", data={"orderId": order.id, **PAY})
    assert answer.status_code == 403
    assert desk.cashier.get(order.id).status == "pending"


def test_the_token_is_taken_out_of_what_servers_log(desk: Desk) -> None:
    order = desk.order()
    token = desk.token(order)
    seen = {}

    @desk.app.teardown_request
    def look(error: object) -> None:
        from flask import request

        seen.update(request.environ)

    client = desk.client
    query = {"orderId": order.id, "token": token, "theme": "dark"}
    client.get("/order", query_string=query | {"payment_intent_client_secret": "pi_1_secret_2"})
    logged = repr({key: seen[key] for key in ("QUERY_STRING", "RAW_URI", "REQUEST_URI")})
    assert token not in logged
    assert "pi_1_secret_2" not in logged
    assert "token=-&theme=dark&payment_intent_client_secret=-" in seen["QUERY_STRING"]


def test_the_development_server_logs_no_token(
    desk: Desk, serve: Any, caplog: pytest.LogCaptureFixture
) -> None:
    import httpx

    order = desk.order()
    token = desk.token(order)
    with caplog.at_level("INFO", "werkzeug"):
        url = f"{serve(desk.app)}/order?orderId={order.id}&token={token}&theme=dark"
        assert httpx.get(url).status_code == 303
    assert "token=-&theme=dark" in caplog.text
    assert token not in caplog.text
