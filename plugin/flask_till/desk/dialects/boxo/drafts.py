"""An order of a miniapp in our words: its lines when they add up, else the amount alone (3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ....errors import MoneyError
from ....money import Money
from ....wire.boxo.error_codes import BoxoCode, refusal
from ....wire.boxo.orders import OrderDetails, OrderItem
from ...boxo_payment import BUILT_IN, DIALECT, LIFE, BoxoHost, Wanted, payer_of
from ...order import Adjustment, Line, OrderDraft
from .exact_json import write

BUILT_IN_METHODS = ("sandbox", "card", "wallet", "credit", "host")
OUTSIDE_METHODS = ("host",)
Parts = tuple[tuple[Line, ...], tuple[Adjustment, ...]]


def amount_of(order: OrderDetails) -> Money:
    """What is charged. Raises `RequestError` (INVALID_ORDER_DATA) for what is no money."""
    try:
        return Money(order.amount, order.currency)
    except MoneyError as error:
        fields = {"order.amount": error.message}
        raise refusal(BoxoCode.INVALID_ORDER_DATA, error.message, fields=fields) from None


def wanted_of(app_id: str, client_id: str, order: OrderDetails, amount: Money) -> Wanted:
    """What is kept of it; whatever the miniapp wants echoed is kept digit for digit."""
    echoed = order.custom_attributes
    return Wanted(
        app_id=app_id,
        client_id=client_id,
        amount=amount,
        miniapp_order_id=order.miniapp_order_id or None,
        hostapp_user_id=order.hostapp_user_id or None,
        details=order.model_copy(update={"custom_attributes": None}).to_data(),
        custom_attributes=None if echoed is None else write(echoed),
    )


def draft_of(order_id: str, order: OrderDetails, wanted: Wanted, host: BoxoHost) -> OrderDraft:
    """The desk order that is paid; ``order_id`` is its id and its merchant's reference."""
    lines, adjustments = _parts(order, wanted.amount)
    user = wanted.hostapp_user_id
    return OrderDraft(
        id=order_id,
        external_id=order_id,
        amount=wanted.amount,
        lines=lines,
        adjustments=adjustments,
        description=_described(order),
        methods=BUILT_IN_METHODS if host.kind == BUILT_IN else OUTSIDE_METHODS,
        expires_in=int(LIFE.total_seconds()),
        late_money="refund",
        metadata={
            "app_id": wanted.app_id,
            "client_id": wanted.client_id,
            "miniapp_order_id": wanted.miniapp_order_id or "",
        },
        dialect=DIALECT,
        payer=None if user is None else payer_of(host.client_id, user),
    )


def _described(order: OrderDetails) -> str:
    text = order.note or order.miniapp_order_id or "Order"
    return " ".join(text.split())[:250] or "Order"


def _parts(order: OrderDetails, amount: Money) -> Parts:
    for lines, adjustments in _readings(order, amount.currency):
        total = sum(line.quantity * line.unit_amount for line in lines)
        if lines and total + sum(one.amount for one in adjustments) == amount.minor:
            return lines, adjustments
    return (Line("order", _described(order), 1, amount.minor),), ()


def _readings(order: OrderDetails, currency: str) -> Iterator[Parts]:
    """Ways to read its parts: with shipping, tax and discounts, or the items alone."""
    try:
        lines = tuple(_lines(order.items or (), currency))
        yield lines, tuple(_adjustments(order, currency))
        yield lines, ()
    except MoneyError:
        return


def _lines(items: Sequence[OrderItem], currency: str) -> Iterator[Line]:
    for number, item in enumerate(items, 1):
        quantity, price = item.quantity or 1, item.price or Decimal(0)
        if quantity < 1 or price < 0:
            raise MoneyError("an item that cannot be a line")
        names = [one for one in (item.product_name, item.product_variant_name) if one]
        yield Line(
            product_id=item.product_sku or f"item-{number}",
            name=", ".join(names) or item.product_sku or f"Item {number}",
            quantity=quantity,
            unit_amount=Money(price, currency).minor,
            image_url=item.product_image_url,
        )


def _adjustments(order: OrderDetails, currency: str) -> Iterator[Adjustment]:
    tax = None if order.taxes_included else order.tax_amount
    parts = (
        ("Shipping", order.shipping_amount, 1),
        (order.tax_title or "Tax", tax, 1),
        ("Discount", order.discount_amount, -1),
        *(("Discount", item.discount, -1) for item in order.items or ()),
    )
    for label, value, sign in parts:
        if value:
            yield Adjustment(label, sign * Money(abs(value), currency).minor)
