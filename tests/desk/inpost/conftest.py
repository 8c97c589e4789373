"""A desk with two shops that speak InPost's protocol to it, and shoppers with their phones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import insert

from flask_till.base.database import Work
from flask_till.desk.actions import linking, prompts
from flask_till.desk.linked_basket import LinkedBasket, Prompt
from flask_till.desk.tables import outbox
from flask_till.desk.tables.wallet import linked_baskets, shoppers, wallet_orders
from tests.desk.inpost.the_shop import TheShop, example
from tests.desk.the_desk import TheDesk, draft

CONTRACTS_DAY = datetime(2025, 5, 12, 8, 20, tzinfo=UTC)
"""The contract's examples were sent on that day, so its dates are not past."""


class Wallet:
    """What happens on the other side of the desk, done at the database: shoppers and answers."""

    def __init__(self, desk: TheDesk) -> None:
        self.database = desk.database
        self._desk = desk

    def shopper(self, phone: str = "501234567", name: str | None = "Anna") -> str:
        def add(work: Work) -> str:
            shopper_id = work.new_id("shp")
            values = {"id": shopper_id, "country_prefix": "+48", "phone": phone, "name": name}
            values |= {"surname": "Nowak" if name else None, "profile": {}, "version": 1}
            work.execute(insert(shoppers).values(created_at=work.now, **values))
            return shopper_id

        return self.database.write(add)

    def version(self, shopper_id: str) -> int:
        def read(work: Work) -> int:
            query = shoppers.select().where(shoppers.c.id == shopper_id)
            return int(work.execute(query).one().version)

        return self.database.read(read)

    def prompts(self, shopper_id: str) -> list[Prompt]:
        return self.database.read(prompts.prompts_of, shopper_id)

    def accept(self, shopper_id: str, *, trust: bool = False) -> Prompt:
        """The shopper says yes to what waits."""
        [waiting] = self.prompts(shopper_id)
        return self.database.write(prompts.accept_prompt, waiting.id, shopper_id, trust=trust)

    def link(self, shopper_id: str, *, trust: bool = False) -> tuple[LinkedBasket, Prompt]:
        """The shopper says yes, and the shop answers the confirmation with its basket."""
        prompt = self.accept(shopper_id, trust=trust)
        content = example("basket_put")
        linked = self.database.write(linking.link_basket, prompt.id, content, expires_at=None)
        return linked, prompt

    def order(self, shop: TheShop, *, to_pay: bool = True, number: str = "90017") -> str:
        """An order that the shop made of a linked basket; the id of the desk's order, or nothing.

        Without ``to_pay`` it is cash on delivery, which counts as paid.
        """
        merchant = self._desk.merchant_of(shop.credentials)
        shop.ask_key(f"basket-{number}")
        [basket] = [
            one
            for one in self._desk.rows(linked_baskets)
            if one.merchant_basket_id == f"basket-{number}"
        ]
        wallet_order_id = f"wor_{number}"
        made = self._desk.cashier.create(merchant, draft(wallet_order_id, 14797, dialect="inpost"))
        shopper_id = self.shopper(number.rjust(9, "5"))

        def add(work: Work) -> None:
            work.execute(
                linked_baskets.update()
                .where(linked_baskets.c.id == basket.id)
                .values(status="ordered", shopper_id=shopper_id, content=example("basket_put"))
            )
            work.execute(
                insert(wallet_orders).values(
                    id=wallet_order_id,
                    linked_basket_id=basket.id,
                    order_id=made.id if to_pay else None,
                    merchant_id=merchant.id,
                    merchant_order_id=number,
                    number=f"ZAM/{number}",
                    shopper_id=shopper_id,
                    request={"payment": "GATEWAY" if to_pay else "CASH_ON_DELIVERY"},
                    content=example("order_response"),
                    status="processing" if to_pay else "paid",
                    payment_status="STARTED" if to_pay else "AUTHORIZED",
                    parcels=[],
                    delivery_changes={},
                    version=1,
                    created_at=work.now,
                    updated_at=work.now,
                )
            )
            if not to_pay:
                data = {"wallet_order_id": wallet_order_id}
                outbox.record(work, subject=basket.id, kind="order_paid", data=data, receivers=[])

        self.database.write(add)
        return made.id if to_pay else ""

    def made_of(self, basket_id: str) -> None:
        """The shop made an order of that linked basket."""

        def add(work: Work) -> None:
            basket = work.execute(
                linked_baskets.select().where(linked_baskets.c.id == basket_id)
            ).one()
            values = {"request": {}, "status": "processing", "payment_status": "UNPAID"}
            values |= {"parcels": [], "delivery_changes": {}, "version": 1}
            work.execute(
                insert(wallet_orders).values(
                    id=work.new_id("wor"),
                    linked_basket_id=basket_id,
                    merchant_id=basket.merchant_id,
                    merchant_order_id="90018",
                    shopper_id=basket.shopper_id,
                    created_at=work.now,
                    updated_at=work.now,
                    **values,
                )
            )

        self.database.write(add)


@pytest.fixture
def clock(clock: Any) -> Any:
    clock.now = CONTRACTS_DAY
    return clock


@pytest.fixture
def wallet(desk: TheDesk) -> Wallet:
    return Wallet(desk)


@pytest.fixture
def new_shop(desk: TheDesk) -> Callable[..., TheShop]:
    """Enrols a merchant: ``new_shop("Mugs")``."""

    def make(name: str, **fixed: str) -> TheShop:
        merchant = desk.desk.add_merchant(name=name).merchant_id
        made = desk.desk.add_inpost(merchant, base_url="https://shop.example/inpost", **fixed)
        shop = TheShop(desk.app.test_client(), made.client_id, str(made.client_secret))
        shop.merchant_id, shop.credentials = merchant, made
        return shop

    return make


@pytest.fixture
def shop(new_shop: Callable[..., TheShop]) -> TheShop:
    return new_shop("Mugs and books")


@pytest.fixture
def other_shop(new_shop: Callable[..., TheShop]) -> TheShop:
    return new_shop("Another shop")


@pytest.fixture
def anna(wallet) -> str:
    return str(wallet.shopper())


@pytest.fixture
def linked(shop, wallet, anna) -> str:
    """The wallet's id of the basket ``b-1``, linked with Anna's phone."""
    shop.ask_phone("b-1")
    return str(wallet.link(anna)[0].id)


@pytest.fixture
def browser_id(shop, wallet, anna) -> str:
    shop.ask_phone("b-1")
    return str(wallet.link(anna, trust=True)[1].browser_id)
