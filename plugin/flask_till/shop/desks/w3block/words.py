"""Our goods and orders in W3block's words, and W3block's orders in ours. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ....errors import InvalidRequest
from ....money import Money
from ....wire.w3block.amounts import WHOLE, to_money
from ....wire.w3block.basket import (
    CreateOrder,
    ExpectedPrice,
    Ordered,
    PaidPart,
    Part,
    PreviewOrder,
    SignedGasFee,
    UtmParams,
    Wanted,
)
from ....wire.w3block.orders import OlderOrder
from ....wire.w3block.statuses import OrderStatus
from ....wire.w3block.values import AmountType, PaymentMethod, PaymentProvider
from ...order import (
    CANCELLED,
    CAPTURED,
    EXPIRED,
    PAID,
    PARTIALLY_REFUNDED,
    PENDING,
    PROCESSING,
    REFUNDED,
    DeskSnapshot,
    Order,
)
from ...quote import Goods, GoodsLine
from .. import Declined, PageKey
from ..exchange import is_address
from .answers import SeenOrder

_S = OrderStatus
STATUS: Mapping[OrderStatus, str] = {
    _S.PENDING: PENDING,
    _S.CONFIRMING_PAYMENT: PROCESSING,
    _S.WAITING_DELIVERY: PAID,
    _S.DELIVERING: PAID,
    _S.CONCLUDED: PAID,
    _S.FAILED: PAID,  # the money is there; what could not be delivered is the company's to settle
    _S.CANCELLING: PROCESSING,
    _S.CANCELLED: CANCELLED,
    _S.PARTIALLY_CANCELLED: PARTIALLY_REFUNDED,
    _S.EXPIRED: EXPIRED,
}
"""Each word of section 6 in ours, for an order that is not paid as far as we know."""

RANK: Mapping[OrderStatus, int] = {word: rank for rank, word in enumerate(
    (_S.PENDING, _S.CONFIRMING_PAYMENT, _S.EXPIRED, _S.WAITING_DELIVERY, _S.DELIVERING, _S.FAILED,
     _S.CONCLUDED, _S.PARTIALLY_CANCELLED, _S.CANCELLING, _S.CANCELLED)
)}  # fmt: skip
"""Which of two statuses of one millisecond is the later one."""
RANKS = 16
LONGEST_SUCCESS_URL = 2048
SKEW = timedelta(minutes=5)
"""How far the clocks of the shop and the platform may be apart."""
ONE_TIME = "token"
"""The part of a page's address that opens it once, at a desk like ours."""
_EPOCH, _TOO_LATE = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class W3blockProduct:
    """What a product of the shop is over there: the choices made, and one token if one is named."""

    id: str
    variant_ids: tuple[str, ...] = ()
    token_id: str | None = None

    def members(self, quantity: int) -> dict[str, Any]:
        """Those of ``orderProducts`` that say what is wanted (3)."""
        wanted: dict[str, Any] = {"product_id": self.id, "quantity": str(quantity)}
        if self.variant_ids:
            wanted["variant_ids"] = list(self.variant_ids)
        return wanted if self.token_id is None else wanted | {"product_token_id": self.token_id}


@dataclass(frozen=True, slots=True)
class Trade:
    """How this shop sells there: what its products are, in which currency, and how it is paid."""

    products: Mapping[str, W3blockProduct]
    currencies: Mapping[str, str]
    method: PaymentMethod | None = None
    provider: PaymentProvider | None = None

    def product(self, line: GoodsLine) -> W3blockProduct:
        """Raises `Declined` for what is sold here and not there."""
        found = self.products.get(line.product_id)
        if found is None:
            raise Declined(f"{line.name} cannot be paid for here.", code="PRODUCT_NOT_FOUND")
        return found

    def currency_id(self, code: str) -> str:
        """Raises `InvalidRequest` for a currency that has no id."""
        try:
            return self.currencies[code]
        except KeyError:
            raise InvalidRequest(f"W3block has no currency {code} here.") from None


def coupon_of(goods: Goods) -> str | None:
    """The one code that the goods are cheaper by. Raises `Declined` for two."""
    if len(goods.codes) > 1:
        raise Declined(
            "Only one code can be used with one order here.",
            code="PROMOTION_REFUSED",
            remedy="Remove all codes but one.",
        )
    return next(iter(goods.codes), None)


def preview_body(goods: Goods, trade: Trade) -> PreviewOrder:
    """What a preview is asked (3)."""
    wanted = [Wanted(**trade.product(line).members(line.quantity)) for line in goods.lines]
    part: dict[str, Any] = {} if trade.method is None else {"payment_method": trade.method}
    return PreviewOrder(
        order_products=wanted,
        payments=[_all(Part, trade.currency_id(goods.total.currency), **part)],
        accept_incomplete_cart=True,
        coupon_code=coupon_of(goods) or "",
    )


def create_body(
    order: Order,
    trade: Trade,
    *,
    prices: Sequence[Decimal],
    signature: str,
    again: bool,
    destination: str | None = None,
) -> CreateOrder:
    """What a new order is asked (4); ``prices`` of one piece, line by line."""
    goods, currency_id = Goods.of(order), trade.currency_id(order.total.currency)
    ordered = [
        Ordered(
            **trade.product(line).members(line.quantity),
            expected_prices=[ExpectedPrice(currency_id=currency_id, expected_price=price)],
        )
        for line, price in zip(goods.lines, prices, strict=True)
    ]
    paid = {"payment_method": trade.method, "payment_provider": trade.provider}
    named = {name: word for name, word in paid.items() if word is not None}
    return CreateOrder(
        order_products=ordered,
        payments=[_all(PaidPart, currency_id, **named)],
        signed_gas_fees=[SignedGasFee(currency_id=currency_id, signed_gas_fee=signature)],
        coupon_code=coupon_of(goods) or "",
        utm_params=UtmParams(utm_source="flask-till", utm_campaign=order.id),
        accept_similar_order_in_short_period=again,
        **_destination(destination),
        **_success_url(order),
    )


def _all(kind: type[Part], currency_id: str, **more: Any) -> Any:
    return kind(currency_id=currency_id, amount_type=AmountType.PERCENTAGE, amount=WHOLE, **more)


def _destination(destination: str | None) -> dict[str, Any]:
    if destination is None:
        return {}
    is_wallet = destination.startswith("0x")
    return {"destination_wallet_address" if is_wallet else "destination_user_id": destination}


def _success_url(order: Order) -> dict[str, Any]:
    url = order.redirect_url
    return {"success_url": url} if url and is_address(url, LONGEST_SUCCESS_URL) else {}


# ---- what came back ----


def version_of(told: SeenOrder | OlderOrder) -> int:
    """Grows from change to change: when it was, and within a millisecond what it was.

    Raises `InvalidRequest` for a time that no order has.
    """
    at = told.updated_at or told.created_at
    if at is None or not _EPOCH <= at < _TOO_LATE:
        raise InvalidRequest("updatedAt is not a time of an order.")
    return (at - _EPOCH) // timedelta(milliseconds=1) * RANKS + RANK[told.status]


def status_of(order: Order, word: OrderStatus) -> str:
    """What the word says of this order. The protocol has one for "given up" and "paid back".

    An order that is paid stays as it is while its money goes back; what goes back is not told.
    """
    if order.status in CAPTURED:
        if word == _S.CANCELLING:
            return order.status
        if word == _S.CANCELLED:
            return REFUNDED
    return STATUS[word]


def snapshot_of(
    order: Order, told: SeenOrder, trade: Trade, company_id: str, *, live: bool
) -> DeskSnapshot:
    """The order as we see it. Raises `InvalidRequest` for another company's, and `MoneyError`."""
    code = order.total.currency
    if told.company_id != company_id:
        raise InvalidRequest(f"{told.id} is an order of another company.")
    if told.payments[0].currency_id != trade.currency_id(code):
        raise InvalidRequest(f"{told.id} is paid in another currency than {code}.")
    amount = told.currency_amount
    return DeskSnapshot(
        external_id=order.id,
        desk_order_id=told.id,
        version=version_of(told),
        status=status_of(order, told.status),
        amount=None if amount is None else to_money(amount, code),
        refunded=None,
        live=live,
        order_url=page_of(told).order_url or None,
        expires_at=told.expires_in,
        fees=_fees(told, code),
    )


def _fees(told: SeenOrder, currency: str) -> Money | None:
    """Raises `MoneyError`, also for a total that is less than the goods."""
    if told.total_amount is None or told.currency_amount is None:
        return None
    return to_money(told.total_amount - told.currency_amount, currency)


def page_of(told: SeenOrder) -> PageKey:
    """Where the order is paid: the address, and apart from it what opens it once.

    Both are empty when it cannot be paid any more, or not on a page.
    """
    parts = urlsplit(told.payment_url or "")
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    tokens = [value for name, value in pairs if name == ONE_TIME]
    if len(tokens) != 1:
        return PageKey(told.payment_url or "", "")
    query = urlencode([pair for pair in pairs if pair[0] != ONE_TIME])
    return PageKey(urlunsplit(parts._replace(query=query)), tokens[0])


def is_ours(order: Order, told: SeenOrder, trade: Trade) -> bool:
    """Whether it can be what was ordered: a list that ignores its filter holds others, too."""
    wanted = sorted((trade.product(line).id, line.quantity) for line in Goods.of(order).lines)
    found = sorted((one.product_id, int(one.quantity or 1)) for one in told.products)
    amount = told.currency_amount
    return (
        wanted == found
        and told.created_at >= order.created_at - SKEW
        and (amount is None or to_money(amount, order.total.currency) == order.total)
    )
