"""Which merchant calls: ``Authorization: Bearer <API key>``."""

from __future__ import annotations

from flask import request

from ...base.sealing import digest
from ...errors import Unauthenticated
from ...web.callers import limit_caller
from ..actions.merchants import merchant_of_key
from ..counter import counter
from ..merchant import Merchant

LONGEST_KEY = 256
MOST = {"wrong_key": "50/minute"}
"""How often an address may be wrong."""


def calling_merchant() -> Merchant:
    """Raises `Unauthenticated`; `TooMany` for a caller whose keys are wrong again and again."""
    desk = counter()
    try:
        merchant = desk.database.read(merchant_of_key, digest(_key()))
    except Unauthenticated:
        limit_caller(desk.limits, "wrong_key")
        raise
    desk.remember_address()
    return merchant


def _key() -> str:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not 0 < len(key) <= LONGEST_KEY:
        raise Unauthenticated(
            "There is no API key.",
            code="INVALID_API_KEY",
            remedy="Send Authorization: Bearer <key> with the key of `flask till merchants add`.",
        )
    return key
