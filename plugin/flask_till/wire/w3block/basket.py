"""What is wanted and how it is paid, in the present and the older form (3, 4, 7).

Both forms may come at once: the present one wins where they differ (4).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from .amounts import WHOLE, Amount
from .message import Message
from .values import (
    MOST_PRODUCTS,
    AmountType,
    Destination,
    PaymentMethod,
    PaymentProvider,
    Quantity,
    Url,
    Uuid,
    Word,
)

MOST_PARTS = 10
MOST_VARIANTS = 20
MOST_INPUTS = 50
LONGEST_CODE = 100

Coupon = Annotated[str, StringConstraints(max_length=LONGEST_CODE)]
SignedGas = Annotated[str, StringConstraints(max_length=4096)]
UtmText = Annotated[str, StringConstraints(max_length=250)]
UrlOrNone = Annotated[Url | None, BeforeValidator(lambda value: None if value == "" else value)]
Inputs = Annotated[dict[str, Any], Field(max_length=MOST_INPUTS)]
"""What a gateway needs to know of the buyer: never shown, stored or told again (4)."""


class ExpectedPrice(Message):
    """The price of one piece that the buyer was shown (4)."""

    currency_id: Uuid
    expected_price: Amount


class Wanted(Message):
    """One product of a preview (3)."""

    product_id: Uuid
    product_token_id: Uuid | None = None
    variant_ids: Annotated[list[Uuid], Field(max_length=MOST_VARIANTS)] | None = None
    quantity: Quantity | None = None
    select_best_price: bool | None = None
    reseller_id: Uuid | None = None

    @property
    def count(self) -> int:
        """How many; one when nothing was said."""
        return int(self.quantity or 1)


class Ordered(Wanted):
    """One product of an order, with what it was shown to cost (4)."""

    expected_prices: Annotated[list[ExpectedPrice], Field(max_length=MOST_PARTS)] | None = None
    expected_price: Amount | None = None

    @model_validator(mode="after")
    def _a_price_was_shown(self) -> Ordered:
        _each_once("expectedPrices", [one.currency_id for one in self.expected_prices or []])
        if not self.expected_prices and self.expected_price is None:
            raise ValueError("expectedPrices must not be empty")
        return self

    def expected(self, first_currency: str) -> Mapping[str, Decimal]:
        """The unit prices by currency; the older form is one in the order's first currency."""
        older = {} if self.expected_price is None else {first_currency: self.expected_price}
        newer = {one.currency_id: one.expected_price for one in self.expected_prices or []}
        return {**older, **newer}


def _part_amount(value: Any) -> Any:
    return None if value == "" else value


class Part(Message):
    """A part of the price in one currency (3). ``amount`` as `AmountType` says."""

    currency_id: Uuid
    amount_type: Word[AmountType]
    amount: Annotated[Amount | None, BeforeValidator(_part_amount)] = None
    payment_method: Word[PaymentMethod] | None = None

    @model_validator(mode="after")
    def _amount_fits(self) -> Part:
        if self.amount is None and self.amount_type != AmountType.ALL_REMAINING:
            raise ValueError(f"amount must be given for {self.amount_type}")
        if self.amount_type == AmountType.PERCENTAGE and (self.amount or 0) > WHOLE:
            raise ValueError("amount must be from 0 to 100 percent")
        return self


class PaidPart(Part):
    """As `Part`, with who is to move the money (4)."""

    payment_provider: Word[PaymentProvider] | None = None
    provider_inputs: Annotated[Inputs | None, Field(repr=False)] = None


class SignedGasFee(Message):
    """The signature of a preview for one currency (4)."""

    currency_id: Uuid
    signed_gas_fee: Annotated[SignedGas | None, Field(repr=False)] = None


class UtmParams(Message):
    """Where the buyer came from; other keys are ignored (4)."""

    utm_source: Annotated[UtmText | None, Field(alias="utm_source")] = None
    utm_medium: Annotated[UtmText | None, Field(alias="utm_medium")] = None
    utm_campaign: Annotated[UtmText | None, Field(alias="utm_campaign")] = None
    utm_term: Annotated[UtmText | None, Field(alias="utm_term")] = None
    utm_content: Annotated[UtmText | None, Field(alias="utm_content")] = None


class _Destination(Message):
    """What preview and order share (3, 4)."""

    coupon_code: Coupon | None = None
    destination_wallet_address: Destination | None = None
    destination_user_id: Uuid | None = None
    currency_id: Uuid | None = None
    payment_method: Word[PaymentMethod] | None = None

    @property
    def coupon(self) -> str | None:
        """The code; an empty text is none (3)."""
        return self.coupon_code or None

    @property
    def wallet(self) -> str | None:
        """Where the token goes; None: the buyer's main wallet (3)."""
        return self.destination_wallet_address or None


class PreviewOrder(_Destination):
    """POST ``/companies/{companyId}/orders/preview`` (3)."""

    order_products: Annotated[list[Wanted], Field(min_length=1, max_length=MOST_PRODUCTS)]
    payments: Annotated[list[Part], Field(max_length=MOST_PARTS)] | None = None
    accept_incomplete_cart: bool | None = None
    anchor_payments_currency_id: Uuid | None = None

    @property
    def accepts_incomplete(self) -> bool:
        """Whether what cannot be bought is left out; true when nothing was said (3)."""
        return self.accept_incomplete_cart is not False

    @property
    def parts(self) -> Sequence[Part]:
        """How it is to be paid; none at all when neither form says in what (3)."""
        if self.payments:
            return self.payments
        if self.currency_id is None:
            return ()
        return (_all_in(self.currency_id, self.payment_method),)


class CreateOrder(_Destination):
    """POST ``/companies/{companyId}/orders`` (4)."""

    order_products: Annotated[list[Ordered], Field(min_length=1, max_length=MOST_PRODUCTS)]
    payments: Annotated[list[PaidPart], Field(max_length=MOST_PARTS)] | None = None
    signed_gas_fees: Annotated[list[SignedGasFee], Field(max_length=MOST_PARTS)] | None = None
    signed_gas_fee: Annotated[SignedGas | None, Field(repr=False)] = None
    address_id: Uuid | None = None
    success_url: UrlOrNone = None
    utm_params: UtmParams | None = None
    payment_provider: Word[PaymentProvider] | None = None
    provider_inputs: Annotated[Inputs | None, Field(repr=False)] = None
    accept_similar_order_in_short_period: bool | None = None
    pass_share_code_data: Annotated[dict[str, Any], Field(max_length=MOST_INPUTS)] | None = None

    @model_validator(mode="after")
    def _paid_in_something(self) -> CreateOrder:
        if not self.payments and self.currency_id is None:
            raise ValueError("payments must not be empty")
        _each_once("signedGasFees", [one.currency_id for one in self.signed_gas_fees or []])
        return self

    @property
    def parts(self) -> Sequence[PaidPart]:
        """How it is paid, in either form: at least one part."""
        if self.payments:
            return self.payments
        # The validator saw to it that there is one.
        currency_id = self.currency_id or ""
        return (
            PaidPart(
                **dict(_all_in(currency_id, self.payment_method)),
                payment_provider=self.payment_provider,
                provider_inputs=self.provider_inputs,
            ),
        )

    @property
    def first_currency(self) -> str:
        """The currency that the older members are in."""
        return self.parts[0].currency_id

    @property
    def gas_signatures(self) -> Mapping[str, str]:
        """By currency; the older form is the first currency's. An empty text is none."""
        older = {self.first_currency: self.signed_gas_fee or ""}
        newer = {one.currency_id: one.signed_gas_fee or "" for one in self.signed_gas_fees or []}
        return {currency: text for currency, text in {**older, **newer}.items() if text}

    @property
    def accepts_similar(self) -> bool:
        """Whether the buyer means it: the similar order is not looked for (4)."""
        return self.accept_similar_order_in_short_period is True

    @property
    def gift(self) -> Mapping[str, Any] | None:
        """What is given with a gift; storefronts send ``{}`` for none (4)."""
        return self.pass_share_code_data or None


class PayOrder(Message):
    """PATCH ``/companies/{companyId}/orders/{orderId}/pay`` (7)."""

    payments: Annotated[list[PaidPart], Field(min_length=1, max_length=MOST_PARTS)]
    success_url: UrlOrNone = None


def _all_in(currency_id: str, method: PaymentMethod | None) -> Part:
    return Part(
        currency_id=currency_id,
        amount_type=AmountType.PERCENTAGE,
        amount=WHOLE,
        payment_method=method,
    )


def _each_once(name: str, keys: Sequence[Hashable]) -> None:
    if len(set(keys)) != len(keys):
        raise ValueError(f"{name} must not name a currency twice")
