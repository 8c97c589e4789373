"""Who may look at an order's page, and who may act on it.

A token in the address opens the page once and becomes a cookie of this browser for this order.
Acting needs that cookie and a request that comes from the page itself.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from ...base.sealing import digest
from ...errors import Forbidden, Gone, NotFound, RequestError
from ...web.asked import asked_origin
from ...web.this_machine import is_this_machine
from ..actions.page_access import spend_token
from ..order import Order
from .parts import DeskParts

COOKIE_LIFE = 7 * 86400
"""Seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are mounted, as browsers see it: ``https://pay.example``, ``/desk/order``."""

    origin: str
    path: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc


def place_of(desk: DeskParts, path: str) -> Place:
    """``path`` is the page's within this app; a public address, when set, goes before it."""
    public = desk.settings.public_url
    if public is None:
        return Place(asked_origin(), path)
    parts = urlsplit(public)
    return Place(f"{parts.scheme}://{parts.netloc}", f"{parts.path.rstrip('/')}/order")


class Access:
    """Lets browsers in to the page of one order."""

    def __init__(self, desk: DeskParts, order: Order, place: Place) -> None:
        self._desk = desk
        self._order = order
        self._place = place
        self._cookie = f"till_order_{sha256(order.id.encode()).hexdigest()[:12]}"

    def session(self) -> str | None:
        """The secret of this browser's session, when it holds."""
        session = request.cookies.get(self._cookie)
        if session and self._desk.cashier.may_view(self._order.id, session):
            return session
        return None

    def require_session(self) -> str:
        session = self.session()
        if session is None:
            raise Forbidden(
                "This order page was opened in another browser.", code="ORDER_NOT_YOURS"
            )
        return session

    def open(self, token: str) -> str | None:
        """The new session that a token is good for; None when the one at hand stays good.

        Raises `Gone` for a token that was used or is too old, `Forbidden` for one that is unknown.
        Who is in already spends the token: it must not lie about in logs, good for somebody else.
        """
        if self.session() is not None:
            self._desk.database.write(spend_token, self._order.id, digest(token))
            return None
        try:
            return self._desk.cashier.redeem_token(self._order.id, token)
        except NotFound:
            return self._admit(token)
        except Gone as gone:
            raise _kinder(gone) from None

    def _admit(self, token: str) -> str:
        admits = self._desk.admits
        if admits is None or not admits(self._order, token):
            raise Forbidden("This order has no such token.", code="ORDER_NOT_YOURS")
        ours = self._desk.cashier.issue_token(self._order.id)
        return self._desk.cashier.redeem_token(self._order.id, ours)

    def keep(self, response: AnyResponse, session: str) -> None:
        """Give the session to the browser. It works in a frame on the merchant's pages too."""
        secure = self._secure()
        response.set_cookie(
            self._cookie,
            session,
            max_age=COOKIE_LIFE,
            path=self._place.path,
            httponly=True,
            secure=secure,
            samesite="None" if secure else "Lax",
            partitioned=secure,
        )

    def _secure(self) -> bool:
        settings = self._desk.settings
        if settings.cookie_secure is not None:
            return settings.cookie_secure
        plain = self._place.origin.startswith("http://")
        return not (plain and settings.in_development and not is_this_machine(self._place.host))

    def proof(self, session: str) -> str:
        """What a form of the page carries, for browsers that do not say where a form came from."""
        return hmac.new(session.encode(), self._order.id.encode(), sha256).hexdigest()

    def require_own_page(self, session: str) -> None:
        """Raises `Forbidden` unless the request comes from this very page (or from no browser)."""
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            own = site == "same-origin"
        elif origin is None or origin.lower() in (self._place.origin, _asked_origin()):
            own = True
        else:
            # A page without referrers sends "null" as the origin of its forms.
            given = request.form.get("proof", "").encode()
            own = origin == "null" and hmac.compare_digest(given, self.proof(session).encode())
        if not own:
            raise Forbidden("The request came from another page.", code="FOREIGN_ORIGIN")


def _kinder(gone: RequestError) -> RequestError:
    return Gone(gone.message, code=gone.code, remedy="Go back to the shop and open it again.")


def _asked_origin() -> str:
    return asked_origin().lower()
