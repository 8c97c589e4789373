"""Shelves to test with, and threads that all start at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from flask_till.base.database import Database, Work
from flask_till.errors import TillError
from flask_till.money import Money
from flask_till.shop.actions.basket import add_line, set_promotions
from flask_till.shop.actions.catalogs import ListCatalog
from flask_till.shop.actions.orders import Placed, place_order
from flask_till.shop.catalog import Catalog, Product, Shelf
from flask_till.shop.order import DeskSnapshot, Order
from flask_till.shop.promotion import Promotion
from flask_till.shop.tables import metadata
from sqlalchemy import event, func, select


def zl(amount: str) -> Money:
    return Money(amount, "PLN")


MUG = Product("mug", "Blue mug", zl("49.99"), stock=20, max_quantity=10, image="/mug.svg")
CARD = Product("card", "Card", zl("8.00"))
LAST = Product("last", "The last one", zl("100.00"), stock=1)


def shelf_of(*products: Product, promotions: tuple[Promotion, ...] = ()) -> Shelf:
    return shelf_with(ListCatalog(products or (MUG, CARD, LAST)), *promotions)


def shelf_with(catalog: Catalog, *promotions: Promotion) -> Shelf:
    return Shelf.of(catalog, promotions, "PLN")


def fill(database: Database, shelf: Shelf, *codes: str, **quantities: int) -> str:
    """A basket with that in it; returns its id."""
    basket_id = None
    for product_id, quantity in quantities.items():
        basket_id = database.write(add_line, shelf, basket_id, product_id, quantity).id
    assert basket_id is not None
    if codes:
        database.write(set_promotions, shelf, basket_id, list(codes))
    return basket_id


def place(database: Database, shelf: Shelf, basket_id: str | None, **more: Any) -> Placed:
    return database.write(place_order, shelf, basket_id, desk="till", **more)


def told(order: Order, version: int, status: str, **more: Any) -> DeskSnapshot:
    """What the desk would say about the order."""
    said: dict[str, Any] = {
        "external_id": order.id,
        "desk_order_id": f"desk_{order.id}",
        "amount": order.total,
        "refunded": Money.zero(order.total.currency),
        "live": False,
    }
    return DeskSnapshot(version=version, status=status, **{**said, **more})


def row(database: Database, table: str, **where: Any) -> Any:
    """One row of a table of the shop."""
    rows = metadata.tables[f"till_shop_{table}"]
    found = select(rows).where(*(rows.c[name] == value for name, value in where.items()))
    return database.read(lambda work: work.execute(found).one())


def count(database: Database, table: str, **where: Any) -> int:
    rows = metadata.tables[f"till_shop_{table}"]
    asked = (
        select(func.count())
        .select_from(rows)
        .where(*(rows.c[name] == value for name, value in where.items()))
    )
    return database.read(lambda work: int(work.execute(asked).scalar_one()))


def kinds(database: Database, subject: str) -> list[str]:
    """The events recorded about a basket or an order, oldest first."""
    events = metadata.tables["till_shop_events"]
    asked = select(events.c.kind).where(events.c.subject == subject).order_by(events.c.seq)
    return database.read(lambda work: list(work.execute(asked).scalars()))


def audit(database: Database) -> None:
    """What must always hold: reservations and counts add up on both sides."""
    database.read(_audit)


def _audit(work: Work) -> None:
    tables = metadata.tables
    stock, held = tables["till_shop_stock"], tables["till_shop_reservations"]
    for product in work.execute(select(stock)).all():
        asked = select(func.coalesce(func.sum(held.c.quantity), 0)).where(
            held.c.product_id == product.product_id, held.c.state == "held"
        )
        assert work.execute(asked).scalar_one() == product.reserved
    counts, uses = tables["till_shop_promotion_counts"], tables["till_shop_promotion_uses"]
    for counted in work.execute(select(counts)).all():
        asked = select(func.count()).where(uses.c.code == counted.code, uses.c.state == "held")
        if counted.shopper:
            asked = asked.where(uses.c.shopper == counted.shopper)
        assert work.execute(asked).scalar_one() == counted.uses


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls from as many threads at one moment; results and `TillError`s in their order."""
    gate = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        gate.wait(timeout=30)
        try:
            return call()
        except TillError as error:
            return error

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@contextmanager
def statements(database: Database) -> Iterator[list[str]]:
    """The statements that are sent within, without those that begin and end transactions."""
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if statement.split()[0].lower() not in ("begin", "savepoint", "release", "rollback"):
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
