"""A small ``/v1`` desk behind `httpx.MockTransport`: down, deaf or overtaken as a test likes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from threading import RLock
from typing import Any

import httpx

from flask_till.shop.desks.till import TillDesk
from flask_till.wire import till as wire

KEY = "key_of_the_shop"
SECRET = "whsec_" + "c2VjcmV0c2VjcmV0c2VjcmV0"
ENDED = ("cancelled", "expired")


class DeskOverHttp:
    """Remembers orders by external id. The test turns its knobs.

    ``down``: nobody answers. ``deaf``: it acts, and the answer is lost. ``before``: functions
    that run once before a verb (create, token, get, cancel, refund) is carried out.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.orders: dict[str, dict[str, Any]] = {}
        self.asked: Counter[str] = Counter()
        self.bodies: dict[str, list[bytes]] = {}
        self.down = self.deaf = False
        self.answers_with: httpx.Response | None = None
        self.before: dict[str, Callable[[], Any]] = {}
        self.lifetime = timedelta(minutes=30)
        self._created: dict[str, bytes] = {}
        self._ids, self._tokens = count(1), count(1)
        self._lock = RLock()

    def client(self) -> TillDesk:
        return TillDesk("https://desk.example/", KEY, [SECRET], transport=httpx.MockTransport(self))

    def __call__(self, request: httpx.Request) -> httpx.Response:
        assert request.headers["authorization"] == f"Bearer {KEY}"
        verb, order_id = _read(request)
        self.asked[verb] += 1
        if verb in self.before:
            self.before.pop(verb)()
        if self.down:
            raise httpx.ConnectError("nobody listens", request=request)
        if self.answers_with is not None:
            return self.answers_with
        with self._lock:
            answer = getattr(self, f"_{verb}")(request, order_id)
        if self.deaf:
            raise httpx.ReadTimeout("the answer is lost", request=request)
        return answer

    def move(self, external_id: str, status: str, **more: Any) -> dict[str, Any]:
        """What happens at the desk."""
        order = self.orders[external_id]
        now = wire.to_time(self.clock())
        times = (
            {"paid_at": now} if status == "paid" else {"ended_at": now} if status in ENDED else {}
        )
        order.update(status=status, version=order["version"] + 1, **times, **more)
        return order

    # ---- the verbs ----

    def _create(self, request: httpx.Request, _: str) -> httpx.Response:
        body = request.content
        asked = wire.OrderCreate.model_validate_json(body)
        key, known = asked.external_id, asked.external_id in self.orders
        self.bodies.setdefault(key, []).append(body)
        if self._created.setdefault(key, body) != body:
            return problem(409, "EXTERNAL_ID_TAKEN")
        if not known:
            self.orders[key] = self._new(asked)
        answer = {**self.orders[key], "token": self._token_text()}
        return httpx.Response(200 if known else 201, json=answer)

    def _token(self, request: httpx.Request, order_id: str) -> httpx.Response:
        order = self._find(order_id)
        if order is None:
            return problem(404, "ORDER_NOT_FOUND")
        return httpx.Response(
            200, json={"order_url": order["order_url"], "token": self._token_text()}
        )

    def _get(self, request: httpx.Request, order_id: str) -> httpx.Response:
        order = self._find(order_id)
        return httpx.Response(200, json=order) if order else problem(404, "ORDER_NOT_FOUND")

    def _cancel(self, request: httpx.Request, order_id: str) -> httpx.Response:
        order = self._find(order_id)
        if order is None:
            return problem(404, "ORDER_NOT_FOUND")
        if order["status"] != "pending":
            return problem(409, "ORDER_STATE")
        return httpx.Response(200, json=self.move(order["external_id"], "cancelled"))

    def _refund(self, request: httpx.Request, order_id: str) -> httpx.Response:
        self.bodies.setdefault("refunds", []).append(request.content)
        return httpx.Response(201, json={})

    def _find(self, order_id: str) -> dict[str, Any] | None:
        found = next((one for one in self.orders.values() if one["id"] == order_id), None)
        if found and found["status"] == "pending" and self.clock() >= _moment(found["expires_at"]):
            self.move(found["external_id"], "expired")
        return found

    def _new(self, asked: wire.OrderCreate) -> dict[str, Any]:
        order_id = f"desk_{next(self._ids)}"
        now = self.clock()
        given = asked.model_dump(mode="json", exclude={"opener_origin", "expires_in"})
        return {
            **given,
            "id": order_id,
            "status": "pending",
            "version": 1,
            "amount_refunded": 0,
            "live": False,
            "payment": None,
            "refunds": [],
            "order_url": f"https://desk.example/order?orderId={order_id}",
            "created_at": wire.to_time(now),
            "expires_at": wire.to_time(now + self.lifetime),
            "paid_at": None,
            "ended_at": None,
        }

    def _token_text(self) -> str:
        return f"token_{next(self._tokens)}"


def problem(status: int, code: str, **more: Any) -> httpx.Response:
    document = {"title": code, "status": status, "code": code, "detail": f"{code}.", **more}
    return httpx.Response(
        status, json=document, headers={"content-type": "application/problem+json"}
    )


def _read(request: httpx.Request) -> tuple[str, str]:
    parts = request.url.path.removeprefix("/v1/orders").strip("/").split("/")
    if parts == [""]:
        return "create", ""
    if len(parts) == 1:
        return "get", parts[0]
    return {"token": "token", "cancel": "cancel", "refunds": "refund"}[parts[1]], parts[0]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def only(far: DeskOverHttp) -> dict[str, Any]:
    """The one order that the desk has."""
    (order,) = far.orders.values()
    return order
