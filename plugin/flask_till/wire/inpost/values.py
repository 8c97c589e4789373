"""Texts, phone numbers, moments and words that several messages share (4.0)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, TypeVar

from pydantic import (
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

from .message import Message, WrongShape

E = TypeVar("E")
Word = Annotated[E, Field(strict=False)]
"""A word of an enum: ``Word[DeliveryType]``."""

Text = Annotated[str, StringConstraints(max_length=10_000)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
Id = Annotated[str, StringConstraints(pattern=r"^[^\x00-\x1f\x7f]{1,255}$")]
Url = Annotated[str, StringConstraints(max_length=4096, pattern=r"^[Hh][Tt][Tt][Pp][Ss]?://\S+$")]
Mail = Annotated[str, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")]
Country = Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")]


class DeliveryType(StrEnum):
    """How an order gets to the shopper (4.0): parcel locker, courier, or by mail."""

    APM = "APM"
    COURIER = "COURIER"
    DIGITAL = "DIGITAL"


class DeliveryCode(StrEnum):
    """Delivery services known to all (4.0); a shop may have codes of its own."""

    CASH_ON_DELIVERY = "COD"
    WEEKEND = "PWW"
    GIFT_WRAPPING = "GW"


class PaymentType(StrEnum):
    """Payment types known today (4.0). The set is open: messages carry `PaymentName`."""

    CARD = "CARD"
    CARD_TOKEN = "CARD_TOKEN"  # noqa: S105 - a way to pay
    GOOGLE_PAY = "GOOGLE_PAY"
    APPLE_PAY = "APPLE_PAY"
    BLIK_CODE = "BLIK_CODE"
    BLIK_TOKEN = "BLIK_TOKEN"  # noqa: S105 - a way to pay
    PAY_BY_LINK = "PAY_BY_LINK"
    SHOPPING_LIMIT = "SHOPPING_LIMIT"
    DEFERRED_PAYMENT = "DEFERRED_PAYMENT"
    CASH_ON_DELIVERY = "CASH_ON_DELIVERY"
    FREE_ORDER = "FREE_ORDER"


PaymentName = Annotated[str, StringConstraints(pattern="^[A-Za-z0-9_-]{1,64}$")]


class Currency(StrEnum):
    """PLN only (4.0)."""

    PLN = "PLN"


def _number_as_text(value: Any) -> Any:
    whole_or_fraction = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return format(value, "f" if isinstance(value, Decimal) else "d") if whole_or_fraction else value


ProductId = Annotated[Id, BeforeValidator(_number_as_text)]
"""As the shop sent it; a number is taken for its text (3.5)."""

_MOMENT = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?Z")


def read_moment(text: str) -> datetime:
    """``2023-05-11T15:02:23.429Z``, with or without a fraction. Raises `ValueError`."""
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError("a moment is written 2023-05-11T15:02:23.429Z")
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    return whole.replace(microsecond=int((match[2] or "").ljust(6, "0")[:6]))


def write_moment(moment: datetime) -> str:
    """In UTC with milliseconds: ``2023-05-11T15:02:23.429Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = read_moment(value)
    if not isinstance(value, datetime):
        raise WrongShape("a moment is a text")
    if value.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    moment = value.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(write_moment)]
"""UTC, kept to the millisecond that is sent."""


class Phone(Message):
    """A phone number: prefix with ``+``, and digits; nine of them in Poland (2.5, 4.0)."""

    country_prefix: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,3}$")]
    phone: Annotated[str, StringConstraints(pattern="^[0-9]{4,15}$")]

    @model_validator(mode="after")
    def _nine_digits_in_poland(self) -> Phone:
        if self.country_prefix == "+48" and len(self.phone) != 9:
            raise ValueError("a Polish number has nine digits")
        return self

    @property
    def masked(self) -> str:
        """``50*****67``: two digits, five asterisks, two digits (2.4)."""
        return f"{self.phone[:2]}*****{self.phone[-2:]}"

    def __str__(self) -> str:
        return self.country_prefix + self.phone


class Parameter(Message):
    """A ``{key, value}`` of the shop's own, e.g. for analytics; comes back in the order (4.1.1)."""

    key: Label
    value: Text


class NoticeType(StrEnum):
    ERROR = "ERROR"
    ATTENTION = "ATTENTION"


class Notice(Message):
    """Something to tell the shopper, once (4.1.1)."""

    type: Word[NoticeType]
    description: Text
