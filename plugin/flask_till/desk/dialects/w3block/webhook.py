"""Telling a company's hooks of its orders (9): the same bytes at each try, signed for each hook."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import httpx

from ....base.http import Answer, Outbound, check_url
from ....base.outbox import Delivery
from ....base.relay import DONE, Outcome
from ....errors import InvalidRequest
from ....wire.w3block.amounts import shortest
from ....wire.w3block.orders import OlderOrder
from ....wire.w3block.webhooks import (
    FIRST_PAUSE,
    MOST_TRIES,
    TIMEOUT,
    OrderEvent,
    milliseconds,
    signed_headers,
)
from ...actions.w3block_hooks import find_hook
from ...dialect_parts import DialectParts
from ...w3block.hooks import Hooks
from ...w3block_hook import SUBJECT, Hook

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

SCHEDULE = tuple(int(FIRST_PAUSE.total_seconds()) << doubled for doubled in range(MOST_TRIES - 1))
"""Seconds between tries, for a hook that gets as many as there can be."""
AMOUNTS = (
    "currency_amount",
    "gas_fee",
    "client_service_fee",
    "company_service_fee",
    "total_amount",
    "original_currency_amount",
    "original_total_amount",
)


class W3blockWebhook:
    """A courier; safe to share between threads."""

    def __init__(self, parts: DialectParts, hooks: Hooks) -> None:
        self._parts = parts
        self._hooks = hooks
        self._outbound = Outbound(allowed_hosts=parts.hosts)

    def connect(self, host: str, application: WSGIApplication) -> None:
        self._outbound.mount(host, application)

    def close(self) -> None:
        self._outbound.close()

    def __call__(self, delivery: Delivery) -> Outcome:
        """Of what happens to orders here, hooks are told in events of their own."""
        if not delivery.subject.startswith(SUBJECT):
            return DONE
        hook = self._parts.database.read(find_hook, delivery.receiver.address)
        if hook is None or not hook.is_on:
            return Outcome("dead", detail="the configuration is disabled")
        try:
            check_url(hook.url, allowed_hosts=self._parts.hosts, field="webhookUrl")
        except InvalidRequest as error:
            return Outcome("dead", detail=error.message)
        return self._carry(hook, body_of(delivery.kind, delivery.data, delivery.created_at))

    def _carry(self, hook: Hook, body: bytes) -> Outcome:
        try:
            answer = self._post(hook, body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            detail = f"{type(error).__name__}: {error}"
            return Outcome("retry", detail=detail, tries=hook.tries)
        if 200 <= answer.status < 300:
            return Outcome("done", status=answer.status)
        detail = f"HTTP {answer.status}: only 2xx is success, and redirects are not followed"
        return Outcome("retry", status=answer.status, detail=detail, tries=hook.tries)

    def _post(self, hook: Hook, body: bytes) -> Answer:
        headers = signed_headers(body, self._hooks.key_of(hook))
        within = TIMEOUT.total_seconds()
        return self._outbound.send("POST", hook.url, content=body, headers=headers, within=within)


def event_of(kind: str, data: Mapping[str, Any], at: datetime) -> OrderEvent:
    """The message, from what was written down when it happened (9)."""
    amounts = {name: shortest(Decimal(data[name])) for name in AMOUNTS}
    order = OlderOrder(**{**data, **amounts})
    return OrderEvent(data=order, event=kind, timestamp=milliseconds(at))


def body_of(kind: str, data: Mapping[str, Any], at: datetime) -> bytes:
    return event_of(kind, data, at).to_bytes()
