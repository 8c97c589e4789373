"""<till-miniapp>: a page that shows another's app and plays the app around it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from .conftest import OpenMiniapp
from .miniapp_page import MINIAPP, PAYMENT, TOKEN
from .world import World


def test_it_shows_the_app_whose_address_the_desk_knows(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    app = open_miniapp(app_id="app 1", client_id="host 1")
    frame = app.tab.locator("till-miniapp").locator("iframe.app")
    expect(frame).to_have_attribute("title", "Corner shop")
    assert world.boxo.calls == [("settings", "app 1", {"client_id": "host 1"})]
    expect(app.tab.get_by_role("status")).to_be_hidden()


def test_it_says_what_app_and_host_are_and_what_is_served(open_miniapp: OpenMiniapp) -> None:
    app = open_miniapp(theme="dark", locale="pl-PL")
    answer = app.ask("GetInitData", {"request_id": 1})
    served = answer["data"]["data"].pop("handlers")
    assert {"AppBoxoWebAppPay", "AppBoxoWebAppLogin", "AppBoxoWebAppCustomEvent"} < set(served)
    assert answer["data"]["data"].pop("capabilities") == served
    assert answer == {
        "type": "appboxo-host-response",
        "handler": "AppBoxoWebAppGetInitData",
        "data": {
            "app_id": "app_1",
            "client_id": "host_1",
            "payload": "",
            "data": {"locale": "pl-PL", "theme": "dark", "isTelegramWebView": False},
            "sandbox_mode": False,
            "request_id": 1,
        },
        "request_id": 1,
        "origin": app.world.shop,
    }


def test_it_exchanges_the_code_for_tokens_once(open_miniapp: OpenMiniapp, world: World) -> None:
    app = open_miniapp(user_id="user-7")
    for number in (1, 2):
        answer = app.ask("Login", {"request_id": number, "confirmModalText": "May it?"})
        tokens = {"token": "token of user-7", "refresh_token": "refresh of user-7"}
        assert answer["data"] == {"payload": tokens, "request_id": number}
    asked = {"auth_code": "code-1", "client_id": "host_1", "app_id": "app_1"}
    assert world.boxo.calls[1:] == [("authorize", {**asked, "user_reference": "user-7"})]


@pytest.mark.parametrize("attributes", [{"auth_code": "wrong"}, {"auth_code": ""}])
def test_a_login_that_fails_tells_no_reasons(
    open_miniapp: OpenMiniapp, attributes: dict[str, str]
) -> None:
    app = open_miniapp(**attributes)
    answer = app.ask("Login", {"request_id": 1})
    assert answer["data"]["error_type"] == "client_error"
    reason = "Authentication failed"
    told = {"error_code": 500, "error_reason": reason, "error_description": reason}
    assert answer["data"]["error_data"] == told
    assert answer["request_id"] == 1


def test_the_page_can_bring_a_fresh_code_when_one_is_asked_for(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    listener = """addEventListener('till-miniapp-login', ({ detail }) =>
      detail.respondWith('code-2'));"""
    app = open_miniapp(listener, auth_code="")
    assert "payload" in app.ask("Login", {"request_id": 1})["data"]
    assert world.boxo.calls[-1][1]["auth_code"] == "code-2"


def test_after_a_logout_the_app_knows_nobody(open_miniapp: OpenMiniapp, world: World) -> None:
    app = open_miniapp()
    assert "payload" in app.ask("Login", {"request_id": 1})["data"]
    app.tab.evaluate("document.querySelector('till-miniapp').logout()")
    told = app.told(2)
    assert (told["handler"], told["data"]) == ("AppBoxoWebAppLogout", {"action": "logout"})
    assert "error_type" in app.ask("Login", {"request_id": 2})["data"]
    app.tab.evaluate("document.querySelector('till-miniapp').authCode = 'code-2'")
    assert "payload" in app.ask("Login", {"request_id": 3})["data"]


def test_the_app_can_log_out_too(open_miniapp: OpenMiniapp, world: World) -> None:
    app = open_miniapp()
    for handler in ("Logout", "ClearToken"):
        assert app.ask(handler, {"request_id": 5})["data"] == {"request_id": 5}


# ---- other events ----


def test_the_page_hears_the_app_s_own_events_and_may_answer(open_miniapp: OpenMiniapp) -> None:
    listener = """addEventListener('till-miniapp-event', ({ detail }) => {
      const { type, payload, respondWith } = detail;
      if (type == 'greet') respondWith({ greeting: `Hello ${payload.name}` });
      if (type == 'later') respondWith(new Promise((done) => setTimeout(done, 50, { late: true })));
      if (type == 'wrong') respondWith(Promise.reject(Error('secret')));
    });"""
    app = open_miniapp(listener)

    def ask(kind: str, **payload: str) -> Any:
        params = {"type": kind, "payload": payload, "request_id": 9}
        return app.ask("CustomEvent", params)["data"]

    assert ask("greet", name="Ada") == {"greeting": "Hello Ada", "request_id": 9}
    assert ask("later") == {"late": True, "request_id": 9}
    assert ask("wrong")["error_data"]["error_reason"] == "Request failed"
    missing = "No handler registered for custom event: other"
    assert ask("other")["error_data"]["error_reason"] == missing


@pytest.mark.parametrize("handler", ["OpenQRCodeReader", "constructor"])
def test_what_is_not_served_is_refused(open_miniapp: OpenMiniapp, handler: str) -> None:
    app = open_miniapp()
    answer = app.ask(handler, {"request_id": 3})
    assert answer["data"]["error_data"]["error_reason"] == "Unsupported event type"


def test_the_app_is_told_the_theme_when_it_changes(open_miniapp: OpenMiniapp) -> None:
    app = open_miniapp(theme="light")
    app.tab.evaluate("document.querySelector('till-miniapp').theme = 'dark'")
    told = app.told()
    assert (told["type"], told["theme"]) == ("appboxo-theme-change", "dark")
    init = app.ask("GetInitData", {"request_id": 1})
    assert init["data"]["data"]["theme"] == "dark"


# ---- who is listened to ----


def test_only_the_app_s_own_frame_and_origin_are_answered(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    app = open_miniapp()
    message = {"handler": "AppBoxoWebAppGetInitData", "params": {}, "type": "appboxo-js-sdk"}
    app.tab.evaluate("message => window.postMessage(message, '*')", message)
    elsewhere = world.page(
        "<h2>Elsewhere</h2>",
        head=f'<script src="{world.file("mini.js", MINIAPP)}"></script>',
        site=world.desk,
    )
    app.frame.evaluate("address => location.assign(address)", elsewhere)
    expect(app.inside.get_by_text("Elsewhere")).to_be_visible()
    (inside,) = [frame for frame in app.tab.frames if frame.url == elsewhere]
    inside.evaluate("send('AppBoxoWebAppLogin', { request_id: 1 })")
    inside.wait_for_timeout(400)
    assert inside.evaluate("told") == []
    assert [call for call in world.boxo.calls if call[0] == "authorize"] == []


@pytest.mark.parametrize(("listed", "answers"), [("{mini} https://else.example", 1), ("{shop}", 0)])
def test_a_list_of_origins_decides_where_there_is_one(
    open_miniapp: OpenMiniapp, world: World, listed: str, answers: int
) -> None:
    app = open_miniapp(origins=listed.format(mini=world.mini, shop=world.shop))
    app.send("GetInitData", {"request_id": 1})
    app.frame.wait_for_timeout(400)
    assert len(app.frame.evaluate("told")) == answers


def test_the_app_cannot_take_the_page_away(open_miniapp: OpenMiniapp) -> None:
    app = open_miniapp()
    before = app.tab.url
    app.frame.evaluate("() => { try { top.location = 'about:blank'; } catch {} }")
    app.tab.wait_for_timeout(300)
    assert app.tab.url == before


# ---- when it cannot be opened ----


def test_an_app_that_cannot_be_opened_says_so_and_can_be_tried_again(
    open_miniapp: OpenMiniapp, world: World, axe: Callable[..., None]
) -> None:
    app = open_miniapp(ready=False)
    expect(app.tab.get_by_text("This app cannot be opened just now.")).to_be_visible()
    axe(app.tab)
    head = f'<script src="{world.file("mini.js", MINIAPP)}"></script>'
    world.boxo.url = world.page("<h2>Teas</h2>", head=head, site=world.mini)
    app.tab.get_by_role("button", name="Try again").click()
    expect(app.inside.get_by_text("Teas")).to_be_visible()


@pytest.mark.parametrize("url", ["javascript:top.bad=1", "data:text/html,hi", "/shop", "", 7])
def test_an_address_that_is_not_of_the_web_is_not_opened(
    open_miniapp: OpenMiniapp, world: World, url: Any
) -> None:
    world.boxo.url = url
    app = open_miniapp(ready=False)
    expect(app.tab.get_by_text("This app cannot be opened just now.")).to_be_visible()
    expect(app.tab.locator("iframe")).to_have_count(0)


def test_the_page_may_say_it_in_its_own_way(open_miniapp: OpenMiniapp, world: World) -> None:
    listener = """addEventListener('till-error', (event) => {
      event.preventDefault();
      window.code = event.detail.code;
    });"""
    app = open_miniapp(listener, ready=False, client_id="")
    app.tab.wait_for_function("() => window.code")
    assert app.tab.evaluate("code") == "MINIAPP_UNAVAILABLE"
    expect(app.tab.get_by_text("This app cannot be opened just now.")).to_have_count(0)


def test_it_speaks_polish(open_miniapp: OpenMiniapp) -> None:
    app = open_miniapp(ready=False, locale="pl")
    expect(app.tab.get_by_role("button", name="Spróbuj ponownie")).to_be_visible()


# ---- as an element ----


def test_attributes_set_together_open_it_once_and_others_open_another_app(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    app = open_miniapp()
    world.boxo.calls.clear()
    app.tab.evaluate("""() => {
        const element = document.querySelector('till-miniapp');
        Object.assign(element, { appId: 'app_2', clientId: 'host_2', theme: 'dark' });
    }""")
    expect(app.inside.get_by_text("Teas")).to_be_visible()
    app.tab.wait_for_timeout(200)
    assert world.boxo.calls == [("settings", "app_2", {"client_id": "host_2"})]


def test_taken_from_the_page_it_is_silent_and_put_back_it_opens_again(
    open_miniapp: OpenMiniapp, world: World
) -> None:
    app = open_miniapp()
    app.tab.evaluate("""() => {
        window.kept = document.querySelector('till-miniapp');
        kept.remove();
    }""")
    app.tab.wait_for_timeout(100)
    assert len(app.tab.frames) == 1
    app.tab.evaluate("document.querySelector('main').append(kept)")
    expect(app.inside.get_by_text("Teas")).to_be_visible()
    assert app.ask("GetInitData", {"request_id": 1})["request_id"] == 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_bars_anyone(
    open_miniapp: OpenMiniapp, axe: Callable[..., None], scheme: str
) -> None:
    app = open_miniapp(theme=scheme)
    app.tab.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    axe(app.tab, "till-miniapp")
    app.send("Pay", PAYMENT)
    expect(app.dialog).to_be_visible()
    axe(app.tab, "till-miniapp")
    dark = "?theme=dark" if scheme == "dark" else ""
    source = app.dialog.locator("iframe").get_attribute("src") or ""
    assert source.endswith(TOKEN + dark)
