"""How a wallet is let in, and how it is refused (contract 3.1, 3.2).

The signature over the received bytes comes before anything else: before the basket is looked for,
before the body is read as JSON, before a path that does not exist is called that.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps

from flask import Response, request
from werkzeug.exceptions import HTTPException

from ...base.logs import logger
from ...errors import BadSignature, NotFound, TillError, Unreadable
from ...web.body import raw_body
from ...wire.inpost.error_codes import MerchantCode, merchant_refusal
from ...wire.inpost.message import Message
from ...wire.inpost.signature import SIGNATURE, verify
from ...wire.inpost.values import Phone
from .shopfront import Shopfront, shopfront

log = logger(__name__)
LARGEST = 512 * 1024
"""Bytes of a wallet's request."""
LONGEST_ID = 255
HEADER, PLUGIN = "inpay-plugin-version", "flask-till"


@dataclass(frozen=True, slots=True)
class Asked:
    """A verified request. ``mark`` is the same for the same request sent again."""

    front: Shopfront
    body: bytes = field(repr=False)
    mark: str
    at: datetime


View = Callable[..., Response]


def from_wallet(conflict: MerchantCode = MerchantCode.BASKET_NOT_UPDATE) -> Callable[[View], View]:
    """Gives the view an `Asked` and the ids of its path; answers refusals in the wallet's words.

    ``conflict`` is the code for what the shop's state does not allow.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def let_in(**arguments: str) -> Response:
            try:
                return view(_verified(), **{name: _id(one) for name, one in arguments.items()})
            except TillError as error:
                return _refused(error, conflict)
            except HTTPException as error:
                status = error.code if error.code is not None and error.code < 500 else 400
                return _refused(Unreadable(error.name, code="MALFORMED_REQUEST"), conflict, status)

        return let_in

    return decorate


def _verified() -> Asked:
    front = shopfront()
    body = raw_body(LARGEST)
    now = front.database.clock()
    if front.linking is None:
        raise BadSignature("This shop knows no wallet.")
    verify(dict(request.headers.items()), body, front.linking.keys.find, now)
    mark = hashlib.sha256(request.headers[SIGNATURE].encode()).hexdigest()
    return Asked(front, body, f"request:{mark}", now)


def _id(text: str) -> str:
    """An id of the path. Raises `NotFound` for one that nothing can have."""
    if not 0 < len(text) <= LONGEST_ID or not text.isprintable():
        raise NotFound("There is nothing of that name.")
    return text


def _refused(error: TillError, conflict: MerchantCode, status: int | None = None) -> Response:
    refusal = merchant_refusal(error, conflict=conflict)
    log.info("the wallet is refused: %s %s", refusal.code, refusal.message)
    return _answer(refusal.to_bytes(), status or refusal.status)


def answer_wallet(message: Message, status: int = 200) -> Response:
    return _answer(message.to_bytes(), status)


def nothing_more() -> Response:
    """200, empty (7.4)."""
    return _answer(b"", 200)


def _answer(body: bytes, status: int) -> Response:
    response = Response(body, status, mimetype="application/json")
    response.headers[HEADER] = PLUGIN
    return response


def phone_of(phone: Phone | None) -> tuple[str, str] | None:
    return None if phone is None else (phone.country_prefix, phone.phone)
