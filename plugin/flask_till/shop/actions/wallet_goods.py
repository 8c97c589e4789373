"""What was sold and how it travels, as an order from a wallet keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from ...base.columns import EPOCH
from ...money import Money
from ..catalog import Product
from ..terms import DeliveryService
from ..wallet_order import Carriage, Good, Sale, WalletOrder


def goods_json(goods: Sequence[Good]) -> list[dict[str, Any]]:
    return [
        {
            "id": good.product.id,
            "name": good.product.name,
            "price": good.product.price.minor,
            "quantity": good.quantity,
            "vat_rate": str(good.vat_rate),
            "description": good.product.description,
            "image": good.product.image,
            "url": good.product.url,
            "category": good.product.category,
            "digital": good.product.digital,
            "ean": good.product.ean,
            "attributes": good.product.properties,
            "images": good.product.pictures,
        }
        for good in goods
    ]


def carriage_json(sale: Sale, now: datetime) -> dict[str, Any]:
    expected = sale.delivery.expected(now) - EPOCH
    return {
        "type": sale.delivery.type,
        "expected": int(expected.total_seconds()),
        "price": sale.delivery_price.minor,
        "services": [[one.code, one.name, one.price.minor] for one in sale.services],
        "vat_rate": str(sale.vat_rate),
        "wanted": dict(sale.wanted.delivery),
    }


def wallet_order(row: Any, currency: str) -> WalletOrder:
    """From a row of ``till_shop_wallet_orders``."""
    return WalletOrder(
        order_id=row.order_id,
        binding_id=row.binding_id,
        account=row.account,
        carriage=_carriage(row.delivery, currency),
        invoice=row.invoice,
        consents=tuple((one, version, accepted) for one, version, accepted in row.consents),
        parameters=tuple((key, value) for key, value in row.parameters),
        goods=tuple(_good(one, currency) for one in row.goods),
        comments=row.comments,
        payment_type=row.payment_type,
        payment_id=row.payment_id,
        payment_reference=row.payment_reference,
        status_text=row.status_text,
        parcels=tuple(row.parcels),
        completed_at=row.completed_at,
        created_at=row.created_at,
    )


def _good(stored: dict[str, Any], currency: str) -> Good:
    facts = dict(stored)
    price = Money.of_minor(facts.pop("price"), currency)
    quantity, rate = facts.pop("quantity"), Decimal(facts.pop("vat_rate"))
    attributes = tuple((name, value) for name, value in facts.pop("attributes"))
    images = tuple((small, normal) for small, normal in facts.pop("images"))
    product = Product(price=price, attributes=attributes, images=images, **facts)
    return Good(product, quantity, rate)


def _carriage(stored: dict[str, Any], currency: str) -> Carriage:
    def money(minor: int) -> Money:
        return Money.of_minor(minor, currency)

    return Carriage(
        type=stored["type"],
        expected=datetime.fromtimestamp(stored["expected"], EPOCH.tzinfo),
        price=money(stored["price"]),
        services=tuple(
            DeliveryService(code, name, money(price)) for code, name, price in stored["services"]
        ),
        vat_rate=Decimal(stored["vat_rate"]),
        wanted=stored["wanted"],
    )
