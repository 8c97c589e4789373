"""The clients that Boxo publishes: a host's around our shop, a miniapp's in our page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Frame, Page, expect

from tests.browser.boxo.published_clients import MINIAPP, host_page
from tests.widget.world import HASH, World

Serve = Callable[[str, str], str]
SHOP = """<till-button product="mug">Buy</till-button> <till-button mode="popup">Pay</till-button>
<till-basket></till-basket>"""
PAYMENT = {
    "amount": 110.1,
    "currency": "USD",
    "miniappOrderId": "TEA-2026-0042",
    "transactionToken": "op_01J9ZQ4W7K2M8N3P5R6S7T8V9X",
}
TOKEN = PAYMENT["transactionToken"]


# ---- @appboxo/web-sdk around our shop ----


@pytest.fixture
def open_host(shopper: BrowserContext, world: World, serve_page: Serve) -> Callable[..., Page]:
    """A host's page with the published client, our shop inside; the host is on a third site."""

    def open_one(**settings: Any) -> Page:
        world.till.is_embedded = world.till.pays_in_host = True
        world.boxo.url = world.page(SHOP, head=world.script)
        given = {
            "clientId": "host_1",
            "appId": "app_1",
            "baseUrl": f"{world.desk}/boxo/api/v1",
            "payUrl": f"{world.desk}/boxo/hostapp/pay",
            "allowedOrigins": [world.shop],
            "authCode": "code-1",
            **settings,
        }
        page = shopper.new_page()
        page.goto(serve_page(host_page(**given), world.mini))
        shop = page.frame_locator("#miniapp iframe")
        shop.get_by_role("button", name="Buy").click()
        expect(shop.get_by_role("button", name="Basket: 1")).to_be_visible()
        return page

    return open_one


def test_the_shop_is_paid_through_the_published_host_client(
    open_host: Callable[..., Page], shopper: BrowserContext, world: World
) -> None:
    page = open_host()
    shop = page.frame_locator("#miniapp iframe")
    shop.get_by_role("button", name="Pay").click()
    expect(shop.get_by_text("Thank you!")).to_be_visible()
    order = world.till.newest_order()
    (payment,) = page.evaluate("payments")
    token = order.order_id.replace("ord_", "op_")
    assert payment == {
        "amount": 49.99,
        "currency": "PLN",
        "miniappOrderId": order.order_id,
        "transactionToken": token,
        "extraParams": {},
    }
    assert world.boxo.paid == [token]
    assert page.evaluate("completed.success") is True
    assert shopper.pages == [page]


@pytest.mark.parametrize(
    ("action", "said"),
    [("cancel", "The payment was not finished."), ("fail", "The payment did not go through.")],
)
def test_what_the_published_host_client_refuses_is_said_kindly(
    open_host: Callable[..., Page], action: str, said: str
) -> None:
    page = open_host()
    page.evaluate("action => (window.action = action)", action)
    shop = page.frame_locator("#miniapp iframe")
    shop.get_by_role("button", name="Pay").click()
    expect(shop.get_by_role("alert")).to_contain_text(said)
    page.evaluate("() => (window.action = 'pay')")
    shop.get_by_role("button", name="Pay").click()
    expect(shop.get_by_text("Thank you!")).to_be_visible()


def test_a_published_host_client_without_payments_gets_the_order_page(
    open_host: Callable[..., Page],
) -> None:
    page = open_host(pays=False)
    shop = page.frame_locator("#miniapp iframe")
    with page.expect_popup() as opened:
        shop.get_by_role("button", name="Pay").click()
    expect(opened.value.get_by_role("heading", name="Order page")).to_be_visible()


# ---- @appboxo/js-sdk inside our <till-miniapp> ----


class Miniapp:
    """A miniapp with the published client in a page of ours."""

    def __init__(self, page: Page, frame: Frame) -> None:
        self.page, self.frame = page, frame

    def does(self, call: str, *given: Any) -> Any:
        """What a call of the client comes to: ``{"answer": ..}`` or ``{"refused": ..}``."""
        return self.frame.evaluate(f"given => outcome(sdk.{call}(...given))", list(given))

    def begins(self, call: str, *given: Any) -> Callable[[], Any]:
        """The same for one that ends later: call what comes back for its outcome."""
        self.frame.evaluate(
            f"given => void (window.later = outcome(sdk.{call}(...given)))", list(given)
        )
        return lambda: self.frame.evaluate("later")


@pytest.fixture
def miniapp(shopper: BrowserContext, world: World, serve_page: Serve) -> Miniapp:
    world.boxo.url, world.boxo.host = serve_page(MINIAPP, world.mini), world.shop
    head = f"""<script type="module" src="/till/assets/{HASH}/elements/till-miniapp.js"></script>
<script>addEventListener('till-miniapp-event', ({{ detail }}) => detail.type == 'greet' &&
  detail.respondWith({{ greeting: `Hello ${{detail.payload.name}}` }}));</script>"""
    body = f"""<till-miniapp app-id="app_1" client-id="host_1" auth-code="code-1" locale="en-GB"
theme="light" base-url="{world.desk}/boxo/api/v1"></till-miniapp>"""
    page = shopper.new_page()
    page.goto(world.page(body, head=head, policy=""))
    inside = page.locator("till-miniapp").frame_locator("iframe.app")
    expect(inside.get_by_text("Ready")).to_be_visible()
    (frame,) = [one for one in page.frames if one.url.startswith(world.mini)]
    return Miniapp(page, frame)


def test_the_published_miniapp_client_learns_where_it_is(miniapp: Miniapp) -> None:
    known = miniapp.does("getInitData")["answer"]
    assert (known["app_id"], known["client_id"]) == ("app_1", "host_1")
    assert (known["data"]["locale"], known["data"]["theme"]) == ("en-GB", "light")
    assert "AppBoxoWebAppPay" in known["data"]["handlers"]
    assert known["sandbox_mode"] is False


def test_the_published_miniapp_client_logs_in_and_out(miniapp: Miniapp) -> None:
    tokens = {"token": "token of user-7", "refresh_token": "refresh of user-7"}
    login = "AppBoxoWebAppLogin"
    assert miniapp.does("sendPromise", login, {}) == {"answer": {"payload": tokens}}
    assert miniapp.does("logout") == {"answer": {}}
    refused = miniapp.does("sendPromise", login, {})["refused"]  # the code was good for one time
    assert refused["error_data"]["error_reason"] == "Authentication failed"


@pytest.mark.parametrize(
    ("button", "status"), [("Pay", "success"), ("Fail", "failed"), ("Cancel", "cancelled")]
)
def test_the_published_miniapp_client_pays(
    miniapp: Miniapp, world: World, button: str, status: str
) -> None:
    outcome = miniapp.begins("sendPromise", "AppBoxoWebAppPay", PAYMENT)
    dialog = miniapp.page.get_by_role("dialog", name="Payment")
    dialog.frame_locator("iframe").get_by_role("button", name=button, exact=True).click()
    told = {"status": status, "hostappOrderId": TOKEN, "transactionId": "txn_5001"}
    assert outcome() == {"answer": {**PAYMENT, **told}}
    assert world.boxo.paid == ([TOKEN] if status == "success" else [])


def test_its_own_pay_refuses_in_a_plain_frame_before_anybody_is_asked(miniapp: Miniapp) -> None:
    miniapp.does("getInitData")
    refused = miniapp.does("pay", PAYMENT)["refused"]
    assert refused["message"].startswith("Init app data is not provided")
    expect(miniapp.page.get_by_role("dialog")).to_have_count(0)


def test_the_published_miniapp_client_sends_events_of_its_own(miniapp: Miniapp) -> None:
    greet = {"type": "greet", "payload": {"name": "Ada"}}
    answer = miniapp.does("sendPromise", "AppBoxoWebAppCustomEvent", greet)
    assert answer == {"answer": {"greeting": "Hello Ada"}}
    refused = miniapp.does("sendPromise", "AppBoxoWebAppCustomEvent", {"type": "other"})["refused"]
    assert refused["error_type"] == "client_error"


# ---- one in the other: both published ----


def test_both_published_clients_agree_on_what_ours_were_told(
    shopper: BrowserContext, world: World, serve_page: Serve
) -> None:
    """The host client's own answers to the miniapp client, beside ours to the same calls."""
    world.boxo.url = serve_page(MINIAPP, world.mini)
    theirs = host_page(
        clientId="host_1",
        appId="app_1",
        baseUrl=f"{world.desk}/boxo/api/v1",
        payUrl=f"{world.desk}/boxo/hostapp/pay",
        authCode="code-1",
        locale="en-GB",
        theme="light",
    )
    ours = f"""<script type="module" src="/till/assets/{HASH}/elements/till-miniapp.js"></script>
<script>addEventListener('till-miniapp-event', ({{ detail }}) => detail.type == 'greet' &&
  detail.respondWith({{ greeting: `Hello ${{detail.payload.name}}` }}));
addEventListener('till-miniapp-pay', ({{ detail }}) => detail.respondWith({{ status: 'success',
  hostappOrderId: detail.transactionToken, transactionId: 'txn_5001' }}));</script>
<till-miniapp app-id="app_1" client-id="host_1" auth-code="code-2" locale="en-GB"
theme="light" base-url="{world.desk}/boxo/api/v1"></till-miniapp>"""
    answers = []
    for page in (serve_page(theirs, world.shop), world.page(ours, policy="")):
        tab = shopper.new_page()
        tab.goto(page)
        inside = tab.frame_locator("iframe")
        expect(inside.get_by_text("Ready")).to_be_visible()
        (frame,) = [one for one in tab.frames if one.url.startswith(world.mini)]
        app = Miniapp(tab, frame)
        known = app.does("getInitData")["answer"]
        for name in ("handlers", "capabilities"):
            served = set(known["data"].pop(name))
            asked = {"Login", "GetInitData", "CustomEvent", "Pay"}
            assert {f"AppBoxoWebApp{one}" for one in asked} <= served
        events = ({"type": "greet", "payload": {"name": "Ada"}}, {"type": "other"})
        answers.append(
            [
                known,
                app.does("sendPromise", "AppBoxoWebAppLogin", {}),
                app.does("sendPromise", "AppBoxoWebAppPay", PAYMENT),
                app.does(
                    "sendPromise", "AppBoxoWebAppPay", {**PAYMENT, "transactionToken": "op_2"}
                ),
                *[
                    _reason(app.does("sendPromise", "AppBoxoWebAppCustomEvent", one))
                    for one in events
                ],
            ]
        )
    assert answers[0] == answers[1]


def _reason(outcome: dict[str, Any]) -> Any:
    """Without the description, which repeats the reason in the words of a programming language."""
    refused = outcome.get("refused")
    return refused["error_data"]["error_reason"] if refused else outcome
