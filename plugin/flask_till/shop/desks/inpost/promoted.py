"""Products that the wallet shows outside of any basket (2.11). Optional."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ....wire.inpost.promoted import (
    ProductPage,
    ProductQuery,
    PromotedLink,
    PromotedLinks,
    PromotedProduct,
    PromotedProducts,
)
from .connection import Connection, path, understood

_ALL = path("v1", "izi", "products")


class PromotedList:
    """The list of this shop's promoted products. All raise `WalletRefused` and `Unavailable`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, products: Iterable[PromotedProduct]) -> list[PromotedLink]:
        """Refused with PRODUCT_EXISTS or MAX_LIMIT_PRODUCTS."""
        wanted = PromotedProducts(content=list(products))
        answer = self._connection.ask("POST", _ALL, good=(200, 201), message=wanted)
        return understood(PromotedLinks, answer).content

    def page(
        self,
        page_index: int | None = None,
        page_size: int | None = None,
        product_ids: Sequence[str] = (),
    ) -> ProductPage:
        query = ProductQuery(page_index, page_size, tuple(product_ids)).to_args()
        return understood(ProductPage, self._connection.ask("GET", _ALL, query=query))

    def change(self, product: PromotedProduct) -> PromotedProduct:
        """Refused with PRODUCT_NOT_FOUND."""
        answer = self._connection.ask("PUT", _one(product.product_id), message=product)
        return understood(PromotedProduct, answer)

    def remove(self, product_id: str) -> None:
        """Refused with PRODUCT_NOT_FOUND."""
        self._connection.ask("DELETE", _one(product_id), good=(200, 204))


def _one(product_id: str) -> str:
    return path("v1", "izi", "product", product_id)
