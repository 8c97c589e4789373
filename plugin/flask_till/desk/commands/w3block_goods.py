"""``flask till w3block products`` and ``coupons``: what a company sells, and for less."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import click
from flask.cli import AppGroup

from ...errors import InvalidRequest
from ...wire.w3block.amounts import read_amount
from ...wire.w3block.values import PaymentMethod
from ..actions.w3block_companies import read_currencies
from ..actions.w3block_listing import (
    Stocked,
    list_coupons,
    list_stocked,
    read_any_product,
    switch_coupon,
)
from ..enrolment.w3block import W3blockEnrolment
from ..product import DISTRIBUTIONS, SEQUENTIAL, Value, Variant
from ..w3block_company import Coin
from .merchants import desk_here, moment, rows

products = AppGroup("products", help="What companies sell: single tokens, or so many of a thing.")
coupons = AppGroup("coupons", help="What takes a few percent off.")

METHODS = click.Choice([str(one) for one in PaymentMethod])
PRICE = "Of one piece, such as BRL=49.90; the first one leads."
DAY = click.DateTime(["%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d"])


def enrolment() -> W3blockEnrolment:
    found: W3blockEnrolment = desk_here().owner.w3block
    return found


def percent(said: str) -> Decimal:
    """From 0 to 100, exact. Raises `ValueError`."""
    number = read_amount(said)
    if number > 100:
        raise ValueError("must be at most 100")
    return number


def coin_of(word: str) -> Coin:
    """The currency of that code or id. Raises `InvalidRequest`."""
    known = desk_here().database.read(read_currencies)
    found = [one for one in known.values() if word.upper() == one.code or word.lower() == one.id]
    if len(found) != 1:
        codes = ", ".join(one.code for one in known.values()) or "none before the first company"
        raise InvalidRequest(f"{word!r} is no currency here. Known: {codes}.", code="NO_CURRENCY")
    return found[0]


# --- products ---------------------------------------------------------------------------------


@products.command("add")
@click.argument("company_id")
@click.argument("name")
@click.option("--price", "prices", multiple=True, required=True, help=PRICE + " May be repeated.")
@click.option("--tokens", type=click.IntRange(1), help="How many pieces, each a token of its own.")
@click.option("--stock", type=click.IntRange(0), help="How many, without tokens.")
@click.option("--per-buyer", type=click.IntRange(1), help="How many one buyer may have.")
@click.option("--distribution", type=click.Choice(sorted(DISTRIBUTIONS)), default=SEQUENTIAL)
@click.option("--description", default="")
@click.option("--slug", help="Its name in addresses. Default: its id.")
@click.option("--id", "product_id", help="A UUID of your choice instead of a random one.")
def add_product(
    company_id: str,
    prices: tuple[str, ...],
    tokens: int | None,
    stock: int | None,
    **given: Any,
) -> None:
    """Add the product NAME of COMPANY_ID and print its id."""
    if (tokens is None) == (stock is None):
        raise click.UsageError("Give either --tokens or --stock.")
    costs = {coin: str(amount) for coin, amount in _prices(prices).items()}
    made = enrolment().add_product(
        company_id, prices=costs, tokens=tokens or (), stock=stock, **given
    )
    click.echo(made.id)


@products.command("price")
@click.argument("product_id")
@click.argument("prices", nargs=-1, required=True)
def set_prices(product_id: str, prices: tuple[str, ...]) -> None:
    """Have PRODUCT_ID cost this from now on: PRICES such as BRL=49.90, and no others."""
    made = enrolment().change_product(product_id, prices=_prices(prices))
    click.echo(f"One piece of {made.name} costs {_costs(made.prices, _coins())}.")


@products.command("stock")
@click.argument("product_id")
@click.argument("many", type=click.IntRange(0))
def set_stock(product_id: str, many: int) -> None:
    """Have MANY of PRODUCT_ID left, which has no tokens."""
    if desk_here().database.read(read_any_product, product_id).stock is None:
        raise click.UsageError("That product is sold by the token: see `products tokens`.")
    enrolment().change_product(product_id, stock=many)
    click.echo(f"{many} of {product_id} are left.")


@products.command("tokens")
@click.argument("product_id")
@click.argument("many", type=click.IntRange(1))
@click.option("--fixed-to", help="The id of the only user who may buy them.")
@click.option("--first-number", help="The number of the first in the company's contract.")
def add_tokens(product_id: str, many: int, fixed_to: str | None, first_number: str | None) -> None:
    """Put MANY tokens more of PRODUCT_ID up for sale."""
    if desk_here().database.read(read_any_product, product_id).stock is not None:
        raise click.UsageError("That product has no tokens: see `products stock`.")
    enrolment().add_tokens(product_id, many, fixed_to=fixed_to, first_number=first_number)
    click.echo(f"{product_id} has {many} tokens more.")


@products.command("variant")
@click.argument("product_id")
@click.argument("name")
@click.argument("choices", nargs=-1, required=True)
def add_variant(product_id: str, name: str, choices: tuple[str, ...]) -> None:
    """Let NAME of PRODUCT_ID be chosen: CHOICES such as Small or Large:BRL=5, which costs more."""
    present = desk_here().database.read(read_any_product, product_id)
    made = Variant(str(uuid.uuid4()), name, name, tuple(_choice(one) for one in choices))
    enrolment().change_product(product_id, variants=(*present.variants, made))
    rows(("choice", "id"), [(one.name, one.id) for one in made.values])


@products.command("off")
@click.argument("product_id")
def withdraw(product_id: str) -> None:
    """Sell no more of PRODUCT_ID."""
    enrolment().change_product(product_id, is_on=False)
    click.echo(f"{product_id} is switched off.")


@products.command("on")
@click.argument("product_id")
def offer(product_id: str) -> None:
    """Sell PRODUCT_ID again."""
    enrolment().change_product(product_id, is_on=True)
    click.echo(f"{product_id} is for sale again.")


@products.command("list")
@click.argument("company_id")
def show_products(company_id: str) -> None:
    """List the products of COMPANY_ID, oldest first."""
    found, coins = desk_here().database.read(list_stocked, company_id), _coins()
    rows(
        ("id", "name", "price", "left", "per buyer", "state"),
        [
            (
                one.product.id,
                one.product.name,
                _costs(one.product.prices, coins),
                _left(one),
                one.product.per_buyer,
                "" if one.product.is_on else "off",
            )
            for one in found
        ],
    )


def _left(one: Stocked) -> str:
    if one.product.stock is not None:
        return str(one.product.stock)
    return f"{one.for_sale} of {one.tokens} tokens"


def _prices(said: Sequence[str]) -> Mapping[str, Decimal]:
    """By currency id. Raises `InvalidRequest`."""
    return dict(_price(one) for one in said)


def _price(said: str) -> tuple[str, Decimal]:
    word, _, amount = said.partition("=")
    try:
        return coin_of(word).id, read_amount(amount)
    except ValueError as error:
        raise InvalidRequest(f"{said!r}: the amount {error}.", code="NO_AMOUNT") from None


def _choice(said: str) -> Value:
    name, _, extra = said.partition(":")
    return Value(str(uuid.uuid4()), name, name, _prices([extra]) if extra else {})


def _coins() -> Mapping[str, Coin]:
    return desk_here().database.read(read_currencies)


def _costs(prices: Mapping[str, Decimal], coins: Mapping[str, Coin]) -> str:
    return " ".join(f"{coins[coin].code if coin in coins else coin}={amount:f}"
                    for coin, amount in prices.items())  # fmt: skip


# --- coupons ----------------------------------------------------------------------------------


@coupons.command("add")
@click.argument("company_id")
@click.argument("code")
@click.argument("off", metavar="PERCENT", type=percent)
@click.option("--from", "starts_at", type=DAY, help="Since when it may be used, in UTC.")
@click.option("--until", "ends_at", type=DAY, help="When it is over, in UTC.")
@click.option("--least", "least", multiple=True, help="The smallest basket, such as BRL=100.")
@click.option("--product", "products", multiple=True, help="The only products that it is for.")
@click.option("--method", "methods", multiple=True, type=METHODS, help="The only ways to pay.")
@click.option("--max-uses", type=click.IntRange(1), help="In how many orders, of everybody.")
@click.option("--per-buyer", "max_per_buyer", type=click.IntRange(1), help="In how many of one.")
def add_coupon(
    company_id: str, code: str, off: Decimal, least: tuple[str, ...], **given: Any
) -> None:
    """Let CODE take PERCENT off each price of COMPANY_ID."""
    for name in ("starts_at", "ends_at"):
        given[name] = _in_utc(given[name])
    for name in ("products", "methods"):
        given[name] = given[name] or None
    enrolment().add_coupon(company_id, code=code, percent=str(off), least=_prices(least), **given)
    click.echo(f"The coupon {code} is there.")


@coupons.command("off")
@click.argument("company_id")
@click.argument("code")
def stop(company_id: str, code: str) -> None:
    """Let CODE be used no more; orders that have it keep their price."""
    desk_here().database.write(switch_coupon, company_id, code, is_on=False)
    click.echo(f"The coupon {code} is switched off.")


@coupons.command("on")
@click.argument("company_id")
@click.argument("code")
def go_on(company_id: str, code: str) -> None:
    """Let CODE be used again."""
    desk_here().database.write(switch_coupon, company_id, code, is_on=True)
    click.echo(f"The coupon {code} is good again.")


@coupons.command("list")
@click.argument("company_id")
def show_coupons(company_id: str) -> None:
    """List the coupons of COMPANY_ID, oldest first."""
    found = desk_here().database.read(list_coupons, company_id)
    rows(
        ("code", "percent", "used", "at most", "per buyer", "until", "state"),
        [
            (
                one.code,
                f"{one.percent:f}",
                one.uses,
                one.max_uses,
                one.max_per_buyer,
                moment(one.ends_at),
                "" if one.is_on else "off",
            )
            for one in found
        ],
    )


def _in_utc(at: datetime | None) -> datetime | None:
    return None if at is None else at.replace(tzinfo=UTC)
