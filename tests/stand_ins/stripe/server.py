"""The stand-in as a server: a thread, a free loopback port, and the handles tests use."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Literal

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .account import Account
from .books import Books, Thing
from .faults import Faults, Gate
from .hooks import Hooks
from .refusals import Refusal
from .web import Asked, Web


class _Quiet(WSGIRequestHandler):
    # A connection for each request, so that losing one looks like losing one.
    protocol_version = "HTTP/1.0"

    def log(self, *args: Any) -> None:
        pass


class StripeStandIn:
    """Stripe on loopback. Use it as a context manager, or call `start` and `stop`."""

    def __init__(
        self, account: str = "acct_1StandIn", clock: Callable[[], float] = time.time
    ) -> None:
        self.account = Account(account, clock)
        self.faults = Faults()
        self.hooks = Hooks(clock)
        self.account.books.heard = self.hooks.hear
        self._web = Web(self.account, self.faults)
        self._server: BaseWSGIServer | None = None

    @property
    def url(self) -> str:
        assert self._server is not None, "start it first"
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def secret_key(self) -> str:
        return self.account.secret_key

    @property
    def publishable_key(self) -> str:
        return self.account.publishable_key

    @property
    def books(self) -> Books:
        return self.account.books

    @property
    def asked(self) -> list[Asked]:
        """Every API request that could be read, oldest first."""
        return self._web.asked

    def start(self) -> StripeStandIn:
        server = make_server("127.0.0.1", 0, self._web, threaded=True, request_handler=_Quiet)
        server.daemon_threads = True  # type: ignore[attr-defined]
        self._server = server
        self.account.sessions.page_at = self.url
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def stop(self) -> None:
        self.hooks.stop()
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def __enter__(self) -> StripeStandIn:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # What the shopper and the banks do

    def pay(self, reference: str, method: str = "pm_card_visa") -> Thing:
        """The shopper pays an intent or a session; a decline leaves it open and is returned."""
        return self._try(reference, "confirm", "pay", {"payment_method": method})

    def authenticate(self, reference: str, *, success: bool = True) -> Thing:
        """The shopper answers the bank's 3-D Secure question."""
        with self.books.lock:
            with suppress(Refusal):
                self._half(reference).authenticate(reference, success=success)
            return dict(self.books.things[reference])

    def finish(self, reference: str) -> Thing:
        """The bank makes up its mind about a late payment."""
        with self.books.lock:
            return dict(self._half(reference).finish(reference))

    @contextmanager
    def gate(self, endpoint: str, when: Literal["before", "after"] = "before") -> Any:
        """Hold requests of an endpoint at a chosen point; opened at the end at the latest."""
        gate = Gate(endpoint, when)
        self._web.gates.append(gate)
        try:
            yield gate
        finally:
            self._web.gates.remove(gate)
            gate.open()

    def _half(self, reference: str) -> Any:
        return self.account.sessions if reference.startswith("cs_") else self.account.intents

    def _try(self, reference: str, on_intent: str, on_session: str, params: Thing) -> Thing:
        verb = on_session if reference.startswith("cs_") else on_intent
        with self.books.lock:
            try:
                getattr(self._half(reference), verb)(reference, params)
            except Refusal as refusal:
                if refusal.status != 402:
                    raise
            return dict(self.books.things[reference])
