"""Our order in Boxo's words, and Boxo's states in ours. No I/O. Sections are of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from ....errors import (
    BadSignature,
    Conflict,
    InvalidRequest,
    NotFound,
    RequestError,
    Unavailable,
    Unreadable,
)
from ....wire.boxo.error_codes import BoxoCode, error_body
from ....wire.boxo.messages import CreateOrderPayment
from ....wire.boxo.orders import LONGEST, OrderDetails, OrderItem
from ....wire.boxo.sdk import PaymentStatus
from ...order import CANCELLED, EXPIRED, PAID, PENDING, DeskSnapshot, Order, OrderLine
from ..exchange import is_address

LIFE = timedelta(minutes=30)
"""How long a payment waits for its shopper (9); the protocol does not tell when it ends."""
PATIENCE = timedelta(minutes=30)
"""How long after that a payment may still be in process before its order counts as expired."""
TIME_IS_OVER = "expired"
MOST_ITEMS = 1000

STATUS: Mapping[PaymentStatus, str] = {
    PaymentStatus.IN_PROCESS: PENDING,
    PaymentStatus.PAID: PAID,
    PaymentStatus.CANCELLED: CANCELLED,
    PaymentStatus.FAILED: CANCELLED,
}
"""Each word of section 9 in ours, before it is asked why a payment was cancelled."""

GIVEN_UP = 2
VERSION: Mapping[PaymentStatus, int] = {
    PaymentStatus.IN_PROCESS: 1,
    PaymentStatus.CANCELLED: 3,
    PaymentStatus.FAILED: 3,
    PaymentStatus.PAID: 4,
}
"""Which state is the later one; what only we gave up comes before all that the platform ends."""


def create_body(
    order: Order, app_id: str, client_id: str, hostapp_user_id: str | None
) -> dict[str, Any]:
    """What ``create-order-payment`` is asked (3.1): decimals as exact texts."""
    details = OrderDetails(
        currency=order.total.currency,
        amount=order.total.decimal,
        subtotal_amount=order.subtotal.decimal,
        shipping_amount=order.delivery.decimal,
        discount_amount=-order.discount.decimal,
        note=order.number,
        miniapp_order_id=order.id,
        hostapp_user_id=hostapp_user_id,
        items=[_item(line, order.origin) for line in order.lines[:MOST_ITEMS]],
        custom_attributes={"number": order.number},
    )
    return CreateOrderPayment(app_id=app_id, client_id=client_id, order=details).to_data()


def _item(line: OrderLine, origin: str | None) -> OrderItem:
    image = urljoin(f"{origin}/", line.image) if line.image and origin else line.image or ""
    return OrderItem(
        product_name=line.name[:LONGEST],
        product_sku=line.product_id[:LONGEST],
        product_image_url=image if is_address(image, LONGEST) else None,
        quantity=line.quantity,
        price=line.unit_price.decimal,
    )


def snapshot_of(
    order_id: str,
    payment_id: str,
    status: PaymentStatus,
    reason: str = "",
    *,
    live: bool,
    order_url: str,
) -> DeskSnapshot:
    """The payment as we see it. The protocol tells neither amounts nor refunds."""
    ours = STATUS[status]
    if status == PaymentStatus.CANCELLED and reason == TIME_IS_OVER:
        ours = EXPIRED
    return DeskSnapshot(
        external_id=order_id,
        desk_order_id=payment_id,
        version=VERSION[status],
        status=ours,
        amount=None,
        refunded=None,
        live=live,
        order_url=order_url,
    )


_KINDS: tuple[tuple[type[RequestError], BoxoCode], ...] = (
    (Unavailable, BoxoCode.UNKNOWN_ERROR),  # the one after which the platform calls again (4)
    (BadSignature, BoxoCode.INVALID_SIGNATURE),
    (NotFound, BoxoCode.ORDER_NOT_FOUND),
    (Unreadable, BoxoCode.PARSING_ERROR_INVALID_REQUEST_BODY),
    (InvalidRequest, BoxoCode.INVALID_ORDER_DATA),
    (Conflict, BoxoCode.DATA_INTEGRITY_ERROR),
)
_CODES: Mapping[str, BoxoCode] = {
    "ORDER_CHANGED": BoxoCode.UNKNOWN_ERROR,
    "ORDER_STATE": BoxoCode.INVALID_PAYMENT_STATUS,
}


def answer_of(error: RequestError | None) -> dict[str, str]:
    """What a webhook is answered, with HTTP 200 in all cases (4)."""
    if error is None:
        return {"code": "SUCCESS"}
    if error.code in BoxoCode.__members__:
        return error_body(error)
    by_kind = (code for kind, code in _KINDS if isinstance(error, kind))
    code = _CODES.get(error.code) or next(by_kind, BoxoCode.PROCESS_FAIL)
    return {"error_code": str(code), "error_message": error.message}
