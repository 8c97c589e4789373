"""A widget's backend that knows only the wire, a user of a portal, and a whole desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Page, expect

from flask_till import OrderDesk
from flask_till.desk.tables import MIGRATIONS
from tests import ready_made
from tests.browser.ipos.conftest import PORTAL_PAGE, TOKEN_KEY
from tests.browser.ipos.test_paying_a_widget import heard, says
from tests.conftest import Serve

PAID = "Thank you, it is paid"


@dataclass
class Widget:
    """A widget in a portal, as its developer made it."""

    desk: OrderDesk
    desk_url: str
    portal: str
    access_key: str
    secret_key: str

    def user_token(self, user_id: str) -> str:
        token: str = self.desk.ipos.issue_token(user_id, "skin_shop")
        return token

    def ask(self, path: str, **body: Any) -> dict[str, Any]:
        """Its backend calls, with a token that it made itself."""
        claims = {"iss": self.access_key, "exp": datetime.now(UTC) + timedelta(minutes=5)}
        headers = {"Authorization": f"Bearer {jwt.encode(claims, self.secret_key, 'HS256')}"}
        address = f"{self.desk_url}/ipos/api/v1/order/{path}"
        if path.startswith("detail"):
            answer = httpx.get(address, headers=headers, params=body)
        else:
            answer = httpx.post(address, headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    def order(self, user_jwt: str, **more: Any) -> dict[str, Any]:
        wanted = {"amount": 1299, "item": "Dragon skin", "description": "Breathes fire"}
        wanted["redirect_url"] = f"{self.portal}/thanks"
        return self.ask("create", user_jwt=user_jwt, **wanted | more)


@pytest.fixture
def widget(serve: Serve, tmp_path: Path, free_port: int) -> Iterator[Widget]:
    site = Flask("portal_under_test")
    site.add_url_rule("/", "home", _portal_page)
    site.add_url_rule("/thanks", "thanks", lambda: "<!doctype html><title>Thanks</title>Thanks")
    portal = serve(site, host="localhost")
    desk_url = f"http://127.0.0.1:{free_port}"
    app = Flask("desk_under_test", instance_path=str(tmp_path))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=desk_url)
    database_url = f"sqlite:///{tmp_path}/desk.db"
    ready_made.migrate(database_url, MIGRATIONS)
    desk = OrderDesk(app, database_url=database_url)
    merchant = desk.add_merchant(name="Skin shop", origins=[portal])
    desk.ipos.add_app(merchant.merchant_id, app_id="app_7f3c", ip_id=417)
    keys = desk.ipos.add_widget("app_7f3c", tag="skin_shop")
    for user_id in ("usr_ada", "usr_bob"):
        desk.ipos.add_user(user_id, user_id=user_id)
    serve(app, port=free_port)
    yield Widget(desk, desk_url, portal, keys.access_key, keys.secret_key)
    desk.close()


def _portal_page() -> str:
    return render_template_string(PORTAL_PAGE, address=request.args.get("address", ""))


def opened(page: Page, widget: Widget, address: str) -> Page:
    page.goto(str(httpx.URL(widget.portal, params={"address": address})))
    with page.expect_popup() as opening:
        page.click("#buy")
    return opening.value


def test_paid_from_the_wallet_in_a_window(widget: Widget, page: Page) -> None:
    widget.desk.ipos.grant("usr_ada", "wallet", 2000, live=False)
    token = widget.user_token("usr_ada")
    order = widget.order(token)
    address = f"{order['order_url']}&token={token}&theme=dark&hideBack=true&hideScrollBar=true"
    window = opened(page, widget, address)
    window.get_by_text("Wallet balance").click()
    form = window.get_by_role("form", name="Wallet balance")
    expect(form.get_by_text("$7.01")).to_be_visible()
    assert "token" not in window.url
    form.get_by_role("button").click()
    says(window, PAID)
    seen = widget.ask("detail", order_id=order["order_id"])
    assert (seen["current_status"], seen["paid_method"]) == ("completed", "wallet")
    window.wait_for_url(f"{widget.portal}/thanks?orderId={order['order_id']}&status=completed")
    message = {"order_id": order["order_id"], "status": "completed"}
    said = {"type": "portal.send.order_status", "message": message}
    assert heard(page) == [{"origin": widget.desk_url, "data": said}]


def test_another_user_may_not_look_and_the_stored_token_of_the_buyer_may(
    widget: Widget, page: Page
) -> None:
    order = widget.order(widget.user_token("usr_ada"), allowed_payment_methods=["stripe"])
    page.goto(f"{order['order_url']}&token={widget.user_token('usr_bob')}")
    says(page, "This order is not yours")
    page.evaluate(
        "([key, token]) => localStorage.setItem(key, token)",
        [TOKEN_KEY, widget.user_token("usr_ada")],
    )
    page.goto(order["order_url"])
    expect(page.get_by_text("Dragon skin")).to_be_visible()
    expect(page.get_by_text("balance")).to_have_count(0)
    page.get_by_role("button", name="Pay $12.99").click()
    says(page, PAID)
    assert widget.ask("detail", order_id=order["order_id"])["current_status"] == "completed"
