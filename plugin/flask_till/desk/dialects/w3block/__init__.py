"""``/w3block``: commerce orders as W3block speaks them. Section numbers are its contract's.

================ ===========================================================================
module           what is in it
================ ===========================================================================
`server`         which method of which path is answered by whom
`answers`        bodies, refusals, other origins (2)
`admission`      who calls: users and companies, with which roles (2.1)
`identity`       signing in, renewing, public keys (2.1)
`catalog`        products and currencies (7)
`preview`        what an order would cost, and its signed gas fee (3)
`orders`         create, read, list, pay again, receipts (4, 7)
`company_calls`  reading, cancelling and delivering anew, by the company (8)
`reading`        orders with all that an answer shows
`words`          our orders in their words (5)
`product_words`  our products in their words (3)
================ ===========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from ....base.outbox import Delivery
from ....base.relay import DONE, Outcome
from ...dialect_parts import DialectParts
from ...enrolment.w3block import W3blockEnrolment
from ...w3block_company import DIALECT
from ...w3block_delivery import Deliveries, OwnRegistry
from ...w3block_identity import Identities, Keyring
from ...w3block_placing import Placing
from ...w3block_quotes import FixedGas, Quotes
from .front import MOST, Front
from .server import w3block_dialect

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["MOST", "W3blockDialect"]

SCHEDULE = (10, 20, 40, 80)
"""Seconds between tries (9)."""


class W3blockDialect:
    """A `Dialect` of the desk; ``enrolment`` is for its operators."""

    name = DIALECT
    schedule = SCHEDULE

    def __init__(self, parts: DialectParts) -> None:
        keyring, gas = Keyring(parts.database, parts.seal), FixedGas()
        quotes = Quotes(parts.settings.secret_keys, gas)
        self.deliveries = Deliveries(parts.database, OwnRegistry(parts.database))
        self._front = Front(
            parts,
            Identities(parts.database, keyring, parts.clock),
            Placing(parts.database, parts.cashier, quotes),
            self.deliveries,
        )
        self.enrolment = W3blockEnrolment(parts.database, keyring, gas)

    def blueprint(self) -> Blueprint:
        return w3block_dialect(self._front)

    def courier(self, delivery: Delivery) -> Outcome:
        """Nobody is told yet: a company's hooks are not built."""
        return DONE

    def sweep(self) -> int:
        """Deliver what is due; returns how many orders that were."""
        return self.deliveries.sweep()

    def connect(self, host: str, application: WSGIApplication) -> None:
        return None

    def close(self) -> None:
        return None
