"""Puts the stand-in between a Playwright page and Stripe: its script and its API."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from .server import StripeStandIn

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Route

SCRIPT = Path(__file__).with_name("stripe_js.js")


def stand_between(context: BrowserContext, stripe: StripeStandIn) -> None:
    """From now on the context's pages get Stripe.js and api.stripe.com from the stand-in."""

    def script(route: Route) -> None:
        route.fulfill(content_type="text/javascript", body=SCRIPT.read_text())

    def api(route: Route) -> None:
        asked = route.request
        try:
            answer = httpx.request(
                asked.method,
                asked.url.replace("https://api.stripe.com", stripe.url),
                content=asked.post_data_buffer,
                headers={"Content-Type": asked.headers.get("content-type", "")},
                timeout=30,
            )
        except httpx.HTTPError:
            route.abort("connectionreset")
            return
        route.fulfill(
            status=answer.status_code,
            body=answer.content,
            headers={"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"},
        )

    context.route("https://js.stripe.com/**", script)
    context.route("https://api.stripe.com/**", api)
