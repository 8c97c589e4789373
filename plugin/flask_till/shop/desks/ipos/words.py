"""Our order in IPOS' words, and IPOS' order in ours. No I/O. Sections are of the IPOS contract."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from ....errors import InvalidRequest, NotFound
from ....money import Money
from ....wire.ipos.orders import OrderStatus
from ...order import (
    CANCELLED,
    ENDED_UNPAID,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    REFUNDED,
    DeskSnapshot,
    Order,
)
from ..exchange import is_address, moment
from .answers import IposOrder

CURRENCY = "USD"
"""All amounts of the protocol are whole US cents (2)."""
LONGEST_ITEM, LONGEST_DESCRIPTION, LONGEST_REDIRECT = 64, 2000, 4096
_OURS = UUID("e886ad31-0893-42f1-b69f-1a78037c28f0")

STATUS: Mapping[OrderStatus, str] = {
    OrderStatus.PENDING: PENDING,
    OrderStatus.COMPLETED: PAID,
    OrderStatus.CANCELLED: CANCELLED,
    OrderStatus.REFUNDING: PAID,
    OrderStatus.PARTIAL_REFUNDED: PARTIALLY_REFUNDED,
    OrderStatus.REFUNDED: REFUNDED,
    OrderStatus.REWARDS_RELEASED: PAID,
}
"""Each word of section 6 in ours, before what is refunded and why it ended are looked at."""

GIVEN_UP = 1
"""The rank of an order that only we have cancelled."""
RANK: Mapping[OrderStatus, int] = {
    OrderStatus.PENDING: 0,
    OrderStatus.CANCELLED: 2,
    OrderStatus.COMPLETED: 3,
    OrderStatus.REFUNDING: 4,
    OrderStatus.PARTIAL_REFUNDED: 5,
    OrderStatus.REWARDS_RELEASED: 6,
    OrderStatus.REFUNDED: 7,
}
"""Which of two statuses of one millisecond is the later one."""
RANKS = 8
_EPOCH, _TOO_LATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
LIFE = timedelta(minutes=15)
"""How long an order waits for its money (8), should a platform not say."""


def order_id_of(order_id: str) -> str:
    """The UUID under which IPOS knows our order: the same at every try (3.2)."""
    return str(uuid5(_OURS, order_id))


def create_body(
    order: Order, *, callback_url: str, user_token: str, methods: Sequence[str] | None
) -> dict[str, Any]:
    """What ``order/create`` is asked (3.2)."""
    body = {
        "order_id": order_id_of(order.id),
        "amount": order.total.minor,
        "item": _cut(", ".join(line.name for line in order.lines), LONGEST_ITEM),
        "description": _cut(_described(order), LONGEST_DESCRIPTION),
        "callback_url": callback_url,
        "user_jwt": user_token,
        "metadata": {"external_id": order.id, "number": order.number},
    }
    if methods is not None:
        body["allowed_payment_methods"] = list(methods)
    if order.redirect_url and is_address(order.redirect_url, LONGEST_REDIRECT):
        body["redirect_url"] = order.redirect_url
    return body


def our_id(told: IposOrder, app_id: str) -> str:
    """The id of our order that IPOS tells of. Raises `NotFound` for an order of another shop."""
    external_id = told.external_id
    if external_id is None or order_id_of(external_id) != told.order_id.lower():
        raise NotFound("That is no order of this shop.", code="ORDER_NOT_FOUND")
    if told.app_id != app_id:
        raise NotFound("That is an order of another app.", code="ORDER_NOT_FOUND")
    return external_id


def changed_at(told: IposOrder) -> datetime:
    """When the order changed last. Raises `InvalidRequest`."""
    at = moment(told.updated_at)
    if at is None or not _EPOCH <= at < _TOO_LATE:
        raise InvalidRequest("updated_at is not a time of an order.")
    return at


def version_of(told: IposOrder) -> int:
    """Grows from change to change: when it was, and within a millisecond what it was."""
    milliseconds = (changed_at(told) - _EPOCH) // timedelta(milliseconds=1)
    return milliseconds * RANKS + RANK[told.current_status]


def snapshot_of(told: IposOrder, app_id: str, *, live: bool) -> DeskSnapshot:
    """The order as we see it. Raises `NotFound`, `InvalidRequest` and `MoneyError`."""
    status, refunded = _life(told)
    if not is_address(told.order_url):
        raise InvalidRequest("order_url is not a web address.")
    return DeskSnapshot(
        external_id=our_id(told, app_id),
        desk_order_id=told.order_id.lower(),
        version=version_of(told),
        status=status,
        amount=Money.of_minor(told.amount, CURRENCY),
        refunded=Money.of_minor(refunded, CURRENCY),
        live=live,
        order_url=told.order_url,
        expires_at=moment(told.expire_time) or changed_at(told) + LIFE,
        paid_at=moment(told.paid_time),
        ended_at=moment(told.cancelled_time),
        may_be_paid=status in ENDED_UNPAID,
    )


def given_up(told: DeskSnapshot) -> DeskSnapshot:
    """A pending order as one that we cancelled; whatever IPOS tells of it later is newer."""
    return replace(told, status=CANCELLED, version=told.version + GIVEN_UP, may_be_paid=True)


def _life(told: IposOrder) -> tuple[str, int]:
    """Status, and cents that went back. Raises `InvalidRequest` when the two contradict."""
    status, word = STATUS[told.current_status], told.current_status
    refunded = told.refunded_amount or 0
    if status == REFUNDED and not refunded:
        refunded = told.amount  # a refund of all need not be counted
    if status == CANCELLED and told.is_expired:
        status = EXPIRED
    if status == PAID and refunded:
        status = PARTIALLY_REFUNDED  # it was, and then its rewards were released, say
    fits = {PARTIALLY_REFUNDED: 0 < refunded < told.amount, REFUNDED: refunded == told.amount}
    if not fits.get(status, refunded == 0):
        raise InvalidRequest(f"{word} does not go with {refunded} of {told.amount} refunded.")
    return status, refunded


def _described(order: Order) -> str:
    lines = ", ".join(f"{line.quantity} × {line.name}" for line in order.lines)
    return f"{order.number}: {lines}"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
