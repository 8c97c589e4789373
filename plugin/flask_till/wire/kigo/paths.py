"""The addresses of all calls, below the base URL of Kigo or of a desk; and the ids in them (2).

An id in a path is checked before anybody looks for it: what can be no id is not found (404).
"""

from __future__ import annotations

import re

from .claim_codes import read_claim_code
from .error_codes import KigoCode, refusal

PREFIX = "/api/v1"
SESSION = f"{PREFIX}/auth/session"
USER_SESSION = f"{PREFIX}/auth/user-session"
REFRESH = f"{PREFIX}/auth/refresh"
SSO_SESSIONS = f"{PREFIX}/accounts/sso-sessions"
ORDERS = f"{PREFIX}/orders"
TOKENS = f"{PREFIX}/tokens"
CLAIM = f"{PREFIX}/tokens/claim"
HUB = "/hub"

_PART = re.compile("[A-Za-z0-9_-]{1,255}")


def place_path(product_id: str) -> str:
    """POST: place an order (4.1). Raises `NotFound` (``product_not_found``)."""
    return f"{PREFIX}/products/{check_product_id(product_id)}/orders"


def order_path(order_id: str) -> str:
    """GET: one order (4.3). Raises `NotFound` (``order_not_found``)."""
    return f"{ORDERS}/{check_order_id(order_id)}"


def cancel_path(order_id: str) -> str:
    """POST: withdraw an order (4.3). Raises `NotFound` (``order_not_found``)."""
    return f"{order_path(order_id)}/cancel"


def claim_path(claim_code: str) -> str:
    """GET: what a code is for (6.1). Raises `NotFound` (``claim_code_not_found``)."""
    return f"{CLAIM}/{read_claim_code(claim_code)}"


def token_path(token_id: str) -> str:
    """GET: one token of the wallet (6.3). Raises `NotFound`."""
    return f"{TOKENS}/{check_token_id(token_id)}"


def check_product_id(text: str) -> str:
    """Raises `NotFound` (``product_not_found``) for what is the id of no product (9.9)."""
    return _checked(text, KigoCode.PRODUCT_NOT_FOUND)


def check_order_id(text: str) -> str:
    """In lower case. Raises `NotFound` (``order_not_found``)."""
    return _checked(text, KigoCode.ORDER_NOT_FOUND).lower()


def check_token_id(text: str) -> str:
    """In lower case. Raises `NotFound` (``claim_code_not_found``: section 2 has no other)."""
    return _checked(text, KigoCode.CLAIM_CODE_NOT_FOUND).lower()


def _checked(text: str, code: KigoCode) -> str:
    if not _PART.fullmatch(text):
        raise refusal(code)
    return text
