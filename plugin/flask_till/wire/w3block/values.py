"""Ids, moments, addresses and words that several messages share (2, 3)."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from enum import StrEnum
from string import ascii_uppercase, digits
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from ...errors import NotFound
from ..eip55 import checksummed

E = TypeVar("E")
Word = Annotated[E, Field(strict=False)]
"""A word of an enum: ``Word[PaymentMethod]``."""

MOST_OF_A_PRODUCT = 1_000_000
MOST_PRODUCTS = 200
"""Lines of an order (designed), and how many pieces one may be of."""

HEX = "[0-9a-fA-F]"
_UUID = f"^{HEX}{{8}}(-{HEX}{{4}}){{3}}-{HEX}{{12}}$"
_NO_BLANK = r"[^\s\\\x00-\x1f\x7f]"

Uuid = Annotated[str, StringConstraints(pattern=_UUID, to_lower=True)]
"""An id, in lower case however it came (2)."""

Text = Annotated[str, StringConstraints(max_length=10_000)]
Label = Annotated[str, StringConstraints(max_length=1000)]
Url = Annotated[
    str,
    StringConstraints(
        max_length=2048,
        pattern=rf"^https?://[^\s\\/?#@\x00-\x1f\x7f]+([/?#]{_NO_BLANK}*)?$",
    ),
]
"""http or https with a host, without a user name in it."""

Wallet = Annotated[str, StringConstraints(pattern=f"^0x{HEX}{{40}}$")]
"""An address on an EVM chain, spelled as it came (3)."""

Destination = Annotated[
    str,
    StringConstraints(pattern=f"^(0x{HEX}{{40}})?$"),
    AfterValidator(lambda text: text and checksummed(text)),
]
"""As `Wallet`, where tokens are to go: its check digits are looked at, or put in (EIP-55).

Storefronts send an empty text for none."""

Mail = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+$")
]
DeliverId = Annotated[str, StringConstraints(pattern="^[A-Z0-9]{6}$")]
"""Six letters and digits (5)."""

_WHOLE = re.compile(r"[1-9][0-9]{0,6}")
_DELIVER_ID = re.compile(r"[A-Za-z0-9]{6}")
_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z")


class PaymentMethod(StrEnum):
    """How a part of an order is paid (4)."""

    CREDIT_CARD = "credit_card"
    DEBIT_CARD = "debit_card"
    PIX = "pix"
    CRYPTO = "crypto"
    TRANSFER = "transfer"
    BILLET = "billet"
    GOOGLE_PAY = "google_pay"
    APPLE_PAY = "apple_pay"


class PaymentProvider(StrEnum):
    """Who moves the money (4); ``free`` when there is none to move."""

    PAGAR_ME = "pagar_me"
    PAYPAL = "paypal"
    TRANSFER = "transfer"
    STRIPE = "stripe"
    ASAAS = "asaas"
    CRYPTO = "crypto"
    FREE = "free"
    BRAZA = "braza"


class AmountType(StrEnum):
    """What the ``amount`` of a part counts (3)."""

    PERCENTAGE = "percentage"
    FIXED = "fixed"
    ALL_REMAINING = "all_remaining"


def _quantity(value: Any) -> Any:
    if isinstance(value, str) and not _WHOLE.fullmatch(value):
        raise ValueError("must be a whole number from 1")
    if not isinstance(value, str) and type(value) is not int:
        raise ValueError("must be a whole number, or its text")
    if not 1 <= int(value) <= MOST_OF_A_PRODUCT:
        raise ValueError(f"must be from 1 to {MOST_OF_A_PRODUCT}")
    return value


Quantity = Annotated[str | int, BeforeValidator(_quantity)]
"""How many: a whole number or its text, and it stays what it was (3)."""


def read_moment(text: str) -> datetime:
    """``2026-03-02T10:00:00.000Z``, with or without a fraction. Raises `ValueError`."""
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError("must be a time like 2026-03-02T10:00:00.000Z")
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    return whole.replace(microsecond=int((match[2] or "").ljust(6, "0")[:6]))


def write_moment(moment: datetime) -> str:
    """ISO 8601 in UTC with milliseconds (2); a moment without a zone is a `ValueError`."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = read_moment(value)
    if not isinstance(value, datetime):
        raise ValueError("must be a time, as a text")
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    moment = value.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(write_moment)]
"""UTC, kept to the millisecond that is sent (2)."""


def read_id(text: str) -> str:
    """An id in lower case. Raises `ValueError` for what is no UUID."""
    if not re.fullmatch(_UUID.strip("^$"), text):
        raise ValueError("must be a UUID")
    return text.lower()


def path_id(text: str) -> str:
    """An id in a path, in lower case. Raises `NotFound` (2): no such id can exist."""
    try:
        return read_id(text)
    except ValueError:
        raise NotFound("Not Found") from None


def path_deliver_id(text: str) -> str:
    """A ``deliverId`` in a path, in upper case. Raises `NotFound` (7)."""
    if not _DELIVER_ID.fullmatch(text):
        raise NotFound("Not Found")
    return text.upper()


def new_deliver_id() -> str:
    """Six letters and digits by chance, 31 bits: unique only if the table sees to it (5)."""
    return "".join(secrets.choice(ascii_uppercase + digits) for _ in range(6))
