"""The purse: balances as their gateway asks for them, each verb in a transaction of its own."""

from __future__ import annotations

from ..base.database import Database
from ..errors import GatewayRefused
from ..money import Money
from .actions import balances
from .balance import Spend
from .gateways import Charge


class DeskPurse:
    def __init__(self, database: Database) -> None:
        self._database = database

    def spend(self, charge: Charge, *, live: bool) -> Spend:
        return self._database.write(
            balances.spend,
            charge.payment_id,
            order_id=charge.order_id,
            owner=_payer(charge),
            method=charge.method,
            amount=charge.amount,
            live=live,
        )

    def void(self, charge: Charge) -> Spend:
        return self._database.write(
            balances.void, charge.payment_id, order_id=charge.order_id, owner=_payer(charge)
        )

    def spend_of(self, payment_id: str) -> Spend | None:
        return self._database.read(balances.spend_of, payment_id)

    def give_back(self, refund_id: str, payment_id: str, amount: Money, *, live: bool) -> None:
        self._database.write(balances.give_back, refund_id, payment_id, amount, live=live)


def _payer(charge: Charge) -> str:
    if charge.payer is None:
        raise GatewayRefused("Nobody's balance pays for this order.", code="NO_PAYER")
    return charge.payer
