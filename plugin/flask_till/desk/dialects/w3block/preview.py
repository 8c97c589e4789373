"""What an order would cost now, and the signed gas fee to place it with (3). Writes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ....base.database import Work
from ....wire.w3block import preview as wire
from ....wire.w3block.amounts import shortest
from ....wire.w3block.basket import Part, PreviewOrder
from ....wire.w3block.error_codes import W3blockCode, refusal
from ....wire.w3block.likeness import items_digest
from ....wire.w3block.products import ProductError
from ....wire.w3block.split import Whole, divide
from ....wire.w3block.values import AmountType
from ...actions.merchants import read_merchant
from ...actions.w3block_companies import read_currencies
from ...coupon import Coupon
from ...reckoning import Reckoning
from ...w3block.basket import Basket, Fault, find_applicable, read_basket, reckoned
from ...w3block.checks import Checks
from ...w3block.quotes import Bound, Moved, Quotes
from ...w3block_company import Coin, Company, Provider
from ...w3block_token import Contract
from . import product_words


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for what; the ``contract`` has the company's tokens."""

    company: Company
    buyer: str
    order: PreviewOrder
    quotes: Quotes
    checks: Checks
    contract: Contract | None = None


def preview(work: Work, asked: Asked) -> wire.Preview:
    """Raises `RequestError`: for what cannot be bought only if it may not be left out (3)."""
    order, coins = asked.order, read_currencies(work)
    basket = read_basket(work, asked.company, asked.buyer, order.order_products)
    if not order.accepts_incomplete:
        basket.require_all()
    parts = _parts(order, basket, coins)
    coupon = _coupon(work, asked, basket, parts, coins)
    sums = {
        part.currency_id: reckoned(basket, asked.company, coins[part.currency_id], coupon)
        for part in parts
    }
    moved = Moved(basket.pieces, asked.contract)
    gas = {one: _gas(work, asked, coins[one], moved, billed=bool(sums[one].total)) for one in sums}
    wholes = {one: Whole(sums[one].total + gas[one].amount, coins[one].decimals) for one in sums}
    merchant, checks = read_merchant(work, asked.company.merchant_id), asked.checks
    ways = {one: checks.ways(asked.company, coins[one], merchant, coupon) for one in sums}
    payments = [
        _payment(coins[one], sums[one], gas[one], pays, ways[one])
        for one, pays in zip((p.currency_id for p in parts), divide(parts, wholes), strict=True)
    ]
    return wire.Preview.of(
        [
            product_words.product(
                basket.shelves[item.product.id],
                coins,
                work.now,
                coupon=coupon,
                choices=item.choices,
            )
            for item in basket.items
        ],
        [_error(work, basket, fault, coins) for fault in basket.faults],
        payments,
        None if coupon is None else coupon.code,
    )


def _parts(order: PreviewOrder, basket: Basket, coins: Mapping[str, Coin]) -> Sequence[Part]:
    """How it is to be paid; without a word, all in the leading price of the first product."""
    parts = order.parts or [_all_in(_leading(basket, coins))]
    if any(part.currency_id not in coins for part in parts):
        raise refusal(W3blockCode.CURRENCY_NOT_ENABLED)
    return parts


def _leading(basket: Basket, coins: Mapping[str, Coin]) -> str:
    priced = [one for shelf in basket.shelves.values() for one in shelf.product.prices]
    found = next((one for one in [*priced, *coins] if one in coins), None)
    if found is None:
        raise refusal(W3blockCode.CURRENCY_NOT_ENABLED)
    return found


def _all_in(currency_id: str) -> Part:
    return Part(currency_id=currency_id, amount_type=AmountType.ALL_REMAINING)


def _coupon(
    work: Work,
    asked: Asked,
    basket: Basket,
    parts: Sequence[Part],
    coins: Mapping[str, Coin],
) -> Coupon | None:
    totals = {
        part.currency_id: reckoned(basket, asked.company, coins[part.currency_id]).basket
        for part in parts
    }
    methods = [part.payment_method for part in parts if part.payment_method]
    return find_applicable(
        work, asked.company, asked.buyer, asked.order.coupon, basket, totals, methods
    )


def _payment(
    coin: Coin, sums: Reckoning, gas: wire.GasFee, pays: Decimal, ways: Sequence[Provider]
) -> wire.PaymentPreview:
    """What the whole order costs in that currency, gas included, and what the part pays of it."""
    return wire.PaymentPreview(
        currency_id=coin.id,
        currency=product_words.currency(coin),
        cart_price=shortest(sums.basket),
        client_service_fee=shortest(sums.service_fee),
        gas_fee=gas,
        total_price=shortest(sums.total + gas.amount),
        original_cart_price=shortest(sums.original_basket),
        original_client_service_fee=shortest(sums.original_service_fee),
        original_total_price=shortest(sums.original_total + gas.amount),
        amount=shortest(pays),
        full_order_total_amount=shortest(sums.total + gas.amount),
        providers_for_selection=[_choice(one, coin) for one in ways],
    )


def _gas(work: Work, asked: Asked, coin: Coin, moved: Moved, *, billed: bool) -> wire.GasFee:
    if not billed or not asked.company.bills_gas:
        return wire.GasFee(amount=Decimal(0), signature="")
    items = items_digest(asked.order.order_products)
    bound = Bound(asked.company.id, asked.buyer, coin.id, items)
    gas, signature = asked.quotes.offer(bound, coin, moved, work.database_now())
    return wire.GasFee(amount=gas, signature=signature)


def _choice(way: Provider, coin: Coin) -> wire.ProviderChoice:
    return wire.ProviderChoice.of_data(
        {
            "paymentMethod": way.method,
            "paymentProvider": way.provider,
            "currency": product_words.currency(coin).to_data(),
            "inputs": [],
        }
    )


def _error(work: Work, basket: Basket, fault: Fault, coins: Mapping[str, Coin]) -> ProductError:
    shelf = basket.shelves.get(fault.product_id)
    shown = None if shelf is None else product_words.product(shelf, coins, work.now)
    return ProductError(
        product_id=fault.product_id, product=shown, error=product_words.why(fault.obstacle)
    )
