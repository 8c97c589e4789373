"""Telling merchants: each event of an order as a signed Standard Webhooks message."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx

from ...base.database import Database
from ...base.http import Answer, Outbound, check_url
from ...base.outbox import Delivery
from ...base.relay import DONE, Outcome
from ...base.sealing import Seal
from ...errors import InvalidRequest, NotFound
from ...wire import till
from ..actions.callbacks import disable_callback_url, read_callback_address
from ..actions.events import Event
from ..snapshot import from_data
from .till_words import event_message

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

NOT_ACCEPTED = "HTTP {status}: only 2xx is success, and redirects are not followed"


class TillCallbacks:
    """A courier. Every attempt is signed anew, with each secret that still holds."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        *,
        allowed_hosts: Iterable[str],
        page_address: Callable[[], str],
    ) -> None:
        self._database = database
        self._seal = seal
        self._allowed_hosts = tuple(allowed_hosts)
        self._page_address = page_address
        self._outbound = Outbound(allowed_hosts=self._allowed_hosts)

    def connect(self, host: str, application: WSGIApplication) -> None:
        """Callbacks to that host name are handed to an application of this process."""
        self._outbound.mount(host, application)

    def __call__(self, delivery: Delivery) -> Outcome:
        merchant_id = delivery.receiver.address
        try:
            to = self._database.read(read_callback_address, merchant_id)
        except NotFound as error:
            return Outcome("dead", detail=error.message)
        if to.is_disabled:
            return Outcome("gone", detail="callbacks rest until a new address is set")
        if to.url is None:
            return DONE
        try:
            check_url(to.url, allowed_hosts=self._allowed_hosts, field="callback_url")
        except InvalidRequest as error:
            return Outcome("dead", detail=error.message)
        body = event_message(_event(delivery), self._page_address()).model_dump_json().encode()
        secrets = [self._seal.open(sealed) for sealed in to.sealed]
        outcome = self._send(to.url, body, self._headers(delivery.event_id, secrets, body))
        if outcome.kind == "gone":
            self._database.write(disable_callback_url, merchant_id, to.url)
        return outcome

    def _headers(self, event_id: str, secrets: list[str], body: bytes) -> dict[str, str]:
        at = self._database.clock()
        signed = [till.sign(secret, event_id, at, body) for secret in secrets]
        signatures = " ".join(one["webhook-signature"] for one in signed)
        return {
            **signed[0],
            "webhook-signature": signatures,
            "content-type": "application/json",
        }

    def _send(self, url: str, body: bytes, headers: dict[str, str]) -> Outcome:
        try:
            answer = self._outbound.send("POST", url, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome("retry", detail=f"{type(error).__name__}: {error}")
        if 200 <= answer.status < 300:
            return Outcome("done", status=answer.status)
        kind = "gone" if answer.status == 410 else "retry"
        return Outcome(
            kind,
            status=answer.status,
            detail=NOT_ACCEPTED.format(status=answer.status),
            retry_after=_retry_after(answer, self._database.clock()),
        )

    def close(self) -> None:
        self._outbound.close()


def _event(delivery: Delivery) -> Event:
    return Event(
        id=delivery.event_id,
        kind=delivery.kind,
        order_id=delivery.subject,
        seq=delivery.seq,
        created_at=delivery.created_at,
        order=from_data(delivery.data),
    )


def _retry_after(answer: Answer, now: datetime) -> int | None:
    """Seconds that a receiver asks us to wait: a number or a date; None for anything else."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, int((at - now).total_seconds()))
