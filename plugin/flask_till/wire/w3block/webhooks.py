"""Events for a company's server, signed (9), and what it sees of them (8)."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from ...errors import BadSignature
from .message import LARGEST_ANSWER, Message
from .orders import OlderOrder
from .statuses import CREATED, OrderStatus, event_name
from .values import Moment, Text, Url, Uuid, Word

SIGNATURE = "x-w3block-commerce-signature"
TRIES = 5
MOST_TRIES = 15
"""``maxRetries``: all tries, the first one too (9). More than 15 would take days (designed)."""

FIRST_PAUSE = timedelta(seconds=10)
TIMEOUT = timedelta(seconds=10)
"""2xx within this is success (9)."""

END_OF_TIME = 253_402_300_800_000
"""The first millisecond of the year 10000."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)

EventName = Annotated[str, StringConstraints(pattern=r"^order\.[a-z_]{1,64}$")]
MaxRetries = Annotated[int, Field(ge=1, le=MOST_TRIES)]
SignatureKey = Annotated[str, StringConstraints(min_length=1, max_length=512), Field(repr=False)]


class OrderEvent(Message):
    """What happened to an order (9); ``timestamp`` in milliseconds since 1970."""

    data: OlderOrder
    event: EventName
    timestamp: Annotated[int, Field(ge=0, lt=END_OF_TIME)]

    @classmethod
    def created(cls, order: OlderOrder, at: datetime) -> OrderEvent:
        """The order is there."""
        return cls(data=order, event=CREATED, timestamp=milliseconds(at))

    @classmethod
    def changed(cls, order: OlderOrder, at: datetime) -> OrderEvent:
        """The order came to the status that it has."""
        return cls(data=order, event=event_name(order.status), timestamp=milliseconds(at))

    @property
    def at(self) -> datetime:
        """When it happened."""
        return _EPOCH + self.timestamp * _MILLISECOND

    @property
    def key(self) -> tuple[str, str, int]:
        """The same for each try of one event: a receiver acts on it once."""
        return (self.data.id, self.event, self.timestamp)


def sign(body: bytes, signature_key: str) -> str:
    """Lowercase hex HMAC-SHA256 of the raw body (9). Raises `ValueError` for an empty key."""
    if not signature_key:
        raise ValueError("an empty signature key would prove nothing")
    return hmac.new(signature_key.encode(), body, hashlib.sha256).hexdigest()


def signed_headers(body: bytes, signature_key: str) -> dict[str, str]:
    """The headers of a delivery (9); make them anew for other bytes."""
    return {"Content-Type": "application/json", SIGNATURE: sign(body, signature_key)}


def verify(headers: Mapping[str, str], body: bytes, signature_key: str) -> None:
    """Raises `BadSignature` unless the body was signed with this key; names in any case."""
    expected = sign(body, signature_key)
    given = [text for name, text in headers.items() if name.lower() == SIGNATURE]
    if len(given) != 1 or not hmac.compare_digest(
        expected.encode(), given[0].encode("utf-8", "replace")
    ):
        raise BadSignature("The event's signature does not fit.")


def read_event(
    headers: Mapping[str, str], body: bytes, signature_key: str, company_id: str
) -> OrderEvent:
    """The event, if it was signed with this key and is of this company's order.

    Verified before anything is parsed. Raises `BadSignature`, or `RequestError` (400) for a signed
    body that is no event. The signature has no time in it: see `OrderEvent.key`.
    """
    verify(headers, body, signature_key)
    event = OrderEvent.read(body, largest=LARGEST_ANSWER)
    if event.data.company_id != company_id:
        raise BadSignature("The event is another company's.")
    return event


def pause_after(tries: int, max_retries: int = TRIES) -> timedelta | None:
    """How long to wait after that many failed tries; None when it was the last (9)."""
    if tries >= max_retries:
        return None
    return FIRST_PAUSE * (1 << (tries - 1))


def new_signature_key() -> str:
    """A key of 256 bits, made once for a configuration (8)."""
    return secrets.token_hex(32)


class WebhookStatus(StrEnum):
    """How a delivery fares (8)."""

    SENDING = "sending"
    CONCLUDED = "concluded"
    FAILED = "failed"


class ConfigureWebhook(Message):
    """POST ``webhooks-configurations`` (8)."""

    webhook_url: Url
    max_retries: MaxRetries | None = None

    @property
    def tries(self) -> int:
        return self.max_retries or TRIES


class ChangeWebhook(Message):
    """PATCH ``webhooks-configurations/{configurationId}``: what is not given stays (8)."""

    webhook_url: Url | None = None
    max_retries: MaxRetries | None = None


class WebhookConfiguration(Message):
    """Where events go; the key never changes (8)."""

    id: Uuid
    company_id: Uuid
    webhook_url: Url
    signature_key: SignatureKey
    max_retries: MaxRetries
    disabled: bool
    created_at: Moment | None = None
    updated_at: Moment | None = None


class Sent(Message):
    """What was sent (8)."""

    url: Text
    headers: dict[str, Any] | None = None
    body: dict[str, Any] | None = None


class WebhookDelivery(Message):
    """One event on its way; ``errors`` counts the tries that failed (8)."""

    id: Uuid
    company_id: Uuid
    configuration_id: Uuid
    status: Word[WebhookStatus]
    errors: Annotated[int, Field(ge=0)]
    data: Sent
    last_result: dict[str, Any] | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class DispatchOrderEvent(Message):
    """POST ``/super-admin/orders/dispatch-order-event``: sends an event again (8)."""

    order_id: Uuid
    status: Word[OrderStatus]


def milliseconds(at: datetime) -> int:
    """Since 1970, as ``timestamp`` counts (9)."""
    return (at - _EPOCH) // _MILLISECOND
