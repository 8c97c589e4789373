"""What a desk promises to charge for a while, and what it is asked for that. No I/O."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..money import Money
from .basket import Basket
from .order import Order

SIMILAR_WITHIN = timedelta(seconds=120)
"""Who buys the same again so soon may have done it by mistake, and is asked."""
REMEMBERED_FOR = timedelta(hours=1)
"""How long after that a desk may still call an order of the same shopper a similar one."""


@dataclass(frozen=True, slots=True)
class GoodsLine:
    """So many of a product, and what the shop wants for one."""

    product_id: str
    name: str
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class Goods:
    """What a price is asked for; ``total`` is the shop's own, after the promotions of ``codes``."""

    lines: tuple[GoodsLine, ...]
    codes: tuple[str, ...]
    total: Money

    @property
    def quantities(self) -> dict[str, int]:
        return {line.product_id: line.quantity for line in self.lines}

    @classmethod
    def of(cls, what: Basket | Order) -> Goods:
        """Those of a basket, or of an order that was made of it: the two are equal."""
        lines = (
            GoodsLine(line.product_id, line.name, line.quantity, line.unit_price)
            for line in what.lines
        )
        return cls(tuple(lines), _codes(what), what.total)


@dataclass(frozen=True, slots=True)
class Quote:
    """What is charged until ``valid_until``: the goods, the service fee, the network fee."""

    subtotal: Money
    fee: Money
    gas: Money
    total: Money
    valid_until: datetime
    seconds_left: int


@dataclass(frozen=True, slots=True)
class Wish:
    """What the shopper said with the click on "check out".

    ``again``: the same once more is meant. ``total``: minor units that the page has shown; None
    when it showed none.
    """

    again: bool = False
    total: int | None = None


def _codes(what: Basket | Order) -> tuple[str, ...]:
    if isinstance(what, Order):
        return tuple(one.code for one in what.promotions)
    return tuple(one.code for one in what.promotions if one.applied and one.amount)
