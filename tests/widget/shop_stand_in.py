"""A small stateful shop: what it knows of its shoppers, as the widget's JSON. world.py serves it.

What a test wants to be different is an attribute (`desk_is_down`, `refuses_sockets`, ...); what the
browser did is in `calls`.
"""

from __future__ import annotations

import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simple_websocket import ConnectionClosed, Server

from .wallet_stand_in import Link, Wallet

PRODUCTS = {
    "mug": ("Blue mug", 4999, 5),
    "book": ("A field guide to harbours", 6300, 99),
    "lamp": ("Desk lamp", 18900, 1),
    "gone": ("Last year's calendar", 1500, 0),
}


class Refusal(Exception):
    def __init__(self, status: int, code: str, message: str = "Refused by the stand-in.") -> None:
        super().__init__(code)
        self.status, self.code, self.message = status, code, message


@dataclass
class Order:
    order_id: str
    number: str
    minor: int
    basket_version: int
    status: str = "pending"
    version: int = 1
    on_phone: bool = False
    claims: list[dict[str, Any]] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)


@dataclass
class Shopper:
    """What the shop knows of one browser."""

    version: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    codes: list[str] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    link: Link = field(default_factory=Link)


def _claim(number: int, told: dict[str, Any]) -> dict[str, Any]:
    known = {"id": f"clm_{number}", "product_id": "mug", "name": "Blue mug", "code": None}
    claim = {**known, **told}
    ready = claim["status"] == "ready"
    return claim | {"open_url": f"/till/claims/{claim['id']}/open" if ready else None}


def money(minor: int, lang: str = "en") -> dict[str, Any]:
    text = (
        f"{minor / 100:.2f}".replace(".", ",") + " zł"
        if lang == "pl"
        else f"PLN {minor / 100:,.2f}"
    )
    return {"amount": minor, "currency": "PLN", "text": text.replace("PLN -", "-PLN ")}


class Shop:
    """One Till under one prefix, with its state."""

    def __init__(self, prefix: str = "/till") -> None:
        self.prefix = prefix
        self.desk = ""
        self.shoppers: dict[str, Shopper] = {}
        self.changed = threading.Condition()
        self.wallet = Wallet()
        self.calls: list[str] = []
        self.sockets: list[Server] = []
        self.forget()

    def forget(self) -> None:
        """Back to the first state, between two tests."""
        for socket in list(self.sockets):
            with suppress(OSError, ConnectionClosed):
                socket.close()
        with self.changed:
            self.shoppers.clear()
            self.calls.clear()
            self.refuses_sockets = False
            self.socket_refusal = (403, "ORIGIN_REFUSED")
            self.socket_code: int | None = None
            self.desk_is_down = False
            self.delay = 0.0
            self.redirects_to: str | None = None
            self.is_embedded = self.pays_in_host = self.quotes = False
            self.wallet = Wallet()
            self.changed.notify_all()

    def basket(self, shopper: Shopper, lang: str = "en") -> dict[str, Any]:
        lines = []
        for product, quantity in shopper.lines.items():
            name, price, stock = PRODUCTS[product]
            lines.append(
                {
                    "product_id": product,
                    "name": name,
                    "quantity": quantity,
                    "max_quantity": stock,
                    "unit_price": money(price, lang),
                    "total": money(price * quantity, lang),
                    "image": f"/images/{product}.svg",
                    "url": f"/products/{product}" if product != "book" else None,
                    "available": stock > 0,
                }
            )
        subtotal = sum(
            PRODUCTS[product][1] * quantity for product, quantity in shopper.lines.items()
        )
        discount = min(subtotal, 1000) if "TEN" in shopper.codes else 0
        promotions = [
            {
                "code": code,
                "label": "10 zł off" if code == "TEN" else code,
                "amount": money(-discount if code == "TEN" else 0, lang),
                "applied": code == "TEN",
                "reason": None if code == "TEN" else "Only for baskets over PLN 500.00.",
            }
            for code in shopper.codes
        ]
        return ({"quotes": True} if self.quotes else {}) | {
            "version": shopper.version,
            "count": sum(shopper.lines.values()),
            "currency": "PLN",
            "lines": lines,
            "promotions": promotions,
            "subtotal": money(subtotal, lang),
            "discount": money(-discount, lang),
            "total": money(subtotal - discount, lang),
        }

    def known(self, shopper: Shopper, lang: str = "en") -> dict[str, Any]:
        """The basket with how it is linked; answers to changes leave that out."""
        binding = shopper.link.binding() if self.wallet.there else None
        return {**self.basket(shopper, lang), "binding": binding}

    def order(self, order: Order, lang: str = "en") -> dict[str, Any]:
        complete = None
        if (order.status == "paid" or order.on_phone) and self.redirects_to:
            complete = {"action": "redirect", "redirect": self.redirects_to}
        return {
            "order_id": order.order_id,
            "number": order.number,
            "status": order.status,
            "version": order.version,
            "total": money(order.minor, lang),
            "order_url": f"{self.desk}/order?orderId={order.order_id}",
            "complete": complete,
            **({"claims": order.claims} if order.claims else {}),
        }

    def frames(self, shopper: Shopper, basket: int, order: int, lang: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if shopper.version != basket:
            found.append(
                {"type": "basket", "version": shopper.version, "basket": self.known(shopper, lang)}
            )
        newest = shopper.orders[-1] if shopper.orders else None
        if newest and newest.version != order:
            found.append(
                {"type": "order", "version": newest.version, "order": self.order(newest, lang)}
            )
        return found

    def change(self, shopper: Shopper, product: str, quantity: int) -> None:
        if product not in PRODUCTS:
            raise Refusal(404, "PRODUCT_NOT_FOUND")
        if quantity > PRODUCTS[product][2]:
            raise Refusal(409, "OUT_OF_STOCK")
        with self.changed:
            shopper.lines[product] = quantity
            if quantity <= 0:
                del shopper.lines[product]
            shopper.version += 1
            self.changed.notify_all()

    def link(self, shopper: Shopper, status: str) -> None:
        """The wallet tells the shop what the shopper decided on the phone."""
        with self.changed:
            shopper.link.status = status
            shopper.version += 1
            self.changed.notify_all()

    def only_shopper(self) -> Shopper:
        (shopper,) = self.shoppers.values()
        return shopper

    def set_codes(self, shopper: Shopper, codes: list[str]) -> None:
        for code in codes:
            if code.upper() not in ("TEN", "BIG"):
                raise Refusal(422, "PROMOTION_REFUSED", f"“{code}” is not a code of this shop.")
        with self.changed:
            shopper.codes = [code.upper() for code in codes]
            shopper.version += 1
            self.changed.notify_all()

    def place(self, shopper: Shopper, *, on_phone: bool = False) -> Order:
        if self.desk_is_down:
            raise Refusal(503, "DESK_UNAVAILABLE")
        with self.changed:
            if not shopper.lines:
                raise Refusal(409, "BASKET_EMPTY")
            newest = shopper.orders[-1] if shopper.orders else None
            if not newest or newest.status != "pending" or newest.basket_version != shopper.version:
                number = f"T-{41 + len(shopper.orders) + 1:06}"
                total = self.basket(shopper)["total"]["amount"]
                newest = Order(f"ord_{secrets.token_hex(8)}", number, total, shopper.version)
                newest.version = 1 + (shopper.orders[-1].version if shopper.orders else 0)
                shopper.orders.append(newest)
            newest.on_phone = on_phone
            newest.tokens.add(secrets.token_urlsafe(8))
            self.changed.notify_all()
            return newest

    def settle(self, order_id: str, status: str = "paid") -> None:
        """The desk tells the shop what became of an order."""
        with self.changed:
            shopper, order = next(
                (one, order)
                for one in self.shoppers.values()
                for order in one.orders
                if order.order_id == order_id
            )
            order.status, order.version = status, order.version + 1
            if status == "paid":
                shopper.lines.clear()
                shopper.codes.clear()
                shopper.version += 1
            self.changed.notify_all()

    def hand_over(self, order_id: str, *claims: dict[str, Any]) -> None:
        """What of an order is claimed in a wallet: ``{"status", "name", "code"}`` and the like."""
        with self.changed:
            (order,) = (
                order
                for one in self.shoppers.values()
                for order in one.orders
                if order.order_id == order_id
            )
            order.version += 1
            order.claims = [_claim(number, claim) for number, claim in enumerate(claims)]
            self.changed.notify_all()

    def host_payment(self, order: Order) -> dict[str, Any]:
        """What the checkout adds for an app around the shop that takes the payment."""
        if not self.pays_in_host:
            return {}
        payment = {
            "amount": f"{order.minor / 100:.2f}",
            "currency": "PLN",
            "miniapp_order_id": order.order_id,
            "transaction_token": order.order_id.replace("ord_", "op_"),
        }
        return {"pay_in_host": payment}

    def paid_in_host(self, token: str) -> None:
        """The desk tells the shop that the host has taken the money."""
        order_id = token.replace("op_", "ord_")
        if self.has(order_id):
            self.settle(order_id)

    def has(self, order_id: str) -> bool:
        return any(
            order.order_id == order_id for one in self.shoppers.values() for order in one.orders
        )

    def newest_order(self) -> Order:
        return next(one.orders[-1] for one in self.shoppers.values() if one.orders)

    def count_of(self, call: str) -> int:
        return sum(one.startswith(call) for one in self.calls)
