"""What a company's server does with an order (8), and the desk's own test gateway (8)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from ...errors import RequestError
from .error_codes import W3blockCode, refusal
from .message import Message
from .statuses import Happening, OrderStatus
from .values import PaymentProvider, Word


class CompanyCall(StrEnum):
    """The last part of the path of a PATCH without a body, answered 204 (8)."""

    CANCEL = "cancel"
    FORCE_DELIVER = "force-deliver"
    APPROVE_PAYMENT = "approve-payment"


HAPPENING: Mapping[CompanyCall, Happening] = {
    CompanyCall.CANCEL: Happening.CANCEL,
    CompanyCall.FORCE_DELIVER: Happening.FORCE_DELIVER,
    CompanyCall.APPROVE_PAYMENT: Happening.PAID,
}
"""What each call makes happen (6)."""


class GatewayWord(StrEnum):
    """What the test gateway can be made to say (8)."""

    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"


SAYS: Mapping[GatewayWord, Happening] = {
    GatewayWord.PROCESSING: Happening.PAYMENT_UNDER_WAY,
    GatewayWord.PAID: Happening.PAID,
    GatewayWord.FAILED: Happening.PAYMENT_STOPPED,
}
"""What each word makes happen (6); an order that is pending stays so when a payment fails."""


class GatewayEvent(Message):
    """POST ``/test-gateway/{providerTransactionId}/events`` (8)."""

    event: Word[GatewayWord]


def check_approvable(status: OrderStatus, provider: PaymentProvider | None) -> None:
    """Raises `RequestError` 400 ``invalid-order-status`` unless the order waits for a transfer
    that somebody has to see on an account (6, 8)."""
    waits = status in {OrderStatus.PENDING, OrderStatus.CONFIRMING_PAYMENT}
    if not waits or provider != PaymentProvider.TRANSFER:
        raise _not_approvable()


def _not_approvable() -> RequestError:
    return refusal(
        W3blockCode.INVALID_ORDER_STATUS, "Only a transfer that is awaited can be approved."
    )
