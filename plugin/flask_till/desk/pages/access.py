"""Who may look at an order's page, and who may act on it.

A token in the address opens the page once and becomes a cookie of this browser for this order.
Acting needs that cookie and a request that comes from the page itself.
"""

from __future__ import annotations

import hmac
from hashlib import sha256

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from ...base.sealing import digest, new_secret
from ...errors import Forbidden, Gone, NotFound, RequestError
from ..actions.page_access import spend_token
from ..counter import Counter
from ..order import GRACE, Order
from .own_page import Place, is_secure, proof_of, require_own_page
from .screen import form_elsewhere

COOKIE_LIFE = 7 * 86400
"""Seconds."""


class Access:
    """Lets browsers in to the page of one order."""

    def __init__(self, desk: Counter, order: Order, place: Place) -> None:
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

    def comes_back(self, session_id: str) -> bool:
        """Whether a browser that is not in yet comes from a card form on the merchant's own page.

        The provider sends it here with the id of its session, which only that browser knows; it
        counts while the order may still be paid.
        """
        known = form_elsewhere(self._order)
        late = self._desk.database.clock() > self._order.expires_at + GRACE
        if known is None or late or self.session() is not None:
            return False
        return hmac.compare_digest(known.encode(), session_id.encode())

    def _admit(self, token: str) -> str:
        admits = self._desk.admits
        if admits is None or not admits(self._order, token):
            raise Forbidden("This order has no such token.", code="ORDER_NOT_YOURS")
        return self.admit()

    def admit(self) -> str:
        """A new session for whoever has shown already that the order is theirs."""
        ours = self._desk.cashier.issue_token(self._order.id)
        return self._desk.cashier.redeem_token(self._order.id, ours)

    def require_script_of_ours(self) -> None:
        """Raises `Forbidden` unless one of our scripts asks, in a browser that is not in yet."""
        require_own_page(self._place, new_secret(), self._order.id)

    def keep(self, response: AnyResponse, session: str) -> None:
        """Give the session to the browser. It works in a frame on the merchant's pages too."""
        secure = is_secure(self._desk.settings, self._place, framed=True)
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

    def proof(self, session: str) -> str:
        """What a form of the page carries, for browsers that do not say where a form came from."""
        return proof_of(session, self._order.id)

    def require_own_page(self, session: str) -> None:
        """Raises `Forbidden` unless the request comes from this very page (or from no browser)."""
        require_own_page(self._place, session, self._order.id)


def _kinder(gone: RequestError) -> RequestError:
    return Gone(gone.message, code=gone.code, remedy="Go back to the shop and open it again.")
