"""Our orders in the protocol's words (5). Every answer that shows an order comes through here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from ....wire.w3block.amounts import shortest
from ....wire.w3block.orders import (
    BankTransfer,
    Order,
    OrderedProduct,
    OrderPayment,
    PublicData,
    Receipt,
    ReceiptPayment,
    TokenOnChain,
)
from ....wire.w3block.products import Price
from ....wire.w3block.values import AmountType, PaymentMethod, PaymentProvider
from ...order import Order as OurOrder
from ...product import Piece
from ...w3block.status import status_of
from ...w3block_company import TRANSFER, BankAccount, PlacedLine, PlacedPart
from ...w3block_parts import way_of
from ..till_words import page_url
from . import coins, product_words
from .front import Front
from .reading import Whole


def order(front: Front, whole: Whole, *, tokens: Mapping[str, str] | None = None) -> Order:
    """``tokens``, by leg, open the pages where its parts are paid, which are shown while it can be.

    The older members are those of the first payment; amounts without fees are of the whole order.
    """
    ours, placed = whole.order, whole.placed
    sums = placed.first.sums
    return Order.of(
        [_payment(front, whole, part, leg, tokens or {}) for part, leg in whole.parts],
        id=ours.id,
        created_at=ours.created_at,
        updated_at=placed.updated_at,
        company_id=placed.company_id,
        user_id=placed.buyer,
        destination_wallet_address=placed.wallet,
        address_id=placed.address_id,
        address=None,
        status=status_of(placed),
        products=_with_tokens(front, whole),
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
        status=status_of(whole.placed),
        user_first_name=whole.first_name,
        destination_user_name=None,
        created_at=whole.order.created_at,
        payments=[
            ReceiptPayment(
                amount=shortest(part.total),
                currency=product_words.currency(whole.coins[part.currency_id]),
            )
            for part in whole.placed.parts
        ],
        products=products_of(whole),
    )


def products_of(whole: Whole) -> list[OrderedProduct]:
    """One for each line; a token is named where the line is just that piece."""
    by_place: dict[int, list[Piece]] = {}
    for place, token in whole.tokens:
        by_place.setdefault(place, []).append(token)
    return [
        _product(line, by_place.get(place, []), whole.placed.first.currency_id)
        for place, line in enumerate(whole.placed.lines)
    ]


def _with_tokens(front: Front, whole: Whole) -> list[OrderedProduct]:
    """With where each token is on a chain: for whoever may see the wallet."""
    told: dict[int, list[TokenOnChain]] = {}
    for place, token in whole.tokens:
        if token.id in whole.moves:
            told.setdefault(place, []).append(coins.token(front.parts.web3, whole.moves[token.id]))
    return [
        one if place not in told else one.model_copy(update={"tokens": told[place]})
        for place, one in enumerate(products_of(whole))
    ]


def _product(line: PlacedLine, tokens: list[Piece], currency_id: str) -> OrderedProduct:
    return OrderedProduct(
        product_id=line.product_id,
        product_token_id=tokens[0].id if len(tokens) == 1 else None,
        name=line.name,
        quantity=line.quantity,
        variant_ids=list(line.variant_ids),
        images=product_words.images(line.images),
        prices=[
            Price(
                currency_id=currency_id,
                amount=shortest(line.price),
                original_amount=shortest(line.original),
            )
        ],
    )


def _payment(
    front: Front, whole: Whole, part: PlacedPart, leg: OurOrder, tokens: Mapping[str, str]
) -> OrderPayment:
    method, provider = way_of(part, leg.payment, whole.company)
    return OrderPayment(
        currency_id=part.currency_id,
        currency=product_words.currency(whole.coins[part.currency_id]),
        payment_method=None if method is None else PaymentMethod(method),
        payment_provider=PaymentProvider(provider),
        amount_type=AmountType(part.amount_type),
        amount=part.amount,
        total_amount=shortest(part.total),
        status=leg.status,
        public_data=_public(front, whole, leg, provider, tokens.get(leg.id)),
    )


def _public(
    front: Front, whole: Whole, leg: OurOrder, provider: str, token: str | None
) -> PublicData:
    """What helps to pay a part that waits for money, as long as the whole does."""
    if not (leg.is_open and whole.placed.is_open):
        return PublicData()
    shown: dict[str, Any] = {}
    if token is not None:
        page = page_url(front.parts.page_address(), leg.id)
        shown["payment_url"] = f"{page}&{urlencode({'token': token})}"
    if provider == TRANSFER and whole.company.bank is not None:
        shown["transfer"] = _bank(whole.company.bank)
    standing = whole.standings.get(leg.id)
    if standing is not None and front.parts.web3 is not None:
        shown["crypto"] = coins.payment(front.parts.web3, standing, leg.expires_at)
    return PublicData(**shown)


def _bank(bank: BankAccount) -> BankTransfer:
    return BankTransfer(
        type=bank.kind,
        pix_key=bank.pix_key,
        bank_code=bank.bank_code,
        bank_agency=bank.agency,
        bank_account=bank.account,
    )


def _transaction(ours: OurOrder) -> str | None:
    return None if ours.payment is None else ours.payment.provider_ref
