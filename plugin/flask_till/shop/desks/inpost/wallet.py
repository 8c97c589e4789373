"""InPost Pay behind the shop's `Wallet` port: our values to its messages, and back."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError

from ....errors import InvalidRequest, MoneyError
from ....wire.inpost.basket import Basket as BasketMessage
from ....wire.inpost.basket import BasketPut
from ....wire.inpost.binding import Binding as BindingReply
from ....wire.inpost.binding import (
    BindingMethod,
    BindingPlace,
    BindingRequest,
    BrowserData,
    DeepLink,
)
from ....wire.inpost.message import Message
from ....wire.inpost.order_events import ChangedDelivery, MerchantNews, MerchantOrderEvent
from ....wire.inpost.statuses import OrderStatus
from ....wire.inpost.values import Phone
from ...binding import LinkFacts, mask_phone
from ...terms import Terms
from ...wallet import LinkState, OrderNews, PayLink, PhoneNumber, Told, Visitor
from .access import unavailable
from .client import InpostClient
from .words import basket_message

M = TypeVar("M", bound=Message)
LONGEST_AGENT = 1000
PLACES = frozenset(BindingPlace)
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8")
LARGEST_PICTURE = 256 * 1024
RUNS = frozenset({"javascript", "data", "vbscript", "blob", "file", "about"})
"""Schemes that a page must not be sent to."""
_LINK = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]+")


class InpostWallet:
    """Implements `Wallet` with a client; ``terms`` are those that baskets are sold on."""

    def __init__(self, client: InpostClient, terms: Terms) -> None:
        self._client = client
        self._terms = terms

    def look(self, binding_id: str, browser_id: str | None = None) -> LinkState:
        told = self._client.binding(binding_id, browser_id)
        trusted = told.browser_trusted and browser_id is not None
        return LinkState(told.basket_linked, trusted, _facts(told, browser_id))

    def ask(
        self,
        binding_id: str,
        phone: PhoneNumber | None,
        place: str | None,
        visitor: Visitor,
        now: datetime,
    ) -> PayLink | None:
        """Raises `InvalidRequest` for a phone number that cannot be one, before any call."""
        request = made(
            BindingRequest,
            binding_method=BindingMethod.DEEP_LINK if phone is None else BindingMethod.PHONE,
            binding_place=BindingPlace(place) if place in PLACES else None,
            phone_number=phone_of(phone),
            browser=_browser(visitor, now),
        )
        link = self._client.ask_binding(binding_id, request)
        return None if link is None else pay_link(link)

    def key(self, binding_id: str) -> str:
        return self._client.binding_key(binding_id)

    def put(self, told: Told, browser_id: str | None = None) -> str:
        message = self._message(told)
        if told.binding.binding_key is not None and browser_id is None:
            return self._client.put_basket_v2(told.binding.id, message)
        parts = {name: getattr(message, name) for name in type(message).model_fields}
        put = BasketPut.model_construct(**parts, browser_id=browser_id)
        return self._client.put_basket(told.binding.id, put)

    def _message(self, told: Told) -> BasketMessage:
        try:
            return basket_message(
                told.binding, told.basket, told.products, self._terms, told.notice, told.now
            )
        except MoneyError as error:
            raise InvalidRequest(error.message, code="BASKET_TOO_DEAR") from None

    def unlink(self, binding_id: str, *, realized: bool = False) -> None:
        self._client.unlink(binding_id, realized=realized)

    def untrust(self, browser_id: str) -> None:
        self._client.untrust(browser_id)

    def sendable(self, news: OrderNews) -> OrderNews:
        told = order_event(news).event_data.delivery
        return replace(news, delivery=None if told is None else told.to_data())

    def tell_order(self, order_id: str, news: OrderNews) -> None:
        self._client.tell_order(order_id, order_event(news))

    def close(self) -> None:
        self._client.close()


def pay_link(told: DeepLink) -> PayLink:
    """The links, if a page may open them; a picture that is none is left out (2.5)."""
    for link in (told.deep_link, told.deep_link_hms):
        if not _LINK.fullmatch(link) or link.partition(":")[0].lower() in RUNS:
            raise unavailable("its link cannot be opened by a page")
    return PayLink(_picture(told.qr_code), told.deep_link, told.deep_link_hms)


def _picture(text: str) -> str:
    """base64 of a PNG, JPEG or GIF of a size that a page can be sent; empty otherwise."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        return ""
    return text if raw.startswith(PICTURES) and len(raw) <= LARGEST_PICTURE else ""


def phone_of(number: PhoneNumber | None) -> Phone | None:
    """Raises `InvalidRequest` (PHONE_INVALID)."""
    if number is None:
        return None
    try:
        return Phone(country_prefix=number.country_prefix, phone=number.phone)
    except ValidationError:
        raise InvalidRequest(
            "That is not a phone number.", code="PHONE_INVALID", fields={"phone": "not a number"}
        ) from None


def order_event(news: OrderNews) -> MerchantOrderEvent:
    """POST order event (2.10). Raises `InvalidRequest` for what cannot be sent."""
    status = OrderStatus.ORDER_COMPLETED if news.completed else None
    delivery = None if news.delivery is None else _changed(news.delivery)
    told = made(
        MerchantNews,
        order_status=status,
        order_merchant_status_description=news.text,
        delivery_references_list=None if news.parcels is None else list(news.parcels),
        delivery=delivery,
    )
    return made(
        MerchantOrderEvent,
        event_id=news.event_id,
        event_data_time=news.at,
        phone_number=phone_of(news.phone),
        event_data=told,
    )


def _changed(delivery: Mapping[str, object]) -> ChangedDelivery:
    for name in delivery:
        if name not in ChangedDelivery.model_fields:
            raise InvalidRequest(f"A changed delivery has no {name[:40]!r}.")
    return made(ChangedDelivery, **delivery)


def made(kind: type[M], **members: object) -> M:
    """A message of these members. Raises `InvalidRequest` with the first that cannot be sent."""
    try:
        return kind.model_validate(members)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise InvalidRequest(f"{where}: {first['msg']}") from None


def _browser(visitor: Visitor, now: datetime) -> BrowserData:
    return made(
        BrowserData,
        user_agent=visitor.user_agent[:LONGEST_AGENT] or "-",
        description=visitor.description,
        platform=visitor.platform,
        architecture=visitor.architecture,
        data_time=now,
        location="-",
        customer_ip=visitor.address or "-",
        port=visitor.port or "0",
    )


def _facts(told: BindingReply, browser_id: str | None) -> LinkFacts:
    who = told.client_details
    phone = who.phone_number if who is not None else None
    masked = who.masked_phone_number if who is not None else None
    return LinkFacts(
        inpost_basket_id=told.inpost_basket_id,
        country_prefix=phone.country_prefix if phone is not None else None,
        phone=phone.phone if phone is not None else None,
        masked_phone_number=masked or (mask_phone(phone.phone) if phone is not None else None),
        name=who.name if who is not None else None,
        surname=who.surname if who is not None else None,
        browser_id=browser_id if told.browser_trusted else None,
        browser_trusted=told.browser_trusted,
    )
