"""Finding orders: with all that an answer shows, and only for those who may see them (7, 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ....base.database import Work
from ....errors import NotFound
from ...actions.products import tokens_of
from ...actions.reading import read_order
from ...actions.w3block_companies import find_user, read_company, read_currencies
from ...actions.w3block_moves import moves_of
from ...actions.w3block_orders import find_delivered_by, find_placed
from ...actions.web3_payments import find_standing
from ...onchain import Standing
from ...order import Order
from ...product import Piece
from ...w3block_company import CRYPTO, Coin, Company, Placed, PlacedPart
from ...w3block_parts import is_over
from ...w3block_token import Move


@dataclass(frozen=True, slots=True)
class Whole:
    """An order with its parts; ``tokens`` with the place of the line that has them.

    ``legs`` are the desk's orders of its parts, in their order; ``coins`` are all, by their ids.
    ``standings`` are those of legs that are paid in coins; ``moves`` of tokens that go to a chain.
    """

    legs: tuple[Order, ...]
    placed: Placed
    company: Company
    coins: Mapping[str, Coin]
    tokens: tuple[tuple[int, Piece], ...]
    first_name: str | None
    standings: Mapping[str, Standing] = field(default_factory=dict)
    moves: Mapping[str, Move] = field(default_factory=dict)

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
    legs = tuple(read_order(work, part.leg_id) for part in placed.parts)
    return Whole(
        legs=legs,
        placed=placed,
        company=read_company(work, placed.company_id),
        coins=read_currencies(work),
        tokens=tuple(tokens_of(work, placed.order_id)),
        first_name=user.name.partition(" ")[0] if user is not None else None,
        standings=_standings(work, legs),
        moves={one.token_id: one for one in moves_of(work, placed.order_id)},
    )


def _standings(work: Work, legs: Sequence[Order]) -> dict[str, Standing]:
    """By leg; of those that wait for coins."""
    found = {}
    for leg in legs:
        if leg.is_open and leg.payment is not None and leg.payment.method == CRYPTO:
            standing = find_standing(work, leg.payment.id)
            if standing is not None:
                found[leg.id] = standing
    return found


def unknown() -> NotFound:
    return NotFound("Not Found")
