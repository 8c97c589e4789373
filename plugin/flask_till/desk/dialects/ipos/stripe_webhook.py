"""POST order/stripe/webhook: Stripe's news, through the desk's one way in for them (3.11)."""

from __future__ import annotations

import json

from flask import Response, request

from ....errors import BadSignature, NotFound, RequestError, Unreadable
from ....web.body import raw_body
from ...actions.ipos_orders import order_exists
from .answers import LARGEST, say
from .front import Front

GATEWAY = "stripe"


def receive(front: Front) -> Response:
    """200 for what is understood or does not concern us; 400 for a wrong signature.

    News of a payment that is being opened just now is 404, so that Stripe tells it again.
    """
    if GATEWAY not in front.cashier.gateways:
        raise RequestError("Stripe is not set up here", code="GATEWAY_NOT_FOUND")
    body = raw_body(LARGEST)
    try:
        front.cashier.receive(GATEWAY, body, dict(request.headers.items()))
    except (BadSignature, Unreadable) as error:
        raise RequestError(error.message, code=error.code) from None
    except NotFound:
        if _is_of_an_order_here(front, body):
            raise
    return say({"received": True})


def _is_of_an_order_here(front: Front, body: bytes) -> bool:
    """Whether it names an order of this desk. The body was verified before it was looked up."""
    try:
        order_id = json.loads(body)["data"]["object"]["metadata"]["order_id"]
    except (ValueError, KeyError, TypeError):
        return False
    return isinstance(order_id, str) and front.database.read(order_exists, order_id)
