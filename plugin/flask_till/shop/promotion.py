"""Promotions: when one counts, and what it takes off. No I/O.

Several may be in one basket. They count in a fixed order, whatever order they were typed in:
percentages first, then amounts, each group as the shop lists them; each takes from what the ones
before it left, so that the total never falls below zero.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ..errors import SettingsError
from ..money import Money

UNKNOWN = "PROMOTION_UNKNOWN"
NOT_STARTED = "PROMOTION_NOT_STARTED"
ENDED = "PROMOTION_ENDED"
MINIMUM = "PROMOTION_MINIMUM"
USED_UP = "PROMOTION_USED_UP"

MOST_CODES = 10
"""Codes that one basket may hold."""

_CODE = re.compile(r"[A-Z0-9._-]{1,64}\Z")


def code_of(typed: str) -> str:
    """A code as the shop knows it; the case and the outer blanks of what was typed do not count."""
    return typed.strip().upper()


@dataclass(frozen=True, slots=True)
class Promotion:
    """A code that takes a percentage or a fixed amount off. Raises `SettingsError` if it cannot.

    ``minimum`` is compared with the subtotal; ``starts`` is the first moment, ``ends`` the first
    moment after it; a use is an order that was placed and did not end unpaid.
    """

    code: str
    percent: int | Decimal | None = None
    amount: Money | None = None
    minimum: Money | None = None
    starts: datetime | None = None
    ends: datetime | None = None
    max_uses: int | None = None
    max_uses_per_shopper: int | None = None
    label: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", code_of(str(self.code)))
        object.__setattr__(self, "label", self.label or self.code)
        if not _CODE.match(self.code):
            raise self._wrong("its code must be 1 to 64 of A-Z 0-9 . _ -")
        if (self.percent is None) == (self.amount is None):
            raise self._wrong("it needs either percent or amount")
        self._check_percent()
        if self.amount is not None and self.amount.minor <= 0:
            raise self._wrong("its amount must be more than nothing")
        if len(self.label) > 250:
            raise self._wrong("its label is longer than 250 letters")
        self._check_dates()
        self._check_uses()

    def _check_percent(self) -> None:
        if self.percent is None:
            return
        if isinstance(self.percent, bool) or not isinstance(self.percent, int | Decimal):
            raise self._wrong("percent must be a whole number or a Decimal")
        if not 0 < self.percent <= 100:
            raise self._wrong("percent must be more than 0 and at most 100")

    def _check_dates(self) -> None:
        for moment in (self.starts, self.ends):
            if moment is not None and moment.tzinfo is None:
                raise self._wrong("its dates need a time zone")
        if self.starts and self.ends and self.starts >= self.ends:
            raise self._wrong("it ends before it starts")

    def _check_uses(self) -> None:
        for most in (self.max_uses, self.max_uses_per_shopper):
            if most is not None and (isinstance(most, bool) or most < 1):
                raise self._wrong("its uses must be a whole number from 1 on")

    def _wrong(self, why: str) -> SettingsError:
        return SettingsError(f"The promotion {self.code!r} cannot work: {why}.")

    def refusal(self, subtotal: Money, now: datetime, uses: Uses) -> str | None:
        """The code of the reason why it does not count now, or None when it does."""
        if self.starts is not None and now < self.starts:
            return NOT_STARTED
        if self.ends is not None and now >= self.ends:
            return ENDED
        if _reached(self.max_uses, uses.in_all) or _reached(
            self.max_uses_per_shopper, uses.by_shopper
        ):
            return USED_UP
        if self.minimum is not None and subtotal < self.minimum:
            return MINIMUM
        return None

    def takes(self, left: Money) -> Money:
        """How much it takes from what is left: at least nothing, at most all."""
        if self.percent is not None:
            return min(left.percent(self.percent), left)
        assert self.amount is not None
        return min(self.amount, left)


@dataclass(frozen=True, slots=True)
class Uses:
    """How often a promotion was used: in all, and by this shopper."""

    in_all: int = 0
    by_shopper: int = 0


UNUSED = Uses()


@dataclass(frozen=True, slots=True)
class AppliedPromotion:
    """A code in a basket. ``amount`` is negative or zero; ``reason`` says why it does not count."""

    code: str
    label: str
    amount: Money
    applied: bool
    reason: str | None = None


def apply_promotions(
    codes: Collection[str],
    known: Mapping[str, Promotion],
    subtotal: Money,
    now: datetime,
    uses: Mapping[str, Uses],
) -> tuple[AppliedPromotion, ...]:
    """Each code's effect on the subtotal, in the order in which they count."""
    if not codes:
        return ()
    left, nothing, applied = subtotal, Money.zero(subtotal.currency), []
    for code in in_order(codes, known):
        promotion = known.get(code)
        reason: str | None = UNKNOWN
        if promotion is not None:
            reason = promotion.refusal(subtotal, now, uses.get(code, UNUSED))
        taken = nothing if promotion is None or reason else promotion.takes(left)
        left -= taken
        label = promotion.label if promotion else code
        applied.append(AppliedPromotion(code, label, -taken, reason is None, reason))
    return tuple(applied)


def in_order(codes: Iterable[str], known: Mapping[str, Promotion]) -> list[str]:
    """The codes without repeats, in the order in which they count; unknown ones come last."""
    places = {code: place for place, code in enumerate(known)}

    def rank(code: str) -> tuple[int, int, str]:
        promotion = known.get(code)
        if promotion is None:
            return (2, 0, code)
        return (0 if promotion.percent is not None else 1, places[code], code)

    return sorted(set(codes), key=rank)


def _reached(most: int | None, used: int) -> bool:
    return most is not None and used >= most
