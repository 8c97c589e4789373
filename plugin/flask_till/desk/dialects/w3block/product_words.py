"""Our products and currencies in the protocol's words (3, 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from ....wire.w3block import products as wire
from ....wire.w3block.amounts import shortest
from ...coupon import Coupon
from ...product import Obstacle, Product, Shelf, Value, Variant
from ...reckoning import price_of
from ...w3block.basket import CODES
from ...w3block_company import Coin


def currency(coin: Coin, *, decimals: bool = False) -> wire.Currency:
    members: dict[str, Any] = {"decimals": coin.decimals} if decimals else {}
    return wire.Currency(
        id=coin.id,
        code=coin.code,
        symbol=coin.symbol,
        name=coin.name,
        crypto=coin.is_crypto,
        **members,
    )


def product(
    shelf: Shelf,
    coins: Mapping[str, Coin],
    now: datetime,
    *,
    coupon: Coupon | None = None,
    choices: Sequence[str] = (),
) -> wire.Product:
    """As it can be bought now; prices are those of one piece with these choices."""
    one = shelf.product
    return wire.Product(
        id=one.id,
        name=one.name,
        images=images(one.images),
        prices=prices(one, coins, coupon, choices),
        stock_amount=shelf.left,
        can_purchase_amount=shelf.may_take,
        variants=[_variant(variant, one) for variant in one.variants],
        company_id=None,
        slug=one.slug,
        description=one.description,
        distribution_type=wire.Distribution(one.distribution),
        pricing_type=wire.Pricing.PRODUCT,
        start_sale_at=one.on_sale_from,
        end_sale_at=one.on_sale_until,
        can_purchase=one.is_on_sale(now) and shelf.may_take > 0,
        created_at=one.created_at,
    )


def prices(
    one: Product, coins: Mapping[str, Coin], coupon: Coupon | None, choices: Sequence[str]
) -> list[wire.Price]:
    made = []
    for coin_id in one.prices:
        coin = coins.get(coin_id)
        found = price_of(one, coin_id, coin.decimals, coupon, choices) if coin else None
        if coin is not None and found is not None:
            price, original = map(shortest, found)
            made.append(
                wire.Price(
                    currency_id=coin_id,
                    amount=price,
                    original_amount=original,
                    currency=currency(coin),
                )
            )
    return made


def images(kept: Sequence[Mapping[str, Any]]) -> list[wire.Image]:
    return [wire.Image(thumb=one.get("thumb"), original=one.get("original")) for one in kept]


def why(obstacle: Obstacle) -> wire.Why:
    members: dict[str, Any] = {} if obstacle.limit is None else {"limit": obstacle.limit}
    return wire.Why(code=CODES[obstacle.why], **members)


def _variant(variant: Variant, one: Product) -> wire.Variant:
    lead = next(iter(one.prices), "")
    return wire.Variant(
        id=variant.id,
        name=variant.name,
        key_label=variant.label,
        values=[_value(value, lead) for value in variant.values],
    )


def _value(value: Value, lead: str) -> wire.VariantValue:
    """What is added is said in the product's leading currency."""
    extra = value.extra.get(lead)
    members: dict[str, Any] = {} if extra is None else {"extra_amount": shortest(extra)}
    return wire.VariantValue(id=value.id, name=value.name, key_value=value.key, **members)
