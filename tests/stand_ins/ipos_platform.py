"""An IPOS platform that the test plays, written from the contract with flask, json, hmac and PyJWT.

It keeps orders in memory, and everything that it was asked. What happens to an order there are the
methods `pay`, `expire`, `refund` and the like.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt
from flask import Flask, Response, request

ACCESS_KEY = "wgt_ak_" + "a1b2c3d4e5f60718293a4b5c6"
SECRET_KEY = "wgt_sk_" + "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c"
APP_ID, APP_SECRET = "app_7f3c", "app-secret-1"
ORIGIN = "https://portal.example"
USER_SECRET = "the platform's own key of user tokens"
PAGES = "https://pay.example"
LIFE = timedelta(minutes=15)
NULLS = """paid_method paid_time cancelled_time cancelled_detail credit_paid_amount refund_time
refund_status refund_error refund_detail related_reward_id rewards_model_snapshot
current_reward_pool_detail source_link_summary"""
"""Members of an order that have no value at first."""


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    verb: str
    headers: Mapping[str, str]
    raw: bytes
    body: Any


class Refused(Exception):
    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class IposPlatform:
    """``app`` answers under ``/api/v1``; ``clock`` is what it judges tokens and orders by."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.orders: dict[str, dict[str, Any]] = {}
        self.callback_urls: dict[str, str | None] = {}
        self.asked: list[Asked] = []
        self.blocked: set[str] = set()
        """User tokens that are not good any more."""
        self.token_life = timedelta(hours=1)
        self.logins = 0
        self._last = 0
        self.app = Flask("ipos-platform")
        for method, path, verb in (
            ("POST", "order/create", self._create),
            ("GET", "order/detail", self._detail),
            ("POST", "order/refund", self._refund),
            ("POST", "app/auth/login", self._login),
        ):
            self.app.add_url_rule(
                f"/api/v1/{path}", path, self._answering(path, verb), methods=[method]
            )

    def _answering(self, path: str, verb: Callable[[Any], Any]) -> Callable[[], Response]:
        def view() -> Response:
            raw = request.get_data()
            body = json.loads(raw) if raw else dict(request.args)
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.asked.append(Asked(path.rpartition("/")[2], headers, raw, body))
            try:
                code, text, data = 200, "ok", verb(body)
            except Refused as refused:
                code, text, data = refused.status, refused.text, None
            answer = json.dumps({"code": code, "msg": text, "data": data})
            return Response(answer, code, mimetype="application/json")

        return view

    def verbs(self) -> list[str]:
        return [one.verb for one in self.asked]

    # ---- who asks ----

    def user_token(self, name: str = "ada", *, widget: str = ACCESS_KEY) -> str:
        """A user's token, bound to that widget."""
        claims = {"user_id": f"u_{name}", "usernameShorted": name, "widget": widget,
                  "jti": str(uuid4()), "exp": self.clock() + self.token_life}  # fmt: skip
        return jwt.encode(claims, USER_SECRET, "HS256")

    def _widget(self) -> None:
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        claims = self._proven(token, SECRET_KEY) if kind == "Bearer" else {}
        if claims.get("iss") != ACCESS_KEY:
            raise Refused(401, "Unauthorized")
        if request.headers.get("app-id") != APP_ID:
            raise Refused(400, "App not found")

    def _proven(self, token: str, key: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                token, key, ["HS256"], options={"verify_exp": False, "verify_iat": False}
            )
        except jwt.PyJWTError:
            return {}
        return claims if claims["exp"] > self.clock().timestamp() else {}

    # ---- what is asked ----

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        self._widget()
        order_id = str(UUID(body.get("order_id") or str(uuid4())))
        _require(type(body.get("amount")) is int, "amount must be an integer number")
        _require(1 <= body["amount"] <= 99_999_999, "amount must not be less than 1")
        _require(len(body.get("item") or "") <= 64, "item is too long")
        _require(len(body.get("description") or "") <= 2000, "description is too long")
        _require(order_id not in self.orders, "Order already exists")
        _require("user_jwt" in body, "user_jwt should not be empty")
        user = (
            {} if body["user_jwt"] in self.blocked else self._proven(body["user_jwt"], USER_SECRET)
        )
        if not user:
            raise Refused(401, "Unauthorized")
        _require(user["widget"] == ACCESS_KEY, "The user's widget is another one")
        enabled = ["stripe", "wallet", "credit"]
        methods = [one for one in enabled if one in body.get("allowed_payment_methods", enabled)]
        _require(bool(methods), "Unsupported payment method")
        self.callback_urls[order_id] = body.get("callback_url")
        self.orders[order_id] = self._new(order_id, body, user["usernameShorted"], methods)
        return self.orders[order_id]

    def _new(
        self, order_id: str, body: dict[str, Any], owner: str, methods: list[str]
    ) -> dict[str, Any]:
        now = self._tick()
        return {
            **dict.fromkeys(NULLS.split()),
            "order_id": order_id, "order_url": f"{PAGES}/order?orderId={order_id}",
            "owner": owner, "ip_id": 417, "widget_tag": "skin_shop", "app_id": APP_ID,
            "amount": body["amount"], "item": body.get("item") or "skin_shop",
            "description": body.get("description"), "metadata": body.get("metadata") or {},
            "current_status": "pending", "is_credit_top_up": False,
            "supported_payment_method": methods, "expire_time": _text(self.clock() + LIFE),
            "free_credit_paid": 0, "refunded_amount": 0, "redirect_url": body.get("redirect_url"),
            "release_rewards_after_paid": False, "buyback_after_paid": False,
            "costs_allocation": [], "ip_holder_revenue_reallocation": [],
            "estimated_rewards": {"base_rewards": 0.5, "limit_offer": None},
            "from_source_link": "", "created_at": now, "updated_at": now,
        }  # fmt: skip

    def _detail(self, query: dict[str, Any]) -> dict[str, Any]:
        self._widget()
        _require("order_id" in query, "Order id is required")
        return self._find(query["order_id"])

    def _refund(self, body: dict[str, Any]) -> dict[str, Any]:
        self._widget()
        order = self._find(body["order_id"])
        fine = order["current_status"] in ("completed", "partial_refunded")
        _require(fine and order["paid_method"] == "credit", "This order can not be refunded")
        left = order["amount"] - order["refunded_amount"]
        _require(body.get("refund_amount", left) <= left, "That is more than what is left")
        return self.refund(order["order_id"], body.get("refund_amount", left))

    def _login(self, body: dict[str, Any]) -> dict[str, Any]:
        told = ",".join(f"{name}={body[name]}" for name in ("app_id", "email", "timestamp"))
        sign = hashlib.md5(f"{told},key={APP_SECRET}".encode()).hexdigest().upper()
        off = abs(body["timestamp"] - self.clock().timestamp())
        fine = hmac.compare_digest(sign, body["sign"]) and off <= 300 and body["app_id"] == APP_ID
        if not fine or request.headers.get("Origin") != ORIGIN:
            raise Refused(401, "Unauthorized")
        self.logins += 1
        return {"token": self.user_token(body["email"].partition("@")[0])}

    def _find(self, order_id: str) -> dict[str, Any]:
        order = self.orders.get(order_id)
        if order is None:
            raise Refused(404, "Order not found")
        return order

    # ---- what happens there ----

    def only(self) -> dict[str, Any]:
        (order,) = self.orders.values()
        return order

    def of(self, external_id: str) -> dict[str, Any]:
        """The order that a shop's order became."""
        found = (o for o in self.orders.values() if o["metadata"]["external_id"] == external_id)
        return next(found)

    def move(self, order_id: str, status: str, **changes: Any) -> dict[str, Any]:
        order = self.orders[order_id]
        order.update(current_status=status, updated_at=self._tick(), **changes)
        return order

    def pay(self, order_id: str, method: str = "wallet") -> dict[str, Any]:
        now = _text(self.clock())
        return self.move(order_id, "completed", paid_method=method, paid_time=now)

    def expire(self, order_id: str) -> dict[str, Any]:
        why = {"reason": "Order expired"}
        now = _text(self.clock())
        return self.move(order_id, "cancelled", cancelled_time=now, cancelled_detail=why)

    def refund(self, order_id: str, cents: int) -> dict[str, Any]:
        order = self.orders[order_id]
        back = order["refunded_amount"] + cents
        status = "refunded" if back == order["amount"] else "partial_refunded"
        now = _text(self.clock())
        return self.move(order_id, status, refunded_amount=back, refund_time=now)

    def callback(self, order_id: str, /, **odd: Any) -> tuple[bytes, dict[str, str]]:
        """The callback about an order as it is now; ``odd`` replaces members of it."""
        body = {**self.orders[order_id], "jwt_verify": self.proof(), **odd}
        raw = json.dumps(body, separators=(",", ":")).encode()
        return raw, {"Content-Type": "application/json", "X-IPOS-Signature": signature(raw)}

    def proof(self, key: str = SECRET_KEY, **odd: Any) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": ACCESS_KEY, "nbf": now - 5, "exp": now + 300, "iat": now, **odd}
        return jwt.encode(claims, key, "HS256")

    def _tick(self) -> str:
        """When the next change is: each at a millisecond of its own."""
        self._last = max(self._last + 1, int(self.clock().timestamp() * 1000))
        return _text(datetime.fromtimestamp(self._last / 1000, self.clock().tzinfo))


def signature(raw: bytes, key: str = SECRET_KEY) -> str:
    return "sha256=" + hmac.new(key.encode(), raw, hashlib.sha256).hexdigest()


def _require(fine: bool, text: str) -> None:
    if not fine:
        raise Refused(400, text)


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
