"""For each invariant of the wallet, something that breaks it where a bit of everything happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import insert, select, update

from flask_till.desk.tables import outbox
from flask_till.desk.tables.wallet import basket_edits, linked_baskets, wallet_orders

Spoil = Callable[[Any], Any]


def tell_again(work: Any) -> None:
    order_id = work.execute(
        select(wallet_orders.c.order_id).where(
            wallet_orders.c.status == "paid", wallet_orders.c.order_id.is_not(None)
        )
    ).scalar_one()
    outbox.record(work, subject=order_id, kind="order.paid", data={}, receivers=[])


def order_nothing(work: Any) -> None:
    work.execute(
        update(linked_baskets).where(linked_baskets.c.status == "bound").values(status="ordered")
    )


def forget_the_basket(work: Any) -> None:
    work.execute(
        update(linked_baskets).where(linked_baskets.c.status == "ordered").values(status="bound")
    )


def another_merchants_order(work: Any) -> None:
    work.execute(update(wallet_orders).values(id=wallet_orders.c.id + "x"))


def place_in_silence(work: Any) -> None:
    row = work.execute(select(wallet_orders).where(wallet_orders.c.status == "paid")).first()
    free = work.execute(
        select(linked_baskets.c.id).where(linked_baskets.c.status == "bound")
    ).scalar_one()
    values = row._asdict() | {"id": "wor_x", "status": "placing", "linked_basket_id": free}
    values |= {"order_id": None, "merchant_order_id": None}
    work.execute(insert(wallet_orders).values(values))


WALLET_SPOILS: dict[str, Spoil] = {
    "wallet-paid-told-once": tell_again,
    "ordered-basket-has-its-order": order_nothing,
    "made-order-ends-its-basket": forget_the_basket,
    "wallet-order-follows": lambda work: work.execute(
        update(wallet_orders)
        .where(wallet_orders.c.status == "paid", wallet_orders.c.order_id.is_not(None))
        .values(status="processing")
    ),
    "wallet-order-is-the-desks": another_merchants_order,
    "placing-carried": place_in_silence,
    "edits-carried": lambda work: work.execute(update(basket_edits).values(status="waiting")),
}
