"""Double entry: each posting's lines add up to zero in one currency. No I/O.

Accounts: ``gateway:<name>`` holds what a provider collected for us, ``merchant:<id>`` and
``receiver:<name>`` what is owed to them (negative), ``suspense`` money that belongs to no order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..money import Money
from .order import Share

Posting = Mapping[str, int]
"""account -> signed minor units; the values add up to zero."""


def capture(gateway: str, merchant: str, amount: Money, shares: Sequence[Share]) -> Posting:
    """Money came in for an order: the provider has it, merchant and receivers are owed it."""
    posting: dict[str, int] = {f"gateway:{gateway}": amount.minor}
    rest = amount.minor
    for share in shares:
        account = f"receiver:{share.receiver}"
        posting[account] = posting.get(account, 0) - share.amount
        rest -= share.amount
    owed = f"merchant:{merchant}"
    posting[owed] = posting.get(owed, 0) - rest
    return {account: value for account, value in posting.items() if value}


def suspend(gateway: str, amount: Money) -> Posting:
    """Money came in that no order may keep."""
    return {f"gateway:{gateway}": amount.minor, "suspense": -amount.minor}


def give_back(balances: Mapping[str, int], gateway: str, amount: Money) -> Posting:
    """Money goes back: those who are owed bear it in proportion to what they are still owed.

    ``balances`` are those of the order's captures and refunds so far; whether a share was passed
    on already makes no difference to who bears a refund.
    """
    owed = {account: -value for account, value in balances.items() if value < 0}
    parts = amount.allocate([owed[account] for account in owed])
    posting = {account: part.minor for account, part in zip(owed, parts, strict=True)}
    posting[f"gateway:{gateway}"] = -amount.minor
    return {account: value for account, value in posting.items() if value}


def pass_on(gateway: str, receiver: str, amount: Money) -> Posting:
    """A share left the provider's account for its receiver's; a negative amount came back."""
    return {f"gateway:{gateway}": -amount.minor, f"receiver:{receiver}": amount.minor}


def is_balanced(posting: Posting) -> bool:
    return sum(posting.values()) == 0
