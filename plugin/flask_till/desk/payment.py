"""A payment attempt: its states, and when a provider's evidence is to be believed. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..money import Money

TRANSITIONS: Mapping[str, frozenset[str]] = {
    "created": frozenset({"requires_action", "processing", "succeeded", "failed", "cancelled"}),
    "requires_action": frozenset({"processing", "succeeded", "failed", "cancelled"}),
    "processing": frozenset({"requires_action", "succeeded", "failed", "cancelled"}),
    # A declined card may be tried again on the same payment, and money may beat a cancel.
    "failed": frozenset({"requires_action", "processing", "succeeded", "cancelled"}),
    "cancelled": frozenset({"succeeded"}),
    "succeeded": frozenset(),
}
"""state -> states that evidence may lead to. Success is final whatever comes after it."""

ACTIVE = ("created", "requires_action", "processing")
MOST_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Bound:
    """What we wrote down about a payment before it began."""

    account: str
    amount: Money
    live: bool


def mismatch(
    bound: Bound, *, account: str, amount: Money, livemode: bool, succeeded: bool
) -> str | None:
    """Why evidence does not fit the payment that it names, or None when every field does.

    The amount counts only when money moved: before that providers report zero.
    """
    if account != bound.account:
        return f"account is {account!r}, bound to {bound.account!r}"
    if livemode != bound.live:
        return f"livemode is {livemode}, bound to {bound.live}"
    if amount.currency != bound.amount.currency:
        return f"currency is {amount.currency}, bound to {bound.amount.currency}"
    if succeeded and amount != bound.amount:
        return f"received {amount} {amount.currency}, bound to {bound.amount}"
    return None
