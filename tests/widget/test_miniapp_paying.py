"""A payment that the app in a <till-miniapp> asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import OpenMiniapp
from .miniapp_page import PAYMENT, TOKEN
from .world import World


@pytest.mark.parametrize(
    ("button", "status"), [("Pay", "success"), ("Fail", "failed"), ("Cancel", "cancelled")]
)
def test_the_desk_s_page_confirms_and_the_app_hears_how_it_went(
    open_miniapp: OpenMiniapp, world: World, button: str, status: str
) -> None:
    app = open_miniapp()
    app.send("Pay", PAYMENT)
    app.confirm(button)
    told = {"status": status, "hostappOrderId": TOKEN, "transactionId": "txn_5001"}
    answer = app.told()
    assert answer == {
        "type": "appboxo-host-response",
        "handler": "AppBoxoWebAppPay",
        "data": {**PAYMENT, **told, "request_id": TOKEN},
        "request_id": TOKEN,
        "origin": world.shop,
    }
    expect(app.dialog).to_have_count(0)
    assert world.boxo.paid == ([TOKEN] if status == "success" else [])


@pytest.mark.parametrize("way", ["the button", "the keyboard"])
def test_closing_the_dialog_is_saying_no(open_miniapp: OpenMiniapp, way: str) -> None:
    app = open_miniapp()
    app.send("Pay", PAYMENT)
    expect(app.dialog).to_be_visible()
    if way == "the button":
        app.dialog.get_by_role("button", name="Close").click()
    else:
        app.tab.keyboard.press("Escape")
    assert app.told()["data"]["status"] == "cancelled"
    expect(app.dialog).to_have_count(0)


def test_what_says_nothing_of_this_payment_is_not_heard(open_miniapp: OpenMiniapp) -> None:
    app = open_miniapp()
    app.send("Pay", PAYMENT)
    app.confirm("Another's")
    app.tab.evaluate(
        """(token) => window.postMessage({ type: 'till.hostapp_result', order_payment_id: token,
        status: 'success' }, '*')""",
        TOKEN,
    )
    app.tab.wait_for_timeout(300)
    assert app.frame.evaluate("told") == []
    app.confirm("Babble")
    assert app.told()["data"]["status"] == "failed"


@pytest.mark.parametrize(
    "payment",
    [
        {"amount": 110, "currency": "USD", "orderId": "12"},
        {"transactionToken": ""},
        {"transactionToken": 12},
        {"transactionToken": None},
    ],
)
def test_a_payment_without_a_token_fails_cleanly(
    open_miniapp: OpenMiniapp, payment: dict[str, Any]
) -> None:
    app = open_miniapp()
    answer = app.ask("Pay", payment)
    assert answer["data"]["status"] == "failed"
    assert answer["data"]["hostappOrderId"] == ""
    assert answer["data"]["error"] == "transactionToken is missing"
    expect(app.dialog).to_have_count(0)


def test_a_repeat_waits_with_the_first_and_another_payment_has_to_wait(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    app = open_miniapp()
    app.send("Pay", PAYMENT)
    expect(app.dialog).to_be_visible()
    app.send("Pay", PAYMENT)
    answer = app.ask("Pay", {**PAYMENT, "transactionToken": "op_OTHER"})
    assert answer["data"]["status"] == "failed"
    assert answer["data"]["error"] == "Another payment is open"
    app.confirm("Pay")
    assert app.told(3)["data"]["status"] == "success"
    assert [call for call in world.boxo.calls if call[0] == "confirm"] == [("confirm", TOKEN, {})]


def test_a_token_leads_nowhere_but_to_its_page(open_miniapp: OpenMiniapp, world: World) -> None:
    app = open_miniapp()
    app.send("Pay", {**PAYMENT, "transactionToken": "../../elsewhere?x=1#y"})
    frame = app.dialog.locator("iframe")
    start = f"{world.desk}/boxo/hostapp/pay/..%2F..%2Felsewhere%3Fx%3D1%23y"
    expect(frame).to_have_attribute("src", start)


def test_the_page_can_take_the_money_in_a_way_of_its_own(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    listener = """addEventListener('till-miniapp-pay', ({ detail }) => {
      window.asked = { ...detail };
      detail.respondWith(Promise.resolve({ status: 'success', hostappOrderId: 'own-7' }));
    });
    addEventListener('till-miniapp-paid', ({ detail }) => (window.paid = detail));"""
    app = open_miniapp(listener)
    answer = app.ask("Pay", PAYMENT)
    assert answer["data"] == {
        **PAYMENT,
        "status": "success",
        "hostappOrderId": "own-7",
        "request_id": TOKEN,
    }
    expect(app.dialog).to_have_count(0)
    assert app.tab.evaluate("JSON.parse(JSON.stringify(asked))") == PAYMENT
    assert app.tab.evaluate("paid.hostappOrderId") == "own-7"


@pytest.mark.parametrize(
    ("does", "status"),
    [
        ("preventDefault()", "cancelled"),
        ("detail.respondWith(Promise.reject(Error('secret')))", "failed"),
        ("detail.respondWith({ status: 'maybe' })", "failed"),
        ("detail.respondWith()", "failed"),
    ],
)
def test_whatever_the_page_does_the_app_gets_an_answer(
    open_miniapp: OpenMiniapp, does: str, status: str
) -> None:
    app = open_miniapp(f"addEventListener('till-miniapp-pay', (event) => event.{does})")
    answer = app.ask("Pay", PAYMENT)
    assert answer["data"]["status"] == status
    assert "secret" not in json.dumps(answer)
