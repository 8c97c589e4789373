"""What a checkout does besides at a desk that quotes: ask for the price, and never order twice."""

from __future__ import annotations

import time

from ..base.database import Database, Work
from ..errors import Conflict, Unavailable
from .actions.basket import read_basket
from .actions.orders import open_order, read_order
from .actions.placing import Placed
from .actions.purchases import similar_purchase
from .basket import Basket
from .catalog import Shelf
from .desks import Declined, DeskOrder, Quotes, SimilarOrder
from .order import PLACING, Order
from .quote import REMEMBERED_FOR, SIMILAR_WITHIN, Goods, Quote, Wish

PATIENCE, LOOK_EVERY = 5.0, 0.05
"""Seconds to wait for whoever is placing the same order right now, and between two looks."""


class Quoting:
    """For one shop, and its desk."""

    def __init__(self, database: Database, shelf: Shelf, desk: Quotes) -> None:
        self._database, self._shelf, self._desk = database, shelf, desk

    def quote(self, basket: Basket) -> Quote:
        """What the basket costs now. Raises `Conflict` (BASKET_EMPTY), `Declined` (OUT_OF_STOCK,
        PRICE_CHANGED...) and `Unavailable`."""
        if not basket.lines:
            raise Conflict("The basket is empty.", code="BASKET_EMPTY")
        return self._desk.quote(Goods.of(basket))

    def consider(self, basket_id: str | None, wish: Wish) -> None:
        """Before an order is made of the basket: does it cost what was shown, and is it meant?

        Raises `Declined` (also TOTAL_CHANGED), `SimilarOrder`, and `Unavailable`.
        """
        basket, under_way, similar = self._database.read(self._look, basket_id)
        if not basket.lines or basket.total.minor <= 0 or under_way:
            return  # the order that is there already has its price; other faults are found next
        if similar is not None and not wish.again:
            raise _similar(similar)
        quote = self.quote(basket)
        if wish.total is not None and quote.total.minor != wish.total:
            raise Declined(f"The total is {quote.total} now.", code="TOTAL_CHANGED")

    def _look(self, work: Work, basket_id: str | None) -> tuple[Basket, bool, Order | None]:
        """The basket, whether just it is being bought, and whether the same was bought before."""
        basket = read_basket(work, self._shelf, basket_id)
        if basket_id is None:
            return basket, False, None
        order = open_order(work, basket_id)
        under_way = order is not None and order.basket_version == basket.version
        quantities = {line.product_id: line.quantity for line in basket.lines}
        return basket, under_way, similar_purchase(work, basket_id, quantities, SIMILAR_WITHIN)

    def hand_in(self, placed: Placed, wish: Wish) -> DeskOrder:
        """The desk's order for a placed one: made once, whatever was lost before.

        Raises as `Quotes.place`.
        """
        order = placed.order
        if placed.how == "again" and (found := self._desk.find(order)):
            return found
        try:
            return self._desk.place(order, wish)
        except SimilarOrder:
            if wish.again:
                raise
        self._require_unlike(order)
        # All shoppers of the shop are one buyer over there. It was another one: this is no slip.
        return self._desk.place(order, Wish(again=True, total=wish.total))

    def _require_unlike(self, order: Order) -> None:
        """Raises `SimilarOrder` when it is this shopper who bought the same before."""
        similar = self._database.read(
            similar_purchase, order.basket_id, order.quantities, REMEMBERED_FOR
        )
        if similar is not None:
            raise _similar(similar)

    def wait_for(self, order: Order) -> Order:
        """The order, once whoever is placing it has done so.

        Raises `Unavailable` when it failed there, or takes too long.
        """
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            order = self._database.read(read_order, order.id)
            if order.desk_order_id is not None:
                return order
            if order.status != PLACING:
                break
            time.sleep(LOOK_EVERY)
        raise Unavailable("The order is being placed.", code="DESK_UNAVAILABLE")


def _similar(earlier: Order) -> SimilarOrder:
    return SimilarOrder(f"The same was bought a moment ago, with {earlier.number}.", earlier)
