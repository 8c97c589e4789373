"""What we say to a merchant and what it answers, from our words to the contract's and back."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ....money import Money
from ....wire.inpost import arithmetic, binding, order_events
from ....wire.inpost.basket import Basket
from ....wire.inpost.basket_events import (
    BasketEvent,
    EventQuantity,
    PromoEvent,
    QuantityChange,
    QuantityEvent,
    RelatedAddition,
    RelatedEvent,
    WantedCode,
)
from ....wire.inpost.order import Order, OrderCreate
from ....wire.inpost.statuses import OrderStatus, PaymentStatus
from ....wire.inpost.values import PaymentType, Phone
from ...order import Adjustment, Line
from ...wallet_port import (
    DELIVERY,
    DISCOUNT,
    AnswerUnusable,
    Confirmed,
    EditEvent,
    Offer,
    OrderNews,
    PlacedOrder,
)
from .stored import basket_to_stored, from_stored, to_stored

METHODS: Mapping[str, PaymentType] = {
    "apple_pay": PaymentType.APPLE_PAY,
    "blik": PaymentType.BLIK_CODE,
    "card": PaymentType.CARD,
    "google_pay": PaymentType.GOOGLE_PAY,
    "p24": PaymentType.PAY_BY_LINK,
    "CASH_ON_DELIVERY": PaymentType.CASH_ON_DELIVERY,
    "FREE_ORDER": PaymentType.FREE_ORDER,
}
"""The payment type of a gateway's method (4.0); of one that is not here, a link to pay by."""


# --- what we say ------------------------------------------------------------------------------


def confirmation(confirmed: Confirmed) -> binding.BindingConfirmed:
    """The shopper said yes (3.4)."""
    phone = Phone(country_prefix=confirmed.country_prefix, phone=confirmed.phone)
    return binding.BindingConfirmed(
        inpost_basket_id=confirmed.inpost_basket_id,
        phone_number=phone,
        browser=binding.ConfirmedBrowser(
            browser_trusted=confirmed.browser_id is not None, browser_id=confirmed.browser_id
        ),
        masked_phone_number=phone.masked,
        name=confirmed.name,
        surname=confirmed.surname,
    )


def basket_event(event: EditEvent) -> BasketEvent:
    """What the shopper changed (3.5), the same to the byte each time that it is sent."""
    head: dict[str, Any] = {
        "event_id": event.event_id,
        "event_data_time": event.at,
        "phone_number": Phone(country_prefix=event.country_prefix, phone=event.phone),
    }
    data = event.data
    if event.kind == "PROMO_CODES":
        codes = [WantedCode(promo_code_value=code, name=code) for code in data["codes"]]
        return PromoEvent(**head, promo_codes_event_data=codes)
    quantity = EventQuantity(quantity=Decimal(data["quantity"]), **(data.get("echo") or {}))
    if event.kind == "RELATED_PRODUCTS":
        added = RelatedAddition(
            product_id=data["product_id"], ean=data.get("ean"), quantity=quantity
        )
        return RelatedEvent(**head, related_products_event_data=[added])
    change = QuantityChange(product_id=data["product_id"], quantity=quantity)
    return QuantityEvent(**head, quantity_event_data=[change])


def order_request(request: Mapping[str, Any]) -> OrderCreate:
    """The order as it was stored when the shopper placed it (4.3)."""
    return from_stored(OrderCreate, request)


def order_event(news: OrderNews) -> order_events.WalletOrderEvent:
    """Paid, or given up before that (3.10)."""
    return order_events.WalletOrderEvent(
        event_id=news.event_id,
        event_data_time=news.at,
        phone_number=Phone(country_prefix=news.country_prefix, phone=news.phone),
        event_data=_paid(news) if news.is_paid else _rejected(),
    )


def _paid(news: OrderNews) -> order_events.WalletNews:
    method = news.payment_method or ""
    return order_events.WalletNews(
        payment_status=PaymentStatus.AUTHORIZED,
        payment_id=news.payment_id,
        payment_reference=news.payment_reference,
        payment_type=METHODS.get(method, PaymentType.PAY_BY_LINK),
    )


def _rejected() -> order_events.WalletNews:
    return order_events.WalletNews(order_status=OrderStatus.ORDER_REJECTED)


# --- what they answer -------------------------------------------------------------------------


def offer_of(basket: Basket) -> Offer:
    """A basket that may be taken over. Raises `AnswerUnusable` if it does not add up (4.2)."""
    if wrong := arithmetic.faults(basket):
        raise AnswerUnusable(f"The basket does not add up: {'; '.join(wrong[:5])}")
    notice = basket.summary.basket_notice
    return Offer(
        content=basket_to_stored(basket),
        notice=None if notice is None else (notice.type.value, notice.description),
        expires_at=basket.summary.basket_expiration_date,
    )


def placed_of(order: Order) -> PlacedOrder:
    """An order with its parts. Raises `AnswerUnusable` if it does not add up (4.2, 4.4)."""
    if wrong := arithmetic.order_faults(order):
        raise AnswerUnusable(f"The order does not add up: {'; '.join(wrong)}")
    details = order.order_details
    lines = tuple(_line(product) for product in order.products if product.quantity.quantity)
    return PlacedOrder(
        order_id=details.order_id,
        number=details.number,
        status_text=details.order_merchant_status_description,
        parcels=tuple(details.delivery_references_list or ()),
        total=details.order_final_price.money(details.currency),
        content=to_stored(order),
        lines=lines,
        adjustments=_adjustments(order, lines),
    )


def _line(product: Any) -> Line:
    """Pieces are counted; a measured product is one line at the price of what was measured."""
    pieces = product.quantity.pieces
    name = product.product_name
    if pieces is None:
        unit = product.quantity.quantity_unit or ""
        name = f"{name} ({product.quantity.quantity} {unit})".replace(" )", ")")
    return Line(
        product_id=product.product_id,
        name=name,
        quantity=1 if pieces is None else pieces,
        unit_amount=product.base_price.money().minor,
        image_url=product.product_image,
    )


def _adjustments(order: Order, lines: tuple[Line, ...]) -> tuple[Adjustment, ...]:
    """What makes the sum of the lines the price without delivery, and that the final price."""
    details = order.order_details
    base, final = details.order_base_price.money(), details.order_final_price.money()
    summed = Money.of_minor(sum(line.quantity * line.unit_amount for line in lines), base.currency)
    both = ((DISCOUNT, base - summed), (DELIVERY, final - base))
    return tuple(Adjustment(label, amount.minor) for label, amount in both if amount.minor)
