"""The answer of a preview: what an order would cost now (3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from .amounts import Amount, Number
from .basket import MOST_PARTS
from .message import Message
from .products import Currency, Product, ProductError, Variant
from .values import Label, Moment, PaymentMethod, PaymentProvider, Uuid, Word

_OLDER = (
    "currency", "cart_price", "client_service_fee", "gas_fee", "total_price",
    "original_cart_price", "original_client_service_fee", "original_total_price",
    "providers_for_selection",
)  # fmt: skip
"""Members of the older form, filled from the first currency (3)."""


class GasFee(Message):
    """The gas fee, and the signature to order with; empty where gas is not billed (3, 3.1)."""

    amount: Amount
    signature: Annotated[str, StringConstraints(max_length=4096), Field(repr=False)]


class Installments(Message):
    """Paying in ``amount`` instalments."""

    amount: Annotated[int, Field(ge=1, le=1000)]
    final_price: Amount
    installment_price: Number
    interest: Number | None = None


class SavedCard(Message):
    """A card that the buyer kept: never more of it than the last four digits (4)."""

    id: Label
    brand: Label
    last_numbers: Annotated[str, StringConstraints(pattern="^[0-9]{4}$")]
    name: Label | None = None
    created_at: Moment | None = None


class ProviderChoice(Message):
    """A way to pay, and what its gateway has to be told (3)."""

    payment_method: Word[PaymentMethod]
    payment_provider: Word[PaymentProvider]
    currency: Currency
    inputs: list[Label]
    available_installments: list[Installments] | None = None
    user_credit_cards: list[SavedCard] | None = None


class PaymentPreview(Message):
    """What is to be paid in one currency (3).

    ``amount`` is the part that was asked for, ``full_order_total_amount`` the whole order.
    """

    currency_id: Uuid
    currency: Currency
    cart_price: Amount
    client_service_fee: Amount
    gas_fee: GasFee
    total_price: Amount
    original_cart_price: Amount
    original_client_service_fee: Amount
    original_total_price: Amount
    amount: Amount | None = None
    full_order_total_amount: Amount | None = None
    providers_for_selection: list[ProviderChoice] | None = None


class Preview(Message):
    """What can be bought and what it costs; good for 40 seconds (3).

    ``gas_fee`` and the first of ``payments`` are always there: storefronts crash without (11.8).
    """

    products: list[Product]
    products_errors: list[ProductError]
    applied_coupon: Label | None
    currency: Currency | None = None
    cart_price: Amount
    client_service_fee: Amount
    gas_fee: GasFee
    total_price: Amount
    original_cart_price: Amount
    original_client_service_fee: Amount
    original_total_price: Amount
    providers_for_selection: list[ProviderChoice]
    payments: Annotated[list[PaymentPreview], Field(min_length=1, max_length=MOST_PARTS)]
    variants: list[Variant] | None = None
    cashback: dict[str, Any] | None = None
    currency_allowance_state: Label | None = None

    @classmethod
    def of(
        cls,
        products: Sequence[Product],
        errors: Sequence[ProductError],
        payments: Sequence[PaymentPreview],
        applied_coupon: str | None,
    ) -> Preview:
        """In both forms at once; ``payments`` holds at least one."""
        first = payments[0]
        older = {name: getattr(first, name) for name in _OLDER}
        older["providers_for_selection"] = first.providers_for_selection or []
        return cls(
            products=list(products),
            products_errors=list(errors),
            applied_coupon=applied_coupon,
            payments=list(payments),
            **older,
        )

    def gas_signature(self, currency_id: str) -> str | None:
        """What to order with in that currency; None when there is none."""
        found = [one for one in self.payments if one.currency_id == currency_id]
        return (found[0].gas_fee.signature or None) if found else None
