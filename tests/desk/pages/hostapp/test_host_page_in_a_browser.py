"""The confirmation page in a real browser: in a frame of the host's page, and by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.conftest import Serve
from tests.desk.pages.hostapp.conftest import PLACE, USER, Host

HOST_PAGE = """<!doctype html><html lang="en"><title>SuperApp</title><h1>SuperApp</h1>
<iframe title="Payment" id="frame" width="420" height="800"></iframe>
<script>
  const heard = [];
  addEventListener('message', ({origin, data}) => heard.push({origin, data}));
  frame.src = {{ address | tojson }};
</script>"""


@dataclass
class App:
    """The host's own site, a stranger's, and the desk's."""

    host: Host
    desk_url: str
    site: str
    stranger: str

    def address(self, payment: str, **query: str) -> str:
        theme = f"?theme={query['theme']}" if query else ""
        return f"{self.desk_url}{self.host.address(payment)}{theme}"

    def around(self, payment: str, site: str | None = None) -> str:
        """A page of the host with the payment in a frame."""
        return f"{site or self.site}/?address={self.address(payment)}"


@pytest.fixture
def app(open_host: Callable[..., Host], serve: Serve) -> App:
    site = serve(_site(), host="localhost")
    host = open_host(site)
    return App(host, serve(host.app), site, serve(_site(), host="localhost"))


def _site() -> Flask:
    app = Flask("site_under_test")

    @app.get("/")
    def home() -> str:
        return render_template_string(HOST_PAGE, address=request.args["address"])

    return app


@pytest.fixture
def page(page: Page) -> Page:
    page.set_default_timeout(10_000)
    page.faults = []  # type: ignore[attr-defined]  # read by the tests
    page.on("pageerror", lambda error: page.faults.append(str(error)))  # type: ignore[attr-defined]  # as above
    page.on(
        "console",
        lambda said: page.faults.append(said.text) if _is_fault(said) else None,  # type: ignore[attr-defined]  # as above
    )
    return page


def _is_fault(said: Any) -> bool:
    # The picture of a miniapp that nobody serves is the browser's to report.
    return said.type == "error" and "Failed to load resource" not in said.text


def says(page: Page | FrameLocator, headline: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(headline, timeout=12_000)


def heard(page: Page) -> list[dict[str, Any]]:
    page.wait_for_function("heard.length")
    found: list[dict[str, Any]] = page.evaluate("heard")
    return found


def sign_in(app: App, page: Page, amount: str = "30.00") -> None:
    app.host.give(amount)
    page.goto(f"{app.desk_url}/sign-in/{USER}")


@pytest.mark.parametrize(
    ("press", "outcome", "headline", "status"),
    [
        ("Pay $24.50", "Paid", "Paid", "success"),
        ("Pay $24.50", "Declined", "The payment failed", "failed"),
        ("Cancel", "Paid", "The payment was cancelled", "cancelled"),
    ],
)
def test_the_host_hears_how_it_ended(
    app: App, page: Page, press: str, outcome: str, headline: str, status: str
) -> None:
    payment = app.host.payment()
    page.goto(app.around(payment))
    frame = page.frame_locator("#frame")
    frame.get_by_role("radio", name=outcome).check()
    frame.get_by_role("button", name=press).click()
    says(frame, headline)
    [one] = heard(page)
    paid_by = one["data"].pop("transactionId")
    assert one["origin"] == app.desk_url
    assert one["data"] == {
        "type": "till.hostapp_result",
        "order_payment_id": payment,
        "hostappOrderId": payment,
        "status": status,
    }
    assert bool(paid_by) is (press != "Cancel")
    assert page.faults == []  # type: ignore[attr-defined]  # added by the fixture


def test_a_slow_payment_shows_by_itself_and_is_told_once(app: App, page: Page) -> None:
    page.goto(app.around(app.host.payment()))
    frame = page.frame_locator("#frame")
    frame.get_by_role("radio", name="Slow").check()
    frame.get_by_role("button", name="Pay $24.50").click()
    says(frame, "Your payment is on its way")
    says(frame, "Paid")
    assert [one["data"]["status"] for one in heard(page)] == ["success"]


def test_what_happens_elsewhere_appears_by_itself(app: App, page: Page) -> None:
    payment = app.host.payment()
    page.goto(app.around(payment))
    says(page.frame_locator("#frame"), "Pay Mugs & More?")
    page.wait_for_timeout(500)
    app.host.payments.cancel(payment)
    says(page.frame_locator("#frame"), "The payment was cancelled")
    assert [one["data"]["status"] for one in heard(page)] == ["cancelled"]


def test_a_stranger_may_not_frame_it(app: App, page: Page) -> None:
    page.goto(app.around(app.host.payment(), app.stranger))
    page.wait_for_timeout(1_000)
    assert page.frames[-1].url.startswith("chrome-error:")


@pytest.mark.parametrize("scripts", [True, False])
def test_from_the_balance_with_and_without_scripts(
    app: App, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    sign_in(app, page)
    payment = app.host.payment()
    page.goto(app.address(payment, theme="dark"))
    expect(page.get_by_text("$5.50")).to_be_visible()
    page.get_by_role("button", name="Pay $24.50").dblclick(no_wait_after=True)
    says(page, "Paid")
    assert page.url == app.address(payment, theme="dark")
    assert app.host.status(payment) == "success"
    context.close()


def test_the_keyboard_is_enough(app: App, page: Page) -> None:
    sign_in(app, page)
    payment = app.host.payment()
    page.goto(app.address(payment))
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.value == 'pay'"):
            break
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    says(page, "Paid")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_keeps_anybody_out(
    app: App, page: Page, axe: Callable[..., None], theme: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 800})
    sandbox, cancelled = app.host.payment(), app.host.payment()
    app.host.payments.cancel(cancelled)

    def seen(payment: str, headline: str) -> None:
        page.goto(app.address(payment, theme=theme))
        says(page, headline)
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") == 390

    seen(sandbox, "Pay Mugs & More?")
    expect(page.locator("img")).to_have_count(0)  # nobody serves it, and nothing torn is shown
    seen(cancelled, "The payment was cancelled")
    sign_in(app, page, "3.00")
    seen(sandbox, "Pay Mugs & More?")
    page.goto(f"{app.desk_url}{PLACE}/pay/op_UNKNOWN?theme={theme}")
    says(page, "There is no such payment")
    axe(page)
