"""The shopper's account for coins: what is in it, how more gets there, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import Blueprint, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from ....base.qr import qr_path
from ....chains import Chain, Coin
from ....errors import NotFound
from ...actions.web3_accounts import Entry
from ...onchain import RETURN, SPEND, TOPUP, WITHDRAWAL
from ...web3.web3_desk import Web3Desk
from ..payers import account_owner, keep_payer
from ..wording import N_
from .page import Page

WORDS = {
    TOPUP: N_("Topped up"),
    SPEND: N_("Paid"),
    RETURN: N_("Given back"),
    WITHDRAWAL: N_("Withdrawn"),
}
INTO = (TOPUP, RETURN)


@dataclass(frozen=True, slots=True)
class Holding:
    """How much there is of one coin."""

    coin: Coin
    chain: Chain
    units: int

    @property
    def figure(self) -> str:
        return f"{self.coin.amount(self.units):f}"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened to the account."""

    words: str
    text: str
    comes_in: bool
    at: datetime
    chain: Chain
    url: str | None
    hash: str | None

    @property
    def short(self) -> str:
        return f"{self.hash[:8]}…{self.hash[-6:]}" if self.hash else ""


class CoinAccount(Page):
    """``/wallet/account``, and the way from an order's page to here and back."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("/account", "account", self.show)
        pages.add_url_rule("/to-order/<order_id>", "to_order", self.to_order)

    def show(self) -> AnyResponse:
        web3 = self.parts.web3
        if web3 is None:
            raise NotFound("This desk takes no coins.", code="PAGE_NOT_FOUND")
        account = web3.account(account_owner(self.shopper().id))
        path, size = qr_path(account.address)
        return self.page(
            "account",
            address=account.address,
            qr=path,
            qr_size=size,
            holdings=_holdings(web3, account.balances),
            lines=[line for one in account.history if (line := _line(web3, one))],
            taken=[(chain, chain.coins) for chain in web3.chains],
        )

    def to_order(self, order_id: str) -> AnyResponse:
        """Back to an order's page, which knows from now on who is signed in here."""
        self.shopper()
        place = self.order_pages()
        query = {"orderId": order_id}
        if (theme := request.args.get("theme")) in ("dark", "light"):
            query["theme"] = theme
        response = redirect(f"{place.path}?{urlencode(query)}#account", 303)
        keep_payer(response, self.session, self.parts.settings, place)
        return response


def _holdings(web3: Web3Desk, having: Mapping[str, int]) -> list[Holding]:
    return [
        Holding(coin, chain, having[coin.id])
        for chain in web3.chains
        for coin in chain.offered
        if having.get(coin.id)
    ]


def _line(web3: Web3Desk, entry: Entry) -> Line | None:
    """None for a coin that is not set up any more."""
    for chain in web3.chains:
        coin = chain.coin(entry.coin_id)
        if coin is None:
            continue
        tx_hash = entry.ref.split(":")[1] if entry.kind == TOPUP else None
        return Line(
            words=WORDS[entry.kind],
            text=coin.show(entry.units),
            comes_in=entry.kind in INTO,
            at=entry.at,
            chain=chain,
            url=None if tx_hash is None else chain.transaction_page(tx_hash),
            hash=tx_hash,
        )
    return None
