"""The shop inside somebody else's app: the app around it takes the payment."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, FrameLocator, Page, expect

from .conftest import OpenTab
from .world import World

BODY = """<till-button product="mug">Buy</till-button> <till-button mode="{0}">Pay</till-button>
<till-basket mode="{0}"></till-basket>"""
HOST_POLICY = "default-src 'none'; script-src 'self'; frame-src *"
HOST = """
const heard = (window.heard = []);
const answers = ANSWERS;
addEventListener('message', ({ data, source, origin }) => {
  if (data?.type != 'appboxo-js-sdk') return;
  heard.push({ ...data, origin });
  const answer = answers[data.handler];
  const id = data.params.request_id ?? data.params.transactionToken;
  const told = (more) => ({ type: 'appboxo-host-response', handler: data.handler,
    data: { ...data.params, ...more, request_id: id }, request_id: id });
  window.tell = (more, to = source) => to.postMessage(told(more), '*');
  if (answer) window.tell(answer);
});
"""
TAKES = {"AppBoxoWebAppGetInitData": {"data": {"handlers": ["AppBoxoWebAppPay"]}}}


class Host:
    """A page of another site with the shop in a frame."""

    def __init__(self, tab: Page, world: World) -> None:
        self.tab, self.world = tab, world
        self.shop: FrameLocator = tab.frame_locator("iframe")

    def fill(self) -> None:
        self.shop.get_by_role("button", name="Buy").click()
        expect(self.shop.get_by_role("button", name="Basket: 1")).to_be_visible()

    def check_out(self) -> None:
        self.fill()
        self.shop.get_by_role("button", name="Pay").click()

    def asked(self, handler: str = "AppBoxoWebAppPay", times: int = 1) -> dict[str, Any]:
        """Waits until the shop has asked that many times; the last one."""
        self.tab.wait_for_function(
            "([name, times]) => heard.filter((one) => one.handler == name).length >= times",
            arg=[handler, times],
        )
        found = self.tab.evaluate("name => heard.filter((one) => one.handler == name)", handler)
        assert len(found) == times
        return dict(found[-1])

    def tells(self, **answer: Any) -> None:
        self.tab.evaluate("answer => tell(answer)", answer)


OpenHost = Callable[..., Host]


@pytest.fixture
def open_host(shopper: BrowserContext, world: World) -> OpenHost:
    """Opens a host page whose answers are these, around a page of the shop."""

    def open_one(answers: dict[str, Any] = TAKES, mode: str = "popup", more: str = "") -> Host:
        world.till.is_embedded = world.till.pays_in_host = True
        inside = world.page(BODY.format(mode) + more, head=world.script)
        script = world.file("host.js", HOST.replace("ANSWERS", json.dumps(answers)))
        around = world.page(
            f'<iframe src="{inside}" width="900" height="560"></iframe>',
            head=f'<script src="{script}"></script>',
            policy=HOST_POLICY,
            site=world.desk,
        )
        tab = shopper.new_page()
        tab.goto(around)
        return Host(tab, world)

    return open_one


def test_it_pays_through_the_host_and_opens_nothing(
    open_host: OpenHost, shopper: BrowserContext, world: World
) -> None:
    host = open_host()
    host.check_out()
    sent = host.asked()
    order = world.till.newest_order()
    assert sent == {
        "handler": "AppBoxoWebAppPay",
        "params": {
            "amount": 49.99,
            "currency": "PLN",
            "miniappOrderId": order.order_id,
            "transactionToken": order.order_id.replace("ord_", "op_"),
            "extraParams": {},
        },
        "type": "appboxo-js-sdk",
        "sdkVersion": "1.9.0",
        "origin": world.shop,
    }
    assert shopper.pages == [host.tab]
    button = host.shop.get_by_role("button", name="Pay")
    expect(button).to_have_attribute("aria-busy", "true")
    world.till.settle(order.order_id)
    host.tells(status="success", hostappOrderId="op_1")
    expect(host.shop.get_by_text("Thank you!")).to_be_visible()
    expect(button).not_to_have_attribute("aria-busy", "true")
    assert world.till.count_of("POST /checkout") == 1


FORGETFUL = """if (top != window) {
  const none = { get() { throw new DOMException('Access is denied', 'SecurityError'); } };
  for (const name of ['sessionStorage', 'localStorage']) Object.defineProperty(window, name, none);
  navigator.locks.request = () => Promise.reject(new DOMException('denied', 'SecurityError'));
}"""


def test_it_pays_where_the_browser_keeps_nothing_for_a_frame_of_another_site(
    open_host: OpenHost, shopper: BrowserContext, world: World
) -> None:
    shopper.add_init_script(FORGETFUL)
    host = open_host()
    host.check_out()
    host.asked()
    world.till.settle(world.till.newest_order().order_id)
    expect(host.shop.get_by_text("Thank you!")).to_be_visible()


def test_what_the_host_says_is_only_a_hint(open_host: OpenHost, world: World) -> None:
    host = open_host(more="<till-order></till-order>")
    host.check_out()
    host.asked()
    asked = world.till.count_of("GET /channel?wait=0")
    host.tells(status="success", hostappOrderId="op_1")
    host.tab.wait_for_timeout(600)
    assert world.till.count_of("GET /channel?wait=0") > asked
    expect(host.shop.get_by_text("Thank you!")).to_have_count(0)
    expect(host.shop.get_by_role("status").filter(has_text="Waiting for payment")).to_be_visible()
    world.till.settle(world.till.newest_order().order_id)
    expect(host.shop.get_by_text("Thank you!")).to_be_visible()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": "cancelled"}, "The payment was not finished. Your basket is as you left it."),
        ({"status": "failed", "error": "Insufficient balance"}, "The payment did not go through."),
        ({"error_type": "client_error", "error_data": {}}, "The payment did not go through."),
        ({}, "The payment did not go through."),
    ],
)
def test_it_says_kindly_that_nothing_was_paid_and_can_try_again(
    open_host: OpenHost, world: World, answer: dict[str, Any], said: str
) -> None:
    host = open_host()
    host.check_out()
    host.asked()
    host.tells(**answer)
    expect(host.shop.get_by_role("alert")).to_contain_text(said)
    host.shop.get_by_role("button", name="Pay").click()
    expect(host.shop.get_by_role("alert")).to_have_count(0)
    host.asked(times=2)
    world.till.settle(world.till.newest_order().order_id)
    expect(host.shop.get_by_text("Thank you!")).to_be_visible()


def test_a_failure_that_the_shop_knows_better_is_not_told(
    open_host: OpenHost, world: World
) -> None:
    host = open_host()
    world.till.refuses_sockets = True
    host.check_out()
    host.asked()
    world.till.settle(world.till.newest_order().order_id)
    host.tells(status="failed")
    expect(host.shop.get_by_text("Thank you!")).to_be_visible()
    expect(host.shop.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("status", "said"), [("paid", "Thank you!"), ("cancelled", "")])
def test_the_shop_s_own_news_ends_the_wait_for_a_host_that_says_nothing(
    open_host: OpenHost, world: World, status: str, said: str
) -> None:
    host = open_host()
    host.check_out()
    host.asked()
    world.till.settle(world.till.newest_order().order_id, status)
    told = host.shop.get_by_text(said or "The payment was not finished.")
    expect(told).to_be_visible()
    pay = host.shop.get_by_role("button", name="Pay")
    expect(pay).not_to_have_attribute("aria-busy", "true")


def test_an_answer_to_another_payment_or_from_another_frame_is_none(
    open_host: OpenHost, world: World
) -> None:
    host = open_host()
    host.check_out()
    sent = host.asked()
    host.tells(status="success", request_id="op_another")
    told = {"type": "appboxo-host-response", "handler": "AppBoxoWebAppPay"}
    token = sent["params"]["transactionToken"]
    (inside,) = [frame for frame in host.tab.frames if frame.url.startswith(world.shop)]
    inside.evaluate(
        "(told) => window.postMessage(told, '*')",
        {**told, "data": {"status": "cancelled", "request_id": token}, "request_id": token},
    )
    host.tab.wait_for_timeout(400)
    expect(host.shop.get_by_role("button", name="Pay")).to_have_attribute("aria-busy", "true")
    expect(host.shop.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(
    "answers", [{}, {"AppBoxoWebAppGetInitData": {"data": {"handlers": ["AppBoxoWebAppLogin"]}}}]
)
def test_around_it_is_no_host_that_takes_payments_so_our_page_opens(
    open_host: OpenHost, world: World, answers: dict[str, Any]
) -> None:
    host = open_host(answers)
    host.fill()
    with host.tab.expect_popup() as opened:
        host.shop.get_by_role("button", name="Pay").click()
    expect(opened.value).to_have_url(re.compile(rf"^{world.desk}/order\?orderId=ord_\w+&token=."))
    opened.value.get_by_role("button", name="Pay").click()
    expect(host.shop.get_by_text("Thank you!")).to_be_visible()


def test_the_host_comes_before_a_frame_and_a_redirect(open_host: OpenHost, world: World) -> None:
    host = open_host(mode="frame")
    host.check_out()
    host.asked()
    expect(host.shop.get_by_role("dialog")).to_have_count(0)
    host.tells(status="cancelled")
    expect(host.shop.get_by_role("alert")).to_be_visible()


def test_from_the_drawer_too(open_host: OpenHost, world: World) -> None:
    host = open_host()
    host.fill()
    host.shop.get_by_role("button", name="Basket: 1").click()
    drawer = host.shop.get_by_role("dialog")
    drawer.get_by_role("button", name="Check out").click()
    host.asked()
    host.tells(status="cancelled")
    expect(drawer.get_by_role("alert")).to_contain_text("The payment was not finished")


def test_a_shop_whose_desk_is_of_another_kind_asks_no_host(
    open_host: OpenHost, world: World
) -> None:
    host = open_host()
    world.till.pays_in_host = False
    host.fill()
    with host.tab.expect_popup() as opened:
        host.shop.get_by_role("button", name="Pay").click()
    expect(opened.value.get_by_role("heading", name="Order page")).to_be_visible()
    assert host.tab.evaluate("heard") == []


# ---- in a native app ----

ANDROID = """window.AppboxoJs = { AppBoxoWebAppPay: (text) => {
  (window.heard ??= []).push(text);
  const { transactionToken } = JSON.parse(text);
  window.answers = (status, mark) => dispatchEvent(new CustomEvent('AppBoxoWebAppEvent',
    { detail: { type: 'AppBoxoWebAppPay', data: { status, [mark]: transactionToken } } }));
} };"""
IOS = """window.webkit = { messageHandlers: { AppBoxoWebAppPay: { postMessage: (message) =>
  window.AppboxoBridge.AppBoxoWebAppPay(JSON.stringify(message)) } } };"""


@pytest.mark.parametrize(
    ("bridge", "mark"),
    [
        (ANDROID, "request_id"),
        (ANDROID, "transactionToken"),
        (ANDROID.replace("AppboxoJs", "AppboxoBridge") + IOS, "request_id"),
    ],
    ids=["android", "android-by-token", "ios"],
)
def test_a_native_app_is_asked_over_its_bridge(
    open_tab: OpenTab, shopper: BrowserContext, world: World, bridge: str, mark: str
) -> None:
    world.till.pays_in_host = True
    shopper.add_init_script(bridge)
    tab = open_tab(BODY.format("popup"))
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.get_by_role("button", name="Pay").click()
    tab.wait_for_function("() => window.heard?.length == 1")
    sent = json.loads(tab.evaluate("heard[0]"))
    assert (sent["amount"], sent["currency"]) == (49.99, "PLN")
    assert shopper.pages == [tab]
    tab.evaluate("mark => answers('cancelled', mark)", mark)
    expect(tab.get_by_role("alert")).to_contain_text("The payment was not finished")


def test_a_native_app_without_payments_gets_our_page(
    open_tab: OpenTab, shopper: BrowserContext, world: World
) -> None:
    world.till.pays_in_host = True
    shopper.add_init_script("window.AppboxoJs = { AppBoxoWebAppGetInitData() {} };")
    tab = open_tab(BODY.format("popup"))
    tab.get_by_role("button", name="Buy").click()
    expect(tab.get_by_role("button", name="Basket: 1")).to_be_visible()
    tab.get_by_role("button", name="Pay").click()
    expect(tab).to_have_url(re.compile("/order.*token="))
