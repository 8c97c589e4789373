"""``/kigo``: partners order claim codes here, their users claim tokens (contract sections 2 to 10).

============ ===============================================================================
module       what is in it
============ ===============================================================================
`server`     the blueprint: which method of which path is answered by whom
`front`      what all of it shares: the desk behind it, its limits
`answers`    bodies in, answers and refusals out (2, 10)
`admission`  who calls: partners, users, strangers (3)
`sessions`   tokens and single sign-on (3, 5.1)
`orders`     placing, reading, withdrawing (4)
`claiming`   looking at a code, claiming it, the tokens of a wallet (6)
`words`      our orders and tokens in their words (4.1, 6)
`webhook`    telling partners (7)
`document`   the OpenAPI document of all of it
============ ===============================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from ....base.outbox import Delivery
from ....base.relay import Outcome
from ....wire.kigo.webhooks import SCHEDULE
from ...dialect_parts import DialectParts
from ...enrolment.kigo import KigoEnrolment
from ...kigo_desk import KigoClaims
from ...kigo_partner import DIALECT
from .front import MOST, Front
from .server import kigo_dialect
from .webhook import KigoWebhook

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["MOST", "KigoDialect"]


class KigoDialect:
    """A `Dialect` of the desk; ``enrolment`` is for its operators, ``claims`` for the hub page."""

    name = DIALECT
    schedule = SCHEDULE

    def __init__(self, parts: DialectParts) -> None:
        self.claims = KigoClaims(parts.database, parts.seal, parts.limits, parts.clock)
        self.enrolment = KigoEnrolment(parts.database, parts.seal, parts.hosts)
        self._front = Front(parts, self.claims)
        self._webhook = KigoWebhook(parts)

    def blueprint(self) -> Blueprint:
        return kigo_dialect(self._front)

    def courier(self, delivery: Delivery) -> Outcome:
        return self._webhook(delivery)

    def sweep(self) -> int:
        """End what is over by the clock; returns how many orders that were."""
        return self.claims.sweep()

    def connect(self, host: str, application: WSGIApplication) -> None:
        self._webhook.connect(host, application)

    def close(self) -> None:
        self._webhook.close()
