"""Who pays, where the order itself does not say: the shopper who signed in by phone.

The wallet's session is good for order pages too, by a cookie of their own path: the wallet's is not
sent here. Both are the same session, so signing out there ends it here. Browsers do not send it to
a page in a frame on another site, where a click could be stolen.
"""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from ...base.sealing import digest
from ...settings import DeskSettings
from ..actions.shoppers import shopper_of_session
from ..counter import Counter
from ..order import Order
from .own_page import Place, is_secure

COOKIE = "till_payer"
COOKIE_LIFE = 30 * 86400
"""Seconds."""


def account_owner(shopper_id: str) -> str:
    """Whose account on chains a shopper's is."""
    return f"shopper:{shopper_id}"


def payer_of(desk: Counter, order: Order) -> str | None:
    """Whose account may pay for the order in this browser; None for nobody's."""
    if order.payer is not None:
        return order.payer
    session = None if desk.web3 is None else request.cookies.get(COOKIE)
    shopper = desk.database.read(shopper_of_session, digest(session)) if session else None
    return None if shopper is None else account_owner(shopper.id)


def keep_payer(
    response: AnyResponse, session: str, settings: DeskSettings, order_pages: Place
) -> None:
    """Let order pages know whose wallet this browser has open."""
    response.set_cookie(
        COOKIE,
        session,
        max_age=COOKIE_LIFE,
        path=order_pages.path,
        httponly=True,
        secure=is_secure(settings, order_pages),
        samesite="Lax",
    )


def forget_payer(response: AnyResponse, order_pages: Place) -> None:
    response.delete_cookie(COOKIE, path=order_pages.path, httponly=True, samesite="Lax")
