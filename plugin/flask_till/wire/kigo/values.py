"""Texts, ids, moments, addresses and metadata that several messages share (2)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, StringConstraints

from ..strict_json import DEEPEST
from .message import write

E = TypeVar("E")
Word = Annotated[E, Field(strict=False)]
"""A word of an enum: ``Word[Status]``."""

LONGEST_ID = 255
"""Characters of an id that the partner chose (3.2, 4.1)."""
LARGEST_METADATA = 4096
"""Bytes of metadata, written as JSON without spaces (4.1)."""
DEEPEST_METADATA = DEEPEST - 3
"""Levels of metadata: a list of orders or a webhook puts three around them."""
LONGEST_URL = 2048

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
# Visible ASCII without what a browser and a parser read differently, or what ends an attribute.
_WEB = re.compile(r"[Hh][Tt][Tt][Pp][Ss]?://[!#-;=?-\[\]_a-z~]+")


def is_storable(text: str) -> bool:
    """Whether every database can keep it: no NUL, no half of a surrogate pair."""
    return not _UNSTORABLE.search(text)


def _storable(text: str) -> str:
    if not is_storable(text):
        raise ValueError("must not hold a NUL or half of a surrogate pair")
    return text


def _bare(text: str) -> str:
    if text != text.strip():
        raise ValueError("must not begin or end with a blank")
    return text


def _said(value: Any) -> Any:
    if value is None:
        raise ValueError("must not be null; leave it out")
    return value


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text.lower()):
        raise ValueError("must be a UUID")
    return text.lower()


def check_web_url(text: str) -> str:
    """An http(s) address with a host, without credentials, fit for a link. Raises `ValueError`."""
    try:
        parts = urlsplit(text)
        fits = bool(parts.hostname) and "@" not in parts.netloc and parts.port != 0
    except ValueError:
        fits = False
    if not fits or not _WEB.fullmatch(text):
        raise ValueError("must be an http or https address")
    return text


Said = BeforeValidator(_said)
"""For a member that may be left out but must not be null."""

Text = Annotated[str, StringConstraints(max_length=10_000), AfterValidator(_storable)]
Label = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_storable)]
ExternalId = Annotated[
    str, StringConstraints(min_length=1, max_length=LONGEST_ID), AfterValidator(_storable)
]
"""An id that the partner chose, kept as given; counted in characters (9.10)."""
OrderKey = Annotated[ExternalId, AfterValidator(_bare)]
"""``external_order_id``: without blanks around it, compared exactly (4.2)."""
Uuid = Annotated[str, StringConstraints(max_length=36), AfterValidator(_uuid)]
"""In lower case, whatever its version."""
Secret = Annotated[
    str, StringConstraints(min_length=1, max_length=8192), AfterValidator(_storable),
    Field(repr=False),
]  # fmt: skip
"""A secret that somebody presents; never in a repr."""
HeaderSecret = Annotated[
    str, StringConstraints(pattern=r"^[\x21-\x7e]{1,8192}$"), Field(repr=False)
]
"""A secret that will travel in a header."""
Mail = Annotated[str, StringConstraints(max_length=254), AfterValidator(_storable)]
WebUrl = Annotated[str, StringConstraints(max_length=LONGEST_URL), AfterValidator(check_web_url)]

# ---- moments ----

_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,9}))?(?:Z|\+00:00)"
)


def read_moment(text: str) -> datetime:
    """``2026-03-02T10:00:00.000Z``, with or without a fraction. Raises `ValueError`."""
    match = _MOMENT.fullmatch(text)
    if not match:
        raise ValueError("must be a moment in UTC, like 2026-03-02T10:00:00.000Z")
    whole = datetime.fromisoformat(match[1]).replace(tzinfo=UTC)
    return whole.replace(microsecond=int((match[2] or "").ljust(6, "0")[:6]))


def write_moment(moment: datetime) -> str:
    """In UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(value: Any) -> datetime:
    if isinstance(value, str):
        value = read_moment(value)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError("must be a moment in UTC, as a text")
    moment = value.astimezone(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


Moment = Annotated[datetime, BeforeValidator(_moment), PlainSerializer(write_moment)]
"""UTC, kept to the millisecond that is sent."""

# ---- metadata ----


def _check_metadata(value: dict[str, Any]) -> dict[str, Any]:
    _check_part(value, DEEPEST_METADATA)
    if len(write(value)) > LARGEST_METADATA:
        raise ValueError(f"must not be more than {LARGEST_METADATA} bytes of JSON")
    return value


def _check_part(value: Any, depth: int) -> None:
    if isinstance(value, str):
        _storable(value)
    elif isinstance(value, dict | list):
        if not depth:
            raise ValueError(f"must not be deeper than {DEEPEST_METADATA} levels")
        for part in [*value, *value.values()] if isinstance(value, dict) else value:
            _check_part(part, depth - 1)
    elif not (value is None or isinstance(value, bool | int | Decimal)) or _is_endless(value):
        raise ValueError("must be JSON; a fraction is a Decimal")


def _is_endless(value: Any) -> bool:
    return isinstance(value, Decimal) and not value.is_finite()


Metadata = Annotated[dict[str, Any], AfterValidator(_check_metadata)]
"""An object of the partner's own, echoed digit for digit; fractions are `Decimal` (4.1)."""
