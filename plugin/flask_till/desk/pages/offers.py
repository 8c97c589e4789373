"""The ways to pay that the page offers, and what the shopper's balances at this desk come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...errors import GatewayRefused
from ...money import Money
from ..actions.balances import read_balances
from ..balance import TAKES, Balances
from ..counter import Counter
from ..gateways import Method, PagePart
from ..order import Order


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to pay and what its gateway adds to the page; of a balance, what is in it."""

    method: Method
    part: PagePart
    balance: Money | None = None
    lacks: Money | None = None

    def is_for(self, gateway: str, method: str) -> bool:
        return (self.method.gateway, self.method.name) == (gateway, method)


def offers_of(desk: Counter, order: Order) -> tuple[Offer, ...]:
    """What an open order can be paid with; balances only where it is known whose they are."""
    methods = desk.cashier.methods(order) if order.is_open else ()
    balances = _balances(desk, order, methods)
    return tuple(
        _offer(desk, order, method, balances)
        for method in methods
        if balances is not None or method.name not in TAKES
    )


def require_covered(offers: Sequence[Offer], gateway: str, method: str) -> None:
    """Raises `GatewayRefused` (INSUFFICIENT_BALANCE) for a balance that is too small.

    Looked at first, because a try that a gateway refuses is one of the few that an order has.
    """
    if any(offer.lacks for offer in offers if offer.is_for(gateway, method)):
        raise GatewayRefused("The balance does not cover it.", code="INSUFFICIENT_BALANCE")


def _balances(desk: Counter, order: Order, methods: Sequence[Method]) -> Balances | None:
    if order.payer is None or not any(method.name in TAKES for method in methods):
        return None
    return desk.database.read(
        read_balances, order.payer, currency=order.amount.currency, live=order.live
    )


def _offer(desk: Counter, order: Order, method: Method, balances: Balances | None) -> Offer:
    part = desk.page_part(method.gateway)
    if balances is None or method.name not in TAKES:
        return Offer(method, part)
    balance = balances.within_reach(method.name)
    lacks = order.amount - balance if balance < order.amount else None
    return Offer(method, part, balance, lacks)
