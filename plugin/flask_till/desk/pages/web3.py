"""Money on chains as the order page shows it: what has arrived, and what is still missing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from babel.numbers import format_currency

from ...chains import Chain, Coin
from ...errors import NotFound
from ...money import Money
from ..counter import Counter
from ..gateways import PagePart
from ..onchain import AWAITING, FINAL, RETURNED, Standing
from ..order import ENDED_UNPAID, Order
from ..web3.asking import ask_for, rate_of
from ..web3.web3_desk import Web3Desk
from .wording import N_, Language

GATEWAYS = ("web3", "test_web3")
"""Those whose payments have an address of their own on a chain."""
PART_CAME = N_("%(seen)s of %(due)s arrived, %(missing)s more are needed.")
ALL_CAME = N_("%(seen)s arrived.")


@dataclass(frozen=True, slots=True)
class Arrival:
    """How much of one coin came, and how far that is."""

    coin: Coin
    chain: Chain
    due: int
    seen: int
    final: int
    confirmations: int

    @property
    def missing(self) -> int:
        return max(0, self.due - self.seen)

    @property
    def excess(self) -> int:
        return max(0, self.final - self.due)

    @property
    def needed(self) -> int | None:
        """How many blocks make it final; None leaves that to the chain."""
        return self.chain.confirmations

    @property
    def counted(self) -> int:
        """Of those that are needed."""
        return min(self.confirmations, self.needed or self.confirmations)

    @property
    def is_final(self) -> bool:
        return self.final >= self.seen

    @property
    def text(self) -> str:
        """What came of it."""
        return self.show(self.seen)

    def show(self, units: int) -> str:
        return self.coin.show(units)

    def figure(self, units: int) -> str:
        """Without the coin's name, for `5 of 12.5 USDC`."""
        return f"{self.coin.amount(units):f}"


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transfer, and where people look at it."""

    hash: str
    url: str | None
    text: str
    is_final: bool

    @property
    def short(self) -> str:
        return f"{self.hash[:8]}…{self.hash[-6:]}"


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What came for one payment. ``late`` money came for an order that had ended unpaid."""

    web3: Web3Desk
    standing: Standing
    chains: Sequence[Chain]
    late: bool = False

    @property
    def state(self) -> str:
        return self.standing.state

    @property
    def is_awaited(self) -> bool:
        return self.state == AWAITING

    @property
    def goes_back(self) -> bool:
        return self.standing.decision == RETURNED

    @property
    def all(self) -> list[Arrival]:
        """In every coin that would do."""
        return [
            Arrival(
                coin=coin,
                chain=chain,
                due=self.standing.dues[coin.id],
                seen=self.standing.seen(coin.id),
                final=self.standing.final(coin.id),
                confirmations=self.standing.confirmations.get(coin.id, 0),
            )
            for chain in self.chains
            for coin in chain.offered
            if coin.id in self.standing.dues
        ]

    @property
    def came(self) -> list[Arrival]:
        """What pays, or is nearest to it, first."""
        first = self.standing.paid_with or self.standing.covering
        found = [one for one in self.all if one.seen]
        return sorted(found, key=lambda one: (one.coin.id != first, -(one.seen / (one.due or 1))))

    @property
    def main(self) -> Arrival | None:
        return next(iter(self.came), None)

    @property
    def others(self) -> list[Arrival]:
        """Coins that came besides; only one can pay."""
        return self.came[1:]

    @property
    def transactions(self) -> list[Transaction]:
        coins = {one.coin.id: one for one in self.all}
        return [
            Transaction(
                deposit.tx_hash,
                coins[deposit.coin_id].chain.transaction_page(deposit.tx_hash),
                coins[deposit.coin_id].show(
                    deposit.units if deposit.received is None else deposit.received
                ),
                deposit.status == FINAL,
            )
            for deposit in self.standing.deposits
            if deposit.coin_id in coins
        ]

    def asked(self) -> list[Mapping[str, Any]]:
        """How what is missing is sent: in the coins that came, else in each that would do."""
        units = {one.coin.id: one.missing for one in self.came or self.all}
        return ask_for(self.web3, self.standing.address, units)

    def headline(self, language: Language) -> str:
        """For ears: what is to be known now; empty while nothing came."""
        one = self.main
        if one is None:
            return ""
        if self.state == "underpaid":
            return language.text(PART_CAME) % {
                "seen": one.figure(one.seen),
                "due": one.show(one.due),
                "missing": one.show(one.missing),
            }
        return language.text(ALL_CAME) % {"seen": one.show(one.seen)}

    def state_for_scripts(self, price: Money, language: Language) -> dict[str, Any]:
        """The answer of ``/order/web3``; amounts are decimal texts of base units."""
        return {
            "state": self.state,
            "coins": {
                one.coin.id: _coin_for_scripts(one) | {"rate": _rate(one, price, language)}
                for one in self.all
            },
            "transactions": [
                {
                    "hash": one.hash,
                    "url": one.url,
                    "units_text": one.text,
                    "status": "final" if one.is_final else "seen",
                }
                for one in self.transactions
            ],
        }


def _rate(one: Arrival, price: Money, language: Language) -> str | None:
    rate = rate_of(one.coin, one.due, price)
    if rate is None:
        return None
    pattern = str(Locale.parse(language.locale).currency_formats["standard"].pattern)
    exact = re.sub(r"\.0+", ".00####", pattern)
    text = format_currency(
        rate, price.currency, exact, locale=language.locale, currency_digits=False
    )
    spaced = re.sub(r"(?<=[A-Z])(?=[0-9])", "\u00a0", text)
    return f"1\u00a0{one.coin.code} = {spaced}"


def _coin_for_scripts(one: Arrival) -> dict[str, Any]:
    return {
        "due": str(one.due),
        "seen": str(one.seen),
        "final": str(one.final),
        "missing": str(one.missing),
        "text_seen": one.show(one.seen),
        "text_missing": one.show(one.missing),
        "confirmations": one.confirmations,
        "needed": one.needed,
    }


def arrivals_of(desk: Counter, order: Order) -> Arrivals | None:
    """What came for the order's payment; None where it is not paid to an address on a chain."""
    payment = order.payment
    if desk.web3 is None or payment is None or payment.gateway not in GATEWAYS:
        return None
    try:
        standing = desk.web3.standing(payment.id)
    except NotFound:  # begun, and not opened yet
        return None
    chains = [one for one in desk.web3.chains if one.testnet != order.live]
    return Arrivals(desk.web3, standing, chains, late=order.status in ENDED_UNPAID)


def needs_wallet(part: PagePart) -> bool:
    """Whether pictures that wallets bring along are shown beside that part of the page."""
    return part.module == "gateways/web3.js"
