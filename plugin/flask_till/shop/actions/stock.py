"""Setting stock aside for an order, and putting it back once."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared, Upsert
from ...errors import OutOfStock
from ..catalog import Product
from ..tables import reservations, stock

_SEED = Upsert(stock, lambda insert: insert.on_conflict_do_nothing())

# What an order released may be set aside for it again; what it holds already stays as it is.
_HOLD = Upsert(
    reservations,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["order_id", "product_id"],
        set_={"state": "held", "quantity": insert.excluded.quantity},
        where=reservations.c.state == "released",
    ).returning(reservations.c.product_id),
)

_TAKE = Prepared(
    update(stock)
    .where(
        stock.c.product_id == bindparam("product"),
        stock.c.on_hand - stock.c.reserved >= bindparam("many"),
    )
    .values(reserved=stock.c.reserved + bindparam("many"))
)

_RELEASE = Prepared(
    update(reservations)
    .where(reservations.c.order_id == bindparam("order"), reservations.c.state == "held")
    .values(state="released")
    .returning(reservations.c.product_id, reservations.c.quantity)
)

_PUT_BACK = Prepared(
    update(stock)
    .where(stock.c.product_id == bindparam("product"))
    .values(reserved=stock.c.reserved - bindparam("many"))
)

_SET_LEFT = Upsert(
    stock,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["product_id"],
        set_={"on_hand": stock.c.reserved + insert.excluded.on_hand},
    ),
)


def reserve_stock(
    work: Work, order_id: str, quantities: Mapping[str, int], products: Mapping[str, Product]
) -> None:
    """Set the quantities aside, all or none, once per order. Raises `OutOfStock`.

    A product that was never counted starts with its own ``stock``; one without a stock never
    runs out. Products are taken in the order of their ids, so that two orders cannot wait for
    each other.
    """
    for product_id, quantity in sorted(quantities.items()):
        product = products.get(product_id)
        if product is None:
            raise OutOfStock(f"The product {product_id!r} is no longer sold.")
        if product.stock is None:
            continue
        work.execute(_SEED, {"product_id": product_id, "on_hand": product.stock, "reserved": 0})
        _hold(work, order_id, product, quantity)


def _hold(work: Work, order_id: str, product: Product, quantity: int) -> None:
    row = {
        "order_id": order_id,
        "product_id": product.id,
        "quantity": quantity,
        "state": "held",
    }
    if work.execute(_HOLD, row).first() is None:
        return
    if not work.execute(_TAKE, {"product": product.id, "many": quantity}).rowcount:
        raise OutOfStock(f"Fewer than {quantity} of {product.name} are left.")


def release_stock(work: Work, order_id: str) -> None:
    """Put back what the order holds; a second call finds nothing to put back."""
    for product_id, quantity in sorted(map(tuple, work.execute(_RELEASE, {"order": order_id}))):
        work.execute(_PUT_BACK, {"product": product_id, "many": quantity})


def set_left(work: Work, product_id: str, left: int) -> None:
    """Say how many are left to sell, besides those that orders hold."""
    work.execute(_SET_LEFT, {"product_id": product_id, "on_hand": left, "reserved": 0})


def stock_left(work: Work, product_ids: list[str]) -> dict[str, int]:
    """How many are left of each product that is counted here."""
    rows = work.execute(
        select(stock.c.product_id, (stock.c.on_hand - stock.c.reserved).label("left")).where(
            stock.c.product_id.in_(product_ids)
        )
    )
    return {row.product_id: row.left for row in rows}
