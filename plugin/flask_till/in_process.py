"""A shop and a desk in one process: the same calls, with no socket between them.

The one place that knows both halves. They still meet only on the wire: each request is a whole
HTTP request to the other's application, and callbacks are signed as they are for a stranger.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING

import httpx
from flask import Flask, has_request_context, request

from .base.http import IN_PROCESS_HOST
from .desk.extension import OrderDesk
from .settings import ShopSettings
from .shop.desks import DeskOrder
from .shop.desks.till import TillDesk
from .shop.order import Order

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

BUILT_IN = "/desk"
MERCHANT_ID = "mer_in_process"


def built_in_desk(app: Flask) -> OrderDesk:
    """The desk of a shop in development that names none: on the same app, in the sandbox."""
    return OrderDesk(app, url_prefix=BUILT_IN, env="development")


class InProcessDesk(TillDesk):
    """A desk in this process, to which the shop introduces itself when it first needs it."""

    def __init__(self, shop: Flask, desk: OrderDesk, settings: ShopSettings) -> None:
        self._desk = desk
        self._name = settings.shop_name
        desk_app = desk.app
        self._live = settings.live_only
        self._key = _derived(settings, "key")
        self._secret = "whsec_" + base64.b64encode(_derived(settings, "secret").encode()).decode()
        self._callback_url = f"http://{IN_PROCESS_HOST}{settings.url_prefix}/callbacks/{self.name}"
        self._origins: set[str] = set()
        self._lock = Lock()
        desk.connect(_trusted(shop))
        super().__init__(
            f"http://{IN_PROCESS_HOST}{desk.url_prefix}",
            self._key,
            [self._secret],
            transport=_Inside(desk_app, keep_host=desk_app is shop),
        )

    def create(self, order: Order) -> DeskOrder:
        self._introduce(order.origin)
        return super().create(order)

    def _introduce(self, origin: str | None) -> None:
        """Become a merchant of the desk, with the origins that our pages were seen at."""
        with self._lock:
            seen = self._origins | ({origin} if origin else set())
            if seen and seen == self._origins:
                return
            self._desk.ensure_merchant(
                merchant_id=MERCHANT_ID,
                name=self._name,
                api_key=self._key,
                callback_secret=self._secret,
                callback_url=self._callback_url,
                origins=sorted(seen),
                live=self._live,
            )
            self._origins = seen


class _Inside(httpx.WSGITransport):
    """Hands requests to the desk's application under the host that the shopper's browser uses."""

    def __init__(self, app: Flask, *, keep_host: bool) -> None:
        super().__init__(app=_trusted(app))
        self._keep_host = keep_host

    def handle_request(self, asked: httpx.Request) -> httpx.Response:
        if self._keep_host and has_request_context():
            asked.url = asked.url.copy_with(
                scheme=request.scheme, netloc=request.host.encode("ascii", "ignore")
            )
            asked.headers["host"] = request.host
        return super().handle_request(asked)


def _trusted(app: Flask) -> WSGIApplication:
    """The application as we call it: under a host of its own, for it may trust no others."""

    def call(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        hosts = app.config.get("TRUSTED_HOSTS")
        if hosts and environ["HTTP_HOST"] == IN_PROCESS_HOST:
            environ["HTTP_HOST"] = hosts[0].removeprefix(".")
        return app(environ, start_response)

    return call


def _derived(settings: ShopSettings, purpose: str) -> str:
    """Every process of the shop derives the same secret from its key, and stores none."""
    key = settings.secret_keys[-1].encode()
    return hmac.new(key, f"till-in-process:{purpose}".encode(), hashlib.sha256).hexdigest()
