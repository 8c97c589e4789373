"""A shopper's balances at this desk: money that was paid in before, or was given. No I/O.

Three kinds: ``wallet`` and ``credit`` are paid in by orders, ``free_credit`` is given. A way to pay
names the balances that it takes from, in their order; what was spent last comes back first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..errors import GatewayRefused
from ..money import Money

WALLET, CREDIT, FREE_CREDIT = "wallet", "credit", "free_credit"
KINDS = (WALLET, CREDIT, FREE_CREDIT)

TAKES: Mapping[str, tuple[str, ...]] = {
    "wallet": (WALLET,),
    "credit": (FREE_CREDIT, CREDIT),
    "paid_credit": (CREDIT,),
}
"""method -> the balances that it takes from, first to last."""

SPENT, VOID = "spent", "void"


@dataclass(frozen=True, slots=True)
class Balances:
    """What one owner has in one currency."""

    wallet: Money
    credit: Money
    free_credit: Money

    def of(self, kind: str) -> Money:
        found: Money = getattr(self, kind)
        return found

    def within_reach(self, method: str) -> Money:
        """What that way to pay could take at most."""
        return Money.sum((self.of(kind) for kind in TAKES[method]), self.wallet.currency)


@dataclass(frozen=True, slots=True)
class Spend:
    """What a payment took, by kind, in minor units; nothing when it is void."""

    payment_id: str
    owner: str
    status: str
    parts: Mapping[str, int]


def account_of(kind: str, owner: str) -> str:
    """The ledger's name of a balance."""
    return f"{kind}:{owner}"


def split_spend(method: str, balances: Balances, amount: Money) -> dict[str, int]:
    """What to take of each kind. Raises `GatewayRefused` (INSUFFICIENT_BALANCE)."""
    parts: dict[str, int] = {}
    left = amount.minor
    for kind in TAKES[method]:
        taken = min(left, balances.of(kind).minor)
        if taken:
            parts[kind] = taken
        left -= taken
    if left:
        raise GatewayRefused("The balance does not cover it.", code="INSUFFICIENT_BALANCE")
    return parts


def split_return(parts: Mapping[str, int], before: int, amount: int) -> dict[str, int]:
    """What goes back to each kind, ``before`` having gone back already: last spent, first back."""
    back: dict[str, int] = {}
    for kind in reversed(list(parts)):
        skipped = min(before, parts[kind])
        given = min(amount, parts[kind] - skipped)
        before -= skipped
        amount -= given
        if given:
            back[kind] = given
    if amount:
        raise AssertionError("more would come back than was spent")
    return back
