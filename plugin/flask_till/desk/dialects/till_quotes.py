"""Quotes over ``/v1``: what was shown to the shopper is what is charged, or there is no order."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta

from flask import Response

from ...base.database import Work
from ...wire import till
from ..counter import counter
from ..merchant import Merchant
from ..quote import derive_secrets, read_quote, sign_quote
from .answers import answer
from .bearer import calling_merchant
from .body import read_body

LIFE = timedelta(minutes=10)
"""Long enough to decide, too short for prices to be old."""
PURPOSE = "till order"


def quote() -> Response:
    """``POST /v1/quotes``: writes nothing."""
    merchant = calling_merchant()
    asked = read_body(till.QuoteCreate, till.LARGEST_BODY)
    return answer(counter().database.read(_offer, merchant, asked), 201)


def require_quote(work: Work, merchant: Merchant, asked: till.OrderCreate) -> None:
    """What an order was quoted at, if it was. Raises as `read_quote`."""
    if asked.quote is not None:
        now, bound = work.database_now(), _promise(merchant, asked)
        read_quote(asked.quote, PURPOSE, _secrets(), now, bound=bound, life=LIFE)


def _offer(work: Work, merchant: Merchant, asked: till.QuoteCreate) -> till.Quote:
    now = work.database_now()
    offered = counter().cashier.offered(asked.currency, live=merchant.live)
    return till.Quote(
        quote=sign_quote(PURPOSE, _promise(merchant, asked), _secrets(), now),
        amount=asked.amount,
        currency=asked.currency,
        methods=sorted({method.name for method in offered}),
        expires_at=till.to_time(now + LIFE) or "",
    )


def _promise(merchant: Merchant, asked: till.QuoteCreate) -> dict[str, str]:
    contents = asked.model_dump(mode="json", include={"lines", "adjustments"})
    text = json.dumps(contents, sort_keys=True, separators=(",", ":"))
    return {
        "merchant": merchant.id,
        "amount": str(asked.amount),
        "currency": asked.currency,
        "contents": hashlib.sha256(text.encode()).hexdigest(),
    }


def _secrets() -> list[bytes]:
    return derive_secrets(counter().settings.secret_keys, "till-quote")
