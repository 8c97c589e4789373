"""Telling a miniapp's server what became of a payment (4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import httpx

from ....base.clock import Clock
from ....base.database import Database
from ....base.http import Answer, Outbound, check_url
from ....base.logs import logger, one_line
from ....base.outbox import Delivery
from ....base.relay import DONE, Outcome
from ....base.sealing import Seal
from ....errors import InvalidRequest, NotFound, RequestError
from ....wire.boxo.error_codes import RETRYABLE
from ....wire.boxo.messages import basic_authorization, read_body
from ...actions.boxo_partners import read_miniapp
from ...actions.boxo_payments import read_payment
from ...boxo_payment import BoxoMiniapp, BoxoPayment
from ...boxo_signing import signed_headers
from ...order import CANCELLED, EVENT_OF, EXPIRED, PAID, Order
from ...snapshot import from_data
from .exact_json import read, write

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

log = logger(__name__)
SCHEDULE = (10, 60, 300, 1800, 7200)
"""Seconds between tries (4)."""
WITHIN = 10.0
"""Seconds for a call."""
TOLD = frozenset(EVENT_OF[status] for status in (PAID, CANCELLED, EXPIRED))
"""What is told; a refund is not, because the payment stays paid."""


class OrderWebhook:
    """A courier; safe to share between threads."""

    def __init__(
        self, database: Database, seal: Seal, clock: Clock, *, allowed_hosts: Iterable[str]
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._allowed_hosts = tuple(allowed_hosts)
        self._outbound = Outbound(allowed_hosts=self._allowed_hosts)

    def connect(self, host: str, application: WSGIApplication) -> None:
        self._outbound.mount(host, application)

    def close(self) -> None:
        self._outbound.close()

    def __call__(self, delivery: Delivery) -> Outcome:
        """200 is success, whatever else it says; anything else is tried again."""
        if delivery.kind not in TOLD:
            return DONE
        order = from_data(delivery.data)
        try:
            payment = self._database.read(read_payment, order.id)
            miniapp = self._database.read(read_miniapp, payment.app_id)
        except NotFound as error:
            return Outcome("dead", detail=error.message)
        if miniapp.webhook_url is None:
            return DONE
        return self._send(miniapp, miniapp.webhook_url, message_of(payment, order))

    def _send(self, miniapp: BoxoMiniapp, url: str, message: Mapping[str, Any]) -> Outcome:
        body = write(message).encode()
        try:
            check_url(url, allowed_hosts=self._allowed_hosts, field="webhook_url")
            answer = self._outbound.send(
                "POST", url, content=body, headers=self._headers(miniapp, url, body), within=WITHIN
            )
        except InvalidRequest as error:
            return Outcome("dead", detail=error.message)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome("retry", detail=f"{type(error).__name__}: {error}")
        return _judge(miniapp, answer)

    def _headers(self, miniapp: BoxoMiniapp, url: str, body: bytes) -> dict[str, str]:
        secret = self._seal.open(miniapp.secret_key)
        signed = signed_headers(self._seal, self._clock, miniapp.proof, miniapp.app_id, url, body)
        return {
            "Authorization": basic_authorization(miniapp.app_id, secret),
            "Content-Type": "application/json",
            **signed,
        }


def message_of(payment: BoxoPayment, order: Order) -> dict[str, Any]:
    """What is told of a payment whose order went that way (4)."""
    echoed = payment.custom_attributes
    return {
        "miniapp_order_id": payment.miniapp_order_id or "",
        "hostapp_order_payment_id": payment.order_payment_id,
        "hostapp_client_id": payment.client_id,
        "payment_status": payment.status(order),
        "payment_fail_reason": payment.reason(order),
        "custom_attributes": None if echoed is None else read(echoed),
    }


def _judge(miniapp: BoxoMiniapp, answer: Answer) -> Outcome:
    if answer.status != 200:
        return Outcome(
            "retry", status=answer.status, detail=f"HTTP {answer.status}: only 200 is success"
        )
    code = _error_code(answer.body)
    if code is None:
        return Outcome("done", status=200)
    detail = f"the miniapp answered with error_code {code}"
    if code in RETRYABLE:
        return Outcome("retry", status=200, detail=detail)
    log.warning("%s: %s", miniapp.app_id, detail)
    return Outcome("done", status=200, detail=detail)


def _error_code(body: bytes) -> str | None:
    try:
        code = read_body(body).get("error_code")
    except RequestError:
        return None  # it has been told, whatever it says
    return one_line(str(code))[:64] if code else None
