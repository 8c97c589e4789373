"""The checks before an order of the W3block protocol is placed (4): 2 to 8, in their order.

Each currency has its own price for the whole order, gas included, and its own signed gas fee; a
part pays its share of that. So gas is billed once however an order is divided, also where it is
divided between a currency with dear gas and one with none, and a fixed part pays what it says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ...base.database import Work
from ...money import LARGEST_MINOR
from ...wire.w3block.basket import CreateOrder, PaidPart
from ...wire.w3block.error_codes import W3blockCode, refusal
from ...wire.w3block.likeness import items_digest
from ...wire.w3block.message import invalid
from ...wire.w3block.split import Whole, divide
from ..actions.merchants import read_merchant
from ..actions.w3block_companies import find_user, read_currencies
from ..cashier import Cashier
from ..coupon import Coupon
from ..merchant import Merchant
from ..origins import origin_of
from ..reckoning import Reckoning
from ..w3block_company import APART, CRYPTO, FREE, TRANSFER, Coin, Company, Provider
from .basket import SALE, Basket, find_applicable, read_basket, reckoned
from .quotes import Bound, Quotes

Coins = Mapping[str, Coin]
NOT_SHARED = (CRYPTO, "account")
"""Methods that no provider of cards and the like stands for: coins, and accounts that hold them."""


@dataclass(frozen=True, slots=True)
class ReadyPart:
    """A part and what it pays: its share of ``sums`` and ``gas``, which are the whole order's.

    ``methods`` are those that its page may offer.
    """

    asked: PaidPart
    coin: Coin
    sums: Reckoning
    gas: Decimal
    pays: Decimal
    way: Provider
    methods: tuple[str, ...]

    @property
    def whole(self) -> Decimal:
        return self.sums.total + self.gas


@dataclass(frozen=True, slots=True)
class Ready:
    """An order that passed all checks and can be placed; ``wallet`` is where its tokens go."""

    merchant: Merchant
    basket: Basket
    coupon: Coupon | None
    parts: tuple[ReadyPart, ...]
    wallet: str | None


class Checks:
    def __init__(self, cashier: Cashier, quotes: Quotes) -> None:
        self._cashier = cashier
        self._quotes = quotes

    def check(
        self, work: Work, company: Company, buyer: str, asked: CreateOrder, *, lock: bool = False
    ) -> Ready:
        """Raises `RequestError` as 4 says; ``lock`` keeps the products as they are."""
        merchant = read_merchant(work, company.merchant_id)
        require_address(merchant, asked.success_url)
        wallet = _wallet(work, company, buyer, asked)
        coins, basket = _available(work, company, buyer, asked, lock)
        coupon = _coupon(work, company, buyer, asked, basket, coins)
        sums = {one: reckoned(basket, company, coins[one], coupon) for one in coins}
        for coin in coins.values():
            _require_prices(asked, sums[coin.id], coin)
        gas = {one: self._gas(work, company, buyer, asked, sums[one], one) for one in coins}
        wholes = {one: Whole(sums[one].total + gas[one], coins[one].decimals) for one in coins}
        parts = []
        for part, pays in zip(asked.parts, divide(asked.parts, wholes), strict=True):
            coin = coins[part.currency_id]
            way = self._way(company, part, coin, pays, merchant, coupon)
            names = self._methods(company, coin, merchant, coupon)
            parts.append(ReadyPart(part, coin, sums[coin.id], gas[coin.id], pays, way, names))
        if any(one.units > LARGEST_MINOR for one in wholes.values()):
            raise refusal(W3blockCode.PAYMENT_PROVIDER_NOT_FOUND, "No payment can be that large.")
        return Ready(merchant, basket, coupon, tuple(parts), wallet)

    def _gas(
        self,
        work: Work,
        company: Company,
        buyer: str,
        asked: CreateOrder,
        sums: Reckoning,
        currency_id: str,
    ) -> Decimal:
        """What was quoted (3.1); nothing where it is not billed, or nothing is to be paid."""
        if not company.bills_gas or not sums.total:
            return Decimal(0)
        signature = asked.gas_signatures.get(currency_id)
        if signature is None:
            raise refusal(W3blockCode.GAS_FEE_SIGNATURE_INVALID, "A signed gas fee is needed.")
        bound = Bound(company.id, buyer, currency_id, items_digest(asked.order_products))
        return self._quotes.read(signature, bound, work.database_now())

    def _way(
        self,
        company: Company,
        part: PaidPart,
        coin: Coin,
        pays: Decimal,
        merchant: Merchant,
        coupon: Coupon | None,
    ) -> Provider:
        if not pays and not (coin.is_crypto and not coin.is_declared):
            return Provider(coin.id, part.payment_method or "", FREE)
        return self.require_way(company, part, coin, merchant, coupon)

    # --- ways to pay ----------------------------------------------------------------------

    def require_way(
        self,
        company: Company,
        part: PaidPart,
        coin: Coin,
        merchant: Merchant,
        coupon: Coupon | None,
    ) -> Provider:
        """Check 8: who moves the money of a part, by a method that its coupon is for.

        Raises `RequestError`.
        """
        only = None if coupon is None else coupon.methods
        way = company.way(coin.id, part.payment_method, part.payment_provider, only)
        if way is not None and self._leads_somewhere(way, company, coin, merchant):
            return way
        raise refusal(
            W3blockCode.PAYMENT_PROVIDER_NOT_FOUND,
            f"{coin.code} is a coin, and it cannot be paid with here like that: choose another"
            " currency or method."
            if coin.is_crypto
            else "",
        )

    def ways(
        self, company: Company, coin: Coin, merchant: Merchant, coupon: Coupon | None
    ) -> list[Provider]:
        """How that currency can be paid now, with that coupon."""
        return [
            one
            for one in company.ways(coin.id, None if coupon is None else coupon.methods)
            if self._leads_somewhere(one, company, coin, merchant)
        ]

    def _methods(
        self, company: Company, coin: Coin, merchant: Merchant, coupon: Coupon | None
    ) -> tuple[str, ...]:
        """What the page of a part may offer: what the company has for its currency."""
        providers = {one.provider for one in self.ways(company, coin, merchant, coupon)}
        others = self._others(coin, merchant) if providers - set(APART) else []
        return (*others, *(one for one in (CRYPTO, TRANSFER) if one in providers))

    def _leads_somewhere(
        self, way: Provider, company: Company, coin: Coin, merchant: Merchant
    ) -> bool:
        """A coin is paid in coins, and what has money of a country may be, at the desk's rate."""
        if coin.is_crypto and not (way.provider == CRYPTO and coin.is_declared):
            return False
        if way.provider == TRANSFER:
            return company.bank is not None
        if way.provider == CRYPTO:
            return CRYPTO in self._offered(coin, merchant)
        return bool(self._others(coin, merchant))

    def _others(self, coin: Coin, merchant: Merchant) -> list[str]:
        return [one for one in self._offered(coin, merchant) if one not in NOT_SHARED]

    def _offered(self, coin: Coin, merchant: Merchant) -> list[str]:
        found = self._cashier.offered(coin.code, live=merchant.live)
        return list(dict.fromkeys(one.name for one in found))


def require_address(merchant: Merchant, success_url: str | None) -> None:
    """The order page leads to registered origins only."""
    if success_url is not None and origin_of(success_url) not in merchant.origins:
        raise invalid("successUrl: must be at one of the company's own addresses")


def _wallet(work: Work, company: Company, buyer: str, asked: CreateOrder) -> str | None:
    """That which was named, else that of whom it is for, else the buyer's own (3)."""
    user = find_user(work, company.id, asked.destination_user_id or buyer)
    if asked.destination_user_id is not None and user is None:
        raise invalid("destinationUserId: the company has no such user")
    return asked.wallet or (None if user is None else user.wallet)


def _available(
    work: Work, company: Company, buyer: str, asked: CreateOrder, lock: bool
) -> tuple[Coins, Basket]:
    """Checks 2 to 4; the currencies that it is paid in by their ids, each once."""
    basket = read_basket(work, company, buyer, asked.order_products, lock=lock)
    basket.require_all(until=SALE)
    known, coins = read_currencies(work), {}
    for part in asked.parts:
        prices = [shelf.product.price(part.currency_id) for shelf in basket.shelves.values()]
        if part.currency_id not in known or None in prices:
            raise refusal(W3blockCode.CURRENCY_NOT_ENABLED)
        coins[part.currency_id] = known[part.currency_id]
    basket.require_all()
    return coins, basket


def _coupon(
    work: Work, company: Company, buyer: str, asked: CreateOrder, basket: Basket, coins: Coins
) -> Coupon | None:
    """Check 5: what was asked for applies, or the order is refused; never charged in full."""
    if asked.coupon is None:
        return None
    totals = {one: reckoned(basket, company, coins[one]).basket for one in coins}
    coupon = find_applicable(
        work, company, buyer, asked.coupon, basket, totals, _methods(asked.parts)
    )
    if coupon is None:
        raise refusal(W3blockCode.COUPON_NOT_APPLICABLE)
    return coupon


def _methods(parts: Sequence[PaidPart]) -> list[str]:
    return [str(one.payment_method) for one in parts if one.payment_method]


def _require_prices(asked: CreateOrder, sums: Reckoning, coin: Coin) -> None:
    """Check 6: each piece costs what the buyer was shown."""
    for wanted, line in zip(asked.order_products, sums.lines, strict=True):
        if wanted.expected(asked.first_currency).get(coin.id) != line.price:
            raise refusal(W3blockCode.PRICE_CHANGED)
