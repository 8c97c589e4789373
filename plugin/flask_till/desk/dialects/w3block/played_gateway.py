"""``/test-gateway``: have a gateway that moves no money say what a tester wants it to (8)."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response

from ....errors import NotFound
from ....web.callers import limit_caller
from ....wire.w3block.company_calls import GatewayEvent, GatewayWord
from ....wire.w3block.error_codes import W3blockCode, refusal
from ...order import Order
from ...w3block_company import DIALECT
from .answers import body_of, nothing_more
from .front import Front

SAYS: Mapping[GatewayWord, str] = {
    GatewayWord.PROCESSING: "processing",
    GatewayWord.PAID: "succeeded",
    GatewayWord.FAILED: "failed",
}
"""What a gateway calls it, whose word is evidence like any other."""


def say_event(front: Front, transaction_id: str) -> Response:
    """Nobody signs in here: the id of a transaction is known to whoever has its order, and there is
    no money in it. Of live money nothing is found."""
    limit_caller(front.parts.limits, "w3block_public")
    word = SAYS[body_of(GatewayEvent).event]
    try:
        settled = front.cashier.play(transaction_id, word, dialect=DIALECT)
    except NotFound:
        raise NotFound("Not Found") from None
    if settled.verdict != "applied" and not _is_so(settled.order, word):
        raise refusal(W3blockCode.INVALID_ORDER_STATUS, "The payment is over.")
    return nothing_more()


def _is_so(order: Order, word: str) -> bool:
    """It was said before."""
    return order.payment is not None and order.payment.status == word
