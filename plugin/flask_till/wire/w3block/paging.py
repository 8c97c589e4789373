"""Lists: what their query may say, and the page that answers (2, 7, 8).

An array arrives as ``status[]=pending&status[]=concluded`` or as a repeated ``status=`` (2).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Generic, TypeVar
from urllib.parse import urlencode

from pydantic import Field

from .message import Message, invalid
from .statuses import OrderStatus
from .values import PaymentMethod, PaymentProvider, read_id, read_moment

T = TypeVar("T")
V = TypeVar("V")

PAGE, LIMIT = 1, 10
LARGEST_LIMIT = 100
"""A larger ``limit`` counts as this; ``itemsPerPage`` of the answer says so (designed)."""

LAST_PAGE = 1_000_000
LONGEST_SEARCH = 250
MOST_WORDS = 50
LONGEST_FAULT = 200
_NUMBER = re.compile(r"[0-9]{1,7}")
_BROKEN = re.compile("[\x00\ud800-\udfff]")


class Direction(StrEnum):
    """``orderBy`` (2)."""

    ASC = "ASC"
    DESC = "DESC"


class Query:
    """The parameters of a query, decoded. Reading raises `RequestError` 400 validation-error."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            if _BROKEN.search(value):
                raise invalid("The query holds a NUL or half of a surrogate pair.")
            self._values.setdefault(name.removesuffix("[]"), []).append(value)

    def all(self, name: str) -> list[str]:
        """All values of an array, empty ones left out."""
        found = [value for value in self._values.get(name, []) if value]
        if len(found) > MOST_WORDS:
            raise invalid(f"{name}: must hold no more than {MOST_WORDS}")
        return found

    def one(self, name: str) -> str | None:
        """The value; None when absent or empty. Twice with different values is refused."""
        found = set(self.all(name))
        if len(found) > 1:
            raise invalid(f"{name}: must be given once")
        return found.pop() if found else None

    def whole(self, name: str, otherwise: int, largest: int) -> int:
        """A number from 1."""
        text = self.one(name)
        if text is None:
            return otherwise
        if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= largest:
            raise invalid(f"{name}: must be a number from 1 to {largest}")
        return int(text)

    def flag(self, name: str) -> bool:
        """``true`` or ``false``; false when absent."""
        text = self.one(name)
        if text not in (None, "true", "false"):
            raise invalid(f"{name}: must be true or false")
        return text == "true"

    def read(self, name: str, reader: Callable[[str], V]) -> V | None:
        """The value as ``reader`` takes it; its `ValueError` is a refusal."""
        text = self.one(name)
        return None if text is None else _taken(name, text, reader)

    def words(self, name: str, reader: Callable[[str], V]) -> tuple[V, ...]:
        """As `read`, for an array; each value once, in the order given."""
        return tuple(dict.fromkeys(_taken(name, text, reader) for text in self.all(name)))


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What every list may be asked (2)."""

    page: int = PAGE
    limit: int = LIMIT
    search: str | None = None
    sort_by: tuple[str, ...] = ()
    order_by: Direction = Direction.DESC

    @classmethod
    def read(cls, query: Query, sortable: Collection[str] = ()) -> ListQuery:
        """Raises `RequestError` 400 validation-error, also for a column that is not sortable."""
        search = query.one("search")
        if search is not None and len(search) > LONGEST_SEARCH:
            raise invalid(f"search: must be no longer than {LONGEST_SEARCH}")
        return cls(
            page=query.whole("page", PAGE, LAST_PAGE),
            limit=min(query.whole("limit", LIMIT, LAST_PAGE), LARGEST_LIMIT),
            search=search,
            sort_by=query.words("sortBy", _one_of(sortable)),
            order_by=query.read("orderBy", Direction) or Direction.DESC,
        )

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.page - 1) * self.limit


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders: the first two for everybody (7), the others for the company (8)."""

    statuses: tuple[OrderStatus, ...] = ()
    created_on: date | None = None
    created_from: datetime | None = None
    created_until: datetime | None = None
    user_id: str | None = None
    currency_id: str | None = None
    payment_method: PaymentMethod | None = None
    payment_provider: PaymentProvider | None = None
    utm_campaign: str | None = None
    product_id: str | None = None

    @classmethod
    def read(cls, query: Query) -> OrderFilter:
        """What a buyer's list takes (7). Raises `RequestError` 400 validation-error."""
        return cls(
            statuses=query.words("status", OrderStatus),
            created_on=query.read("createdAt", _day),
        )

    @classmethod
    def read_all(cls, query: Query) -> OrderFilter:
        """What a company's list takes (8); as `read`."""
        return cls(
            statuses=query.words("status", OrderStatus),
            created_on=query.read("createdAt", _day),
            created_from=query.read("createdFrom", read_moment),
            created_until=query.read("createdUntil", read_moment),
            user_id=query.read("userId", read_id),
            currency_id=query.read("currencyId", read_id),
            payment_method=query.read("paymentMethod", PaymentMethod),
            payment_provider=query.read("paymentProvider", PaymentProvider),
            utm_campaign=query.one("utmCampaign"),
            product_id=query.read("productId", read_id),
        )


class PageMeta(Message):
    """How much there is (2)."""

    item_count: Annotated[int, Field(ge=0)]
    total_items: Annotated[int, Field(ge=0)] | None = None
    items_per_page: Annotated[int, Field(ge=0)]
    total_pages: Annotated[int, Field(ge=0)] | None = None
    current_page: Annotated[int, Field(ge=0)]


class PageLinks(Message):
    """Where the others are; an empty text where there is none (2)."""

    first: str | None = None
    prev: str | None = None
    next: str | None = None
    last: str | None = None


class Page(Message, Generic[T]):
    """One page of a list (2)."""

    items: list[T]
    meta: PageMeta
    links: PageLinks | None = None

    @classmethod
    def of(cls, items: Sequence[T], total: int, asked: ListQuery, address: str) -> Page[T]:
        """The answer; ``address`` is the list's own, without a query."""
        pages = -(-total // asked.limit)
        meta = PageMeta(
            item_count=len(items),
            total_items=total,
            items_per_page=asked.limit,
            total_pages=pages,
            current_page=asked.page,
        )
        return cls(items=list(items), meta=meta, links=_links(asked, pages, address))


def list_query(
    page: int = PAGE,
    limit: int = LIMIT,
    statuses: Iterable[OrderStatus] = (),
    **more: str,
) -> str:
    """What a client asks with: a query, its arrays with brackets (2)."""
    pairs = [("page", str(page)), ("limit", str(limit))]
    pairs += [("status[]", str(status)) for status in statuses]
    return urlencode([*pairs, *more.items()], safe="[]")


def _links(asked: ListQuery, pages: int, address: str) -> PageLinks:
    def link(page: int) -> str:
        if not 1 <= page <= pages:
            return ""
        return f"{address}?{urlencode({'page': page, 'limit': asked.limit})}"

    before, after = asked.page - 1, asked.page + 1
    return PageLinks(first=link(1), prev=link(before), next=link(after), last=link(pages))


def _taken(name: str, text: str, reader: Callable[[str], V]) -> V:
    try:
        return reader(text)
    except ValueError as error:
        raise invalid(f"{name}: {error}"[:LONGEST_FAULT]) from None


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError("cannot be sorted by")
        return text

    return read


def _day(text: str) -> date:
    """A day, or the day of a moment, in UTC (designed: the contract only names the filter)."""
    return read_moment(text if "T" in text else f"{text}T00:00:00Z").date()
