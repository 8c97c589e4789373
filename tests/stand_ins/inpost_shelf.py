"""What a played merchant sells, and its baskets and orders in the contract's JSON (section 4)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NAMES = {
    "mug": ("Kubek", "49.99", "39.99"),
    "book": ("Atlas ptaków", "63.00", "63.00"),
    "box": ("Pudełko", "10.00", "10.00"),
    "key": ("Klucz", "20.00", "20.00"),
    "gift": ("Prezent", "0.00", "0.00"),
    "tea": ("Herbata", "12.34", "12.34"),
}
CODES = {"MAJ10": Decimal("10.00"), "LATO5": Decimal("5.00")}
DIGITAL, MEASURED = {"key"}, {"tea"}
DELIVERIES = {
    "APM": ("12.99", {"PWW": "2.00", "COD": "4.00"}),
    "COURIER": ("15.99", {"COD": "4.00"}),
    "DIGITAL": ("0.00", {}),
}


@dataclass
class Basket:
    quantities: dict[str, int]
    codes: list[str] = field(default_factory=list)
    free_delivery: bool = False
    status: str = "unbound"
    bound_to: dict[str, Any] | None = None
    notice: dict[str, str] | None = None
    seen: set[str] = field(default_factory=set)
    expires: str = "2026-05-06T12:00:00.000Z"
    order_id: str | None = None


@dataclass
class Order:
    id: str
    asked: dict[str, Any]
    total: dict[str, str]
    body: dict[str, Any]
    paid_by: list[dict[str, Any]] = field(default_factory=list)
    rejected: int = 0
    status_text: str = "Oczekuje na płatność"
    parcels: list[str] = field(default_factory=list)


def price(gross: str | Decimal) -> dict[str, str]:
    """With 23 % of tax, to the grosz."""
    amount = Decimal(gross)
    net = (amount / Decimal("1.23")).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return {
        "net": str(net),
        "gross": str(amount.quantize(Decimal("0.01"))),
        "vat": str(amount - net),
    }


def summed(parts: list[dict[str, str]]) -> dict[str, str]:
    names = ("net", "gross", "vat")
    return {n: str(sum((Decimal(p[n]) for p in parts), Decimal("0.00"))) for n in names}


def times(one: dict[str, str], count: int) -> dict[str, str]:
    return {name: str(Decimal(text) * count) for name, text in one.items()}


def less(one: dict[str, str], gross: Decimal) -> dict[str, str]:
    return price(max(Decimal(one["gross"]) - gross, Decimal("0.00")))


class Shelf:
    """``clock`` says when an order would arrive; ``change_order`` spoils what is answered."""

    clock: Callable[[], datetime]
    stock: dict[str, int]
    change_order: Callable[[dict[str, Any]], None]

    def lines(self, basket: Basket) -> list[dict[str, Any]]:
        return [self.product(name, count) for name, count in basket.quantities.items()]

    def product(self, name: str, count: int) -> dict[str, Any]:
        title, base, promo = NAMES[name]
        product: dict[str, Any] = {
            "product_id": name,
            "product_name": title,
            "base_price": price(base),
            "quantity": {
                "quantity": count,
                "quantity_type": "INTEGER",
                "quantity_unit": "szt.",
                "available_quantity": self.stock[name],
            },
            "product_type": "DIGITAL" if name in DIGITAL else "PRODUCT",
        }
        if name in MEASURED:
            product["quantity"] |= {"quantity": 0.25, "quantity_type": "DECIMAL"}
            product["quantity"]["quantity_unit"] = "kg"
        if promo != base:
            product["promo_price"] = price(promo)
        return product

    def summed(self, basket: Basket, which: int) -> dict[str, str]:
        return summed(
            [
                times(price(NAMES[name][which]), 1 if name in MEASURED else count)
                for name, count in basket.quantities.items()
            ]
        )

    def final(self, basket: Basket) -> dict[str, str]:
        off = sum((CODES[code] for code in basket.codes), Decimal(0))
        promo = self.summed(basket, 2)
        return less(promo, off) if off else promo

    def deliveries(self, basket: Basket) -> dict[str, tuple[str, dict[str, str]]]:
        digital = bool(basket.quantities) and set(basket.quantities) <= DIGITAL
        kinds = ["DIGITAL"] if digital else ["APM", "COURIER"]
        offered = {kind: DELIVERIES[kind] for kind in kinds}
        return (
            {k: ("0.00", o) for k, (_, o) in offered.items()} if basket.free_delivery else offered
        )

    def total(self, basket: Basket, delivery: dict[str, Any]) -> dict[str, str]:
        cost, options = self.deliveries(basket)[delivery["delivery_type"]]
        chosen = [price(options[code]) for code in delivery.get("delivery_codes") or ()]
        return summed([self.final(basket), price(cost), *chosen])

    def whole(self, basket: Basket) -> dict[str, Any]:
        later = (self.clock() + timedelta(days=2)).isoformat().replace("+00:00", "Z")
        summary: dict[str, Any] = {
            "basket_base_price": self.summed(basket, 1),
            "basket_promo_price": self.summed(basket, 2),
            "basket_final_price": self.final(basket),
            "currency": "PLN",
            "basket_expiration_date": basket.expires,
            "payment_type": [],
        }
        if basket.notice:
            summary["basket_notice"] = basket.notice
        return {
            "summary": summary,
            "delivery": [
                {
                    "delivery_type": kind,
                    "delivery_date": later,
                    "delivery_price": price(cost),
                    "delivery_options": [self.option(code, options[code]) for code in options],
                }
                for kind, (cost, options) in self.deliveries(basket).items()
            ],
            "promo_codes": [{"name": code, "promo_code_value": code} for code in basket.codes],
            "products": self.lines(basket),
            "related_products": [self.product("box", 1)],
            "consents": [
                {
                    "consent_id": "terms",
                    "consent_link": "https://shop.example/terms",
                    "consent_description": "Akceptuję #terms",
                    "consent_version": "3",
                    "requirement_type": "REQUIRED_ALWAYS",
                }
            ],
            "an_unknown_member": {"to": "ignore"},
        }

    def option(self, code: str, cost: str) -> dict[str, Any]:
        return {
            "delivery_name": code.title(),
            "delivery_code_value": code,
            "delivery_option_price": price(cost),
        }

    def products_of(self, basket: Basket) -> dict[str, Any]:
        products = []
        for line in self.lines(basket):
            promo = line.pop("promo_price", None)
            line["base_price"] = promo or line["base_price"]
            del line["quantity"]["available_quantity"]
            products.append(line)
        return {"products": products, "base": self.final(basket), "offer": self.deliveries(basket)}

    def shown(self, order: Order) -> dict[str, Any]:
        details, delivery = order.asked["order_details"], order.asked["delivery"]
        cost, options = order.body["offer"][delivery["delivery_type"]]
        body = {
            "order_details": {
                "order_id": order.id,
                "customer_order_id": f"SHOP-{order.id}",
                "pos_id": "V000000001",
                "basket_id": details["basket_id"],
                "order_creation_date": "2026-05-04T12:00:00Z",
                "order_merchant_status_description": order.status_text,
                "payment_type": details["payment_type"],
                "currency": "PLN",
                "order_base_price": order.body["base"],
                "order_final_price": order.total,
                "delivery_references_list": order.parcels,
            },
            "account_info": order.asked["account_info"],
            "delivery": {
                "delivery_type": delivery["delivery_type"],
                "delivery_date": "2026-05-06T12:00:00Z",
                "delivery_price": price(cost),
                "delivery_options": [
                    self.option(code, options[code])
                    for code in delivery.get("delivery_codes") or ()
                ],
                "mail": delivery.get("mail"),
            },
            "consents": order.asked.get("consents") or [],
            "products": order.body["products"],
        }
        self.change_order(body)
        return body
