"""A share of a paid order on its way to its receiver, and what comes back of it. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ..money import Money

NO_ACCOUNT = "no account at the gateway is named for it"
NOT_PASSED_ON = "this gateway passes nothing on"
REFUNDED_BEFORE = "refunded before it was passed on"


@dataclass(frozen=True, slots=True)
class Transfer:
    """``status``: pending, succeeded, failed (refused) or withheld (nothing is passed on).

    ``amount`` is the share; ``sent`` is what of it the gateway is asked to pass on, fixed before
    it is first asked.
    """

    id: str
    order_id: str
    payment_id: str
    receiver: str
    account: str | None
    amount: Money
    sent: Money | None
    status: str
    attempt: int
    provider_ref: str | None
    reason: str | None
    created_at: datetime

    @property
    def key(self) -> str:
        return key_of(self.id, self.attempt)

    @property
    def is_out(self) -> bool:
        """Something was passed on, or perhaps is this very moment."""
        return self.status == "succeeded" or (self.status == "pending" and self.sent is not None)


@dataclass(frozen=True, slots=True)
class Reversal:
    """What one refund takes back of one transfer; withheld when it was never passed on."""

    id: str
    transfer_id: str
    refund_id: str
    amount: Money
    status: str
    attempt: int
    reason: str | None
    created_at: datetime

    @property
    def key(self) -> str:
        return key_of(self.id, self.attempt)


def key_of(own_id: str, attempt: int) -> str:
    """What the gateway knows it by. A repeat has the same one; an attempt after a refusal has not,
    for providers give the refusal again for a key that they refused."""
    return own_id if attempt == 1 else f"{own_id}.{attempt}"


def split_refund(
    parts: Mapping[str, int], left: Sequence[tuple[str, str, Money]]
) -> list[tuple[str, Money]]:
    """(transfer id, amount) of what a refund takes back.

    ``parts`` are a refund's postings; ``left`` has each transfer's id, its receiver, and what no
    earlier refund took back of it. A receiver of several shares gives back in proportion.
    """
    taken = []
    for receiver in sorted({receiver for _, receiver, _ in left}):
        own = [(one, money) for one, of, money in left if of == receiver and money]
        part = parts.get(f"receiver:{receiver}", 0)
        if not own or part <= 0:
            continue
        whole = Money.of_minor(part, own[0][1].currency)
        split = whole.allocate([money.minor for _, money in own])
        taken += [(one, money) for (one, _), money in zip(own, split, strict=True) if money]
    return taken
