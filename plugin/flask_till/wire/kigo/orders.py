"""Placing, reading and listing orders (4), and where an order is in its life (6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self
from urllib.parse import urlencode

from pydantic import Field

from ...errors import Conflict
from .claim_codes import read_claim_code
from .error_codes import KigoCode, refusal
from .links import deeplink
from .message import Message, Question
from .query import read_query
from .values import (
    ExternalId,
    Metadata,
    Moment,
    OrderKey,
    Said,
    Text,
    Uuid,
    WebUrl,
    Word,
)

REPLAY = "Idempotent-Replay"
REPLAYED: Mapping[str, str] = {REPLAY: "true"}
"""The header of an answer to a repeat (4.2)."""
PAGE, LARGEST_PAGE = 20, 100
FARTHEST = 10**9
"""The greatest ``offset`` of a list."""


class Status(StrEnum):
    """Where an order is in its life (6)."""

    UNCLAIMED = "unclaimed"
    CLAIMED = "claimed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return not MOVES[self]


_S = Status
MOVES: Mapping[Status, frozenset[Status]] = {
    _S.UNCLAIMED: frozenset({_S.CLAIMED, _S.EXPIRED, _S.CANCELLED}),
    _S.CLAIMED: frozenset(),
    _S.EXPIRED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""What may follow (6)."""

CLOSED: Mapping[Status, KigoCode | None] = {
    _S.UNCLAIMED: None,
    _S.CLAIMED: KigoCode.ALREADY_CLAIMED,
    _S.EXPIRED: KigoCode.CLAIM_CODE_EXPIRED,
    _S.CANCELLED: KigoCode.ORDER_CANCELLED,
}
"""Why an order of this status can be neither claimed nor withdrawn (2); None: it can."""


def may_become(now: Status, then: Status) -> bool:
    """Whether the change is allowed (6)."""
    return then in MOVES[now]


def check_claimable(status: Status) -> None:
    """Raises `Conflict` (409) or `Gone` (410) unless the code is open (6.2).

    Not for the user who claimed it: that one gets the same token again.
    """
    code = CLOSED[status]
    if code is not None:
        raise refusal(code)


def check_cancellable(status: Status) -> None:
    """Raises `Conflict` unless the order is unclaimed: 409, whatever else it is (4.3)."""
    code = CLOSED[status]
    if code is not None:
        raise Conflict("Only an unclaimed order can be withdrawn.", code=code)


class PlaceOrder(Question):
    """POST ``products/{product_id}/orders``, with a partner token (4.1)."""

    external_order_id: OrderKey
    external_user_id: Annotated[ExternalId | None, Said] = None
    external_program_id: ExternalId | None = None
    quantity: Annotated[Annotated[int, Field(ge=1, le=1)] | None, Said] = None
    metadata: Annotated[Metadata | None, Said] = None


class OrderKeyOnly(Question):
    """Of the same body only what decides whether it is a repeat.

    A repeat gives the first order back whatever else the body says (4.2): look for the order with
    this key before the rest is read as a `PlaceOrder`.
    """

    external_order_id: OrderKey


class ToldOrder(Message):
    """An order as a webhook tells it: without code and link (7)."""

    order_id: Uuid
    external_order_id: ExternalId
    product_id: ExternalId
    status: Word[Status]
    created_at: Moment
    expires_at: Moment | None = None
    metadata: Metadata = Field(default_factory=dict)


class Order(Message):
    """An order as the partner reads it (4.1); who holds its link may claim."""

    order_id: Uuid
    external_order_id: ExternalId
    product_id: ExternalId
    claim_code: Annotated[Text, Field(min_length=1, repr=False)]
    deeplink_url: Annotated[WebUrl, Field(repr=False)]
    status: Word[Status]
    created_at: Moment
    expires_at: Moment | None = None
    metadata: Metadata = Field(default_factory=dict)

    @classmethod
    def with_code(cls, told: ToldOrder, claim_code: str, hub: str) -> Self:
        """The order with its code and the link to the hub (5). Raises `RequestError`."""
        code = read_claim_code(claim_code)
        members = {name: getattr(told, name) for name in ToldOrder.model_fields}
        return cls(claim_code=code, deeplink_url=deeplink(hub, code), **members)

    def without_code(self) -> ToldOrder:
        return ToldOrder(**{name: getattr(self, name) for name in ToldOrder.model_fields})


class Paging(Question):
    """Kigo's paging words (4.3, 6.3)."""

    offset: Annotated[int, Field(ge=0, le=FARTHEST)] = 0
    limit: Annotated[int, Field(ge=1, le=LARGEST_PAGE)] = PAGE

    @classmethod
    def read_query(cls, query: bytes) -> Self:
        """From behind the ``?``. Raises `RequestError` (400 ``invalid_request``)."""
        told: dict[str, Any] = dict(read_query(query, cls.model_fields))
        for name in ("offset", "limit"):
            if name in told:
                told[name] = _number(told[name])
        return cls.of(told)

    def to_query(self) -> str:
        """What goes behind the ``?``."""
        return urlencode(self.to_data())


class ListOrders(Paging):
    """GET ``orders`` (4.3): newest first, all, of one status, or that of one key."""

    external_order_id: OrderKey | None = None
    status: Word[Status] | None = None


class OrderList(Message):
    """Its answer; ``total`` counts all that there are, not the page (4.3)."""

    items: list[Order]
    total: Annotated[int, Field(ge=0)]


def _number(text: str) -> int | str:
    """The number that a text is; a text that is none is left for the message to refuse."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 10 else text
