"""What the basket costs right now, at a desk that holds its prices for a short while only."""

from __future__ import annotations

from typing import Any

from flask import Response

from ...errors import Conflict, NotFound
from ...web.callers import limit_caller
from ..basket import Basket
from ..quote import Quote
from .basket import basket_now
from .blueprint import blueprint
from .body import answer
from .shopfront import shopfront
from .snapshot import locale_asked_for, money_json


@blueprint.get("/quote")
def show_quote() -> Response:
    front = shopfront()
    if front.checkout.quoting is None:
        raise NotFound("The prices of this shop stay as they are.", code="NO_QUOTES")
    basket_id = front.basket_id()
    if basket_id is None:
        raise Conflict("There is nothing in the basket.", code="BASKET_EMPTY")
    front.limits.require("quote", basket_id)
    limit_caller(front.limits, "quotes")
    basket = basket_now(front)
    quote = front.checkout.quoting.quote(basket)
    return answer(quote_json(basket, quote, locale_asked_for(front)))


def quote_json(basket: Basket, quote: Quote, locale: str) -> dict[str, Any]:
    """``version`` is the basket's, of which this is the price."""
    return {
        "version": basket.version,
        "currency": basket.currency,
        "subtotal": money_json(quote.subtotal, locale),
        "fee": money_json(quote.fee, locale),
        "gas": money_json(quote.gas, locale),
        "total": money_json(quote.total, locale),
        "seconds_left": quote.seconds_left,
        "valid_until": quote.valid_until.isoformat(timespec="milliseconds"),
    }
