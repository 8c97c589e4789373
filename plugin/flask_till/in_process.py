"""A shop and a desk in one process: the same calls, with no socket between them.

The one place that knows both halves. They still meet only on the wire: each request is a whole
HTTP request to the other's application, and callbacks are signed as they are for a stranger.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys
from collections.abc import Iterable, Mapping
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import unquote

from flask import Flask, has_request_context, request
from werkzeug.test import run_wsgi_app

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
MOST_ORIGINS = 16
"""Those that the shop's pages were seen at last: in development any ``Host`` is believed."""


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
        self._origins: list[str] = []
        self._lock = Lock()
        desk.connect(_trusted(shop))
        self._app = _trusted(desk_app)
        self._keeps_host = desk_app is shop
        self._prefix = desk.url_prefix
        super().__init__(f"http://{IN_PROCESS_HOST}{self._prefix}", self._key, [self._secret])

    def create(self, order: Order) -> DeskOrder:
        self._introduce(order.origin)
        return super().create(order)

    def _introduce(self, origin: str | None) -> None:
        """Become a merchant of the desk, with the origins that our pages were seen at."""
        with self._lock:
            if origin in self._origins or (self._origins and not origin):
                return
            seen = [*self._origins, origin][-MOST_ORIGINS:] if origin else []
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

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Hand a request to the desk's application, at the host that the shopper's browser uses."""
        scheme, host = "http", IN_PROCESS_HOST
        if self._keeps_host and has_request_context():
            scheme, host = request.scheme, request.host
        environ = _environ(method, f"{self._prefix}{path}", body or b"")
        sent = {**headers, "host": host, "authorization": f"Bearer {self._key}"}
        environ["wsgi.url_scheme"], environ["CONTENT_TYPE"] = scheme, sent.pop("content-type", "")
        environ |= {f"HTTP_{name.upper().replace('-', '_')}": sent[name] for name in sent}
        chunks, status, _ = run_wsgi_app(self._app, environ, buffered=True)
        return int(status[:3]), b"".join(chunks)


def _environ(method: str, path: str, body: bytes) -> WSGIEnvironment:
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote(path, "latin-1"),
        "QUERY_STRING": "",
        "SERVER_NAME": IN_PROCESS_HOST,
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }


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
