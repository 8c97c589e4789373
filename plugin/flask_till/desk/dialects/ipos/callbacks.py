"""Telling widgets: each change of an order as the order object with a fresh proof (7, 3.10)."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import httpx
from flask import Response

from ....base.http import Answer, Outbound, check_url
from ....base.outbox import Delivery
from ....base.relay import DONE, Outcome
from ....errors import Forbidden, InvalidRequest, NotFound, RequestError
from ....wire.ipos.requests import ResendCallback
from ....wire.ipos.tokens import SIGNATURE_HEADER, prove, sign_body
from ...actions.ipos_apps import find_widget
from ...actions.ipos_orders import find_placed, read_placed
from ...ipos_portal import Placed
from ...order import PARTIALLY_REFUNDED, REFUNDED
from ...snapshot import from_data
from .admission import admitted
from .answers import body_of, order_id_of, say
from .front import Front
from .orders import fresh_data
from .words import at_version, order_data

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

TOLD = ("order.paid", "order.cancelled", "order.expired")
REFUND = "order.refunded"
WITHIN = 10.0
"""Seconds that a receiver has to answer."""
SCHEDULE = (10, 60, 300, 1800)
"""Seconds between tries."""
NOT_ACCEPTED = "HTTP {status}: only 2xx is success, and redirects are not followed"


@dataclass(frozen=True, slots=True)
class Message:
    """A callback as it is sent. The proof is a few minutes' worth, so each is made anew."""

    data: dict[str, Any]
    body: bytes
    headers: dict[str, str]


class IposCallbacks:
    """A courier, and the way to have a callback sent again."""

    def __init__(self, front: Front) -> None:
        self._front = front
        self._outbound = Outbound(allowed_hosts=front.parts.hosts)

    def connect(self, host: str, application: WSGIApplication) -> None:
        """Callbacks to that host name are handed to an application of this process."""
        self._outbound.mount(host, application)

    def close(self) -> None:
        self._outbound.close()

    def __call__(self, delivery: Delivery) -> Outcome:
        """Told are payment, end and refunds, each as the order was then."""
        order = from_data(delivery.data)
        is_refund = delivery.kind == REFUND and order.status in (PARTIALLY_REFUNDED, REFUNDED)
        if delivery.kind not in TOLD and not is_refund:
            return DONE
        placed = self._front.database.read(find_placed, order.id)
        if placed is None or placed.callback_url is None:
            return DONE
        # Rewards are released after whatever is told here, and are no news of their own (6).
        at = at_version(placed, order.version)
        then = replace(placed, updated_at=at, rewards_released_at=None)
        data = order_data(order, then, self._front.order_url(order.id))
        return self._carry(placed, placed.callback_url, data)

    def _carry(self, placed: Placed, url: str, data: dict[str, Any]) -> Outcome:
        try:
            check_url(url, allowed_hosts=self._front.parts.hosts, field="callback_url")
        except InvalidRequest as error:
            return Outcome("dead", detail=error.message)
        try:
            answer = self._post(url, self.message(placed, data))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Outcome("retry", detail=f"{type(error).__name__}: {error}")
        if 200 <= answer.status < 300:
            return Outcome("done", status=answer.status)
        detail = NOT_ACCEPTED.format(status=answer.status)
        return Outcome("retry", status=answer.status, detail=detail)

    def message(self, placed: Placed, data: dict[str, Any]) -> Message:
        """The body with a proof of now. Without a widget nobody has a key, so it proves nothing."""
        headers = {"content-type": "application/json"}
        widget = None
        if placed.widget_tag is not None:
            widget = self._front.database.read(find_widget, placed.widget_tag)
        if widget is None:
            return Message(data | {"jwt_verify": ""}, _compact(data | {"jwt_verify": ""}), headers)
        secret = self._front.secret_of(widget)
        data = data | {"jwt_verify": prove(widget.access_key, secret, self._front.now())}
        body = _compact(data)
        return Message(data, body, headers | {SIGNATURE_HEADER: sign_body(secret, body)})

    def send_now(self, placed: Placed, url: str, data: dict[str, Any]) -> dict[str, Any]:
        """Send at once; the body that was sent, whether or not the receiver took it (3.10)."""
        message = self.message(placed, data)
        with suppress(httpx.HTTPError, httpx.InvalidURL):
            self._post(url, message)
        return message.data

    def _post(self, url: str, message: Message) -> Answer:
        return self._outbound.send(
            "POST", url, content=message.body, headers=message.headers, within=WITHIN
        )


def _compact(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def resend(front: Front, callbacks: IposCallbacks) -> Response:
    """POST order/resend-callback (3.10). A new URL is used once and not stored.

    An order that is not the caller's is 403 here, and so is one that does not exist.
    """
    caller = admitted(front)
    asked = body_of(ResendCallback)
    try:
        order_id = order_id_of(asked.order_id)
        placed = front.database.read(read_placed, order_id, caller.scope)
    except NotFound:
        raise Forbidden("This order is not yours", code="ORDER_NOT_YOURS") from None
    url = asked.new_callback_url or placed.callback_url
    if url is None:
        raise RequestError("Order has no callback url", code="NO_CALLBACK_URL")
    check_url(url, allowed_hosts=front.parts.hosts, field="callback_url")
    front.parts.limits.require("ipos_resend", caller.name)
    front.cashier.get(order_id)
    return say(callbacks.send_now(placed, url, fresh_data(front, order_id)))
