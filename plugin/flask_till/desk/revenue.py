"""Who gets what of an order's money: costs first, then shares of the rest. No I/O.

Everything is whole minor units. Where a division leaves a remainder, it goes to the largest
fractions first, so that the parts always come to exactly the amount.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InvalidRequest
from ..money import Money
from .order import Share

WHOLE = 100
"""Percent."""
COSTS_AT_MOST = 90
"""Percent of an order that costs may take before anything is shared."""
PLATFORM = "platform"
IP_HOLDER = "ip-holder"


@dataclass(frozen=True, slots=True)
class Cost:
    """A fixed amount that is taken out first; ``receiver`` is whom it is owed to."""

    receiver: str
    amount: Money
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Ratio:
    """A part of what the costs leave, in percent."""

    receiver: str
    percent: int
    role: str = ""
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Reallocation:
    """What the holder passes on of its own part, in percent of that."""

    receiver: str
    percent: int
    account: str | None = None


def share_out(
    amount: Money,
    *,
    costs: Sequence[Cost] = (),
    ratios: Sequence[Ratio] = (),
    reallocations: Sequence[Reallocation] = (),
) -> tuple[Share, ...]:
    """The shares of an order; what is not named stays with the merchant.

    Costs come off first. Each ratio is a percentage of the rest, and reallocations divide what
    the ratios of role ``ip-holder`` come to. Shares of nothing are left out.

    Raises `InvalidRequest` (SHARES_TOO_LARGE) for costs above 90 % of the amount, ratios above
    100 %, or reallocations above 100 %.
    """
    taken = Money.sum((cost.amount for cost in costs), amount.currency)
    if taken.minor * WHOLE > amount.minor * COSTS_AT_MOST:
        raise _too_large(f"Costs may take {COSTS_AT_MOST} % of an order.")
    shares = [Share(one.receiver, one.amount.minor, one.account) for one in costs]
    for ratio, part in zip(ratios, _split(amount - taken, ratios), strict=True):
        if ratio.role == IP_HOLDER:
            shares += _pass_on(ratio, part, reallocations)
        else:
            shares.append(Share(ratio.receiver, part.minor, ratio.account))
    return tuple(share for share in shares if share.amount)


def _pass_on(ratio: Ratio, part: Money, reallocations: Sequence[Reallocation]) -> list[Share]:
    """The holder's part: others get what it passes on, itself the rest."""
    given = _split(part, reallocations)
    kept = part - Money.sum(given, part.currency)
    passed = [
        Share(one.receiver, money.minor, one.account)
        for one, money in zip(reallocations, given, strict=True)
    ]
    return [Share(ratio.receiver, kept.minor, ratio.account), *passed]


def _split(whole: Money, parts: Sequence[Ratio] | Sequence[Reallocation]) -> list[Money]:
    """Each part's money; the last weight is that of what nobody was given."""
    given = sum(part.percent for part in parts)
    if given > WHOLE or any(part.percent < 0 for part in parts):
        raise _too_large("Shares may come to 100 %.")
    return whole.allocate([*(part.percent for part in parts), WHOLE - given])[:-1]


def _too_large(message: str) -> InvalidRequest:
    return InvalidRequest(message, code="SHARES_TOO_LARGE")
