"""``/ipos``: order management as IPOS speaks it. Section numbers are those of its contract.

================ ===========================================================================
module           what is in it
================ ===========================================================================
`server`         which method of which path is answered by whom
`answers`        envelopes, refusals, other origins (2)
`admission`      who calls: users, widgets, keys (2.2)
`orders`         widget tokens, create, preview, detail, list (3.1 to 3.5)
`buyers`         who buys, in which portal and widget (3.2)
`drafting`       the checks before an order, in their order (3.2)
`terms`          what every order has
`economics`      who gets how many cents (3.2)
`offered`        ways to pay, in their words and in ours
`paying`         wallet, credit, Stripe (3.6 to 3.8)
`refunds`        the rules of refunds (3.9)
`callbacks`      telling widgets, now and again (3.10, 7)
`rewards`        pools, and rewards let go (3.12)
`credit`         balances and topping them up
`login`          portals that vouch for their users (9)
`stripe_webhook` Stripe's news (3.11)
`words`          our orders in their words (5, 6)
================ ===========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from ....base.outbox import Delivery
from ....base.relay import Outcome
from ....errors import Unauthenticated
from ...actions.ipos_orders import DIALECT, find_placed
from ...dialect_parts import DialectParts
from ...enrolment.ipos import IposEnrolment
from ...ipos_user_tokens import UserTokens
from ...order import Order
from .admission import read_user_token
from .callbacks import SCHEDULE, IposCallbacks
from .front import MOST, Front
from .server import ipos_dialect

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["MOST", "IposDialect"]


class IposDialect:
    """A `Dialect` of the desk; ``enrolment`` is for its operators."""

    name = DIALECT
    schedule = SCHEDULE

    def __init__(self, parts: DialectParts) -> None:
        tokens = UserTokens(parts.settings.secret_keys)
        self._front = Front(parts, tokens)
        self._callbacks = IposCallbacks(self._front)
        self.enrolment = IposEnrolment(parts.database, parts.seal, tokens)

    def blueprint(self) -> Blueprint:
        return ipos_dialect(self._front, self._callbacks)

    def courier(self, delivery: Delivery) -> Outcome:
        return self._callbacks(delivery)

    def admits(self, order: Order, token: str) -> bool:
        """Whether a user's token opens that order's page: it is the buyer's, and good now (4)."""
        if order.dialect != DIALECT:
            return False
        try:
            user, _ = read_user_token(self._front, token)
        except Unauthenticated:
            return False
        placed = self._front.database.read(find_placed, order.id)
        return placed is not None and placed.user_id == user.id

    def connect(self, host: str, application: WSGIApplication) -> None:
        self._callbacks.connect(host, application)

    def close(self) -> None:
        self._callbacks.close()
