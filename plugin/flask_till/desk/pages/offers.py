"""The ways to pay that the page offers, and what the shopper's balances at this desk come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...chains import Chain, Coin
from ...errors import GatewayRefused
from ...money import Money
from ..actions.balances import read_balances
from ..balance import TAKES, Balances
from ..counter import Counter
from ..gateways import Method, PagePart
from ..order import Order
from ..web3.asking import ask_for

ACCOUNT = "account"
"""The method that takes coins from a shopper's account."""


@dataclass(frozen=True, slots=True)
class CoinBalance:
    """A coin that the price can be paid in, and how much of it is in the account."""

    coin: Coin
    chain: Chain
    due: int
    having: int

    @property
    def covers(self) -> bool:
        return self.having >= self.due

    @property
    def lacks(self) -> int:
        return max(0, self.due - self.having)


@dataclass(frozen=True, slots=True)
class CoinAccount:
    """The account of whoever pays; without an ``owner`` nobody is signed in.

    ``asked`` is how what is missing gets there, in each coin.
    """

    owner: str | None
    coins: tuple[CoinBalance, ...] = ()
    address: str = ""
    asked: tuple[Mapping[str, Any], ...] = ()

    @property
    def paying(self) -> CoinBalance | None:
        """What the price is taken from: the first that covers it."""
        return next((one for one in self.coins if one.covers), None)

    @property
    def filled(self) -> tuple[CoinBalance, ...]:
        """Those that there is something of."""
        return tuple(one for one in self.coins if one.having)


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to pay and what its gateway adds to the page; of a balance, what is in it."""

    method: Method
    part: PagePart
    balance: Money | None = None
    lacks: Money | None = None
    account: CoinAccount | None = None

    def is_for(self, gateway: str, method: str) -> bool:
        return (self.method.gateway, self.method.name) == (gateway, method)

    @property
    def is_short(self) -> bool:
        """Whether it cannot pay now, because there is too little in it."""
        return self.lacks is not None or (self.account is not None and not self.account.paying)

    @property
    def within(self) -> tuple[object, ...]:
        """What is in it, for whoever looks whether that changed."""
        coins = () if self.account is None else self.account.coins
        owner = self.account and self.account.owner
        return self.balance and self.balance.minor, owner, *(one.having for one in coins)


def offers_of(desk: Counter, order: Order, payer: str | None = None) -> tuple[Offer, ...]:
    """What an open order can be paid with; balances only where it is known whose they are.

    ``payer`` is whose account may pay in this browser.
    """
    methods = desk.cashier.methods(order) if order.is_open else ()
    balances = _balances(desk, order, methods)
    return tuple(
        _offer(desk, order, method, balances, payer)
        for method in methods
        if balances is not None or method.name not in TAKES
    )


def require_covered(offers: Sequence[Offer], gateway: str, method: str) -> None:
    """Raises `GatewayRefused` (INSUFFICIENT_BALANCE) for a balance that is too small.

    Looked at first, because a try that a gateway refuses is one of the few that an order has.
    """
    for offer in offers:
        if not offer.is_for(gateway, method) or not offer.is_short:
            continue
        if offer.account is not None and offer.account.owner is None:
            raise GatewayRefused("Nobody is signed in.", code="NO_PAYER")
        raise GatewayRefused("The balance does not cover it.", code="INSUFFICIENT_BALANCE")


def _balances(desk: Counter, order: Order, methods: Sequence[Method]) -> Balances | None:
    if order.payer is None or not any(method.name in TAKES for method in methods):
        return None
    return desk.database.read(
        read_balances, order.payer, currency=order.amount.currency, live=order.live
    )


def _offer(
    desk: Counter, order: Order, method: Method, balances: Balances | None, payer: str | None
) -> Offer:
    part = desk.page_part(method.gateway)
    if method.name == ACCOUNT and desk.web3 is not None:
        return Offer(method, part, account=_account(desk, order, payer))
    if balances is None or method.name not in TAKES:
        return Offer(method, part)
    balance = balances.within_reach(method.name)
    lacks = order.amount - balance if balance < order.amount else None
    return Offer(method, part, balance, lacks)


def _account(desk: Counter, order: Order, owner: str | None) -> CoinAccount:
    web3 = desk.web3
    assert web3 is not None
    if owner is None:
        return CoinAccount(None)
    known = web3.account(owner)
    dues = web3.dues(order.amount, live=order.live)
    coins = {coin.id: (coin, chain) for chain in web3.chains for coin in chain.coins}
    held = tuple(
        CoinBalance(*coins[coin_id], due, known.balances.get(coin_id, 0))
        for coin_id, due in dues.items()
        if due > 0
    )
    lacking = {} if any(one.covers for one in held) else {one.coin.id: one.lacks for one in held}
    asked = ask_for(web3, known.address, lacking)
    return CoinAccount(owner, held, known.address, tuple(asked))
