"""Who calls: ``Authorization: Bearer <access token>`` of a merchant that is on (2.1, 2.2)."""

from __future__ import annotations

import re

from flask import request

from ....errors import Forbidden, RequestError, Unauthenticated
from ....web.callers import limit_caller
from ....wire.inpost.error_codes import WalletCode, refusal
from ...actions.inpost_merchants import find_client
from ...linked_basket import InpostMerchant
from .front import Front
from .tokens import LONGEST_TOKEN, fits

_ID = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,255}")


def admitted(front: Front) -> InpostMerchant:
    """The merchant whose token it is.

    Raises `Unauthenticated` without a token that is good now, `Forbidden` (MERCHANT_DISABLE) for
    a merchant that is switched off, `TooMany` for a caller that is wrong again and again.
    """
    try:
        client_id, mark = front.tokens.read(_token())
        merchant = front.database.read(find_client, client_id)
        if merchant is None or not fits(merchant, mark):
            raise Unauthenticated("The access token is not valid any more.")
    except Unauthenticated:
        limit_caller(front.limits, "inpost_wrong_token")
        raise
    if not merchant.is_on:
        raise Forbidden("The merchant is switched off.", code=WalletCode.MERCHANT_DISABLE)
    front.remember_address()
    return merchant


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN:
        raise Unauthenticated("There is no access token.")
    return token


def checked_id(text: str | None, name: str) -> str:
    """An id out of the address. Raises `RequestError` (BAD_REQUEST) for what no id can be."""
    if text is None or not _ID.fullmatch(text):
        raise refusal(WalletCode.BAD_REQUEST, f"{name} is no id.")
    return text


def optional_id(name: str) -> str | None:
    """As `checked_id`, out of the query; None without it, or when it is empty."""
    text = request.args.get(name)
    return checked_id(text, name) if text else None


def page_of_query() -> tuple[int, int]:
    """``page_index`` and ``page_size`` of a list; 0 and 20 without. Raises `RequestError`."""
    return whole_of_query("page_index", 0, 0, 100_000), whole_of_query("page_size", 20, 1, 100)


def whole_of_query(name: str, default: int, lowest: int, highest: int) -> int:
    """A whole number of the query. Raises `RequestError` (BAD_REQUEST)."""
    text = request.args.get(name, "")
    if not text:
        return default
    if text.isascii() and text.isdigit() and len(text) < 9 and lowest <= int(text) <= highest:
        return int(text)
    raise _bad(f"{name} is a whole number from {lowest} to {highest}.")


def _bad(message: str) -> RequestError:
    return refusal(WalletCode.BAD_REQUEST, message)
