"""Two catalogs that count their stock in our tables, and how any catalog is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import case, delete, func, select, update

from ...base.database import Database, Work
from ...errors import Conflict, NotFound, SettingsError
from ...money import Money
from ..catalog import Catalog, Product
from ..tables import products, stock
from .stock import release_stock, reserve_stock, set_left, stock_left


class CountedCatalog(ABC):
    """A catalog whose counts are in ``till_shop_stock``; a restart does not reset them."""

    @abstractmethod
    def get(self, product_id: str) -> Product | None: ...

    @abstractmethod
    def describe(self, product_ids: Collection[str], work: Work) -> Mapping[str, Product]:
        """Those of the products that exist, read in this transaction."""

    def reserve(self, order_id: str, quantities: Mapping[str, int], work: Work) -> None:
        reserve_stock(work, order_id, quantities, self.describe(quantities, work))

    def release(self, order_id: str, work: Work) -> None:
        release_stock(work, order_id)


class ListCatalog(CountedCatalog):
    """Products from a list. A product's ``stock`` counts when it is first ordered, then the table.

    Raises `SettingsError` for two products with one id, or in two currencies.
    """

    def __init__(self, products: Iterable[Product]) -> None:
        self._products: dict[str, Product] = {}
        for product in products:
            if product.id in self._products:
                raise SettingsError(f"There are two products with the id {product.id!r}.")
            self._products[product.id] = product
        currencies = sorted({product.price.currency for product in self._products.values()})
        if len(currencies) > 1:
            raise SettingsError(
                f"The products are priced in {', '.join(currencies)}.",
                remedy="Sell in one currency per shop.",
            )

    def __iter__(self) -> Any:
        return iter(self._products.values())

    def __len__(self) -> int:
        return len(self._products)

    def get(self, product_id: str) -> Product | None:
        return self._products.get(product_id)

    def describe(self, product_ids: Collection[str], work: Work) -> Mapping[str, Product]:
        return {key: self._products[key] for key in product_ids if key in self._products}


class SqlCatalog(CountedCatalog):
    """Products from the table ``till_shop_products``, which the shop looks after by these methods.

    `Till` gives it the shop's database; on its own it takes one as its argument.
    """

    def __init__(self, database: Database | None = None) -> None:
        self._database = database

    def attach(self, database: Database) -> None:
        """Use this database unless it was given one."""
        self._database = self._database or database

    @property
    def database(self) -> Database:
        if self._database is None:
            raise SettingsError(
                "This SqlCatalog has no database yet.",
                remedy="Give it to Till(app, catalog=...) before it is used.",
            )
        return self._database

    def get(self, product_id: str) -> Product | None:
        return self.database.read(self._find, product_id)

    def all(self) -> list[Product]:
        """Every product, in the order in which they were added."""
        return self.database.read(self._all)

    def add(self, product: Product) -> None:
        """Sell a new product. Raises `Conflict` (PRODUCT_EXISTS)."""
        self.database.write(self._add, product)

    def update(self, product: Product) -> None:
        """Change a product; its ``stock`` is how many are left to sell from now on.

        Raises `NotFound` (PRODUCT_NOT_FOUND).
        """
        self.database.write(self._update, product)

    def remove(self, product_id: str) -> None:
        """Sell it no longer; baskets that hold it lose the line, orders keep theirs."""
        self.database.write(self._remove, product_id)

    def describe(self, product_ids: Collection[str], work: Work) -> Mapping[str, Product]:
        rows = work.execute(_products().where(products.c.id.in_(list(product_ids))))
        return {row.id: _product(row) for row in rows}

    def _find(self, work: Work, product_id: str) -> Product | None:
        return self.describe([product_id], work).get(product_id)

    def _all(self, work: Work) -> list[Product]:
        return [_product(row) for row in work.execute(_products().order_by(products.c.place))]

    def _add(self, work: Work, product: Product) -> None:
        last: int = work.execute(select(func.coalesce(func.max(products.c.place), 0))).scalar_one()
        row = {"id": product.id, "place": last + 1, **_columns(product)}
        if not work.insert_once(products, row):
            raise Conflict(f"{product.id!r} is sold already.", code="PRODUCT_EXISTS")
        self._count(work, product)

    def _update(self, work: Work, product: Product) -> None:
        found = work.execute(
            update(products).where(products.c.id == product.id).values(**_columns(product))
        )
        if not found.rowcount:
            raise NotFound(f"{product.id!r} is not sold here.", code="PRODUCT_NOT_FOUND")
        self._count(work, product)

    def _remove(self, work: Work, product_id: str) -> None:
        work.execute(delete(products).where(products.c.id == product_id))

    def _count(self, work: Work, product: Product) -> None:
        if product.stock is not None:
            set_left(work, product.id, product.stock)


def _products() -> Any:
    left = func.coalesce(stock.c.on_hand - stock.c.reserved, 0)
    counted = case((products.c.counted == 1, left)).label("left")
    return select(products, counted).join(stock, stock.c.product_id == products.c.id, isouter=True)


def _product(row: Any) -> Product:
    return Product(
        id=row.id,
        name=row.name,
        price=Money.of_minor(row.price, row.currency),
        stock=row.left,
        description=row.description,
        image=row.image,
        url=row.url,
        max_quantity=row.max_quantity,
        category=row.category,
        digital=row.digital,
    )


def _columns(product: Product) -> dict[str, Any]:
    return {
        "name": product.name,
        "price": product.price.minor,
        "currency": product.price.currency,
        "counted": product.stock is not None,
        "description": product.description,
        "image": product.image,
        "url": product.url,
        "max_quantity": product.max_quantity,
        "category": product.category,
        "digital": product.digital,
    }


def look_up(work: Work, catalog: Catalog, product_ids: Collection[str]) -> Mapping[str, Product]:
    """Those of the products that exist. A counted one may still show the stock it started with."""
    if isinstance(catalog, CountedCatalog):
        return catalog.describe(product_ids, work) if product_ids else {}
    found = ((product_id, catalog.get(product_id)) for product_id in product_ids)
    return {product_id: product for product_id, product in found if product is not None}


def left_of(catalog: Catalog, product: Product, counted: int | None) -> int | None:
    """How many are left: ``counted`` is what our own table says, when it has a say."""
    if product.stock is None or counted is None or not isinstance(catalog, CountedCatalog):
        return product.stock
    return counted


def product_now(work: Work, catalog: Catalog, product_id: str) -> Product | None:
    """The product with ``stock`` as it is at this moment, or None."""
    product = look_up(work, catalog, [product_id]).get(product_id)
    if product is None or product.stock is None:
        return product
    counted = stock_left(work, [product_id]).get(product_id)
    return replace(product, stock=left_of(catalog, product, counted))
