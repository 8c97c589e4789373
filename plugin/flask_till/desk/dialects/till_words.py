"""Our orders in the words of ``/v1``, and its requests in ours. Total: a test walks every state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ...wire import till
from ..actions.events import Event
from ..order import (
    CANCELLED,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    Adjustment,
    Line,
    Order,
    OrderDraft,
    Payment,
    Refund,
    Share,
    members,
)

STATUS: Mapping[str, till.OrderStatus] = {
    PENDING: till.OrderStatus.PENDING,
    PROCESSING: till.OrderStatus.PROCESSING,
    PAID: till.OrderStatus.PAID,
    PARTIALLY_REFUNDED: till.OrderStatus.PARTIALLY_REFUNDED,
    REFUNDED: till.OrderStatus.REFUNDED,
    CANCELLED: till.OrderStatus.CANCELLED,
    EXPIRED: till.OrderStatus.EXPIRED,
}
STATE: Mapping[till.OrderStatus, str] = {word: state for state, word in STATUS.items()}

LARGEST_PAGE = 100
"""Orders of one page of a list."""
CURSOR = r"([0-9]{1,14})\.([\x21-\x7e]{1,128})"
"""Where the next page goes on: the moment and the id of the last order of this one."""


def draft_of(asked: till.OrderCreate) -> OrderDraft:
    return OrderDraft(
        external_id=asked.external_id,
        amount=till.money(asked.amount, asked.currency),
        lines=tuple(Line(**line.model_dump()) for line in asked.lines),
        adjustments=tuple(Adjustment(**one.model_dump()) for one in asked.adjustments),
        shares=tuple(Share(**share.model_dump()) for share in asked.shares),
        description=asked.description,
        locale=asked.locale,
        redirect_url=asked.redirect_url,
        opener_origin=asked.opener_origin,
        methods=None if asked.methods is None else tuple(asked.methods),
        expires_in=asked.expires_in,
        late_money=asked.late_money.value,
        shopper=asked.shopper.model_dump(exclude_none=True),
        metadata=asked.metadata,
    )


def page_url(page_address: str, order_id: str) -> str:
    return f"{page_address}?{urlencode({'orderId': order_id})}"


def order_message(order: Order, page_address: str) -> till.Order:
    return till.Order.model_construct(**_members(order, page_address))


def created_message(order: Order, page_address: str, token: str) -> till.CreatedOrder:
    return till.CreatedOrder.model_construct(**_members(order, page_address), token=token)


def event_message(event: Event, page_address: str) -> till.Event:
    return till.Event(
        id=event.id,
        kind=till.EventKind(event.kind),
        order_id=event.order_id,
        seq=event.seq,
        created_at=till.to_time(event.created_at) or "",
        data=order_message(event.order, page_address),
    )


def refund_message(refund: Refund) -> till.Refund:
    return till.Refund(
        id=refund.id,
        amount=refund.amount,
        status=refund.status,
        reason=refund.reason,
        created_at=till.to_time(refund.created_at) or "",
    )


def _payment_message(payment: Payment) -> till.Payment:
    return till.Payment(
        id=payment.id,
        gateway=payment.gateway,
        method=payment.method,
        status=payment.status,
        reason=payment.reason,
    )


def _members(order: Order, page_address: str) -> dict[str, Any]:
    return {
        "id": order.id,
        "external_id": order.external_id,
        "status": STATUS[order.status],
        "version": order.version,
        "amount": order.amount.minor,
        "amount_refunded": order.refunded.minor,
        "currency": order.amount.currency,
        "lines": [till.Line.model_construct(**members(line)) for line in order.lines],
        "adjustments": [till.Adjustment.model_construct(**members(a)) for a in order.adjustments],
        "shares": [till.Share.model_construct(**members(share)) for share in order.shares],
        "description": order.description,
        "locale": order.locale,
        "redirect_url": order.redirect_url,
        "methods": None if order.methods is None else list(order.methods),
        "late_money": till.LateMoney(order.late_money),
        "shopper": till.Shopper.model_construct(**dict(order.shopper)),
        "metadata": dict(order.metadata),
        "live": order.live,
        "payment": None if order.payment is None else _payment_message(order.payment),
        "refunds": [refund_message(refund) for refund in order.refunds],
        "order_url": page_url(page_address, order.id),
        "created_at": till.to_time(order.created_at),
        "expires_at": till.to_time(order.expires_at),
        "paid_at": till.to_time(order.paid_at),
        "ended_at": till.to_time(order.ended_at),
    }
