"""Counting the uses of promotions: one per order, given back once when it ends unpaid."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import bindparam, func, select, update

from ...base.database import Work
from ...base.prepared import Prepared, Upsert
from ...errors import Conflict
from ..promotion import USED_UP, Promotion, Uses
from ..tables import EVERYBODY, OPEN_ORDER, orders, promotion_counts, promotion_uses

NO_LIMIT = 2**62

_HOLD = Upsert(
    promotion_uses,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["code", "order_id"],
        set_={"state": "held", "shopper": insert.excluded.shopper},
        where=promotion_uses.c.state == "released",
    ).returning(promotion_uses.c.code),
)

_COUNT = Upsert(
    promotion_counts,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["code", "shopper"],
        set_={"uses": promotion_counts.c.uses + 1},
        where=promotion_counts.c.uses < bindparam("most"),
    ).returning(promotion_counts.c.uses),
)

_RELEASE = Prepared(
    update(promotion_uses)
    .where(promotion_uses.c.order_id == bindparam("order"), promotion_uses.c.state == "held")
    .values(state="released")
    .returning(promotion_uses.c.code, promotion_uses.c.shopper)
)

_UNCOUNT = Prepared(
    update(promotion_counts)
    .where(
        promotion_counts.c.code == bindparam("promotion"),
        promotion_counts.c.shopper.in_((EVERYBODY, bindparam("whom"))),
    )
    .values(uses=promotion_counts.c.uses - 1)
)


def use_promotions(
    work: Work, order_id: str, codes: Collection[str], known: Mapping[str, Promotion], shopper: str
) -> None:
    """Count one use of each code for the order, unless it counts already.

    Raises `Conflict` (PROMOTION_USED_UP) for the first that has none left, in all or for this
    shopper; the transaction then takes back what was counted.
    """
    for code in sorted(codes):
        row = {"code": code, "order_id": order_id, "shopper": shopper, "state": "held"}
        if work.execute(_HOLD, row).first() is None:
            continue
        promotion = known[code]
        for whom, most in (
            (EVERYBODY, promotion.max_uses),
            (shopper, promotion.max_uses_per_shopper),
        ):
            count = {"code": code, "shopper": whom, "uses": 1, "most": most or NO_LIMIT}
            if work.execute(_COUNT, count).first() is None:
                raise Conflict(f"The promotion {code} was used up meanwhile.", code=USED_UP)


def release_promotions(work: Work, order_id: str) -> None:
    """Give the order's uses back; a second call finds none."""
    for code, shopper in sorted(map(tuple, work.execute(_RELEASE, {"order": order_id}))):
        work.execute(_UNCOUNT, {"promotion": code, "whom": shopper})


_open_uses = (
    select(func.count())
    .where(
        promotion_uses.c.code == promotion_counts.c.code,
        promotion_uses.c.state == "held",
        promotion_uses.c.order_id == orders.c.id,
        orders.c.basket_id == bindparam("basket"),
        OPEN_ORDER,
    )
    .correlate(promotion_counts)
    .scalar_subquery()
)

_USES = select(promotion_counts, _open_uses.label("open_uses")).where(
    promotion_counts.c.code.in_(bindparam("codes", expanding=True)),
    promotion_counts.c.shopper.in_((EVERYBODY, bindparam("whom"))),
)


def uses_of(work: Work, codes: Collection[str], basket_id: str) -> dict[str, Uses]:
    """How often each code was used, in all and by this basket's shopper.

    The use of the basket's own open order does not count against it: what the basket shows is
    what that order charges.
    """
    if not codes:
        return {}
    asked = {"codes": list(codes), "whom": basket_id, "basket": basket_id}
    rows = work.execute(_USES, asked).all()
    used = {(row.code, row.shopper): row.uses - row.open_uses for row in rows}
    return {
        code: Uses(used.get((code, EVERYBODY), 0), used.get((code, basket_id), 0)) for code in codes
    }
