"""A whole desk with one merchant, a gateway on paper, and shorthands for what tests do with it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.actions.merchants import read_merchant
from flask_till.desk.actions.reading import read_order
from flask_till.desk.extension import OrderDesk
from flask_till.desk.merchant import Credentials, Merchant
from flask_till.desk.order import Line, Order, OrderDraft
from flask_till.desk.tables import MIGRATIONS, outbox
from flask_till.money import Money
from tests import ready_made
from tests.stand_ins.paper_gateway import PaperGateway

PAGES = "https://pay.example"
SHOP = "https://shop.example"


def order_body(external_id: str = "T-1", amount: int = 4999, **more: Any) -> dict[str, Any]:
    """What a merchant posts for one product of that price in PLN."""
    line = {"product_id": "mug", "name": "Mug", "quantity": 1, "unit_amount": amount}
    body = {"external_id": external_id, "amount": amount, "currency": "PLN", "lines": [line]}
    return body | more


def draft(
    external_id: str = "T-1", amount: int = 4999, currency: str = "PLN", **more: Any
) -> OrderDraft:
    return OrderDraft(
        external_id=external_id,
        amount=Money.of_minor(amount, currency),
        lines=(Line("mug", "Mug", 1, amount),),
        **more,
    )


class TheDesk:
    """An `OrderDesk` with one merchant, and shorthands for what tests do with it."""

    def __init__(self, url: str, clock: Any, folder: Path, **given: Any) -> None:
        self.clock = clock
        self.gateway = PaperGateway()
        self.app = Flask("a_desk", instance_path=str(folder))
        self.app.testing = True
        self.app.config["SECRET_KEY"] = "a secret that only tests know"
        ready_made.migrate(url, MIGRATIONS)
        self.desk = OrderDesk(
            self.app,
            clock=clock,
            database_url=url,
            **{"gateways": [self.gateway], "background": False, "public_url": PAGES} | given,
        )
        self.database = self.desk.database
        self.database.before_first_use = None
        self.cashier = self.desk.cashier
        self.credentials = self.desk.add_merchant(name="Mugs", origins=[SHOP])

    @property
    def merchant(self) -> Merchant:
        return self.merchant_of(self.credentials)

    def merchant_of(self, credentials: Credentials) -> Merchant:
        return self.database.read(read_merchant, credentials.merchant_id)

    # --- over HTTP -----------------------------------------------------------------------

    @property
    def browserless(self) -> FlaskClient:
        return self.app.test_client()

    def call(
        self,
        method: str,
        path: str,
        *,
        by: Credentials | None = None,
        key: str | None = None,
        **kwargs: Any,
    ) -> Any:
        headers = {"Authorization": f"Bearer {(by or self.credentials).api_key}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        headers |= kwargs.pop("headers", {})
        return self.browserless.open(path, method=method, headers=headers, **kwargs)

    def post(self, path: str, **kwargs: Any) -> Any:
        return self.call("POST", path, **kwargs)

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.call("GET", path, **kwargs)

    # --- orders --------------------------------------------------------------------------

    def order(self, external_id: str = "T-1", amount: int = 4999, **more: Any) -> Order:
        return self.cashier.create(self.merchant, draft(external_id, amount, **more))

    def start(self, order: Order, method: str = "card", **inputs: str) -> str:
        """Start paying; the payment's id at the provider."""
        paying = self.cashier.pay(order.id, gateway="paper", method=method, inputs=inputs)
        assert paying.started is not None
        return paying.started.provider_ref

    def paid(self, external_id: str = "T-1", amount: int = 4999, **more: Any) -> Order:
        order = self.order(external_id, amount, **more)
        ref = self.start(order)
        self.cashier.settle(self.gateway.turn(ref, "succeeded"))
        return self.read(order.id)

    def read(self, order_id: str) -> Order:
        return self.database.read(read_order, order_id)

    def kinds(self, order_id: str) -> list[str]:
        events = outbox.events
        query = select(events.c.kind).where(events.c.subject == order_id).order_by(events.c.seq)
        return list(self.database.read(lambda work: work.execute(query).scalars().all()))

    def count(self, table: Any) -> int:
        return len(self.database.read(lambda work: work.execute(select(table)).all()))

    def rows(self, table: Any) -> list[Any]:
        return list(self.database.read(lambda work: work.execute(select(table)).all()))

    def audit(self) -> None:
        breaches = self.database.read(audit_desk)
        assert not breaches, "\n".join(f"{b.invariant.name}: {b.rows}" for b in breaches)
