"""The real desk as a W3block platform, in this process; and the line to it, which can be odd."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from flask_till import W3blockDesk
from flask_till.desk.w3block_company import Provider
from flask_till.wire.w3block.orders import Order
from flask_till.wire.w3block.products import DOLLAR
from flask_till.wire.w3block.webhooks import OrderEvent, signed_headers
from tests.desk.the_desk import TheDesk
from tests.stand_ins.line import Line

COMPANY = "b9a7c1e2-3d44-4f6b-8a1d-52c0f8e7a901"
KEY, SECRET, WEBHOOK_KEY = "key-of-the-company", "secret-of-the-company", "key-of-the-hook"
PRODUCTS = {
    "mug": "0c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55",
    "card": "1c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55",
    "last": "2c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55",
}
PRICES = {"mug": "49.99", "card": "8", "last": "100"}
GAS = 7
"""Cents of gas per order, as the desk has it."""
BASE = "https://w3.example/w3block"


@dataclass(frozen=True)
class Asked:
    """One request as it went out."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: Any


class TappedLine(Line):
    """Keeps what was ``asked``. ``twist`` may change what comes back; ``instead`` answers calls,
    by their words, that then do not arrive."""

    def __init__(self, app: Any) -> None:
        super().__init__(app)
        self.asked: list[Asked] = []
        self.instead: dict[str, Callable[[], httpx.Response]] = {}
        self.twist: Callable[[Asked, httpx.Response], httpx.Response] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        asked = Asked(
            request.method,
            request.url.path.removeprefix("/w3block").replace(COMPANY, "C"),
            request.url.query.decode(),
            dict(request.headers),
            body,
        )
        self.asked.append(asked)
        if word_of(asked) in self.instead:
            return self.instead[word_of(asked)]()
        answer = super().handle_request(request)
        return answer if self.twist is None else self.twist(asked, answer)

    @property
    def calls(self) -> Counter[str]:
        """How often each call was made, by a word for it."""
        return Counter(word_of(one) for one in self.asked)

    def bodies(self, word: str) -> list[Any]:
        return [one.body for one in self.asked if word_of(one) == word]


def word_of(asked: Asked) -> str:
    """``sign-in``, ``refresh``, ``preview``, ``create``, ``look``, ``order`` or ``cancel``."""
    ends = {"tenant": "sign-in", "refresh-token": "refresh", "preview": "preview"}
    last = asked.path.rpartition("/")[2]
    if last in ends or asked.method == "PATCH":
        return ends.get(last, last)
    if asked.method == "POST":
        return "create"
    return "look" if asked.path.startswith("/admin") else "order"


def refused(code: str | None, status: int = 400, message: str = "No.") -> httpx.Response:
    """A refusal in the contract's shape."""
    body = {"statusCode": status, "error": "Bad Request", "message": message, "errorCode": code}
    return httpx.Response(status, json=body)


class Platform:
    """A desk with one company that sells in dollars what the shop has on its shelf."""

    def __init__(self, url: str, clock: Any, folder: Path, shop: str = "http://localhost") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.clock = clock
        self.desk = TheDesk(url, clock, folder)
        self.desk.credentials = self.desk.desk.add_merchant(
            name="Passes", origins=[shop, "https://shop.example"]
        )
        self.enrolment = self.desk.desk.w3block
        self.enrolment.add_company(
            self.desk.credentials.merchant_id,
            name="Passes",
            company_id=COMPANY,
            key=KEY,
            secret=SECRET,
            providers=[Provider(DOLLAR, "credit_card", "stripe")],
        )
        for name, amount in PRICES.items():
            self.enrolment.add_product(
                COMPANY,
                name=name,
                product_id=PRODUCTS[name],
                prices={DOLLAR: amount},
                stock=1 if name == "last" else 20,
            )
        self.enrolment.add_coupon(COMPANY, code="TEN", percent="10")
        self.line = TappedLine(self.desk.app)

    def client(self, **options: Any) -> W3blockDesk:
        given = {
            "company_id": COMPANY,
            "key": KEY,
            "secret": SECRET,
            "products": PRODUCTS,
            "webhook_key": WEBHOOK_KEY,
            "live": False,
            "transport": self.line,
            "clock": self.clock,
            **options,
        }
        return W3blockDesk(BASE, **given)

    # ---- what happens there ----

    def change(self, **given: Any) -> None:
        """Other values for fields of the company."""
        self.enrolment.change_company(COMPANY, **given)

    def gas(self, amount: str) -> None:
        self.enrolment.gas.prices[DOLLAR] = Decimal(amount)

    def orders(self) -> list[dict[str, Any]]:
        """All orders of the company as the protocol tells them, oldest first."""
        answer = self._server("GET", f"/admin/companies/{COMPANY}/orders?limit=100&orderBy=ASC")
        found: list[dict[str, Any]] = answer.json["items"]
        return found

    def of(self, order_id: str) -> dict[str, Any]:
        """The one that was made for our order."""
        path = f"/admin/companies/{COMPANY}/orders?utmCampaign={order_id}"
        (order,) = self._server("GET", path).json["items"]
        return dict(order)

    def only(self) -> dict[str, Any]:
        (order,) = self.orders()
        return order

    def pay(self, w3_id: str) -> None:
        """Its payment succeeds at the gateway, which tells the desk."""
        self.turn(w3_id, "succeeded")

    def turn(self, w3_id: str, status: str) -> None:
        payment = self.desk.read(w3_id).payment
        assert payment is not None
        self.desk.cashier.settle(self.desk.gateway.turn(str(payment.provider_ref), status))

    def cancel(self, w3_id: str) -> None:
        """The company's staff cancels it."""
        answer = self._server("PATCH", f"/admin/companies/{COMPANY}/orders/{w3_id}/cancel")
        assert answer.status_code == 204, answer.data

    def event(self, w3_id: str, key: str = WEBHOOK_KEY, **odd: Any) -> tuple[bytes, dict[str, str]]:
        """A signed event of the order as it is: body and headers."""
        path = f"/companies/{COMPANY}/orders/{w3_id}"
        data = {**self._server("GET", path).json, **odd}
        event = OrderEvent.changed(Order.of_data(data).older(), self.clock())
        raw = event.to_bytes()
        return raw, signed_headers(raw, key)

    def _server(self, method: str, path: str) -> Any:
        """A call of the company's own server."""
        headers = {
            "x-w3block-id": COMPANY,
            "x-w3block-api-key": KEY,
            "x-w3block-secret": SECRET,
        }
        return self.desk.browserless.open(f"/w3block{path}", method=method, headers=headers)

    def close(self) -> None:
        self.desk.audit()
        self.desk.desk.close()


class Hurried:
    """The time it is, and so much later as a test says."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def hurry(self, **parts: float) -> None:
        self.ahead += timedelta(**parts)
