"""A Boxo platform that the test plays, written from the contract with flask, json and hmac.

It keeps payments in memory, and everything that it was asked. What the shopper and the host app do
are the methods `pay`, `fail` and `cancel`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import count
from typing import Any

from flask import Flask, Response, request

APP_ID, CLIENT_ID = "app36902", "host_client_1"
SECRET_KEY = "mini-secret-1"
SIGNING_SECRET = "boxo-example-hmac-secret"
HEADER_NAMES = ("X-Signature", "X-Timestamp", "X-Client-Id")


@dataclass(frozen=True)
class Asked:
    """One request as it came."""

    verb: str
    headers: Mapping[str, str]
    raw: bytes
    body: Any


class Refused(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class BoxoPlatform:
    """``app`` answers under ``/api/v1``. ``wants_signatures``: our address is on no list."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.payments: dict[str, dict[str, Any]] = {}
        self.asked: list[Asked] = []
        self.wants_signatures = False
        self._ids = count(1)
        self.app = Flask("boxo-platform")
        for verb, view in (
            ("create-order-payment", self._create),
            ("get-payment-status", self._status),
        ):
            path = f"/api/v1/orders/{verb}/"
            self.app.add_url_rule(path, verb, self._answering(verb, view), methods=["POST"])

    def _answering(self, verb: str, view: Callable[[Any], Any]) -> Callable[[], Response]:
        def answer() -> Response:
            raw = request.get_data()
            # As a platform may: numbers as they are written, and no float in between.
            body = json.loads(raw, parse_float=Decimal)
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.asked.append(Asked(verb, headers, raw, body))
            try:
                self._check(raw)
                status, told = 200, view(body)
            except Refused as refused:
                status, told = 400, {"error_code": refused.code, "error_message": refused.code}
            return Response(json.dumps(told), status, mimetype="application/json")

        return answer

    def verbs(self) -> list[str]:
        return [one.verb for one in self.asked]

    # ---- what is asked ----

    def _check(self, raw: bytes) -> None:
        if not self.wants_signatures:
            return
        sent = request.headers
        if any(name not in sent for name in HEADER_NAMES):
            raise Refused("MISSING_HEADER")
        at = sent["X-Timestamp"]
        late = abs(int(at) - self.clock().timestamp()) > 300
        made = signature(at, "POST", request.path, raw)
        if (
            late
            or sent["X-Client-Id"] != APP_ID
            or not hmac.compare_digest(made, sent["X-Signature"])
        ):
            raise Refused("INVALID_SIGNATURE")

    def _pair(self, body: dict[str, Any]) -> None:
        if body.get("app_id") != APP_ID:
            raise Refused("MINIAPP_NOT_FOUND")
        if body.get("client_id") != CLIENT_ID:
            raise Refused("HOSTAPP_NOT_FOUND")

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        self._pair(body)
        order = body.get("order")
        if not isinstance(order, dict) or not _is_amount(order.get("amount")):
            raise Refused("INVALID_ORDER_DATA")
        earlier = [
            one
            for one in self.payments.values()
            if one["order"].get("miniapp_order_id") == order["miniapp_order_id"]
        ]
        if any(one["payment_status"] == "paid" for one in earlier):
            raise Refused("INVALID_PAYMENT_STATUS")
        for one in earlier:
            if one["payment_status"] == "in_process":
                same = ("amount", "currency")
                if any(one["order"][name] != order[name] for name in same):
                    raise Refused("INVALID_ORDER_DATA")
                return {"order_payment_id": one["order_payment_id"]}
        payment_id = f"op_{next(self._ids):026d}"
        self.payments[payment_id] = {
            "order_payment_id": payment_id,
            "payment_status": "in_process",
            "payment_fail_reason": "",
            "order": order,
        }
        return {"order_payment_id": payment_id}

    def _status(self, body: dict[str, Any]) -> dict[str, Any]:
        self._pair(body)
        payment = self.payments.get(body.get("order_payment_id", ""))
        if payment is None:
            raise Refused("ORDER_NOT_FOUND")
        told = {name: value for name, value in payment.items() if name != "order"}
        return {**told, "app_id": APP_ID, "client_id": CLIENT_ID}

    # ---- what happens there ----

    def only(self) -> dict[str, Any]:
        (payment,) = self.payments.values()
        return payment

    def of(self, external_id: str) -> dict[str, Any]:
        """The newest payment of a shop's order."""
        return [
            one for one in self.payments.values() if one["order"]["miniapp_order_id"] == external_id
        ][-1]

    def move(self, payment_id: str, status: str, reason: str = "") -> dict[str, Any]:
        self.payments[payment_id].update(payment_status=status, payment_fail_reason=reason)
        return self.payments[payment_id]

    def webhook(self, payment_id: str, /, **odd: Any) -> tuple[bytes, dict[str, str]]:
        """The webhook about a payment as it is now; ``odd`` replaces members of it."""
        payment = self.payments[payment_id]
        body = {
            "miniapp_order_id": payment["order"].get("miniapp_order_id", ""),
            "hostapp_order_payment_id": payment_id,
            "hostapp_client_id": CLIENT_ID,
            "payment_status": payment["payment_status"],
            "payment_fail_reason": payment["payment_fail_reason"],
            "custom_attributes": payment["order"].get("custom_attributes"),
            **odd,
        }
        headers = {"Content-Type": "application/json", "Authorization": password()}
        return json.dumps(body).encode(), headers

    def signed(self, path: str, raw: bytes, **odd: str) -> dict[str, str]:
        """The headers that prove a webhook to that path."""
        at = str(int(self.clock().timestamp()))
        made = signature(at, "POST", path, raw)
        return {"X-Signature": made, "X-Timestamp": at, "X-Client-Id": APP_ID, **odd}


def password(app_id: str = APP_ID, secret: str = SECRET_KEY) -> str:
    return "Basic " + base64.b64encode(f"{app_id}:{secret}".encode()).decode()


def signature(at: str, method: str, url: str, raw: bytes, secret: str = SIGNING_SECRET) -> str:
    """HMAC, SHA-256, base64 and the default template of section 2.2."""
    text = f"{at}.{method}.{url}.".encode() + raw
    return base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()


def _is_amount(value: Any) -> bool:
    return bool(re.fullmatch(r"[0-9]{1,18}(\.[0-9]{1,2})?", str(value))) and Decimal(value) > 0
