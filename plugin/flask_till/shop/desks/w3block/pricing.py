"""What a preview promises, held against what the shop asks for its goods (3, 4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from ....errors import MoneyError, OutOfStock, RequestError
from ....money import Money
from ....wire.w3block.amounts import to_money
from ....wire.w3block.error_codes import W3blockCode
from ....wire.w3block.gas_fee import LIFE
from ...quote import Goods, GoodsLine, Quote, Wish
from .. import Declined
from ..exchange import unavailable
from .answers import SeenError, SeenPreview, SeenProduct, SeenSum
from .previews import Preview
from .words import Trade

LOOK_AGAIN = "Look the basket over again, and check out once more."
_C = W3blockCode
CODES: Mapping[str, tuple[str, str]] = {
    _C.PRODUCT_NOT_AVAILABLE: ("PRODUCT_NOT_FOUND", "Something in the basket is not sold now."),
    _C.PRODUCT_TOKEN_NOT_AVAILABLE: ("OUT_OF_STOCK", "Somebody else was quicker."),
    _C.INSUFFICIENT_STOCK: ("OUT_OF_STOCK", "There are no longer so many."),
    _C.PURCHASE_LIMIT: ("PURCHASE_LIMIT", "That is more than one shopper may buy."),
    _C.COUPON_NOT_APPLICABLE: ("PROMOTION_REFUSED", "The code cannot be used any more."),
    _C.PRICE_CHANGED: ("PRICE_CHANGED", "A price has changed."),
    _C.GAS_FEE_SIGNATURE_EXPIRED: ("QUOTE_EXPIRED", "The price was held for too short a time."),
    _C.GAS_FEE_SIGNATURE_INVALID: ("QUOTE_EXPIRED", "The price was not held."),
}
"""What a shopper is told of a refusal: our code, and why."""


def price(goods: Goods, told: SeenPreview, trade: Trade, at: datetime) -> Preview:
    """The promise made for just these goods at the shop's own prices, counted from ``at``.

    Raises `Declined` (OUT_OF_STOCK, PURCHASE_LIMIT, PRODUCT_NOT_FOUND, PROMOTION_REFUSED,
    PRICE_CHANGED), and `Unavailable` for an answer that does not add up.
    """
    if told.products_errors:
        raise _left_out(goods, told.products_errors[0], trade)
    found = told.sum_in(trade.currency_id(goods.total.currency))
    if found is None:
        raise unavailable("its preview is not of what was asked for")
    if goods.codes and not told.applied_coupon:
        raise Declined(f"{goods.codes[0]} cannot be used here.", code="PROMOTION_REFUSED")
    quote = _quote(found, goods.total.currency, at)
    prices = [_price(line, told.products, place, trade) for place, line in enumerate(goods.lines)]
    if quote.subtotal != goods.total:
        raise _changed("The goods cost something else by now.")
    return Preview(quote, tuple(prices), found.gas_fee.signature)


def require_total(quote: Quote, wish: Wish) -> None:
    """Raises `Declined` (TOTAL_CHANGED) unless that is what the page has shown."""
    if wish.total is not None and quote.total.minor != wish.total:
        raise Declined(f"The total is {quote.total} now.", code="TOTAL_CHANGED", remedy=LOOK_AGAIN)


def refusal_of(error: RequestError) -> RequestError:
    """The refusal of an order as our error: `Declined` where a shopper can do something."""
    code, text = CODES.get(error.code, ("", ""))
    return Declined(text, code=code, remedy=LOOK_AGAIN) if code else error


def _left_out(goods: Goods, error: SeenError, trade: Trade) -> RequestError:
    name = next(
        (line.name for line in goods.lines if trade.product(line).id == error.product_id),
        "Something in the basket",
    )
    limit = error.error.limit
    if error.error.code == "insufficient-stock":
        left = f"Only {limit} of {name} can be had." if limit else f"{name} is sold out."
        return Declined(left, code=OutOfStock.code, remedy=LOOK_AGAIN)
    if error.error.code == "purchase-limit":
        most = "" if limit is None else f" more than {limit}"
        return Declined(f"You cannot buy{most} of {name}.", code="PURCHASE_LIMIT")
    return Declined(f"{name} is not sold now.", code="PRODUCT_NOT_FOUND")


def _price(line: GoodsLine, products: Sequence[SeenProduct], place: int, trade: Trade) -> Decimal:
    """What one piece costs, code and all; before the code it must be the shop's price."""
    wanted, currency = trade.product(line).id, line.unit_price.currency
    # The same product can be there twice, with other choices: then its place tells which it is.
    found = [one for one in (*products[place : place + 1], *products) if one.id == wanted]
    if not found:
        raise unavailable(f"its preview is without {wanted}, and does not say why")
    seen = found[0].price(trade.currency_id(currency))
    if seen is None:
        raise _changed(f"{line.name} has no price in {currency} now.")
    before = seen.amount if seen.original_amount is None else seen.original_amount
    if _money(before, currency) != line.unit_price:
        raise _changed(f"{line.name} costs something else by now.")
    return seen.amount


def _quote(found: SeenSum, currency: str, at: datetime) -> Quote:
    parts = (found.cart_price, found.client_service_fee, found.gas_fee.amount)
    subtotal, fee, gas = (_money(part, currency) for part in parts)
    total = _money(found.total_price, currency)
    if subtotal + fee + gas != total:
        raise unavailable("the parts of its preview do not add up")
    return Quote(subtotal, fee, gas, total, at + LIFE, int(LIFE.total_seconds()))


def _money(amount: Decimal, currency: str) -> Money:
    try:
        return to_money(amount, currency)
    except MoneyError as error:
        raise unavailable(f"its preview is no amount of {currency}: {error.message}") from error


def _changed(text: str) -> Declined:
    return Declined(text, code="PRICE_CHANGED", remedy=LOOK_AGAIN)
