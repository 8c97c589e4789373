"""Our orders in the protocol's words (5). Every answer that shows an order comes through here."""

from __future__ import annotations

from urllib.parse import urlencode

from ....wire.w3block.amounts import shortest
from ....wire.w3block.orders import (
    Order,
    OrderedProduct,
    OrderPayment,
    PublicData,
    Receipt,
    ReceiptPayment,
)
from ....wire.w3block.products import Price
from ....wire.w3block.values import AmountType, PaymentMethod, PaymentProvider
from ...order import Order as OurOrder
from ...product import Piece
from ...w3block_company import Coin, Placed, PlacedLine
from ...w3block_status import status_of
from ..till_words import page_url
from . import product_words
from .front import Front
from .reading import Whole


def order(front: Front, whole: Whole, *, token: str | None = None) -> Order:
    """``token`` opens the page where it is paid, which is shown while it can be."""
    ours, placed = whole.order, whole.placed
    sums = placed.sums
    return Order.of(
        [_payment(front, whole, token)],
        id=ours.id,
        created_at=ours.created_at,
        updated_at=placed.updated_at,
        company_id=placed.company_id,
        user_id=placed.buyer,
        destination_wallet_address=placed.wallet,
        address_id=placed.address_id,
        address=None,
        status=status_of(ours, placed),
        products=products_of(whole),
        deliver_date=placed.deliver_at,
        expires_in=ours.expires_at,
        deliver_id=placed.deliver_id,
        currency_amount=shortest(sums.basket),
        gas_fee=shortest(sums.gas),
        client_service_fee=shortest(sums.service_fee),
        company_service_fee=shortest(sums.basket * 0),
        original_currency_amount=shortest(sums.original_basket),
        original_total_amount=shortest(sums.original_total),
        provider_transaction_id=_transaction(ours),
        fail_reason=placed.fail_reason,
    )


def receipt(whole: Whole) -> Receipt:
    """For whoever has the six letters: no e-mail, no wallet (7)."""
    return Receipt(
        deliver_id=whole.placed.deliver_id,
        status=status_of(whole.order, whole.placed),
        user_first_name=whole.first_name,
        destination_user_name=None,
        created_at=whole.order.created_at,
        payments=[
            ReceiptPayment(
                amount=shortest(whole.placed.sums.total),
                currency=product_words.currency(whole.coin),
            )
        ],
        products=products_of(whole),
    )


def products_of(whole: Whole) -> list[OrderedProduct]:
    """One for each line; a token is named where the line is just that piece."""
    by_place: dict[int, list[Piece]] = {}
    for place, token in whole.tokens:
        by_place.setdefault(place, []).append(token)
    return [
        _product(line, by_place.get(place, []), whole.coin)
        for place, line in enumerate(whole.placed.lines)
    ]


def _product(line: PlacedLine, tokens: list[Piece], coin: Coin) -> OrderedProduct:
    return OrderedProduct(
        product_id=line.product_id,
        product_token_id=tokens[0].id if len(tokens) == 1 else None,
        name=line.name,
        quantity=line.quantity,
        variant_ids=list(line.variant_ids),
        images=product_words.images(line.images),
        prices=[
            Price(
                currency_id=coin.id,
                amount=shortest(line.price),
                original_amount=shortest(line.original),
            )
        ],
    )


def _payment(front: Front, whole: Whole, token: str | None) -> OrderPayment:
    placed = whole.placed
    return OrderPayment(
        currency_id=placed.currency_id,
        currency=product_words.currency(whole.coin),
        payment_method=_method(placed),
        payment_provider=PaymentProvider(placed.provider),
        amount_type=AmountType(placed.amount_type),
        amount=placed.amount,
        total_amount=shortest(placed.sums.total),
        status=whole.order.status,
        public_data=_public(front, whole.order, token),
    )


def _method(placed: Placed) -> PaymentMethod | None:
    return None if placed.method is None else PaymentMethod(placed.method)


def _public(front: Front, ours: OurOrder, token: str | None) -> PublicData:
    if token is None or not ours.is_open:
        return PublicData()
    page = page_url(front.parts.page_address(), ours.id)
    return PublicData(payment_url=f"{page}&{urlencode({'token': token})}")


def _transaction(ours: OurOrder) -> str | None:
    return None if ours.payment is None else ours.payment.provider_ref
