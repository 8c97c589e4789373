"""The calls between servers (3, 7) and the webhook (4)."""

from __future__ import annotations

import base64
import json
from typing import Any, TypeVar

from pydantic import ValidationError

from ...errors import InvalidRequest, Unreadable
from ..strict_json import parse_object
from .error_codes import BoxoCode, refusal
from .orders import AnyJson, Message, OrderDetails, Reference, Text, faults
from .sdk import PaymentStatus

M = TypeVar("M", bound=Message)
LARGEST_BODY = 1024 * 1024


class CreateOrderPayment(Message):
    """POST ``create-order-payment`` (3.1)."""

    app_id: Reference
    client_id: Reference
    order: OrderDetails


class OrderPaymentCreated(Message):
    """Its answer (3.1, 7)."""

    order_payment_id: Reference


class GetPaymentStatus(Message):
    """POST ``get-payment-status`` (3.2)."""

    app_id: Reference
    client_id: Reference
    order_payment_id: Reference


class PaymentState(Message):
    """Its answer (3.2); ``payment_fail_reason`` is empty when nothing failed."""

    order_payment_id: Reference
    app_id: Reference
    client_id: Reference
    payment_status: PaymentStatus
    payment_fail_reason: str = ""


class CompleteOrder(Message):
    """POST ``complete-order``, host app to platform (7)."""

    order_payment_id: Reference
    app_id: Reference
    client_id: Reference
    payment_status: PaymentStatus
    payment_fail_reason: Text | None = None
    custom_attributes: AnyJson = None


class OrderWebhook(Message):
    """What the platform tells a miniapp's server (4)."""

    miniapp_order_id: str = ""
    hostapp_order_payment_id: Reference
    hostapp_client_id: Reference
    payment_status: PaymentStatus
    payment_fail_reason: str = ""
    custom_attributes: AnyJson = None


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a call. Raises `RequestError` (PARSING_ERROR_INVALID_REQUEST_BODY)."""
    try:
        return parse_object(body)
    except (Unreadable, InvalidRequest) as error:
        raise refusal(BoxoCode.PARSING_ERROR_INVALID_REQUEST_BODY, error.message) from None


def read_message(kind: type[M], data: Any, code: BoxoCode = BoxoCode.INVALID_ORDER_DATA) -> M:
    """The message that ``data`` is. Raises `RequestError` with ``code``."""
    try:
        return kind.model_validate(data, strict=False)
    except ValidationError as error:
        fields = faults(error)
        message = "; ".join(f"{place}: {why}" for place, why in list(fields.items())[:5])
        raise refusal(code, message, fields=fields) from None


def write(data: Any) -> bytes:
    """JSON in UTF-8, compact."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), default=str).encode()


def basic_authorization(app_id: str, secret_key: str, prefix: str = "Basic") -> str:
    """The ``Authorization`` of a webhook (4), or with another prefix of a call to a host (7)."""
    pair = base64.b64encode(f"{app_id}:{secret_key}".encode()).decode()
    return f"{prefix} {pair}"
