"""A page with a <till-miniapp>, and a hand inside the app that it shows."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FrameLocator, Page, expect

from .world import World

HOST_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src {desk}; frame-src {desk} {mini}; require-trusted-types-for 'script'"
)
MINIAPP = """
window.told = [];
addEventListener('message', ({ data, origin }) => told.push({ ...data, origin }));
window.send = (handler, params = {}, more = {}) =>
  parent.postMessage(
    { handler, params, type: 'appboxo-js-sdk', sdkVersion: '1.9.0', ...more }, '*');
"""
PAYMENT = {
    "amount": 110,
    "currency": "USD",
    "miniappOrderId": "TEA-2026-0042",
    "transactionToken": "op_01J9ZQ4W7K2M8N3P5R6S7T8V9X",
    "extraParams": {"table": 4},
}
TOKEN = PAYMENT["transactionToken"]


class Miniapp:
    """A host's page with the miniapp in it."""

    def __init__(self, tab: Page, world: World) -> None:
        self.tab, self.world = tab, world
        self.inside: FrameLocator = tab.locator("till-miniapp").frame_locator("iframe.app")
        self.dialog = tab.get_by_role("dialog", name="Payment")

    @property
    def frame(self) -> Any:
        (found,) = [one for one in self.tab.frames if one.url.startswith(self.world.mini)]
        return found

    def send(self, handler: str, params: Any = None, **more: Any) -> None:
        expect(self.inside.get_by_text("Teas")).to_be_visible()
        sent = ["AppBoxoWebApp" + handler, params or {}, more]
        self.frame.evaluate("([handler, params, more]) => send(handler, params, more)", sent)

    def told(self, count: int = 1) -> dict[str, Any]:
        """The answer of that number, which is the last; waits for it."""
        self.frame.wait_for_function("count => told.length >= count", arg=count)
        answers = self.frame.evaluate("told")
        assert len(answers) == count
        return dict(answers[-1])

    def ask(self, handler: str, params: Any = None, **more: Any) -> dict[str, Any]:
        before = self.frame.evaluate("window.told?.length ?? 0")
        self.send(handler, params, **more)
        return self.told(before + 1)

    def confirm(self, button: str) -> None:
        page = self.dialog.frame_locator("iframe")
        page.get_by_role("button", name=button, exact=True).click()
