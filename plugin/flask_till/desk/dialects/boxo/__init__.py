"""``/boxo``: the platform between Boxo miniapps and host apps (contract sections 2 to 7).

================== =========================================================================
module             what is in it
================== =========================================================================
`server`           the blueprint: which method of which path is answered by whom
`front`            what all of it shares: the desk behind it, its limits
`answers`          bodies in, answers and refusals out (5)
`pairs`            which miniapp and which host app, checked in order (3.3)
`admission`        who calls: a listed address or a signature (2.1, 2.2)
`opening`          create-order-payment (3.1)
`standing`         get-payment-status (3.2) and complete-order (7)
`browser_calls`    settings, authorize, and the older SDK's two calls (6)
`cross_origin`     which pages may read those (6)
`user_tokens`      what an authorization code is exchanged for (6)
`drafts`           an order of the wire as an order of ours (3.1)
`host_calls`       our calls to outside host apps (7)
`webhook`          our calls to miniapps (4)
`exact_json`       JSON with its fractions digit for digit (10.8)
================== =========================================================================
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint

from ....base.outbox import Delivery
from ....base.relay import Outcome
from ...boxo_desk import HostPayments
from ...boxo_payment import DIALECT
from ...dialect_parts import DialectParts
from ...enrolment.boxo import BoxoEnrolment
from ...host_sessions import HostSessions
from .front import MOST, Front
from .host_calls import HostCalls
from .server import boxo_dialect
from .webhook import SCHEDULE, OrderWebhook

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

__all__ = ["MOST", "BoxoDialect"]


class BoxoDialect:
    """``enrolment`` is for operators, ``payments`` and ``sessions`` for the built-in host's pages,
    ``calls`` are those that the host gateway asks with, too."""

    name = DIALECT
    schedule = SCHEDULE

    def __init__(self, parts: DialectParts, calls: HostCalls) -> None:
        self.sessions = HostSessions(parts.settings, parts.clock, parts.base_address)
        self.enrolment = BoxoEnrolment(parts.database, parts.seal, parts.hosts, self.sessions)
        self.payments = HostPayments(parts.database, parts.cashier)
        self.calls = calls
        self._webhook = OrderWebhook(
            parts.database, parts.seal, parts.clock, allowed_hosts=parts.hosts
        )
        self._front = Front(parts, self.calls)

    def blueprint(self) -> Blueprint:
        return boxo_dialect(self._front)

    def courier(self, delivery: Delivery) -> Outcome:
        return self._webhook(delivery)

    def connect(self, host: str, application: WSGIApplication) -> None:
        """What is told to that host name is handed to an application of this process."""
        self.calls.connect(host, application)
        self._webhook.connect(host, application)

    def close(self) -> None:
        self.calls.close()
        self._webhook.close()
