"""A merchant that the test plays, written from the contract (sections 3 and 4) with plain JSON.

It sells mugs and books, verifies every signature over the bytes that came, remembers what it was
asked, and misbehaves as the test says: slow, down, garbage, refusals, answers that get lost.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from flask import Flask, Response, request

from tests.stand_ins.inpost_faults import Fault
from tests.stand_ins.inpost_shelf import CODES, NAMES, Basket, Order, Shelf

STATUSES = {
    "BASKET_NOT_FOUND": 404,
    "ORDER_NOT_FOUND": 404,
    "INVALID_SIGNATURE": 401,
    "BAD_REQUEST": 400,
    "SERVICE_UNAVAILABLE": 503,
    "INTERNAL_SERVER_ERROR": 500,
}


@dataclass
class Call:
    """One request as it came; ``operation`` is one of basket, confirmation, event, unlink, create,
    order, order_event."""

    operation: str
    id: str
    body: Any
    raw: bytes
    headers: dict[str, str]


class InpostMerchant(Shelf):
    """``clock`` is what it judges timestamps by. ``keys`` are the wallet's, by version, in base64;
    ``external_id`` is its own name in what is signed."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.keys: dict[str, str] = {}
        self.external_id = ""
        self.stock = dict.fromkeys(NAMES, 10)
        self.baskets: dict[str, Basket] = {}
        self.orders: dict[str, Order] = {}
        self.calls: list[Call] = []
        self.refused_signatures = 0
        self.change_order: Callable[[dict[str, Any]], None] = lambda body: None
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._lock = threading.RLock()
        self.app = Flask("an_inpost_merchant")
        self.app.add_url_rule(
            "/shop/<path:path>", "take", self._take, methods=["GET", "POST", "PUT", "DELETE"]
        )

    # --- what a test does ----------------------------------------------------------------

    def basket(self, basket_id: str = "b-1", **quantities: int) -> Basket:
        self.baskets[basket_id] = Basket(quantities or {"mug": 2, "book": 1})
        return self.baskets[basket_id]

    def fail(self, operation: str, *faults: Fault) -> None:
        """The next calls of that kind go wrong so, one after the other; "*" is any kind."""
        self._faults[operation] += faults

    def of(self, operation: str) -> list[Call]:
        return [call for call in self.calls if call.operation == operation]

    def back(self) -> None:
        """Whatever was to go wrong does not."""
        self._faults.clear()

    # --- the door ------------------------------------------------------------------------

    def _take(self, path: str) -> Response:
        raw = request.get_data()
        headers = {name.lower(): value for name, value in request.headers.items()}
        if not self._is_signed(headers, raw):
            self.refused_signatures += 1
            return self.refuse("INVALID_SIGNATURE")
        parts = path.split("/")  # v1 izi basket|order ...
        operation, subject = self._operation(parts)
        body = json.loads(raw, parse_float=Decimal) if raw else None
        with self._lock:
            self.calls.append(Call(operation, subject, body, raw, headers))
            queue = self._faults[operation] or self._faults["*"]
            fault = queue.pop(0) if queue else None
        answer = lambda: self._answer(operation, subject, body)  # noqa: E731
        return answer() if fault is None else fault(answer)

    def _operation(self, parts: list[str]) -> tuple[str, str]:
        assert parts[:2] == ["v1", "izi"], parts
        if parts[2] == "order":
            if len(parts) == 3:
                return "create", ""
            return ("order_event" if parts[4:] == ["event"] else "order"), parts[3]
        tail = parts[4:] or [""]
        kind = {"": "basket", "confirmation": "confirmation", "event": "event"}
        return ("unlink" if tail == ["binding"] else kind[tail[0]]), parts[3]

    def _is_signed(self, headers: dict[str, str], raw: bytes) -> bool:
        try:
            key_text = self.keys[headers["x-public-key-ver"]]
            if hashlib.sha256(key_text.encode()).hexdigest() != headers["x-public-key-hash"]:
                return False
            digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
            stamp = headers["x-signature-timestamp"]
            text = f"{digest},{self.external_id},{headers['x-public-key-ver']},{stamp}"
            key = load_der_public_key(base64.b64decode(key_text))
            assert isinstance(key, RSAPublicKey)
            message = base64.b64encode(text.encode())
            key.verify(base64.b64decode(headers["x-signature"]), message, PKCS1v15(), SHA256())
            at = datetime.fromisoformat(stamp)
            return abs(self.clock() - at) <= timedelta(seconds=240)
        except (KeyError, ValueError, InvalidSignature):
            return False

    def _answer(self, operation: str, subject: str, body: Any) -> Response:
        with self._lock:
            made: Response = getattr(self, f"_{operation}")(subject, body)
            return made

    # --- answers -------------------------------------------------------------------------

    def say(self, body: Any, status: int = 200) -> Response:
        text = json.dumps(body, ensure_ascii=False).encode()
        return Response(text, status, mimetype="application/json")

    def refuse(self, code: str, message: str = "No.") -> Response:
        return self.say({"error_code": code, "error_message": message}, STATUSES.get(code, 409))

    def _basket(self, basket_id: str, _: Any) -> Response:
        basket = self.baskets.get(basket_id)
        if basket is None:
            return self.refuse("BASKET_NOT_FOUND")
        return self.refuse("ORDER_EXISTS") if basket.order_id else self.say(self.whole(basket))

    def _confirmation(self, basket_id: str, body: Any) -> Response:
        basket = self.baskets.get(basket_id)
        if basket is None:
            return self.refuse("BASKET_NOT_FOUND")
        if body["status"] == "REJECT":
            basket.status, basket.bound_to = "unbound", None
            return self.say({"STATUS": "REJECT"})
        basket.status, basket.bound_to = "bound", body
        return self.say(self.whole(basket))

    def _event(self, basket_id: str, body: Any) -> Response:
        basket = self.baskets.get(basket_id)
        if basket is None:
            return self.refuse("BASKET_NOT_FOUND")
        if basket.order_id:
            return self.refuse("ORDER_EXISTS")
        basket.notice = None
        if body["event_id"] not in basket.seen:
            basket.seen.add(body["event_id"])
            self._apply(basket, body)
        return self.say(self.whole(basket))

    def _apply(self, basket: Basket, body: Any) -> None:
        for change in body.get("quantity_event_data", ()):
            self._set(basket, change["product_id"], int(change["quantity"]["quantity"]))
        for added in body.get("related_products_event_data", ()):
            name = added["product_id"]
            more = basket.quantities.get(name, 0) + int(added["quantity"]["quantity"])
            self._set(basket, name, more)
        if "promo_codes_event_data" in body:
            wanted = [one["promo_code_value"] for one in body["promo_codes_event_data"]]
            basket.codes = [code for code in wanted if code in CODES]
            if len(basket.codes) < len(wanted):
                basket.notice = {"type": "ERROR", "description": "Nie znamy tego kodu."}

    def _set(self, basket: Basket, name: str, quantity: int) -> None:
        if quantity > self.stock[name]:
            quantity = self.stock[name]
            basket.notice = {"type": "ATTENTION", "description": f"Mamy tylko {quantity}."}
        basket.quantities[name] = quantity
        if not quantity:
            del basket.quantities[name]

    def _unlink(self, basket_id: str, _: Any) -> Response:
        if basket_id in self.baskets:
            self.baskets[basket_id].status = "unbound"
            self.baskets[basket_id].bound_to = None
        return Response(b"", 200)

    def _create(self, _: str, body: Any) -> Response:
        basket = self.baskets.get(body["order_details"]["basket_id"])
        if basket is None:
            return self.refuse("BASKET_NOT_FOUND")
        if basket.order_id:
            return self.say(self.shown(self.orders[basket.order_id]), 201)
        total = self.total(basket, body["delivery"])
        if Decimal(str(body["order_details"]["basket_price"]["gross"])) != Decimal(total["gross"]):
            basket.notice = {"type": "ERROR", "description": "Cena się zmieniła."}
            return self.refuse("ORDER_NOT_CREATE", "Cena się zmieniła.")
        order = Order(f"90{len(self.orders):03}", body, total, self.products_of(basket))
        self.orders[order.id] = order
        basket.order_id, basket.status = order.id, "ordered"
        return self.say(self.shown(order), 201)

    def _order(self, order_id: str, _: Any) -> Response:
        order = self.orders.get(order_id)
        return self.refuse("ORDER_NOT_FOUND") if order is None else self.say(self.shown(order))

    def _order_event(self, order_id: str, body: Any) -> Response:
        order = self.orders.get(order_id)
        if order is None:
            return self.refuse("ORDER_NOT_FOUND")
        news = body["event_data"]
        if news.get("payment_status") == "AUTHORIZED":
            if order.rejected:
                return self.refuse("ORDER_NOT_UPDATE")
            if body["event_id"] not in [one["event_id"] for one in order.paid_by]:
                order.paid_by.append(body)
            order.status_text = "Opłacone"
        elif news.get("order_status") == "ORDER_REJECTED":
            if order.paid_by:
                return self.refuse("ORDER_NOT_UPDATE")
            order.rejected, order.status_text = 1, "Anulowane"
        said = {"order_merchant_status_description": order.status_text}
        return self.say(said | {"delivery_references_list": order.parcels})
