"""What a shop tells of an order (2.10), and the list of orders (2.3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from hashlib import sha256
from typing import Any

from flask import Response

from ....errors import Conflict
from ....wire.inpost.error_codes import WalletCode, refusal
from ....wire.inpost.message import write
from ....wire.inpost.order_events import MerchantOrderEvent
from ....wire.inpost.statuses import OrderStatus
from ....wire.inpost.values import write_moment
from ...actions.order_news import ShopNews, hear_shop, order_of_shop, page_of_orders
from ...linked_basket import (
    COMPLETED,
    FAILED,
    PAID,
    PLACING,
    PROCESSING,
    REJECTED,
    InpostMerchant,
    WalletOrder,
)
from .admission import page_of_query
from .answers import JSON, body_of
from .baskets import page
from .front import Front

THEIR_WORDS: Mapping[str, OrderStatus] = {
    PLACING: OrderStatus.ORDER_PROCESSING,
    PROCESSING: OrderStatus.ORDER_PROCESSING,
    PAID: OrderStatus.ORDER_PROCESSING,
    REJECTED: OrderStatus.ORDER_REJECTED,
    COMPLETED: OrderStatus.ORDER_COMPLETED,
    FAILED: OrderStatus.ORDER_REJECTED,
}
"""The contract's word for each status of ours (4.5). Total."""
OUR_WORDS: Mapping[OrderStatus, str] = {
    OrderStatus.ORDER_COMPLETED: COMPLETED,
    OrderStatus.ORDER_REJECTED: REJECTED,
}


def hear(front: Front, merchant: InpostMerchant, order_id: str) -> Response:
    """POST order event: 200, also for a repeat (7.5). Ending an unpaid order ends its payment."""
    event = body_of(MerchantOrderEvent)
    news = _news(event)
    take = partial(
        hear_shop, merchant_id=merchant.merchant_id, merchant_order_id=order_id, news=news
    )
    order = front.database.read(order_of_shop, merchant.merchant_id, order_id)
    if news.status is None or order.order_id is None or order.status != PROCESSING:
        front.database.write(take)
    else:
        try:
            front.cashier.cancel(order.order_id, along=take)
        except Conflict:  # its money came first, or its time was over: see how it stands now
            front.database.write(take)
    return Response(b"{}", 200, mimetype=JSON)


def _news(event: MerchantOrderEvent) -> ShopNews:
    told = event.event_data
    if told.order_status == OrderStatus.ORDER_PROCESSING:
        raise refusal(WalletCode.STATUS_ORDER_ERROR, "ORDER_PROCESSING is for the wallet to say.")
    parcels = told.delivery_references_list
    return ShopNews(
        event_id=event.event_id,
        fingerprint=sha256(event.to_bytes()).hexdigest(),
        status=None if told.order_status is None else OUR_WORDS[told.order_status],
        status_text=told.order_merchant_status_description,
        parcels=None if parcels is None else tuple(parcels),
        delivery=None if told.delivery is None else json.loads(write(told.delivery.to_data())),
    )


def list_all(front: Front, merchant: InpostMerchant) -> Response:
    """GET orders (2.3): those that the merchant made for the wallet, a page at a time."""
    page_index, page_size = page_of_query()
    found, total = front.database.read(
        page_of_orders, merchant.merchant_id, page_index=page_index, page_size=page_size
    )
    return page([_listed(order) for order in found], page_index, page_size, total)


def _listed(order: WalletOrder) -> dict[str, Any]:
    return {
        "order_id": order.merchant_order_id,
        "inpost_basket_id": order.linked_basket_id,
        "order_status": THEIR_WORDS[order.status].value,
        "payment_status": order.payment_status,
        "order_merchant_status_description": order.status_text or "",
        "delivery_references_list": list(order.parcels),
        "updated_at": write_moment(order.updated_at),
        "order": dict(order.content or {}),
    }
