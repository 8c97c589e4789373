"""An order as plain data, for the event log, and back. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..money import Money
from .order import PARTS, Order, Payment, Refund, members

_MOMENTS = ("created_at", "expires_at", "paid_at", "ended_at")


def to_data(order: Order) -> dict[str, Any]:
    """JSON-ready; what a payment's page needed to know (``client``) is left out."""
    data = members(order)
    data["amount"], data["refunded"] = order.amount.minor, order.refunded.minor
    data["currency"] = order.amount.currency
    for name in PARTS:
        data[name] = [members(part) for part in data[name]]
    for name in _MOMENTS:
        data[name] = None if data[name] is None else data[name].isoformat()
    data["shopper"], data["metadata"] = dict(order.shopper), dict(order.metadata)
    data["payment"] = None if order.payment is None else _payment_data(order.payment)
    data["refunds"] = [members(r) | {"created_at": r.created_at.isoformat()} for r in order.refunds]
    return data


def _payment_data(payment: Payment) -> dict[str, Any]:
    return members(payment) | {"amount": payment.amount.minor, "client": {}}


def from_data(data: Mapping[str, Any]) -> Order:
    """The order that `to_data` was given."""
    values = dict(data)
    currency = values.pop("currency")
    for name in ("amount", "refunded"):
        values[name] = Money.of_minor(values[name], currency)
    for name, kind in PARTS.items():
        values[name] = tuple(kind(**part) for part in values[name])
    for name in _MOMENTS:
        values[name] = None if values[name] is None else datetime.fromisoformat(values[name])
    values["methods"] = None if values["methods"] is None else tuple(values["methods"])
    values["payment"] = values["payment"] and _payment(values["payment"], currency)
    values["refunds"] = tuple(_refund(one) for one in values["refunds"])
    return Order(**values)


def _payment(data: Mapping[str, Any], currency: str) -> Payment:
    return Payment(**{**data, "amount": Money.of_minor(data["amount"], currency)})


def _refund(data: Mapping[str, Any]) -> Refund:
    return Refund(**{**data, "created_at": datetime.fromisoformat(data["created_at"])})
