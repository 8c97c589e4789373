"""Shelves to test with, and threads that all start at one moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select

from flask_till.base.database import Database
from flask_till.errors import TillError
from flask_till.money import Money
from flask_till.shop.actions.audit import audit_shop
from flask_till.shop.actions.basket import add_line, set_promotions
from flask_till.shop.actions.catalogs import ListCatalog
from flask_till.shop.actions.orders import read_order
from flask_till.shop.actions.placing import Placed, place_order
from flask_till.shop.catalog import Catalog, Product, Shelf
from flask_till.shop.order import DeskSnapshot, Order
from flask_till.shop.promotion import Promotion
from flask_till.shop.tables import metadata

CONTROL = ("begin", "savepoint", "release", "rollback")


def zl(amount: str) -> Money:
    return Money(amount, "PLN")


MUG = Product("mug", "Blue mug", zl("49.99"), stock=20, max_quantity=10, image="/mug.svg")
CARD = Product("card", "Card", zl("8.00"))
LAST = Product("last", "The last one", zl("100.00"), stock=1)
TEN = Promotion("TEN", percent=10, label="Ten off", max_uses=2, max_uses_per_shopper=1)


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


def now(database: Database, order: Order) -> Order:
    """The order as it is by now."""
    return database.read(read_order, order.id)


def reserved(database: Database, product_id: str = "mug") -> int:
    """How many of a product orders have set aside."""
    found: int = row(database, "stock", product_id=product_id).reserved
    return found


def kinds(database: Database, subject: str) -> list[str]:
    """The events recorded about a basket or an order, oldest first."""
    events = metadata.tables["till_shop_events"]
    asked = select(events.c.kind).where(events.c.subject == subject).order_by(events.c.seq)
    return database.read(lambda work: list(work.execute(asked).scalars()))


def audit(database: Database) -> None:
    """What must always hold."""
    assert database.read(audit_shop) == []


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Make the calls at one moment, a thread each; their results and `TillError`s in order."""
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
        if statement.split(maxsplit=1)[0].lower() not in CONTROL:
            sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
