"""A shop's order: what it is, which way it may go, and what a desk may tell about it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import Conflict
from ..money import Money
from .claims import Claim

PLACING, PENDING, PROCESSING, PAID = "placing", "pending", "processing", "paid"
PARTIALLY_REFUNDED, REFUNDED = "partially_refunded", "refunded"
CANCELLED, EXPIRED, FAILED = "cancelled", "expired", "failed"

WALLET = "inpost"
"""The ``desk`` of an order that came from a wallet, which also takes its money."""

_MONEY_CAME = frozenset({PAID, PARTIALLY_REFUNDED, REFUNDED})
_ENDED = frozenset({CANCELLED, EXPIRED})

TRANSITIONS: Mapping[str, frozenset[str]] = {
    PLACING: frozenset({PENDING, PROCESSING, FAILED}) | _MONEY_CAME | _ENDED,
    PENDING: frozenset({PROCESSING}) | _MONEY_CAME | _ENDED,
    PROCESSING: frozenset({PENDING}) | _MONEY_CAME | _ENDED,
    PAID: frozenset({PARTIALLY_REFUNDED, REFUNDED}),
    PARTIALLY_REFUNDED: frozenset({REFUNDED}),
    REFUNDED: frozenset(),
    # Money that came late and that the desk accepted. A failed order is one that never reached
    # the desk as far as we know; it may be placed again, or turn out to have reached it.
    CANCELLED: _MONEY_CAME,
    EXPIRED: _MONEY_CAME,
    FAILED: frozenset({PLACING}) | _MONEY_CAME,
}
"""status -> the statuses that may follow. A desk's snapshot may skip steps that we never saw."""

OPEN = frozenset({PLACING, PENDING, PROCESSING})
"""May still be paid: stock and promotion uses are held, and a basket has at most one such order."""
CAPTURED = _MONEY_CAME
ENDED_UNPAID = frozenset({CANCELLED, EXPIRED, FAILED})
HOLDING = OPEN | {PAID, PARTIALLY_REFUNDED}
"""Statuses in which the order's goods and promotion uses are its own."""

UNANSWERED = "DESK_UNAVAILABLE"
"""The reason of a failed order of which we do not know whether the desk has it."""
RESUME_WITHIN = timedelta(minutes=10)
"""How long after it was placed such an order may be placed again; a desk keeps it for longer."""
STALE_PLACING = timedelta(seconds=60)
"""An order that is being placed for longer than this was left behind by a crash."""

MONEY_MAY_COME, NO_MONEY_CAME = "MONEY_MAY_COME", "NO_MONEY_CAME"
"""Reasons of an order that ended unpaid here while its desk might still take its money, before and
after the last look at it."""
LATE_MONEY = timedelta(minutes=35)
"""How long after its time an order may still be paid at a desk; then comes that last look."""


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A line as it was when the order was placed; its price does not change any more."""

    product_id: str
    name: str
    quantity: int
    unit_price: Money
    image: str | None = None
    url: str | None = None

    @property
    def total(self) -> Money:
        return self.unit_price * self.quantity


@dataclass(frozen=True, slots=True)
class OrderPromotion:
    """A promotion that counted when the order was placed; ``amount`` is negative."""

    code: str
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Order:
    """An order at one version. ``desk_version`` is the newest that its desk has told, 0 before.

    ``fees`` are the desk's own, on top of ``total``: `charged` is what the shopper pays.

    ``claims`` are there where an order is read for its own browser; signals do not carry them.
    """

    id: str
    number: str
    status: str
    version: int
    basket_id: str
    basket_version: int
    shopper: str
    lines: tuple[OrderLine, ...]
    promotions: tuple[OrderPromotion, ...]
    subtotal: Money
    discount: Money
    delivery: Money
    total: Money
    fees: Money
    refunded: Money
    desk: str
    desk_order_id: str | None
    desk_version: int
    order_url: str | None
    live: bool | None
    locale: str
    origin: str | None
    redirect_url: str | None
    reason: str | None
    created_at: datetime
    expires_at: datetime | None
    paid_at: datetime | None
    ended_at: datetime | None
    claims: tuple[Claim, ...] = ()

    @property
    def charged(self) -> Money:
        return self.total + self.fees

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def is_paid(self) -> bool:
        """The money came and not all of it went back."""
        return self.status in (PAID, PARTIALLY_REFUNDED)

    @property
    def was_given_up(self) -> bool:
        """It ended unpaid here; at its desk it may not have."""
        return self.reason in (MONEY_MAY_COME, NO_MONEY_CAME) and self.status in _ENDED

    @property
    def is_of_wallet(self) -> bool:
        return self.desk == WALLET

    @property
    def is_done_here(self) -> bool:
        """Whether the shop's page has nothing left to do: paid, or being paid in the wallet."""
        return self.is_paid or (self.is_of_wallet and self.is_open)

    @property
    def quantities(self) -> dict[str, int]:
        return {line.product_id: line.quantity for line in self.lines}


@dataclass(frozen=True, slots=True)
class DeskSnapshot:
    """An order as its desk knows it at one ``version``, in no protocol's words.

    ``amount`` and ``refunded`` are None where a protocol does not tell them: the amount was bound
    to the desk's order when that was made. ``may_be_paid``: it ended unpaid, and its money may
    come all the same: the desk accepts late money, or could not end what we gave up. ``fees`` are
    what the desk takes on top of the amount, where it takes any.
    """

    external_id: str
    desk_order_id: str
    version: int
    status: str
    amount: Money | None
    refunded: Money | None
    live: bool
    order_url: str | None = None
    expires_at: datetime | None = None
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    may_be_paid: bool = False
    fees: Money | None = None

    def refunded_of(self, order: Order) -> Money:
        """How much of the order is refunded by this, as far as its desk says."""
        if self.refunded is not None:
            return self.refunded
        return order.total if self.status == REFUNDED else order.refunded


def order_number(count: int) -> str:
    """The ``count``-th order of a shop, as people say it: ``T-000042``."""
    return f"T-{count:06d}"


_TEST_MONEY = (
    "It is a test order, for which no money is taken. Use a live merchant of the desk"
    " (`flask till merchants add --live`), or set TILL_TEST_ORDERS."
)


def check_snapshot(order: Order, desk: str, told: DeskSnapshot) -> None:
    """Raises `Conflict` (ORDER_MISMATCH) unless the snapshot is about exactly this order.

    A genuine message can still be about the wrong order or another amount; it changes nothing.
    """
    pairs = {
        "external_id": (order.id, told.external_id),
        "desk": (order.desk, desk),
        "desk_order_id": (order.desk_order_id or told.desk_order_id, told.desk_order_id),
        "amount": (order.total, order.total if told.amount is None else told.amount),
        "live": (told.live if order.live is None else order.live, told.live),
    }
    wrong = [name for name, (ours, theirs) in pairs.items() if ours != theirs]
    nothing, refunded = Money.zero(order.total.currency), told.refunded_of(order)
    if refunded.currency != nothing.currency or not nothing <= refunded <= order.total:
        wrong.append("refunded")
    if wrong:
        raise Conflict(
            f"The desk's order {told.desk_order_id} does not match {order.number}: "
            f"{', '.join(wrong)}.",
            code="ORDER_MISMATCH",
            remedy=_TEST_MONEY if "live" in wrong and not told.live else None,
        )


def next_status(order: Order, told: DeskSnapshot) -> str | None:
    """The status that the snapshot leads to, or None when it is no newer than what we know.

    Raises `Conflict` (ORDER_STATE) when no desk can tell the truth that way: paid, then expired.
    """
    if told.version <= order.desk_version:
        return None
    if order.status == FAILED and told.status not in CAPTURED:
        return None  # nobody was ever sent to its page; placing it again goes on with it
    if order.was_given_up and told.status not in CAPTURED:
        return None  # its desk may keep it open for a while, and end it in words of its own
    if told.status == order.status or told.status in TRANSITIONS[order.status]:
        return told.status
    raise Conflict(
        f"{order.number} is {order.status}; the desk says {told.status}.", code="ORDER_STATE"
    )


def happenings(order: Order, status: str, refunded: Money) -> tuple[str, ...]:
    """What a step to that status and that refunded amount is, oldest first: names of our signals.

    An order of which we first hear when all its money went back is not announced as paid:
    nothing must be delivered.
    """
    told: list[str] = []
    if order.status == PLACING and status != FAILED:
        told.append("order_placed")
    if status in (PAID, PARTIALLY_REFUNDED) and order.status not in CAPTURED:
        told.append("order_paid")
    if status in (PARTIALLY_REFUNDED, REFUNDED) and refunded > order.refunded:
        told.append("order_refunded")
    if status in (CANCELLED, EXPIRED) and order.status != status:
        told.append(f"order_{status}")
    return tuple(told)
