"""Shoppers' accounts on chains: their addresses, and their coins as their gateway asks for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ...base.database import Database, Work
from ...errors import GatewayRefused
from ...money import Money
from ..actions import web3_accounts, web3_addresses
from ..actions.web3_accounts import Entry
from ..actions.web3_refunds import units_of_refund
from ..gateways import Charge
from ..onchain import deposit_path
from .deposits import KnowsAddresses


@dataclass(frozen=True, slots=True)
class Account:
    """``balances`` by the id of the coin, in base units; the newest of the ``history`` first."""

    owner: str
    address: str
    balances: Mapping[str, int]
    history: Sequence[Entry]


class DeskAccounts:
    def __init__(self, database: Database, signer: KnowsAddresses) -> None:
        self._database = database
        self._signer = signer

    def account(self, owner: str) -> Account:
        """The account of a shopper; made when it is asked for the first time."""
        address = self._address(owner)

        def read(work: Work) -> Account:
            balances = web3_accounts.balances_of(work, owner)
            return Account(owner, address, balances, web3_accounts.history_of(work, owner))

        return self._database.read(read)

    def _address(self, owner: str) -> str:
        while (address := self._database.read(web3_addresses.address_of, owner)) is None:
            number = self._database.read(web3_addresses.next_number)
            derived = self._signer.address(deposit_path(number))
            self._database.write(web3_addresses.add_address, number, derived, owner)
        return address

    def balances(self, owner: str) -> Mapping[str, int]:
        """coin id -> base units, without making an account."""
        return self._database.read(web3_accounts.balances_of, owner)

    def spend(self, charge: Charge, owner: str, dues: Mapping[str, int]) -> int:
        """Take the price in the first coin that covers it; the units taken, 0 when it is void.

        Raises `GatewayRefused` (INSUFFICIENT_BALANCE).
        """
        return self._database.write(_spend, charge.payment_id, charge.order_id, owner, dues)

    def spent(self, payment_id: str) -> int | None:
        taken = self._database.read(web3_accounts.spend_of, payment_id)
        return None if taken is None else taken.units

    def void(self, charge: Charge) -> int:
        owner = charge.payer or ""
        return self._database.write(
            web3_accounts.void, charge.payment_id, owner=owner, order_id=charge.order_id
        ).units

    def return_part(self, refund_id: str, charge: Charge, amount: Money) -> None:
        """Give that part of the price back to the account that paid, once."""
        self._database.write(
            _return_part, refund_id, charge.payment_id, amount.minor, charge.amount.minor
        )


def _spend(work: Work, payment_id: str, order_id: str, owner: str, dues: Mapping[str, int]) -> int:
    taken = web3_accounts.spend_of(work, payment_id)
    if taken is not None:
        return taken.units
    having = web3_accounts.balances_of(work, owner)
    coin_id = next((coin for coin, due in dues.items() if 0 < due <= having.get(coin, 0)), None)
    if coin_id is None:
        raise GatewayRefused("The account does not cover it.", code="INSUFFICIENT_BALANCE")
    return web3_accounts.spend(
        work, payment_id, owner=owner, coin_id=coin_id, units=dues[coin_id], order_id=order_id
    ).units


def _return_part(work: Work, refund_id: str, payment_id: str, minor: int, price: int) -> None:
    taken = web3_accounts.spend_of(work, payment_id)
    if taken is None or not taken.units:
        raise GatewayRefused("No account paid for it.", code="NOTHING_CAME")
    units = units_of_refund(work, refund_id, payment_id, minor=minor, price=price, paid=taken.units)
    web3_accounts.give_back(work, refund_id, payment_id, units)
