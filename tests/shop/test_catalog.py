"""Products, and the catalogs that keep them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, create_engine, insert, select, update

from flask_till.base.database import Database
from flask_till.errors import Conflict, NotFound, OutOfStock, SettingsError
from flask_till.money import Money
from flask_till.shop.actions.basket import add_line, read_basket
from flask_till.shop.actions.catalogs import ListCatalog, SqlCatalog, product_now
from flask_till.shop.actions.orders import apply_desk_order, fail_order
from flask_till.shop.catalog import Catalog, Product
from tests.shop.shelves import CARD, LAST, MUG, audit, fill, place, row, shelf_with, told, zl


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": ""},
        {"id": "a/b"},
        {"id": "x" * 129},
        {"id": "a\n"},
        {"id": 7},
        {"name": " "},
        {"name": "x" * 251},
        {"name": "a\x00b"},
        {"name": None},
        {"price": "10.00"},
        {"price": zl("-0.01")},
        {"stock": -1},
        {"stock": True},
        {"stock": 1.5},
        {"max_quantity": 0},
    ],
)
def test_a_product_that_cannot_be_sold_is_refused_when_it_is_made(wrong):
    with pytest.raises(SettingsError):
        Product(**{"id": "a", "name": "A", "price": zl("1"), **wrong})


def test_a_list_names_each_product_once_and_in_one_currency():
    with pytest.raises(SettingsError, match="two products"):
        ListCatalog([CARD, CARD])
    with pytest.raises(SettingsError, match="EUR, PLN"):
        ListCatalog([CARD, Product("x", "X", Money("1", "EUR"))])


# ---- every catalog alike ----


class OwnCatalog:
    """A shop's own products in its own database, with its own columns, by its own means."""

    def __init__(self, url: str) -> None:
        self.engine = create_engine(url)
        self.goods = Table(
            "goods",
            MetaData(),
            Column("sku", Text, primary_key=True),
            Column("title", Text),
            Column("grosze", Integer),
            Column("free", Integer),
        )
        self.taken = Table(
            "taken",
            self.goods.metadata,
            Column("order_id", Text, primary_key=True),
            Column("sku", Text, primary_key=True),
            Column("many", Integer),
        )
        self.goods.metadata.create_all(self.engine)
        with self.engine.begin() as connection:
            for product in (MUG, LAST):
                price = product.price.minor
                values = {"sku": product.id, "title": product.name, "grosze": price}
                connection.execute(insert(self.goods).values(**values, free=product.stock))

    def get(self, product_id: str) -> Product | None:
        with self.engine.connect() as connection:
            found = connection.execute(
                select(self.goods).where(self.goods.c.sku == product_id)
            ).first()
        if found is None:
            return None
        return Product(found.sku, found.title, Money.of_minor(found.grosze, "PLN"), found.free)

    def reserve(self, order_id: str, quantities: Mapping[str, int], work: Any) -> None:
        with self.engine.begin() as connection:
            held = select(self.taken).where(self.taken.c.order_id == order_id)
            if connection.execute(held).first():
                return
            for sku, many in quantities.items():
                row = {"order_id": order_id, "sku": sku, "many": many}
                connection.execute(insert(self.taken).values(**row))
                found = connection.execute(
                    update(self.goods)
                    .where(self.goods.c.sku == sku, self.goods.c.free >= many)
                    .values(free=self.goods.c.free - many)
                )
                if not found.rowcount:
                    raise OutOfStock(f"no {sku}")

    def release(self, order_id: str, work: Any) -> None:
        mine = self.taken.c.order_id == order_id
        with self.engine.begin() as connection:
            for held in connection.execute(select(self.taken).where(mine)).all():
                connection.execute(
                    update(self.goods)
                    .where(self.goods.c.sku == held.sku)
                    .values(free=self.goods.c.free + held.many)
                )
            connection.execute(self.taken.delete().where(mine))


@pytest.fixture(params=["list", "sql", "own"])
def catalog(request, database, tmp_path) -> Iterator[Catalog]:
    if request.param == "list":
        yield ListCatalog([MUG, LAST])
    elif request.param == "sql":
        made = SqlCatalog(database)
        made.add(MUG)
        made.add(LAST)
        yield made
    else:
        own = OwnCatalog(f"sqlite:///{tmp_path}/own.db")
        yield own
        own.engine.dispose()


def left(database: Database, catalog: Catalog, product_id: str) -> int | None:
    product = database.read(product_now, catalog, product_id)
    assert product is not None
    return product.stock


def test_each_catalog_is_one_to_the_protocol(catalog):
    assert isinstance(catalog, Catalog)
    assert catalog.get("mug").name == "Blue mug"
    assert catalog.get("nothing") is None


def test_a_reservation_counts_once_for_an_order_and_is_released_once(catalog, database):
    for _ in range(2):
        database.write(lambda work: catalog.reserve("ord_1", {"mug": 3}, work))
    assert left(database, catalog, "mug") == 17
    for _ in range(2):
        database.write(lambda work: catalog.release("ord_1", work))
    assert left(database, catalog, "mug") == 20
    database.write(lambda work: catalog.reserve("ord_1", {"mug": 2}, work))
    assert left(database, catalog, "mug") == 18
    audit(database)


def test_all_is_reserved_or_nothing(catalog, database):
    with pytest.raises(OutOfStock):
        database.write(lambda work: catalog.reserve("ord_1", {"mug": 1, "last": 2}, work))
    assert (left(database, catalog, "mug"), left(database, catalog, "last")) == (20, 1)


def test_placing_an_order_takes_from_the_catalog_and_its_end_gives_back(catalog, database):
    shelf = shelf_with(catalog)
    basket_id = fill(database, shelf, mug=2, last=1)
    order = place(database, shelf, basket_id).order
    assert (left(database, catalog, "mug"), left(database, catalog, "last")) == (18, 0)
    with pytest.raises(OutOfStock):
        fill(database, shelf, last=1)
    database.write(apply_desk_order, shelf, "till", "evt_1", told(order, 1, "expired"))
    assert (left(database, catalog, "mug"), left(database, catalog, "last")) == (20, 1)


def test_what_its_own_open_order_holds_is_still_available_to_a_basket(catalog, database):
    shelf = shelf_with(catalog)
    basket_id = fill(database, shelf, last=1)
    order = place(database, shelf, basket_id).order
    line = database.read(read_basket, shelf, basket_id).line("last")
    assert (line.available, line.max_quantity) == (True, 1)
    database.write(apply_desk_order, shelf, "till", None, told(order, 1, "paid"))
    with pytest.raises(OutOfStock):
        database.write(add_line, shelf, basket_id, "last", 1)


# ---- the list ----


def test_a_restart_does_not_reset_the_counts_of_a_list(database):
    shelf = shelf_with(ListCatalog([LAST]))
    place(database, shelf, fill(database, shelf, last=1))
    assert left(database, ListCatalog([LAST]), "last") == 0


def test_a_product_without_a_stock_never_runs_out(database):
    shelf = shelf_with(ListCatalog([CARD]))
    order = place(database, shelf, fill(database, shelf, card=10_000)).order
    assert left(database, shelf.catalog, "card") is None
    assert database.write(fail_order, shelf, order.id, "test")


def test_a_product_that_vanished_meanwhile_is_out_of_stock(database):
    with pytest.raises(OutOfStock):
        database.write(lambda work: ListCatalog([CARD]).reserve("ord_1", {"mug": 1}, work))


# ---- the table ----


def test_a_shop_looks_after_its_table_of_products(database):
    catalog = SqlCatalog(database)
    catalog.add(MUG)
    catalog.add(CARD)
    with pytest.raises(Conflict, match="sold already"):
        catalog.add(MUG)
    assert catalog.all() == [MUG, CARD]
    cheaper = Product("mug", "Blue mug", zl("39.99"), stock=5)
    catalog.update(cheaper)
    assert catalog.get("mug") == cheaper
    catalog.update(Product("mug", "Blue mug", zl("39.99")))
    assert catalog.get("mug").stock is None
    catalog.remove("mug")
    assert catalog.all() == [CARD]
    with pytest.raises(NotFound):
        catalog.update(MUG)


def test_new_stock_is_what_is_left_besides_that_in_orders(database):
    catalog = SqlCatalog(database)
    catalog.add(MUG)
    shelf = shelf_with(catalog)
    order = place(database, shelf, fill(database, shelf, mug=2)).order
    catalog.update(Product("mug", "Blue mug", zl("49.99"), stock=5))
    assert left(database, catalog, "mug") == 5
    database.write(fail_order, shelf, order.id, "test")
    assert left(database, catalog, "mug") == 7
    assert row(database, "stock", product_id="mug").on_hand == 7


def test_a_removed_product_leaves_the_baskets_that_held_it(database):
    catalog = SqlCatalog(database)
    catalog.add(MUG)
    catalog.add(CARD)
    shelf = shelf_with(catalog)
    basket_id = fill(database, shelf, mug=2, card=1)
    catalog.remove("mug")
    basket = database.read(read_basket, shelf, basket_id)
    assert [line.product_id for line in basket.lines] == ["card"]
    assert (basket.total, basket.count) == (zl("8.00"), 1)


def test_a_table_without_a_database_says_what_to_do():
    with pytest.raises(SettingsError, match="Till"):
        SqlCatalog().get("mug")
