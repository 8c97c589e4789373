"""Column types that mean the same on SQLite STRICT tables and on PostgreSQL, and their words."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Integer, Text, types
from sqlalchemy.engine import Dialect

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
_to_json = json.JSONEncoder(allow_nan=False, ensure_ascii=False, separators=(",", ":")).encode
_from_json = json.JSONDecoder().decode

# STRICT tables know INTEGER, not BIGINT; SQLite's INTEGER has 64 bits.
Whole = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit whole number: minor units, counters, versions."""

NAMING = {
    "ck": "ck_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
}
"""What constraints are called, in either half."""


def listed(words: Iterable[str]) -> str:
    """The words as SQL has them behind ``in``."""
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"


class Utc(types.TypeDecorator[datetime]):
    """An aware UTC datetime, stored as whole milliseconds since 1970."""

    impl = Whole
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise TypeError("a time without a zone cannot be stored")
        return (value - EPOCH) // MILLISECOND

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        return None if value is None else EPOCH + timedelta(milliseconds=value)


class Json(types.TypeDecorator[Any]):
    """A JSON document as text: no NaN, members in the order they were given."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _to_json(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else _from_json(value)


class Units(types.TypeDecorator[int]):
    """Base units of a coin, up to 2^256: decimal text of one width, so that SQL compares it."""

    impl = Text
    cache_ok = True
    WIDTH = 78

    def process_bind_param(self, value: int | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        if type(value) is not int or not 0 <= value < 2**256:
            raise TypeError(f"{value!r} is no amount of base units")
        return f"{value:0{self.WIDTH}d}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)


class Exact(types.TypeDecorator[Decimal]):
    """A decimal number as text, digit for digit: amounts of coins fit no other column."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Flag(types.TypeDecorator[bool]):
    """Yes or no, stored as 1 or 0."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: bool | None, dialect: Dialect) -> int | None:
        return None if value is None else int(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> bool | None:
        return None if value is None else bool(value)
