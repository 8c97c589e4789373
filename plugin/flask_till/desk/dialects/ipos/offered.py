"""Which ways to pay this protocol has words for, and which of ours they are (3.2)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ....wire.ipos.requests import PaymentMethod
from ...actions.ipos_orders import DIALECT
from ...ipos_portal import CURRENCY
from ...merchant import Merchant
from .front import Front
from .words import BALANCE_METHODS, method_word


@dataclass(frozen=True, slots=True)
class Offered:
    """Our methods that the desk has for this protocol, in real money or in test money."""

    names: tuple[str, ...]

    @property
    def words(self) -> list[str]:
        """A list of the caller's own: it may do with it what it likes (10.1)."""
        having = {method_word(name) for name in self.names}
        known = (PaymentMethod.STRIPE, PaymentMethod.WALLET, PaymentMethod.CREDIT)
        return [str(word) for word in known if word in having]

    def ours(self, words: Sequence[str], *, free_credit: bool) -> tuple[str, ...]:
        """What an order with those methods may be paid by; credit without the free one or with."""
        left_out = "paid_credit" if free_credit else "credit"
        return tuple(name for name in self.names if method_word(name) in words and name != left_out)

    @property
    def from_outside(self) -> tuple[str, ...]:
        return tuple(name for name in self.names if name not in BALANCE_METHODS)


def offered_here(front: Front, merchant: Merchant) -> Offered:
    names = [
        method.name
        for gateway in front.cashier.gateways.values()
        if gateway.livemode == merchant.live
        for method in gateway.methods(CURRENCY)
        if not method.dialects or DIALECT in method.dialects
    ]
    return Offered(tuple(dict.fromkeys(names)))
