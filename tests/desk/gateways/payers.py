"""People with balances, and a partner's app that takes money itself."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_till.base.database import Database
from flask_till.desk.actions.balances import grant
from flask_till.desk.actions.merchants import add_merchant
from flask_till.desk.actions.orders import create_order
from flask_till.desk.actions.payments import start_payment
from flask_till.desk.gateways import Charge
from flask_till.desk.merchant import Merchant
from flask_till.desk.order import Line, OrderDraft
from flask_till.errors import GatewayUnavailable
from flask_till.money import Money

from .conftest import a_charge

ADA = "ipos:ada"


class Payers:
    """Ada, who has plenty, and payments of hers that are written down and not begun."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._merchant: Merchant = database.write(
            add_merchant,
            name="Shop",
            live=False,
            callback_url=None,
            origins=[],
            key_digest="d",
            sealed_secret="s",
        )
        self._orders = 0
        database.write(grant, ADA, "wallet", Money("10000", "PLN"), live=False)

    def charge(self, amount: str = "49.99") -> Charge:
        self._orders += 1
        money = Money(amount, "PLN")
        lines = (Line("mug", "Blue mug", 1, money.minor),)
        draft = OrderDraft(f"e{self._orders}", money, lines, dialect="ipos", payer=ADA)
        order, _ = self._database.write(create_order, self._merchant, draft)
        begun = {"gateway": "test_balance", "account": "test_balance", "method": "wallet"}
        payment = self._database.write(start_payment, order.id, live=False, **begun)
        return a_charge(
            amount, payment_id=payment.id, order_id=order.id, method="wallet", payer=ADA
        )


@dataclass
class HostApp:
    """What a host app says of payments, by their ids there; silent about all others."""

    says: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    asked: list[str | None] = field(default_factory=list)

    def status(self, charge: Charge) -> tuple[str, str | None]:
        self.asked.append(charge.provider_ref)
        if charge.provider_ref not in self.says:
            raise GatewayUnavailable("The host app does not answer.")
        return self.says[charge.provider_ref]
