"""Two catalogs that count their stock in our tables, and how any catalog is asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import case, delete, func, select, update

from ...base.database import Database, Work
from ...errors import Conflict, NotFound, SettingsError
from ...money import Money
from ..catalog import Catalog, Product, is_product_id
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
        return self.database.read(self.listed)

    def listed(self, work: Work) -> list[Product]:
        """As `all`, in this transaction."""
        return [_product(row) for row in work.execute(_products().order_by(products.c.place))]

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
        **_details(row.details or {}, row.currency),
    )


def _details(stored: Mapping[str, Any], currency: str) -> dict[str, Any]:
    prices = {
        name: Money.of_minor(stored[name], currency)
        for name in ("regular_price", "lowest_price")
        if name in stored
    }
    rate = {"vat_rate": Decimal(stored["vat_rate"])} if "vat_rate" in stored else {}
    lists = {
        name: tuple(map(_frozen, stored.get(name, ())))
        for name in ("attributes", "related", "images")
    }
    return {**prices, **rate, **lists, "ean": stored.get("ean")}


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


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
        "details": _stored_details(product) or None,
    }


def _stored_details(product: Product) -> dict[str, Any]:
    """What is not at its default."""
    regular, lowest = product.regular_price, product.lowest_price
    details = {
        "vat_rate": None if product.vat_rate is None else str(product.vat_rate),
        "regular_price": None if regular is None else regular.minor,
        "lowest_price": None if lowest is None else lowest.minor,
        "ean": product.ean,
        "attributes": product.properties or None,
        "related": product.related or None,
        "images": product.images or None,
    }
    return {name: value for name, value in details.items() if value is not None}


def look_up(work: Work, catalog: Catalog, product_ids: Collection[str]) -> Mapping[str, Product]:
    """Those of the products that exist. A counted one may still show the stock it started with."""
    if isinstance(catalog, CountedCatalog):
        return catalog.describe(product_ids, work) if product_ids else {}
    found = ((product_id, catalog.get(product_id)) for product_id in product_ids)
    return {product_id: product for product_id, product in found if product is not None}


def list_products(
    work: Work, catalog: Catalog, product_ids: Sequence[str], first: int, most: int
) -> tuple[list[Product], int]:
    """Products from the ``first`` on, and how many there are; ``stock`` is what is left.

    A catalog of the shop's own cannot be listed, but asked for the ``product_ids`` that are given.
    """
    if product_ids:
        wanted: Sequence[str] = [one for one in product_ids if is_product_id(one)]
        listed = list(look_up(work, catalog, wanted).values())
    elif isinstance(catalog, SqlCatalog):
        listed = catalog.listed(work)
    else:
        listed = list(catalog) if isinstance(catalog, ListCatalog) else []
    page = listed[first : first + most]
    counted = stock_left(work, [product.id for product in page])
    left = {product.id: left_of(catalog, product, counted.get(product.id)) for product in page}
    return [replace(product, stock=left[product.id]) for product in page], len(listed)


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
