"""A desk with one merchant, one gateway and as many orders as a test wants."""

from __future__ import annotations

from typing import Any

from flask_till.base.database import Database
from flask_till.base.relay import Relay
from flask_till.desk.actions.merchants import add_merchant
from flask_till.desk.background import Jobs
from flask_till.desk.cashier import Cashier
from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.merchant import Merchant
from flask_till.desk.order import Line, Order, OrderDraft, Share
from flask_till.desk.tables import outbox
from flask_till.money import Money
from tests.stand_ins.stripe import StripeStandIn

SECRET = "whsec_this-is-the-first-one"


class Till:
    """Stripe is the gateway; the desk's clock may be ahead of Stripe's and of the webhooks'."""

    def __init__(self, database: Database, gateway: StripeGateway, stripe: StripeStandIn) -> None:
        self.stripe = stripe
        self.cashier = Cashier(
            database, {"stripe": gateway}, page_url=lambda order_id: f"https://desk/{order_id}"
        )
        self.relay = Relay(database, outbox, Jobs(self.cashier).couriers())
        self.merchant: Merchant = database.write(
            add_merchant,
            name="Shop",
            live=False,
            callback_url=None,
            origins=["https://shop.example"],
            key_digest="d",
            sealed_secret="s",
        )
        self._orders = 0

    def order(
        self, amount: str = "49.99", currency: str = "PLN", *shares: Share, **more: Any
    ) -> Order:
        self._orders += 1
        money = Money(amount, currency)
        line = Line("mug", "Blue mug", 1, money.minor)
        draft = OrderDraft(f"e{self._orders}", money, (line,), shares=shares, **more)
        return self.cashier.create(self.merchant, draft)

    def begin(self, order: Order, **inputs: str) -> str:
        """The shopper opens the card form; returns the intent's or the session's id."""
        paying = self.cashier.pay(order.id, gateway="stripe", method="card", inputs=inputs)
        assert paying.started is not None
        return paying.started.provider_ref

    def send(self, event: dict[str, Any]) -> None:
        self.cashier.receive("stripe", *self.stripe.hooks.signed(event, SECRET))

    def events(self, *kinds: str) -> list[dict[str, Any]]:
        return [event for event in self.stripe.books.events if event["type"] in kinds]

    def status(self, order: Order) -> str:
        return self.cashier.get(order.id).status
