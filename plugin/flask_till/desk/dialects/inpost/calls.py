"""The wallet's calls to a merchant (3.3 to 3.6, 3.8 to 3.10), each signed (3.1).

An answer counts only when it reads as the contract says and a basket adds up (4.2). A refusal
(4xx) is final and carries the merchant's code; silence, 429 and 5xx are worth another try.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

import httpx
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from ....base.clock import Clock
from ....base.http import Answer, Outbound, check_url
from ....errors import InvalidRequest, RequestError
from ....wire.inpost import binding, error_codes, order, order_events, signature
from ....wire.inpost.basket import Basket
from ....wire.inpost.message import Message
from ...wallet_port import (
    AnswerUnusable,
    Confirmed,
    EditEvent,
    MerchantAddress,
    MerchantRefused,
    MerchantSilent,
    Offer,
    OrderNews,
    OrderReply,
    PlacedOrder,
)
from . import call_words

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

M = TypeVar("M")
SigningKey = Callable[[], tuple[str, RSAPrivateKey]]
"""The newest live key: its version, and the key."""

LARGEST_BASKET = 2 * 1024 * 1024
"""Bytes of an answer; a basket with pictures and texts may be long. A longer one is cut, and then
no JSON."""
WITHIN = 10.0
"""Seconds for a call."""
ORDER_WITHIN = 20.0
"""Seconds for the creation of an order (3.8)."""
LATER = frozenset({408, 425, 429})
"""4xx that mean: not now."""


class InpostCalls:
    """Fills the port `MerchantCalls`; safe to share between threads."""

    def __init__(
        self, signing_key: SigningKey, clock: Clock, *, allowed_hosts: Iterable[str] = ()
    ) -> None:
        self._signing_key = signing_key
        self._clock = clock
        self._allowed_hosts = tuple(allowed_hosts)
        self._outbound = Outbound(allowed_hosts=self._allowed_hosts, largest=LARGEST_BASKET)

    def connect(self, host: str, application: WSGIApplication) -> None:
        """Calls to that host name are handed to an application of this process."""
        self._outbound.mount(host, application)

    def close(self) -> None:
        self._outbound.close()

    # --- baskets --------------------------------------------------------------------------

    def read_basket(self, to: MerchantAddress, basket_id: str) -> Offer:
        """GET basket (3.3)."""
        return _offer(self._send(to, "GET", _basket(basket_id)))

    def confirm(self, to: MerchantAddress, basket_id: str, confirmed: Confirmed) -> Offer:
        """POST confirmation with SUCCESS (3.4): answered with the whole basket, or no link."""
        message = call_words.confirmation(confirmed)
        return _offer(self._send(to, "POST", f"{_basket(basket_id)}/confirmation", message))

    def reject(self, to: MerchantAddress, basket_id: str) -> None:
        """POST confirmation with REJECT (3.4). Bodies of the answer differ; none is needed."""
        message = binding.BindingRejected()
        self._send(to, "POST", f"{_basket(basket_id)}/confirmation", message)

    def send_edit(self, to: MerchantAddress, basket_id: str, event: EditEvent) -> Offer:
        """POST basket event (3.5): answered with the whole basket."""
        message = call_words.basket_event(event)
        return _offer(self._send(to, "POST", f"{_basket(basket_id)}/event", message))

    def unlink(self, to: MerchantAddress, basket_id: str) -> None:
        """DELETE binding (3.6); a basket that the shop does not know is unlinked (6)."""
        try:
            self._send(to, "DELETE", f"{_basket(basket_id)}/binding")
        except MerchantRefused as refused:
            if refused.code != error_codes.MerchantCode.BASKET_NOT_FOUND:
                raise

    # --- orders ---------------------------------------------------------------------------

    def create_order(self, to: MerchantAddress, request: Mapping[str, Any]) -> PlacedOrder:
        """POST order (3.8). A repeat is answered with the order that exists."""
        message = call_words.order_request(request)
        return _placed(self._send(to, "POST", "/v1/izi/order", message, within=ORDER_WITHIN))

    def read_order(self, to: MerchantAddress, order_id: str) -> PlacedOrder:
        """GET order (3.9)."""
        return _placed(self._send(to, "GET", _order(order_id)))

    def tell_order(self, to: MerchantAddress, order_id: str, news: OrderNews) -> OrderReply:
        """POST order event (3.10). Whatever a 2xx holds beside it, the shop has been told."""
        message = call_words.order_event(news)
        answer = self._send(to, "POST", f"{_order(order_id)}/event", message)
        try:
            said = order_events.OrderEventReply.read(answer.body)
        except RequestError:
            return OrderReply(None, None)
        parcels = said.delivery_references_list
        return OrderReply(
            said.order_merchant_status_description, None if parcels is None else tuple(parcels)
        )

    # --- one call -------------------------------------------------------------------------

    def _send(
        self,
        to: MerchantAddress,
        method: str,
        path: str,
        message: Message | None = None,
        *,
        within: float = WITHIN,
    ) -> Answer:
        body = b"" if message is None else message.to_bytes()
        headers = self._headers(to, body)
        if body:
            headers["content-type"] = "application/json"
        try:
            url = check_url(
                to.base_url.rstrip("/") + path, allowed_hosts=self._allowed_hosts, field="base_url"
            )
            answer = self._outbound.send(method, url, content=body, headers=headers, within=within)
        except InvalidRequest as error:
            raise MerchantSilent(f"The merchant cannot be called: {error.message}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise MerchantSilent(f"{type(error).__name__}: {error}") from None
        return _accepted(answer)

    def _headers(self, to: MerchantAddress, body: bytes) -> dict[str, str]:
        version, key = self._signing_key()
        signed = signature.sign(key, to.merchant_external_id, version, self._clock(), body)
        return {**signed, "accept": "application/json"}


def _basket(basket_id: str) -> str:
    return f"/v1/izi/basket/{quote(basket_id, safe='')}"


def _order(order_id: str) -> str:
    return f"/v1/izi/order/{quote(order_id, safe='')}"


def _accepted(answer: Answer) -> Answer:
    if 200 <= answer.status < 300:
        return answer
    if not 400 <= answer.status < 500 or answer.status in LATER:
        raise MerchantSilent(
            f"HTTP {answer.status}", status=answer.status, retry_after=_retry_after(answer)
        )
    said = error_codes.Refusal.read(answer.status, answer.body)
    if said is None:
        raise MerchantRefused(f"HTTP {answer.status}", code=f"HTTP_{answer.status}")
    raise MerchantRefused(said.message[:1000] or said.code, code=said.code[:64])


def _retry_after(answer: Answer) -> int | None:
    """Seconds that the merchant asks us to wait; None for anything but a plain number."""
    text = answer.headers.get("retry-after", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _read(kind: type[M], read: Callable[[bytes], M], answer: Answer) -> M:
    try:
        return read(answer.body)
    except RequestError as error:
        raise AnswerUnusable(f"This is no {kind.__name__}: {error.message}") from None


def _offer(answer: Answer) -> Offer:
    return call_words.offer_of(_read(Basket, Basket.read, answer))


def _placed(answer: Answer) -> PlacedOrder:
    return call_words.placed_of(_read(order.Order, order.Order.read, answer))
