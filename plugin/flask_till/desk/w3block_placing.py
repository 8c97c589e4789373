"""Placing an order of the W3block protocol (4): its checks in their order, all in one place.

They are done twice: on a snapshot, so that what is refused anyway takes no turn of the writers,
and again in the transaction that places the order, where nothing can change meanwhile.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ..base.database import Database, Work
from ..base.logs import logger
from ..errors import Conflict, OutOfStock, RequestError, Unavailable
from ..wire.w3block.amounts import to_money
from ..wire.w3block.basket import CreateOrder, PaidPart
from ..wire.w3block.error_codes import ProductErrorCode, W3blockCode, refusal
from ..wire.w3block.likeness import SIMILAR_WITHIN, items_digest, likeness, stands_in_the_way
from ..wire.w3block.message import invalid
from ..wire.w3block.split import Whole, divide
from ..wire.w3block.statuses import ORDER_LIFE
from ..wire.w3block.values import new_deliver_id
from .actions import coupons, product_sales, w3block_orders
from .actions.merchants import read_merchant
from .actions.orders import create_order, pay_nothing
from .actions.reading import read_order
from .actions.w3block_companies import read_currencies
from .cashier import Cashier
from .coupon import Coupon
from .gateways import Method
from .merchant import Merchant
from .order import Adjustment, Line, Order, OrderDraft
from .origins import origin_of
from .product import Taking
from .reckoning import Reckoning
from .w3block_basket import SALE, Basket, find_applicable, read_basket, reckoned
from .w3block_company import DIALECT, FREE, Coin, Company, Placed, PlacedLine, Provider, Sums
from .w3block_quotes import Bound, Quotes
from .w3block_status import status_of

log = logger(__name__)
SERVICE, GAS = "Service fee", "Gas fee"


@dataclass(frozen=True, slots=True)
class Ready:
    """An order that passed all checks and can be placed."""

    part: PaidPart
    coin: Coin
    basket: Basket
    sums: Reckoning
    coupon: Coupon | None
    gas: Decimal
    way: Provider

    @property
    def total(self) -> Decimal:
        return self.sums.total + self.gas


class Placing:
    def __init__(self, database: Database, cashier: Cashier, quotes: Quotes) -> None:
        self._database = database
        self._cashier = cashier
        self.quotes = quotes

    def place(self, company: Company, buyer: str, asked: CreateOrder) -> str:
        """The order's id; its payment is open. Raises `RequestError` as 4 says."""
        self._database.read(self._check, company, buyer, asked)
        order = self._database.write(self._place, company, buyer, asked)
        if order.is_open:
            self._open(order)
        return order.id

    # --- the checks -----------------------------------------------------------------------

    def _check(
        self, work: Work, company: Company, buyer: str, asked: CreateOrder, *, lock: bool = False
    ) -> Ready:
        """Checks 2 to 8 (4)."""
        part = _only(asked.parts)
        merchant = read_merchant(work, company.merchant_id)
        _require_address(merchant, asked.success_url)
        coin, basket = _available(work, company, buyer, asked, part, lock)
        coupon = _coupon(work, company, buyer, asked, basket, coin)
        sums = reckoned(basket, company, coin, coupon)
        _require_prices(asked, sums, coin)
        divide([part], {coin.id: Whole(sums.total, coin.decimals)})
        gas = self._gas(work, company, buyer, asked, sums, coin)
        way = self._way(company, part, coin, sums, merchant)
        return Ready(part, coin, basket, sums, coupon, gas, way)

    def _gas(
        self,
        work: Work,
        company: Company,
        buyer: str,
        asked: CreateOrder,
        sums: Reckoning,
        coin: Coin,
    ) -> Decimal:
        """What was quoted (3.1); nothing where it is not billed, or nothing is to be paid."""
        if not company.bills_gas or not sums.total:
            return Decimal(0)
        signature = asked.gas_signatures.get(coin.id)
        if signature is None:
            raise refusal(W3blockCode.GAS_FEE_SIGNATURE_INVALID, "A signed gas fee is needed.")
        bound = Bound(company.id, buyer, coin.id, items_digest(asked.order_products))
        return self.quotes.read(signature, bound, work.database_now())

    def _way(
        self, company: Company, part: PaidPart, coin: Coin, sums: Reckoning, merchant: Merchant
    ) -> Provider:
        if not sums.total:
            return Provider(coin.id, part.payment_method or "", FREE)
        way = company.way(coin.id, part.payment_method, part.payment_provider)
        if (
            way is None
            or coin.is_crypto
            or not self._cashier.offered(coin.code, live=merchant.live)
        ):
            raise refusal(W3blockCode.PAYMENT_PROVIDER_NOT_FOUND)
        return way

    # --- the transaction ------------------------------------------------------------------

    def _place(self, work: Work, company: Company, buyer: str, asked: CreateOrder) -> Order:
        """Checks 9 and 10, and the order: two of one buyer at once come one after the other."""
        w3block_orders.lock_buyer(work, company.id, buyer)
        wanted = likeness(asked.order_products, [part.currency_id for part in asked.parts])
        if not asked.accepts_similar:
            _require_unlike(work, company, buyer, wanted)
        try:
            ready = self._check(work, company, buyer, asked, lock=True)
        except RequestError as error:
            raise _sold_meanwhile(error) from None
        order = _create(work, company, buyer, asked, ready)
        _take(work, order, buyer, ready)
        w3block_orders.keep_placed(work, _placed(work, order, company, buyer, asked, ready, wanted))
        return order if ready.total else pay_nothing(work, order.id)

    # --- the payment ----------------------------------------------------------------------

    def _open(self, order: Order) -> None:
        """The end of check 10. An order whose payment cannot be opened is given up."""
        try:
            method = chosen(self._cashier.methods(order), self._provider(order))
            self._cashier.pay(order.id, gateway=method.gateway, method=method.name, inputs={})
        except (Conflict, Unavailable) as error:
            log.info("order %s has no payment: %s", order.id, error.code)
            self._give_up(order)
            raise refusal(W3blockCode.PAYMENT_PROVIDER_ERROR) from None

    def _give_up(self, order: Order) -> None:
        try:
            self._cashier.cancel(order.id)
        except RequestError as error:
            log.warning("order %s waits for its time to be over: %s", order.id, error.code)

    def _provider(self, order: Order) -> str:
        placed = self._database.read(w3block_orders.find_placed, order.id)
        return "" if placed is None else placed.provider


def chosen(methods: Sequence[Method], provider: str) -> Method:
    """Where a payment begins: at the gateway of that name, else at the first that there is.

    Raises `RequestError` (payment-provider-not-found).
    """
    if not methods:
        raise refusal(W3blockCode.PAYMENT_PROVIDER_NOT_FOUND)
    return next((one for one in methods if one.gateway.startswith(provider)), methods[0])


def _only(parts: Sequence[PaidPart]) -> PaidPart:
    if len(parts) != 1:
        raise refusal(W3blockCode.PAYMENT_PROVIDER_NOT_FOUND, "An order is paid in one part here.")
    return parts[0]


def _require_address(merchant: Merchant, success_url: str | None) -> None:
    """The order page leads to registered origins only."""
    if success_url is not None and origin_of(success_url) not in merchant.origins:
        raise invalid("successUrl: must be at one of the company's own addresses")


def _available(
    work: Work,
    company: Company,
    buyer: str,
    asked: CreateOrder,
    part: PaidPart,
    lock: bool,
) -> tuple[Coin, Basket]:
    """Checks 2 to 4."""
    basket = read_basket(work, company, buyer, asked.order_products, lock=lock)
    basket.require_all(until=SALE)
    coin = read_currencies(work).get(part.currency_id)
    prices = [shelf.product.price(part.currency_id) for shelf in basket.shelves.values()]
    if coin is None or None in prices:
        raise refusal(W3blockCode.CURRENCY_NOT_ENABLED)
    basket.require_all()
    return coin, basket


def _coupon(
    work: Work, company: Company, buyer: str, asked: CreateOrder, basket: Basket, coin: Coin
) -> Coupon | None:
    """Check 5: what was asked for applies, or the order is refused; never charged in full."""
    if asked.coupon is None:
        return None
    totals = {coin.id: reckoned(basket, company, coin).basket}
    methods = [one.payment_method for one in asked.parts if one.payment_method]
    coupon = find_applicable(work, company, buyer, asked.coupon, basket, totals, methods)
    if coupon is None:
        raise refusal(W3blockCode.COUPON_NOT_APPLICABLE)
    return coupon


def _require_prices(asked: CreateOrder, sums: Reckoning, coin: Coin) -> None:
    """Check 6: each piece costs what the buyer was shown."""
    for wanted, line in zip(asked.order_products, sums.lines, strict=True):
        if wanted.expected(asked.first_currency).get(coin.id) != line.price:
            raise refusal(W3blockCode.PRICE_CHANGED)


def _require_unlike(work: Work, company: Company, buyer: str, wanted: str) -> None:
    """Check 9."""
    since = work.now - SIMILAR_WITHIN
    for order_id in w3block_orders.similar_orders(work, company.id, buyer, wanted, since):
        order, placed = read_order(work, order_id), w3block_orders.find_placed(work, order_id)
        if placed is None or order.is_due(work.now):
            continue
        if stands_in_the_way(status_of(order, placed), order.created_at, work.now):
            raise refusal(W3blockCode.SIMILAR_ORDER_NOT_ACCEPTED)


def _sold_meanwhile(error: RequestError) -> RequestError:
    """What was there a moment ago and is not any more is a conflict (2)."""
    gone = (ProductErrorCode.INSUFFICIENT_STOCK, W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE)
    return _gone() if error.code in gone else error


def _gone() -> RequestError:
    return refusal(W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE, "It was sold meanwhile.", status=409)


def _create(work: Work, company: Company, buyer: str, asked: CreateOrder, ready: Ready) -> Order:
    code, order_id = ready.coin.code, str(uuid.uuid4())
    fees = ((SERVICE, ready.sums.service_fee), (GAS, ready.gas))
    life = ready.way.expires_in or int(ORDER_LIFE.total_seconds())
    draft = OrderDraft(
        id=order_id,
        external_id=order_id,
        dialect=DIALECT,
        amount=to_money(ready.total, code),
        lines=tuple(
            Line(
                line.item.product.id,
                line.item.product.name,
                line.item.quantity,
                to_money(line.price, code).minor,
            )
            for line in ready.sums.lines
        ),
        adjustments=tuple(
            Adjustment(label, to_money(fee, code).minor) for label, fee in fees if fee
        ),
        redirect_url=asked.success_url,
        expires_in=life,
        payer=f"{DIALECT}:{buyer}",
        processing_expires=False,
    )
    order, _ = create_order(work, read_merchant(work, company.merchant_id), draft, tell=False)
    return order


def _take(work: Work, order: Order, buyer: str, ready: Ready) -> None:
    """Check 10: the pieces and the coupon are this order's, or there is no order."""
    try:
        for place, item in enumerate(ready.basket.items):
            taking = Taking(order.id, place, item.product.id, buyer, item.quantity, item.token_id)
            product_sales.take(work, item.product, taking)
    except OutOfStock:
        raise _gone() from None
    try:
        if ready.coupon is not None:
            coupons.use(work, ready.coupon, order_id=order.id, buyer=buyer)
    except Conflict:
        raise refusal(W3blockCode.COUPON_NOT_APPLICABLE) from None


def _placed(
    work: Work,
    order: Order,
    company: Company,
    buyer: str,
    asked: CreateOrder,
    ready: Ready,
    wanted: str,
) -> Placed:
    sums = ready.sums
    return Placed(
        order_id=order.id,
        company_id=company.id,
        buyer=buyer,
        deliver_id=_deliver_id(work),
        wallet=asked.wallet,
        destination_user_id=asked.destination_user_id,
        address_id=asked.address_id,
        likeness=wanted,
        currency_id=ready.coin.id,
        amount_type=str(ready.part.amount_type),
        amount=ready.part.amount,
        method=ready.way.method or None,
        provider=ready.way.provider,
        sums=Sums(
            sums.basket,
            sums.original_basket,
            sums.service_fee,
            sums.original_service_fee,
            ready.gas,
        ),
        lines=tuple(
            PlacedLine(
                line.item.product.id,
                line.item.product.name,
                line.item.quantity,
                line.price,
                line.original,
                line.item.choices,
                line.item.product.images,
            )
            for line in sums.lines
        ),
        coupon=None if ready.coupon is None else ready.coupon.code,
        utm={} if asked.utm_params is None else asked.utm_params.to_data(),
        success_url=asked.success_url,
    )


def _deliver_id(work: Work) -> str:
    """Six letters that no other order has; there are two thousand million."""
    while not w3block_orders.is_deliver_id_free(work, made := new_deliver_id()):
        pass
    return made
