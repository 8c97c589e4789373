"""Placing an order of the W3block protocol (4): its checks in their order, and one transaction.

The checks are done twice: on a snapshot, so that what is refused anyway takes no turn of the
writers, and again in the transaction that places the order, where nothing can change meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

from ...base.database import Database, Work
from ...errors import Conflict, OutOfStock, RequestError
from ...wire.w3block.basket import CreateOrder
from ...wire.w3block.error_codes import ProductErrorCode, W3blockCode, refusal
from ...wire.w3block.likeness import SIMILAR_WITHIN, likeness, stands_in_the_way
from ...wire.w3block.values import new_deliver_id
from ..actions import coupons, product_sales, w3block_orders
from ..actions.orders import create_order, pay_nothing
from ..actions.reading import read_order
from ..cashier import Cashier
from ..product import Taking
from ..w3block_company import Company, Placed
from ..w3block_parts import is_over
from .checks import Checks, Ready
from .drafts import draft_of, leg_ids, placed_of
from .inputs import inputs_of
from .legs import Legs
from .quotes import Quotes
from .status import status_of


class Placing:
    def __init__(self, database: Database, cashier: Cashier, quotes: Quotes, legs: Legs) -> None:
        self._database = database
        self._legs = legs
        self.quotes = quotes
        self.checks = Checks(cashier, quotes)

    def place(self, company: Company, buyer: str, asked: CreateOrder, *, locale: str) -> str:
        """The order's id; its payments are open. Raises `RequestError` as 4 says."""
        self._database.read(self.checks.check, company, buyer, asked)
        placed = self._database.write(self._place, company, buyer, asked, locale)
        inputs = [inputs_of(part.provider_inputs) for part in asked.parts]
        self._legs.open(placed, inputs)
        return placed.order_id

    def _place(
        self, work: Work, company: Company, buyer: str, asked: CreateOrder, locale: str
    ) -> Placed:
        """Checks 9 and 10, and the order: two of one buyer at once come one after the other."""
        w3block_orders.lock_buyer(work, company.id, buyer)
        wanted = likeness(asked.order_products, [part.currency_id for part in asked.parts])
        if not asked.accepts_similar:
            _require_unlike(work, company, buyer, wanted)
        try:
            ready = self.checks.check(work, company, buyer, asked, lock=True)
        except RequestError as error:
            raise _sold_meanwhile(error) from None
        ids = leg_ids(ready)
        for leg_id, part in zip(ids, ready.parts, strict=True):
            draft = draft_of(leg_id, part, ready, buyer, asked.success_url)
            create_order(work, ready.merchant, replace(draft, locale=locale), tell=False)
        _take(work, ids[0], buyer, ready)
        placed = placed_of(ids, _deliver_id(work), company, buyer, asked, ready, wanted)
        w3block_orders.keep_placed(work, placed)
        for leg_id, part in zip(ids, ready.parts, strict=True):
            if not part.pays:
                pay_nothing(work, leg_id)
        w3block_orders.tell_of(work, placed.order_id)
        return placed


def _require_unlike(work: Work, company: Company, buyer: str, wanted: str) -> None:
    """Check 9."""
    since = work.now - SIMILAR_WITHIN
    for order_id in w3block_orders.similar_orders(work, company.id, buyer, wanted, since):
        order, placed = read_order(work, order_id), w3block_orders.find_placed(work, order_id)
        if placed is None or is_over(placed.state, order.expires_at, work.now):
            continue
        if stands_in_the_way(status_of(placed), order.created_at, work.now):
            raise refusal(W3blockCode.SIMILAR_ORDER_NOT_ACCEPTED)


def _sold_meanwhile(error: RequestError) -> RequestError:
    """What was there a moment ago and is not any more is a conflict (2)."""
    gone = (ProductErrorCode.INSUFFICIENT_STOCK, W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE)
    return _gone() if error.code in gone else error


def _gone() -> RequestError:
    return refusal(W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE, "It was sold meanwhile.", status=409)


def _take(work: Work, order_id: str, buyer: str, ready: Ready) -> None:
    """Check 10: the pieces and the coupon are this order's, or there is no order."""
    try:
        for place, item in enumerate(ready.basket.items):
            taking = Taking(order_id, place, item.product.id, buyer, item.quantity, item.token_id)
            product_sales.take(work, item.product, taking)
    except OutOfStock:
        raise _gone() from None
    try:
        if ready.coupon is not None:
            coupons.use(work, ready.coupon, order_id=order_id, buyer=buyer)
    except Conflict:
        raise refusal(W3blockCode.COUPON_NOT_APPLICABLE) from None


def _deliver_id(work: Work) -> str:
    """Six letters that no other order has; there are two thousand million."""
    while not w3block_orders.is_deliver_id_free(work, made := new_deliver_id()):
        pass
    return made
