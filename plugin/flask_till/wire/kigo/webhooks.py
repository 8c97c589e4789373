"""What a partner is told about its orders, and the signature that proves it (7).

Verify the bytes as they came, before anything is parsed.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from ...errors import BadSignature, SettingsError
from .error_codes import KigoCode
from .message import Message
from .orders import Status, ToldOrder
from .values import ExternalId, Moment, Word

SIGNATURE = "Kigo-Signature"
TOLERANCE = 300
"""Seconds that the moment of signing may be off, either way."""
TIMEOUT = 10
"""Seconds within which a partner has to answer with 2xx."""
SCHEDULE = (10, 60, 300, 1800, 7200)
"""Seconds between tries; after the last the event is given up."""

_LONGEST_HEADER = 1024
_MOST_SIGNATURES = 5
_MOMENT = re.compile("[0-9]+")
_HEX = re.compile("[0-9a-f]{64}")


class EventType(StrEnum):
    """What happened (7)."""

    CREATED = "order.created"
    CLAIMED = "order.claimed"
    EXPIRED = "order.expired"
    CANCELLED = "order.cancelled"


EVENT_OF: Mapping[Status, EventType] = {
    Status.UNCLAIMED: EventType.CREATED,
    Status.CLAIMED: EventType.CLAIMED,
    Status.EXPIRED: EventType.EXPIRED,
    Status.CANCELLED: EventType.CANCELLED,
}
"""The event that tells of each status; each of them happens to an order at most once."""


class EventData(Message):
    """The order as it was then (7)."""

    order: ToldOrder


class Event(Message):
    """A webhook's body (7); ``id`` stays the same over its retries."""

    id: ExternalId
    type: Word[EventType]
    created_at: Moment
    data: EventData


def sign(secret: str, body: bytes, now: int) -> dict[str, str]:
    """The header that proves these bytes; ``now`` in unix seconds. Make it anew for each try.

    Raises `SettingsError` for an empty secret.
    """
    return {SIGNATURE: f"t={now},v1={_made(secret, str(now), body)}"}


def verify(secrets: Sequence[str], header: str | None, body: bytes, now: int) -> None:
    """Raises `BadSignature` (401) unless one of the secrets signed these bytes; ``now`` as above.

    Exactly 300 s is still accepted, either way. A header may carry several signatures, for a
    secret that is being changed, and elements that are not known yet.
    """
    moment, offered = _parts(header or "")
    if abs(now - int(moment)) > TOLERANCE:
        raise _refused()
    mine = [_made(secret, moment, body) for secret in secrets]
    # All pairs are compared, so that the time taken does not say which of them came close.
    fits = [hmac.compare_digest(one, other) for one in mine for other in offered]
    if not any(fits):
        raise _refused()


def read_event(secrets: Sequence[str], header: str | None, body: bytes, now: int) -> Event:
    """The event, if it is signed. Raises `BadSignature`, or `RequestError` for what is no event."""
    verify(secrets, header, body, now)
    return Event.read(body)


def _parts(header: str) -> tuple[str, list[str]]:
    """The moment and the signatures. Raises `BadSignature`."""
    if len(header) > _LONGEST_HEADER:
        raise _refused()
    pairs = [part.strip(" ").partition("=") for part in header.split(",")]
    moments = [value for name, _, value in pairs if name == "t"]
    offered = [value for name, _, value in pairs if name == "v1"]
    if len(moments) != 1 or not _MOMENT.fullmatch(moments[0]):
        raise _refused()
    fit = [value for value in offered[:_MOST_SIGNATURES] if _HEX.fullmatch(value)]
    return moments[0], fit


def _made(secret: str, moment: str, body: bytes) -> str:
    """Hex HMAC-SHA256 of ``<t>.<raw body>``."""
    if not secret:
        raise SettingsError("A webhook's secret must not be empty.")
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def _refused() -> BadSignature:
    return BadSignature("The webhook's signature does not fit.", code=KigoCode.UNAUTHORIZED)
