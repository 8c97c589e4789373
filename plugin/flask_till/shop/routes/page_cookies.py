"""Cookies of a wallet that the page's own scripts read: the trusted browser's id (2.4, 3.4), and
the key of the vendor's second widget (5.5). Neither opens anything in the shop.
"""

from __future__ import annotations

import re

from flask import Response, request

from ..binding import Binding
from .shopfront import shopfront

BROWSER, KEY = "BrowserId", "basketBindingApiKey"
YEAR = 365 * 86_400
KEY_LIFE = 2 * 86_400
"""Seconds; the wallet forgets a basket after as long (6)."""
LONGEST_ID, LONGEST_KEY = 255, 512
_FITS = re.compile(r"[A-Za-z0-9._~:+/=-]+")


def browser_id() -> str | None:
    """The id under which a shopper once trusted this browser, if it is one."""
    found = request.cookies.get(BROWSER, "")
    return found if _FITS.fullmatch(found) and len(found) <= LONGEST_ID else None


def give_browser(response: Response, binding: Binding) -> Response:
    """A trusted browser learns its id."""
    found = binding.browser_id if binding.browser_trusted else None
    if found is not None and len(found) <= LONGEST_ID:
        _give(response, BROWSER, found, YEAR)
    return response


def forget_browser(response: Response) -> Response:
    response.delete_cookie(BROWSER, path="/")
    return response


def give_key(response: Response, key: str) -> Response:
    _give(response, KEY, key, KEY_LIFE)
    return response


def drop_old_key(response: Response, binding: Binding | None) -> Response:
    """A key that is not, or no longer, that of this browser's basket leads nowhere."""
    held = request.cookies.get(KEY)
    if held is not None and (binding is None or binding.binding_key != held):
        response.delete_cookie(KEY, path="/")
    return response


def _give(response: Response, name: str, value: str, seconds: int) -> None:
    if _FITS.fullmatch(value) and len(value) <= LONGEST_KEY:
        secure = shopfront().cookie.needs_https(request)
        response.set_cookie(name, value, max_age=seconds, path="/", secure=secure, samesite="Lax")
