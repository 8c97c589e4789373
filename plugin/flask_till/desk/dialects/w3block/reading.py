"""Finding orders: with all that an answer shows, and only for those who may see them (7, 8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ....base.database import Work
from ....errors import NotFound
from ...actions.products import tokens_of
from ...actions.reading import read_order
from ...actions.w3block_companies import find_user, read_company, read_currencies
from ...actions.w3block_orders import find_delivered_by, find_placed
from ...order import Order
from ...product import Piece
from ...w3block_company import Coin, Company, Placed, PlacedPart
from ...w3block_parts import is_over


@dataclass(frozen=True, slots=True)
class Whole:
    """An order with its parts; ``tokens`` with the place of the line that has them.

    ``legs`` are the desk's orders of its parts, in their order; ``coins`` are all, by their ids.
    """

    legs: tuple[Order, ...]
    placed: Placed
    company: Company
    coins: Mapping[str, Coin]
    tokens: tuple[tuple[int, Piece], ...]
    first_name: str | None

    @property
    def order(self) -> Order:
        """The first leg, which has the order's own id and times."""
        return self.legs[0]

    @property
    def parts(self) -> list[tuple[PlacedPart, Order]]:
        return list(zip(self.placed.parts, self.legs, strict=True))

    def is_over(self, now: datetime) -> bool:
        """Its time is, and it waits for money."""
        return is_over(self.placed.state, self.order.expires_at, now)


def read_whole(work: Work, order_id: str, company_id: str, buyer: str | None = None) -> Whole:
    """Raises `NotFound`: also for another company's and, with a buyer, for another's."""
    placed = find_placed(work, order_id)
    if placed is None or placed.company_id != company_id or buyer not in (None, placed.buyer):
        raise unknown()
    return whole_of(work, placed)


def read_by_deliver_id(work: Work, company_id: str, deliver_id: str) -> Whole:
    """Raises `NotFound`."""
    placed = find_delivered_by(work, company_id, deliver_id)
    if placed is None:
        raise unknown()
    return whole_of(work, placed)


def whole_of(work: Work, placed: Placed) -> Whole:
    user = find_user(work, placed.company_id, placed.buyer)
    return Whole(
        legs=tuple(read_order(work, part.leg_id) for part in placed.parts),
        placed=placed,
        company=read_company(work, placed.company_id),
        coins=read_currencies(work),
        tokens=tuple(tokens_of(work, placed.order_id)),
        first_name=user.name.partition(" ")[0] if user is not None else None,
    )


def unknown() -> NotFound:
    return NotFound("Not Found")
