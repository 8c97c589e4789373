"""Telling a partner's server what became of its orders (7)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import httpx

from ....base.http import Outbound, check_url
from ....base.outbox import Delivery
from ....base.relay import DONE, Outcome
from ....errors import InvalidRequest
from ....wire.kigo.message import read_object
from ....wire.kigo.orders import Status, ToldOrder
from ....wire.kigo.webhooks import TIMEOUT, Event, EventData, EventType, sign
from ...actions.kigo_partners import find_partner
from ...dialect_parts import DialectParts

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication


class KigoWebhook:
    """A courier; safe to share between threads. Every try is signed anew."""

    def __init__(self, parts: DialectParts) -> None:
        self._parts = parts
        self._outbound = Outbound(allowed_hosts=parts.hosts)

    def connect(self, host: str, application: WSGIApplication) -> None:
        self._outbound.mount(host, application)

    def close(self) -> None:
        self._outbound.close()

    def __call__(self, delivery: Delivery) -> Outcome:
        partner = self._parts.database.read(find_partner, delivery.receiver.address)
        if partner is None or partner.webhook_url is None or partner.webhook_secret is None:
            return DONE
        body = event_of(delivery).to_bytes()
        secret = self._parts.seal.open(partner.webhook_secret)
        return self._send(partner.webhook_url, secret, body)

    def _send(self, url: str, secret: str, body: bytes) -> Outcome:
        signed = sign(secret, body, int(self._parts.clock().timestamp()))
        headers = {"Content-Type": "application/json", **signed}
        try:
            check_url(url, allowed_hosts=self._parts.hosts, field="webhook_url")
            answer = self._outbound.send("POST", url, content=body, headers=headers, within=TIMEOUT)
        except InvalidRequest as error:
            return Outcome("dead", detail=error.message)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome("retry", detail=f"{type(error).__name__}: {error}")
        if 200 <= answer.status < 300:
            return Outcome("done", status=answer.status)
        return Outcome(
            "retry", status=answer.status, detail=f"HTTP {answer.status}: only 2xx is success"
        )


def event_of(delivery: Delivery) -> Event:
    """The message of an event; its id is the same at every try."""
    return Event(
        id=delivery.event_id,
        type=EventType(delivery.kind),
        created_at=delivery.created_at,
        data=EventData(order=_told(delivery.data)),
    )


def _told(data: dict[str, Any]) -> ToldOrder:
    end = data["expires_at"]
    return ToldOrder(
        order_id=data["order_id"],
        external_order_id=data["external_order_id"],
        product_id=data["product_id"],
        status=Status(data["status"]),
        created_at=datetime.fromisoformat(data["created_at"]),
        expires_at=None if end is None else datetime.fromisoformat(end),
        metadata=read_object(data["metadata"].encode()),
    )
