"""The order object with its older members (5), and the public receipt (7).

A buyer's inputs for a gateway have no place in it, and what a gateway shows has only the members
that are named here: numbers of cards and persons cannot slip through (4).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from .amounts import Amount
from .message import Message
from .products import Currency, Image, Price
from .statuses import OrderStatus
from .values import (
    HEX,
    AmountType,
    DeliverId,
    Label,
    Moment,
    PaymentMethod,
    PaymentProvider,
    Quantity,
    Text,
    Url,
    Uuid,
    Wallet,
    Word,
)

PaymentWord = Annotated[str, StringConstraints(pattern="^[a-z_]{1,64}$")]


class Pix(Message):
    """A PIX code to scan or to copy (5)."""

    encoded_image: Annotated[str, StringConstraints(max_length=200_000)]
    payload: Text
    expiration_date: Moment


class BankTransfer(Message):
    """Where to send money by hand (5; designed)."""

    type: Annotated[str, StringConstraints(pattern="^(pix|bank_transfer)$")]
    pix_key: Label | None = None
    bank_code: Label | None = None
    bank_agency: Label | None = None
    bank_account: Label | None = None


class CoinToSend(Message):
    """One coin in which a part may be paid (5; designed).

    ``contract`` is None for a chain's own coin; ``amount`` and ``units``, which are the smallest
    ones, are what is still missing, exactly; ``uri`` asks a wallet for just that (EIP-681).
    """

    chain_id: Annotated[int, Field(ge=1)]
    chain: Label
    code: Label
    contract: Wallet | None
    decimals: Annotated[int, Field(ge=0)]
    amount: Amount
    units: Annotated[str, StringConstraints(pattern="^[1-9][0-9]{0,77}$")]
    uri: Label


class CryptoPayment(Message):
    """Where to send coins, and until when (5; designed). One of the ``coins`` is enough, sent in
    one transfer or several; none when enough is on its way."""

    address: Wallet
    expires_at: Moment
    coins: list[CoinToSend]


class PublicData(Message):
    """What a payment page needs to go on: the members of its method, and none beside (5)."""

    payment_url: Url | None = None
    pix: Pix | None = None
    client_secret: Annotated[Label | None, Field(repr=False)] = None
    public_key: Label | None = None
    transfer: BankTransfer | None = None
    crypto: CryptoPayment | None = None


class TokenOnChain(Message):
    """A token of an order in its company's contract (ERC-721) (5, 6; designed).

    ``status`` is delivering, delivered or failed; ``tx_hash`` is there once something was sent,
    and not when the token was with its holder before.
    """

    product_token_id: Uuid
    contract_address: Wallet
    chain_id: Annotated[int, Field(ge=1)]
    token_id: Annotated[str, StringConstraints(pattern="^(0|[1-9][0-9]{0,77})$")]
    tx_hash: Annotated[str, StringConstraints(pattern=f"^0x{HEX}{{64}}$")] | None
    tx_url: Url | None
    status: Annotated[str, StringConstraints(pattern="^(delivering|delivered|failed)$")]


class OrderedProduct(Message):
    """One product of an order; the price is that of one piece, ``tokens`` are on a chain."""

    product_id: Uuid
    product_token_id: Uuid | None = None
    name: Label | None = None
    quantity: Quantity | None = None
    variant_ids: list[Uuid] | None = None
    images: list[Image] | None = None
    prices: list[Price] | None = None
    tokens: list[TokenOnChain] | None = None


class OrderPayment(Message):
    """One part of the price (5); ``total_amount`` is what is paid, in its currency."""

    currency_id: Uuid
    currency: Currency | None = None
    payment_method: Word[PaymentMethod] | None = None
    payment_provider: Word[PaymentProvider] | None = None
    amount_type: Word[AmountType] | None = None
    amount: Amount | None = None
    total_amount: Amount | None = None
    status: PaymentWord | None = None
    public_data: PublicData | None = None


class OlderOrder(Message):
    """The older form: what webhooks send (5, 9). ``expires_in`` is a time (11.10)."""

    id: Uuid
    created_at: Moment | None = None
    updated_at: Moment | None = None
    company_id: Uuid
    user_id: Uuid
    destination_wallet_address: Wallet | None
    address_id: Uuid | None
    status: Word[OrderStatus]
    deliver_date: Moment | None = None
    expires_in: Moment | None = None
    deliver_id: DeliverId | None = None
    currency_id: Uuid | None = None
    currency_amount: Amount | None = None
    gas_fee: Amount | None = None
    client_service_fee: Amount | None = None
    company_service_fee: Amount | None = None
    total_amount: Amount | None = None
    original_currency_amount: Amount | None = None
    original_total_amount: Amount | None = None
    payment_provider: Word[PaymentProvider] | None = None
    payment_method: Word[PaymentMethod] | None = None
    provider_transaction_id: Label | None = None
    fail_reason: Text | None = None


class Order(OlderOrder):
    """The order as all answers show it (5)."""

    address: dict[str, Any] | None = None
    company: dict[str, Any] | None = None
    user: dict[str, Any] | None = None
    products: list[OrderedProduct]
    payments: Annotated[list[OrderPayment], Field(min_length=1)]
    payment_info: PublicData | None = None

    @classmethod
    def of(cls, payments: Sequence[OrderPayment], **members: Any) -> Order:
        """In both forms: ``currencyId`` and what follows are those of the first payment (5).

        ``members`` are the others by name: the fees, the amounts without fees, the transaction.
        """
        first = payments[0]
        older = {
            "currency_id": first.currency_id,
            "total_amount": first.total_amount,
            "payment_provider": first.payment_provider,
            "payment_method": first.payment_method,
            "payment_info": first.public_data,
        }
        return cls(**(older | {"payments": list(payments)} | members))

    def older(self) -> OlderOrder:
        """As a webhook sends it: without products, payments and what a gateway shows (9)."""
        given = {name: getattr(self, name) for name in _OLDER if name in self.model_fields_set}
        return OlderOrder(**given)


_OLDER = tuple(OlderOrder.model_fields)


class ReceiptPayment(Message):
    """What was paid, as a receipt says it (7)."""

    amount: Amount
    currency: Currency


class Receipt(Message):
    """GET ``/orders/get-by-deliver-id/{deliverId}``: public, so no e-mail and no wallet (7)."""

    deliver_id: DeliverId
    status: Word[OrderStatus]
    user_first_name: Label | None
    destination_user_name: Label | None
    created_at: Moment
    payments: list[ReceiptPayment]
    products: list[OrderedProduct]
