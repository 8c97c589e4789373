"""Reading and changing a basket. Each change makes a new version and rings the basket's bell.

The basket's own row is written first, so that two changes of one basket wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, select, update

from ...base.database import Work
from ...base.outbox import Receiver
from ...base.prepared import Prepared, Upsert
from ...errors import Conflict, InvalidRequest, MoneyError, NotFound, OutOfStock
from ..basket import DEAREST_TOTAL, MOST_LINES, Basket, Held, empty_basket, is_sold, price_basket
from ..catalog import MOST_OF_ONE, Catalog, Product, Shelf, is_product_id
from ..order import WALLET
from ..promotion import MOST_CODES, code_of
from ..tables import OPEN_ORDER, baskets, lines, order_lines, orders, outbox, stock
from .catalogs import left_of, look_up
from .promotions import uses_of

LISTENERS = Receiver("signal", "shop")
"""The application's own signal handlers, as the outbox knows them."""
SYNC_AFTER = timedelta(milliseconds=250)
"""A burst of changes is told to a wallet as one."""

_TOUCH = Upsert(
    baskets,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["id"],
        set_={"version": baskets.c.version + 1, "updated_at": insert.excluded.updated_at},
    ).returning(baskets.c.codes, baskets.c.binding_id),
)

_ADD = Upsert(
    lines,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["basket_id", "product_id"],
        set_={"quantity": lines.c.quantity + insert.excluded.quantity},
        where=lines.c.quantity + insert.excluded.quantity <= MOST_OF_ONE,
    ).returning(lines.c.quantity),
)

_SET = Upsert(
    lines,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["basket_id", "product_id"], set_={"quantity": insert.excluded.quantity}
    ).returning(lines.c.quantity),
)

# What the basket's own open order holds is not free for others, but it is for this basket.
_own = (
    select(func.sum(order_lines.c.quantity))
    .where(
        orders.c.id == order_lines.c.order_id,
        orders.c.basket_id == lines.c.basket_id,
        OPEN_ORDER,
        order_lines.c.product_id == lines.c.product_id,
    )
    .correlate(lines)
    .scalar_subquery()
)

_READ = Prepared(
    select(
        baskets.c.version,
        baskets.c.codes,
        lines.c.product_id,
        lines.c.quantity,
        (stock.c.on_hand - stock.c.reserved).label("counted"),
        _own.label("own"),
    )
    .join(lines, lines.c.basket_id == baskets.c.id, isouter=True)
    .join(stock, stock.c.product_id == lines.c.product_id, isouter=True)
    .where(baskets.c.id == bindparam("basket"))
    .order_by(lines.c.added_at, lines.c.product_id)
)

_QUANTITIES = Prepared(
    select(lines.c.product_id, lines.c.quantity).where(lines.c.basket_id == bindparam("basket"))
)

_bought = (lines.c.basket_id == bindparam("basket"), lines.c.product_id == bindparam("product"))
_TAKE_ALL = Prepared(delete(lines).where(*_bought, lines.c.quantity <= bindparam("many")))
_TAKE_SOME = Prepared(
    update(lines).where(*_bought).values(quantity=lines.c.quantity - bindparam("many"))
)
_TAKE_OUT = Prepared(delete(lines).where(*_bought))
_SET_CODES = Prepared(update(baskets).where(baskets.c.id == bindparam("basket")))


class Touched(NamedTuple):
    """A basket's id, its codes, and its binding if a wallet is linked with it."""

    id: str
    codes: list[str]
    binding_id: str | None


def basket_topic(basket_id: str) -> str:
    """What the bell rings when a basket, or an order made from it, changed."""
    return f"basket:{basket_id}"


def new_basket(work: Work) -> str:
    """Start an empty basket; returns its id."""
    return touch_basket(work, None).id


def read_basket(work: Work, shelf: Shelf, basket_id: str | None) -> Basket:
    """The basket as it is now, empty when there is none: one query, one more for its codes."""
    return read_lines(work, shelf, basket_id)[0]


def count_basket(work: Work, shelf: Shelf, basket_id: str | None) -> int:
    """How many things are in the basket, as `read_basket` counts them but with less work."""
    if basket_id is None:
        return 0
    held = work.execute(_QUANTITIES, {"basket": basket_id}).all()
    products = look_up(work, shelf.catalog, [row.product_id for row in held])
    return sum(row.quantity for row in held if is_sold(products.get(row.product_id), shelf))


def add_line(
    work: Work,
    shelf: Shelf,
    basket_id: str | None,
    product_id: str,
    quantity: int = 1,
    *,
    announce: bool = False,
    told_by_wallet: bool = False,
) -> Basket:
    """Put more of a product in the basket, which is made when there is none yet.

    Raises `NotFound` (PRODUCT_NOT_FOUND), `OutOfStock`, `InvalidRequest` (INVALID_QUANTITY) and
    `Conflict` (BASKET_FULL). ``announce`` records a ``basket_changed`` event for the signal;
    ``told_by_wallet`` keeps the change from being told back to the wallet that made it.
    """
    return _put(work, shelf, basket_id, product_id, quantity, _ADD, announce, told_by_wallet)


def set_quantity(
    work: Work,
    shelf: Shelf,
    basket_id: str | None,
    product_id: str,
    quantity: int,
    *,
    announce: bool = False,
    told_by_wallet: bool = False,
) -> Basket:
    """Have exactly that many of a product in the basket; raises as `add_line` does."""
    return _put(work, shelf, basket_id, product_id, quantity, _SET, announce, told_by_wallet)


def remove_line(
    work: Work,
    shelf: Shelf,
    basket_id: str | None,
    product_id: str,
    *,
    announce: bool = False,
    told_by_wallet: bool = False,
) -> Basket:
    """Take a product out of the basket; nothing happens when it is not in it."""
    found, _ = read_lines(work, shelf, basket_id)
    if found.id is None or not is_product_id(product_id):
        return found
    touched = touch_basket(work, found.id)
    work.execute(_TAKE_OUT, {"basket": found.id, "product": product_id})
    basket = read_basket(work, shelf, found.id)
    return _changed(work, basket, announce, None if told_by_wallet else touched.binding_id)


def set_promotions(
    work: Work,
    shelf: Shelf,
    basket_id: str | None,
    codes: Sequence[str],
    *,
    announce: bool = False,
    told_by_wallet: bool = False,
) -> Basket:
    """Have exactly these promotion codes in the basket.

    A code that is new to it must count at once, else `InvalidRequest` (PROMOTION_REFUSED) with
    the reason's code per promotion code in ``fields``; one that is there already may stay.
    """
    wanted = list(dict.fromkeys(code_of(code) for code in codes))
    if len(wanted) > MOST_CODES:
        raise _refused({"codes": "TOO_MANY"}, f"A basket takes at most {MOST_CODES} promotions.")
    basket_id, before, binding_id = touch_basket(work, basket_id)
    work.execute(_SET_CODES, {"basket": basket_id, "codes": wanted})
    basket = read_basket(work, shelf, basket_id)
    wrong = {
        promotion.code: promotion.reason
        for promotion in basket.promotions
        if promotion.reason is not None and promotion.code not in before
    }
    if wrong:
        raise _refused(wrong, f"The promotion {next(iter(wrong))} cannot be used now.")
    return _changed(work, basket, announce, None if told_by_wallet else binding_id)


def take_out(
    work: Work, basket_id: str, quantities: Mapping[str, int], codes: Sequence[str]
) -> str | None:
    """What was bought leaves the basket, and the promotions that were used with it.

    Returns the binding of a basket that is linked with a wallet.
    """
    _, kept, binding_id = touch_basket(work, basket_id)
    remaining = [code for code in kept if code not in codes]
    work.execute(_SET_CODES, {"basket": basket_id, "codes": remaining})
    for product_id, quantity in sorted(quantities.items()):
        bought = {"basket": basket_id, "product": product_id, "many": quantity}
        if not work.execute(_TAKE_ALL, bought).rowcount:
            work.execute(_TAKE_SOME, bought)
    work.ring(basket_topic(basket_id))
    return binding_id


def _put(
    work: Work,
    shelf: Shelf,
    basket_id: str | None,
    product_id: str,
    quantity: int,
    how: Upsert,
    announce: bool,
    told_by_wallet: bool,
) -> Basket:
    _check_quantity(quantity)
    if not is_product_id(product_id):
        raise _unknown(product_id)
    basket_id, _, binding_id = touch_basket(work, basket_id)
    row = {
        "basket_id": basket_id,
        "product_id": product_id,
        "quantity": quantity,
        "added_at": work.now,
    }
    if work.execute(how, row).first() is None:
        raise _too_many(MOST_OF_ONE)
    try:
        basket, products = read_lines(work, shelf, basket_id)
    except MoneyError:
        raise _too_dear() from None
    _check_line(basket, product_id, products)
    return _changed(work, basket, announce, None if told_by_wallet else binding_id)


def touch_basket(work: Work, basket_id: str | None) -> Touched:
    """A new version of the basket, or its first one."""
    key = basket_id or work.new_id("bsk")
    row = {
        "id": key,
        "version": 1,
        "codes": [],
        "created_at": work.now,
        "updated_at": work.now,
    }
    codes, binding_id = work.execute(_TOUCH, row).one()
    return Touched(key, codes, binding_id)


def read_lines(
    work: Work, shelf: Shelf, basket_id: str | None
) -> tuple[Basket, Mapping[str, Product]]:
    rows = work.execute(_READ, {"basket": basket_id}).all() if basket_id else []
    if not rows or basket_id is None:
        return empty_basket(shelf.currency), {}
    stored = [row for row in rows if row.product_id is not None]
    products = look_up(work, shelf.catalog, [row.product_id for row in stored])
    codes = rows[0].codes
    basket = price_basket(
        basket_id,
        rows[0].version,
        [_held(row, shelf.catalog, products) for row in stored],
        products,
        shelf=shelf,
        codes=codes,
        uses=uses_of(work, codes, basket_id),
        now=work.now,
    )
    return basket, products


def _held(row: Any, catalog: Catalog, products: Mapping[str, Product]) -> Held:
    product = products.get(row.product_id)
    left = None if product is None else left_of(catalog, product, row.counted)
    return Held(row.product_id, row.quantity, None if left is None else left + int(row.own or 0))


def _check_quantity(quantity: int) -> None:
    if isinstance(quantity, bool) or not isinstance(quantity, int):
        raise InvalidRequest("The quantity must be a whole number.", code="INVALID_QUANTITY")
    if not 1 <= quantity <= MOST_OF_ONE:
        raise _too_many(MOST_OF_ONE)


def _check_line(basket: Basket, product_id: str, products: Mapping[str, Product]) -> None:
    line = basket.line(product_id)
    if line is None:
        raise _unknown(product_id)
    most = products[product_id].limit(None)
    if line.quantity > most:
        raise _too_many(most)
    if not line.available:
        raise OutOfStock(f"Only {line.max_quantity} of {line.name} are left.")
    if len(basket.lines) > MOST_LINES:
        raise Conflict(f"A basket holds at most {MOST_LINES} products.", code="BASKET_FULL")
    if basket.subtotal.minor > DEAREST_TOTAL:
        raise _too_dear()


def _changed(work: Work, basket: Basket, announce: bool, binding_id: str | None) -> Basket:
    """``binding_id`` is that of a wallet that has to be told."""
    assert basket.id is not None
    work.ring(basket_topic(basket.id))
    if announce:
        outbox.record(
            work,
            subject=basket.id,
            kind="basket_changed",
            data={"basket_id": basket.id, "version": basket.version},
            receivers=[LISTENERS],
        )
    if binding_id is not None:
        tell_wallet(
            work,
            binding_id,
            "basket_sync",
            {"basket_id": basket.id, "version": basket.version},
            after=SYNC_AFTER,
        )
    return basket


def tell_wallet(
    work: Work, subject: str, kind: str, data: dict[str, Any], *, after: timedelta = timedelta(0)
) -> str:
    """Record news for the wallet of a binding or an order; returns the event's id."""
    return outbox.record(
        work,
        subject=subject,
        kind=kind,
        data=data,
        receivers=[Receiver(WALLET, subject)],
        not_before=work.now + after,
    )


def _unknown(product_id: str) -> NotFound:
    return NotFound(f"The shop has no product {product_id[:128]!r}.", code="PRODUCT_NOT_FOUND")


def _too_many(most: int) -> InvalidRequest:
    return InvalidRequest(
        f"The quantity must be from 1 to {most}.",
        code="INVALID_QUANTITY",
        fields={"quantity": f"from 1 to {most}"},
    )


def _too_dear() -> InvalidRequest:
    return InvalidRequest("That is more than one order can come to.", code="INVALID_QUANTITY")


def _refused(reasons: dict[str, str], message: str) -> InvalidRequest:
    return InvalidRequest(message, code="PROMOTION_REFUSED", fields=reasons)
