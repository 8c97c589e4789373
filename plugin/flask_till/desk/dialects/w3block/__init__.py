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
`hooks`          where a company is told, and how that fares (8)
`webhook`        telling it (9)
`played_gateway` having the test gateway say something (8)
`reading`        orders with all that an answer shows
`words`          our orders in their words (5)
`product_words`  our products in their words (3)
================ ===========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from ....base.outbox import Delivery
from ....base.relay import Outcome
from ...dialect_parts import DialectParts
from ...enrolment.w3block import W3blockEnrolment
from ...enrolment.w3block_chains import W3blockChains
from ...w3block.delivery import Deliveries, OwnRegistry
from ...w3block.hooks import Hooks
from ...w3block.identity import Identities, Keyring
from ...w3block.legs import Legs
from ...w3block.placing import Placing
from ...w3block.quotes import FixedGas, Quotes
from ...w3block_company import DIALECT
from ...web3.gas import ChainGas
from ...web3.registry import ChainRegistry
from .front import MOST, Front
from .server import w3block_dialect
from .webhook import SCHEDULE, W3blockWebhook

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["MOST", "W3blockDialect"]


class W3blockDialect:
    """A `Dialect` of the desk; ``enrolment`` is for its operators."""

    name = DIALECT
    schedule = SCHEDULE

    def __init__(self, parts: DialectParts) -> None:
        keyring, fixed = Keyring(parts.database, parts.seal), FixedGas()
        gas = fixed if parts.web3 is None else ChainGas(parts.clock, parts.web3, fixed)
        quotes = Quotes(parts.settings.secret_keys, gas)
        hooks = Hooks(parts.database, parts.seal, parts.hosts)
        self._webhook = W3blockWebhook(parts, hooks)
        self.legs = Legs(parts.database, parts.cashier)
        registry = ChainRegistry(parts.database, OwnRegistry(parts.database), parts.web3)
        self.deliveries = Deliveries(parts.database, registry)
        self._front = Front(
            parts,
            Identities(parts.database, keyring, parts.clock),
            Placing(parts.database, parts.cashier, quotes, self.legs),
            self.legs,
            self.deliveries,
            hooks,
        )
        self.enrolment = W3blockEnrolment(
            parts.database, keyring, fixed, hooks, W3blockChains(parts.database, parts.web3)
        )

    def blueprint(self) -> Blueprint:
        return w3block_dialect(self._front)

    def courier(self, delivery: Delivery) -> Outcome:
        return self._webhook(delivery)

    def sweep(self) -> int:
        """Deliver what is due and wind up what ended; returns how many orders that were."""
        return self.deliveries.sweep() + self.legs.sweep()

    def connect(self, host: str, application: WSGIApplication) -> None:
        self._webhook.connect(host, application)

    def close(self) -> None:
        self._webhook.close()
