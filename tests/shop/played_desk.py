"""A desk that the test plays: it keeps orders in memory, and signs callbacks as a real one does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from flask.testing import FlaskClient

from flask_till.errors import Conflict, NotFound, Unavailable
from flask_till.money import Money
from flask_till.shop.desks import DeskOrder, PageKey
from flask_till.shop.desks.till import TillDesk
from flask_till.shop.order import DeskSnapshot, Order
from flask_till.wire.till import sign, to_time

SECRET = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0"


class PlayedDesk:
    """Implements the `Desk` port. ``pay`` and ``tell`` are the hands of the test."""

    name = "till"

    def __init__(self) -> None:
        self.orders: dict[str, DeskSnapshot] = {}
        self.asked = 0
        """How often the shop asked how an order is."""
        self.down = False
        self._tokens = count(1)
        self._events = count(1)
        self._verifier = TillDesk("http://desk.example", "key", [SECRET])

    # ---- the port ----

    def create(self, order: Order) -> DeskOrder:
        self._answer()
        if order.id not in self.orders:
            self.orders[order.id] = DeskSnapshot(
                external_id=order.id,
                desk_order_id=f"desk_{order.id}",
                version=1,
                status="pending",
                amount=order.total,
                refunded=Money.zero(order.total.currency),
                live=False,
                order_url=f"https://desk.example/order?orderId=desk_{order.id}",
                expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=30),
            )
        return DeskOrder(self.orders[order.id], self._key(order))

    def token(self, order: Order) -> PageKey:
        self._answer()
        return self._key(order)

    def get(self, order: Order) -> DeskSnapshot:
        self._answer()
        self.asked += 1
        if order.id not in self.orders:
            raise NotFound("no such order")
        return self.orders[order.id]

    def cancel(self, order: Order) -> DeskSnapshot:
        self._answer()
        if self.orders[order.id].status != "pending":
            raise Conflict("too late")
        return self.move(order.id, "cancelled")

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        return self._verifier.verify_callback(headers, body, now)

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("The order desk does not answer just now.", code="DESK_UNAVAILABLE")

    def _key(self, order: Order) -> PageKey:
        url = self.orders[order.id].order_url
        assert url is not None
        return PageKey(url, f"token-{next(self._tokens)}")

    # ---- the test's hands ----

    def move(self, order_id: str, status: str, **changes: Any) -> DeskSnapshot:
        """Change an order at the desk; the shop does not know yet."""
        now = datetime.now(UTC).replace(microsecond=0)
        was = self.orders[order_id]
        moments = {"paid_at": now} if status == "paid" else {}
        if status in ("cancelled", "expired"):
            moments = {"ended_at": now}
        changed = replace(was, status=status, version=was.version + 1, **moments, **changes)
        self.orders[order_id] = changed
        return changed

    def callback(
        self, order_id: str, *, kind: str = "order.paid", event_id: str | None = None, **odd: Any
    ) -> tuple[bytes, dict[str, str]]:
        """The callback about an order as it is now; ``odd`` replaces members of it."""
        told = self.orders[order_id]
        event_id = event_id or f"evt_{next(self._events)}"
        now = datetime.now(UTC)
        data = {
            "id": told.desk_order_id, "external_id": told.external_id, "status": told.status,
            "version": told.version, "amount": told.amount.minor,
            "amount_refunded": told.refunded.minor, "currency": told.amount.currency, "lines": [],
            "adjustments": [], "shares": [], "description": None, "locale": "en",
            "redirect_url": None, "methods": None, "late_money": "refund", "shopper": {},
            "metadata": {}, "live": told.live, "payment": None, "refunds": [],
            "order_url": told.order_url, "created_at": to_time(now),
            "expires_at": to_time(told.expires_at), "paid_at": to_time(told.paid_at),
            "ended_at": to_time(told.ended_at), **odd,
        }  # fmt: skip
        event = {
            "id": event_id, "kind": kind, "order_id": told.desk_order_id, "seq": 1,
            "created_at": to_time(now), "data": data,
        }  # fmt: skip
        body = json.dumps(event).encode()
        return body, {**sign(SECRET, event_id, now, body), "Content-Type": "application/json"}

    def tell(self, client: FlaskClient, order_id: str, **more: Any) -> Any:
        """Send the shop a callback about an order; returns the shop's answer."""
        body, headers = self.callback(order_id, **more)
        return client.post("/till/callbacks/till", data=body, headers=headers)

    def pay(self, client: FlaskClient, order_id: str) -> Any:
        self.move(order_id, "paid")
        return self.tell(client, order_id)
