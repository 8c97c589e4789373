"""Order events: a shop tells status and parcels (2.10), a wallet payment or rejection (3.10)."""

from __future__ import annotations

from enum import StrEnum

from pydantic import model_validator

from .message import Message, WrongShape
from .order import DeliveryAddress
from .statuses import OrderStatus, PaymentStatus
from .values import Id, Label, Mail, Moment, PaymentName, Phone, Text, Word


class ChangedDelivery(Message):
    """Delivery data that changed after the order (2.10)."""

    delivery_date: Moment | None = None
    mail: Mail | None = None
    phone_number: Phone | None = None
    delivery_point: Text | None = None
    delivery_address: DeliveryAddress | None = None
    courier_note: Text | None = None


class MerchantNews(Message):
    """What a shop has to say about an order; at least one thing (2.10).

    ``delivery_references_list`` is the whole list of parcel numbers, each time.
    """

    order_status: Word[OrderStatus] | None = None
    order_merchant_status_description: Text | None = None
    delivery_references_list: list[Label] | None = None
    delivery: ChangedDelivery | None = None

    @model_validator(mode="after")
    def _something(self) -> MerchantNews:
        if all(getattr(self, name) is None for name in type(self).model_fields):
            raise WrongShape("event_data needs at least one member")
        return self


class MerchantOrderEvent(Message):
    """POST order event, shop to wallet (2.10); answered with 200, or 201."""

    event_id: Id
    event_data_time: Moment
    phone_number: Phone | None = None
    event_data: MerchantNews


class WalletNews(Message):
    """What the wallet has to say about an order (3.10).

    Words a shop does not know are tolerated in ``payment_status`` and ``payment_type``.
    """

    payment_status: PaymentName | None = None
    order_status: Word[OrderStatus] | None = None
    payment_id: Label | None = None
    payment_reference: Label | None = None
    payment_type: PaymentName | None = None


class WalletOrderEvent(Message):
    """POST order event, wallet to shop (3.10)."""

    event_id: Id
    event_data_time: Moment
    phone_number: Phone | None = None
    event_data: WalletNews


class OrderEventReply(Message):
    """What a shop answers, with 200 (3.10)."""

    order_merchant_status_description: Text | None = None
    delivery_references_list: list[Label] | None = None
    order_status: Word[OrderStatus] | None = None


class Effect(StrEnum):
    """What a wallet's event does to the shop's order."""

    PAY = "pay"
    REJECT = "reject"
    NOTHING = "nothing"
    REFUSE = "refuse"


def effect_of(news: WalletNews, *, status: OrderStatus | None, paid: bool) -> Effect:
    """What a shop does with a wallet's event, given what it knows of the order (3.10).

    A repeat, and a payment status other than ``AUTHORIZED``, do nothing. ``REFUSE`` is an
    ``ORDER_NOT_UPDATE``: neither status given, a rejection of what is paid or completed, a
    payment for what is rejected or completed, payment and rejection at once.
    """
    pays = news.payment_status == PaymentStatus.AUTHORIZED
    rejects = news.order_status == OrderStatus.ORDER_REJECTED
    if (pays and rejects) or (news.payment_status is None and news.order_status is None):
        return Effect.REFUSE
    rejected = status == OrderStatus.ORDER_REJECTED
    completed = status == OrderStatus.ORDER_COMPLETED
    if pays and not paid:
        return Effect.REFUSE if rejected or completed else Effect.PAY
    if rejects and not rejected:
        return Effect.REFUSE if paid or completed else Effect.REJECT
    return Effect.NOTHING
