"""What a W3block platform answers: messages, or our errors (2).

Of previews and orders only what decides is looked at, and that strictly: what a platform adds, or
leaves out of the rest, does not end the sale.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from ....errors import RequestError, TooMany
from ....wire.w3block.amounts import Amount
from ....wire.w3block.error_codes import Refusal
from ....wire.w3block.message import Message
from ....wire.w3block.statuses import OrderStatus
from ....wire.w3block.values import Label, Moment, Quantity, Url, Uuid, Word
from ..exchange import LONGEST_TEXT, Reply, unavailable

FINE = frozenset({200, 201, 204})
Code = Annotated[str, StringConstraints(max_length=100)]
Signature = Annotated[str, StringConstraints(max_length=4096), Field(repr=False)]


class SeenPrice(Message):
    """The price of one piece: with the coupon, and before it."""

    currency_id: Uuid
    amount: Amount
    original_amount: Amount | None = None


class SeenProduct(Message):
    """A product that can be bought."""

    id: Uuid
    prices: list[SeenPrice]

    def price(self, currency_id: str) -> SeenPrice | None:
        return next((one for one in self.prices if one.currency_id == currency_id), None)


class SeenWhy(Message):
    code: Code
    limit: Annotated[int, Field(ge=0)] | None = None


class SeenError(Message):
    """A product that cannot be bought, and why."""

    product_id: Uuid
    error: SeenWhy


class SeenGas(Message):
    amount: Amount
    signature: Signature


class SeenSum(Message):
    """What is to be paid in a currency."""

    currency_id: Uuid
    cart_price: Amount
    client_service_fee: Amount
    gas_fee: SeenGas
    total_price: Amount


class SeenPreview(Message):
    """A preview, as far as it concerns a shop (3)."""

    products: list[SeenProduct]
    products_errors: list[SeenError]
    applied_coupon: Label | None = None
    payments: Annotated[list[SeenSum], Field(min_length=1)]

    def sum_in(self, currency_id: str) -> SeenSum | None:
        return next((one for one in self.payments if one.currency_id == currency_id), None)


class SeenPublic(Message):
    payment_url: Url | None = None


class SeenPayment(Message):
    """How one part is paid (5)."""

    currency_id: Uuid
    public_data: SeenPublic | None = None


class SeenLine(Message):
    product_id: Uuid
    quantity: Quantity | None = None


class SeenOrder(Message):
    """The order object, as far as it concerns a shop (5)."""

    id: Uuid
    company_id: Uuid
    status: Word[OrderStatus]
    created_at: Moment
    updated_at: Moment | None = None
    expires_in: Moment | None = None
    currency_id: Uuid | None = None
    currency_amount: Amount | None = None
    total_amount: Amount | None = None
    products: list[SeenLine] = []
    payments: Annotated[list[SeenPayment], Field(min_length=1)]

    @property
    def payment_url(self) -> str | None:
        """Where it is paid, as long as it can be."""
        public = self.payments[0].public_data
        return None if public is None else public.payment_url


class SeenOrders(Message):
    """A page of a list (2)."""

    items: list[SeenOrder]


def body_of(reply: Reply) -> bytes:
    """What was asked for. Raises the platform's refusal as our error, with its ``errorCode`` as
    code, and `Unavailable` for all that is no such refusal: an error page, 5xx, "slow down"."""
    if reply.status in FINE:
        return reply.body
    refusal = Refusal.read(reply.status, reply.body) if 400 <= reply.status < 500 else None
    if refusal is None:
        raise unavailable(f"it answers {reply.status}")
    error: RequestError = refusal.as_error()
    if isinstance(error, TooMany):
        raise unavailable(f"it wants us to slow down: {error.message[:LONGEST_TEXT]}")
    error.message = error.message[:LONGEST_TEXT]
    raise error
