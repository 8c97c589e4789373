"""An order desk that speaks our own protocol, ``/v1``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urljoin

import httpx
from pydantic import ValidationError

from ...errors import (
    Conflict,
    Forbidden,
    Gone,
    InvalidRequest,
    MoneyError,
    NotFound,
    RequestError,
    Unauthenticated,
    Unreadable,
)
from ...money import Money
from ...wire import strict_json
from ...wire import till as wire
from ..order import DeskSnapshot, Order
from . import DeskOrder, PageKey
from .exchange import NO_HEADERS, Exchange, moment, unavailable, understood

Message = TypeVar("Message", wire.Order, wire.CreatedOrder, wire.Token, wire.Event)

_REFUSALS: Mapping[int, type[RequestError]] = {
    400: Unreadable,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: InvalidRequest,
}


class TillDesk:
    """The client of a desk at ``base_url``, with the API key of this shop.

    ``callback_secrets`` are those that its callbacks may be signed with, ``whsec_...`` each; two
    while one takes over from the other. ``transport`` replaces the network: an
    ``httpx.WSGITransport`` for a desk in this process.
    """

    name = "till"

    def __init__(
        self,
        base_url: str,
        key: str,
        callback_secrets: Sequence[str],
        *,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._secrets = list(callback_secrets)
        self._exchange = Exchange(
            base_url, headers={"authorization": f"Bearer {key}"}, transport=transport
        )

    def __repr__(self) -> str:
        return f"TillDesk({self._exchange.base!r})"

    def close(self) -> None:
        self._exchange.close()

    def create(self, order: Order) -> DeskOrder:
        # Our order's id in it makes a repeat harmless: the desk need not keep its answer besides.
        made = self._call(wire.CreatedOrder, "POST", "", _request(order))
        return DeskOrder(_believed(made), PageKey(made.order_url, made.token))

    def token(self, order: Order) -> PageKey:
        given = self._call(wire.Token, "POST", f"{_path(order)}/token", b"{}")
        return PageKey(given.order_url, given.token)

    def get(self, order: Order) -> DeskSnapshot:
        return _believed(self._call(wire.Order, "GET", _path(order)))

    def cancel(self, order: Order) -> DeskSnapshot:
        return _believed(self._call(wire.Order, "POST", f"{_path(order)}/cancel", b"{}"))

    def refund(self, order: Order, amount: Money | None = None, *, key: str) -> None:
        """Give money back, all that is left without ``amount``; ``key`` makes a repeat harmless.

        How it went comes by callback.
        """
        body = json.dumps({} if amount is None else {"amount": amount.minor}).encode()
        self._ask("POST", f"{_path(order)}/refunds", body, {"idempotency-key": key})

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        event_id = wire.verify(self._secrets, dict(headers), body, now)
        event = _read(wire.Event, strict_json.parse_object(body))
        if event.id != event_id:
            raise InvalidRequest("The callback's id is not its event's.", code="EVENT_MISMATCH")
        return event_id, _snapshot(event.data)

    def _call(
        self,
        message: type[Message],
        method: str,
        path: str,
        body: bytes | None = None,
    ) -> Message:
        answer = self._ask(method, path, body)
        return understood(lambda: _read(message, strict_json.parse_object(answer)))

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> bytes:
        typed = headers if body is None else {**headers, "content-type": "application/json"}
        status, content = self._send(method, f"/v1/orders{path}", body, typed)
        if not 200 <= status < 300:
            raise _refusal(status, content)
        return content

    def _send(
        self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
    ) -> tuple[int, bytes]:
        """Status and body of the answer. Raises `Unavailable`."""
        reply = self._exchange.send(method, path, body, headers)
        return reply.status, reply.body


def _refusal(status: int, content: bytes) -> RequestError:
    """A problem document as our error; whatever is not the desk's own refusal is `Unavailable`."""
    kind = _REFUSALS.get(status)
    if kind is None:
        return unavailable(f"it answers {status}")
    try:
        problem = wire.Problem.model_validate(strict_json.parse_object(content))
    except (RequestError, ValidationError):
        return unavailable(f"it answers {status} without saying why")
    return kind(problem.detail, code=problem.code, remedy=problem.remedy, fields=problem.fields)


def _path(order: Order) -> str:
    return "/" + quote(order.desk_order_id or "", safe="")


def _read(message: type[Message], data: dict[str, Any]) -> Message:
    try:
        return message.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidRequest(f"{where}: {first['msg']}") from None


def _request(order: Order) -> bytes:
    """The body of a create; made of the order alone, so that a repeat is the same to the byte.

    Without pictures when it would be longer than a desk reads.
    """
    body = _create(order, with_images=True)
    return body if len(body) <= wire.LARGEST_BODY else _create(order, with_images=False)


def _create(order: Order, *, with_images: bool) -> bytes:
    asked = wire.OrderCreate(
        external_id=order.id,
        amount=order.total.minor,
        currency=order.total.currency,
        lines=[
            wire.Line(
                product_id=line.product_id,
                name=line.name,
                quantity=line.quantity,
                unit_amount=line.unit_price.minor,
                image_url=_image(order.origin, line.image) if with_images else None,
            )
            for line in order.lines
        ],
        adjustments=[
            wire.Adjustment(label=one.label, amount=one.amount.minor) for one in order.promotions
        ],
        description=order.number,
        locale=order.locale,
        redirect_url=order.redirect_url,
        opener_origin=order.origin,
        metadata={"number": order.number},
    )
    return asked.model_dump_json(exclude_defaults=True).encode()


def _image(origin: str | None, image: str | None) -> str | None:
    if image is None:
        return None
    url = urljoin(f"{origin}/", image) if origin else image
    fits = url.startswith(("http://", "https://")) and len(url) <= 2048 and " " not in url
    return url if fits else None


def _believed(told: wire.Order) -> DeskSnapshot:
    return understood(_snapshot, told)


def _snapshot(told: wire.Order) -> DeskSnapshot:
    try:
        amount = Money.of_minor(told.amount, told.currency)
        refunded = Money.of_minor(told.amount_refunded, told.currency)
    except MoneyError as error:
        raise InvalidRequest(error.message) from None
    return DeskSnapshot(
        external_id=told.external_id,
        desk_order_id=told.id,
        version=told.version,
        status=told.status.value,
        amount=amount,
        refunded=refunded,
        live=told.live,
        order_url=told.order_url,
        expires_at=moment(told.expires_at),
        paid_at=moment(told.paid_at),
        ended_at=moment(told.ended_at),
    )
