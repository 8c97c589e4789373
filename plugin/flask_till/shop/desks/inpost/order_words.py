"""Orders in the wallet's words: what it asks for (4.3), what the shop answers (4.4)."""

from __future__ import annotations

from decimal import Decimal

from ....wire.inpost.amounts import Price, to_amount, to_money
from ....wire.inpost.order import (
    AccountInfo,
    ConsentGiven,
    InvoiceDetails,
    OrderCreate,
    OrderDelivery,
    OrderDetails,
    WantedDelivery,
    gaps,
)
from ....wire.inpost.order import Order as OrderMessage
from ....wire.inpost.order_events import OrderEventReply, WalletOrderEvent
from ....wire.inpost.products import OrderedProduct, OrderedQuantity, QuantityType
from ....wire.inpost.statuses import OrderStatus, PaymentStatus
from ....wire.inpost.values import DeliveryType, Parameter
from ...order import CANCELLED, EXPIRED, FAILED, PAID, PARTIALLY_REFUNDED, PENDING, REFUNDED, Order
from ...terms import Terms
from ...wallet_order import Good, OrderTold, WalletOrder, Wanted
from .words import facts_of, final_price, option_message, unit_of

NO_POS = "-"
_STATUS_TEXTS = {
    "en": {
        PENDING: "Waiting for payment",
        PAID: "Paid",
        CANCELLED: "Cancelled",
        EXPIRED: "Expired",
        FAILED: "Failed",
        PARTIALLY_REFUNDED: "Partly refunded",
        REFUNDED: "Refunded",
    },
    "pl": {
        PENDING: "Oczekuje na płatność",
        PAID: "Opłacone",
        CANCELLED: "Anulowane",
        EXPIRED: "Wygasło",
        FAILED: "Nie udało się",
        PARTIALLY_REFUNDED: "Częściowo zwrócone",
        REFUNDED: "Zwrócone",
    },
}


def wanted_from(create: OrderCreate) -> Wanted:
    """The wallet's order in our words (4.3)."""
    details, delivery = create.order_details, create.delivery
    discounts = [one.discount for one in details.inpost_discounts or []]
    address = delivery.delivery_address
    return Wanted(
        binding_id=details.basket_id,
        currency=details.currency,
        total=to_money(details.basket_price.gross),
        paid_by_wallet=to_money(sum(discounts, Decimal(0))),
        payment_type=details.payment_type,
        delivery_type=delivery.delivery_type.value,
        services=tuple(delivery.delivery_codes or ()),
        country=None if address is None else address.country_code,
        digital_mail=delivery.digital_delivery_email,
        lacks=tuple(gaps(create)),
        consents=tuple(
            (one.consent_id, one.consent_version, one.is_accepted) for one in create.consents or ()
        ),
        parameters=tuple(
            (one.key, one.value) for one in details.basket_additional_parameters or ()
        ),
        comments=details.order_comments,
        account=create.account_info.to_data(),
        delivery=delivery.to_data(),
        invoice=None if create.invoice_details is None else create.invoice_details.to_data(),
    )


def order_message(order: Order, kept: WalletOrder, terms: Terms, pos_id: str) -> OrderMessage:
    """The shop's order (4.4): as it was sold, whatever the catalog says by now."""
    invoice = kept.invoice
    return OrderMessage(
        order_details=_details(order, kept, terms, pos_id),
        account_info=AccountInfo.model_validate(kept.account),
        invoice_details=None if invoice is None else InvoiceDetails.model_validate(invoice),
        delivery=_delivery(kept),
        consents=[
            ConsentGiven(consent_id=one, consent_version=version, is_accepted=accepted)
            for one, version, accepted in kept.consents
        ],
        products=[_product(good, terms) for good in kept.goods],
    )


def _details(order: Order, kept: WalletOrder, terms: Terms, pos_id: str) -> OrderDetails:
    goods = [(good.product, good.quantity, good.vat_rate) for good in kept.goods]
    products = final_price(goods, order.discount)
    carriage = kept.carriage
    extras = [option_message(one, carriage.vat_rate) for one in carriage.services]
    final = Price.sum(
        [
            products,
            Price.at_rate(carriage.price, carriage.vat_rate),
            *(one.delivery_option_price for one in extras),
        ]
    )
    return OrderDetails(
        order_id=order.id,
        customer_order_id=order.number,
        pos_id=pos_id or NO_POS,
        basket_id=kept.binding_id,
        order_creation_date=order.created_at,
        order_merchant_status_description=status_text(order, kept, terms),
        payment_type=kept.payment_type,
        currency=order.total.currency,
        order_base_price=products,
        order_final_price=final,
        delivery_references_list=list(kept.parcels),
        order_comments=kept.comments,
        order_discount=to_amount(-order.discount),
        order_additional_parameters=[
            Parameter(key=key, value=value) for key, value in kept.parameters
        ],
    )


def _delivery(kept: WalletOrder) -> OrderDelivery:
    carriage = kept.carriage
    wanted = WantedDelivery.model_validate(carriage.wanted)
    return OrderDelivery(
        delivery_type=DeliveryType(carriage.type),
        delivery_date=carriage.expected,
        delivery_options=[option_message(one, carriage.vat_rate) for one in carriage.services],
        delivery_price=Price.at_rate(carriage.price, carriage.vat_rate),
        mail=wanted.mail,
        phone_number=wanted.phone_number,
        delivery_point=wanted.delivery_point,
        delivery_address=wanted.delivery_address,
        courier_note=wanted.courier_note,
        digital_delivery_email=wanted.digital_delivery_email,
    )


def _product(good: Good, terms: Terms) -> OrderedProduct:
    """The price paid, no stock, no deliveries (4.4)."""
    return OrderedProduct(
        **facts_of(good.product, terms),
        base_price=Price.at_rate(good.product.price, good.vat_rate),
        quantity=OrderedQuantity(
            quantity=Decimal(good.quantity),
            quantity_type=QuantityType.INTEGER,
            quantity_unit=unit_of(terms),
        ),
    )


def status_text(order: Order, kept: WalletOrder, terms: Terms) -> str:
    """What the shopper reads of the order: what the shop said, else a word for its status."""
    if kept.status_text is not None:
        return kept.status_text
    if terms.status_text is not None:
        return terms.status_text(order)
    texts = _STATUS_TEXTS.get(terms.locale, _STATUS_TEXTS["en"])
    return texts.get(order.status, order.status)


def told_of_order(event: WalletOrderEvent) -> OrderTold:
    """The wallet's order event in our words (3.10)."""
    news, phone = event.event_data, event.phone_number
    return OrderTold(
        event_id=event.event_id,
        paid=news.payment_status == PaymentStatus.AUTHORIZED,
        rejected=news.order_status == OrderStatus.ORDER_REJECTED,
        says_status=news.payment_status is not None or news.order_status is not None,
        phone=None if phone is None else (phone.country_prefix, phone.phone),
        payment_id=news.payment_id,
        payment_reference=news.payment_reference,
        payment_type=news.payment_type,
    )


def event_reply(order: Order, kept: WalletOrder, terms: Terms) -> OrderEventReply:
    """The answer to an order event (3.10)."""
    return OrderEventReply(
        order_merchant_status_description=status_text(order, kept, terms),
        delivery_references_list=list(kept.parcels),
    )
