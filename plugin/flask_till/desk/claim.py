"""Claims: a secret that is redeemed once, by one holder, while its time is not over.

The secret itself is never kept in clear: a keyed digest finds it, a sealed copy can show it again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import Conflict, Forbidden, Gone, RequestError

UNCLAIMED, CLAIMED, EXPIRED, CANCELLED = "unclaimed", "claimed", "expired", "cancelled"
TRANSITIONS: Mapping[str, frozenset[str]] = {
    UNCLAIMED: frozenset({CLAIMED, EXPIRED, CANCELLED}),
    CLAIMED: frozenset(),
    EXPIRED: frozenset(),
    CANCELLED: frozenset(),
}
"""What may follow; all but the first are final."""
SKEW = timedelta(seconds=30)
"""What clocks may differ: a claim is over this long after its end."""

_WHY: Mapping[str, tuple[str, str]] = {
    CLAIMED: ("CLAIM_REDEEMED", "It was claimed already."),
    EXPIRED: ("CLAIM_EXPIRED", "Its time is over."),
    CANCELLED: ("CLAIM_WITHDRAWN", "It was withdrawn."),
}


@dataclass(frozen=True, slots=True)
class Secret:
    """A claim's secret as it is stored: ``digest`` to find it, ``sealed`` to show it again."""

    digest: str = field(repr=False)
    sealed: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """``bound_to`` is the only holder who may redeem it; None: whoever has the secret."""

    id: str
    status: str
    sealed: str = field(repr=False)
    bound_to: str | None
    redeemed_by: str | None
    redeemed_at: datetime | None
    expires_at: datetime | None

    def status_at(self, now: datetime) -> str:
        """Where it stands; one that is over is expired before anybody wrote that down."""
        return (
            EXPIRED if self.status == UNCLAIMED and is_over(self.expires_at, now) else self.status
        )


def is_over(expires_at: datetime | None, now: datetime) -> bool:
    """Whether its time is over, the skew granted; None never ends."""
    return expires_at is not None and now >= expires_at + SKEW


def last_end(now: datetime) -> datetime:
    """The latest end of what is over by now: the same question as `is_over`, for queries."""
    return now - SKEW


def check_holder(claim: Claim, holder: str) -> None:
    """Raises `Forbidden` (CLAIM_BOUND) when only somebody else may redeem it."""
    if claim.bound_to is not None and claim.bound_to != holder:
        raise Forbidden("It is for another user.", code="CLAIM_BOUND")


def check_redeemable(status: str) -> None:
    """Raises `Conflict` (CLAIM_REDEEMED, CLAIM_WITHDRAWN) or `Gone` (CLAIM_EXPIRED)."""
    if status in _WHY:
        raise _refusal(Gone if status == EXPIRED else Conflict, status)


def check_withdrawable(status: str) -> None:
    """Raises `Conflict` with the same codes unless it is unclaimed."""
    if status in _WHY:
        raise _refusal(Conflict, status)


def _refusal(kind: type[RequestError], status: str) -> RequestError:
    code, message = _WHY[status]
    return kind(message, code=code)
