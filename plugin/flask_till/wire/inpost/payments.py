"""Transactions and refunds (2.12). Optional; the contract has no shape for a transaction itself."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from ...errors import BadSignature, MoneyError
from ...money import Money
from .amounts import Amount, to_amount
from .message import Message
from .values import Id, Label, Text, Word

COMMAND_HEADER = "X-Command-ID"
PREFIX = "SHA-512_"
"""Stands before the digest in one plugin and not in another; both are read (2.12)."""

TRANSACTION_FILTERS = (
    "page", "per_page", "sort_by", "sort_direction", "order_id", "transaction_id",
    "merchant_pos_id", "amount_from", "amount_to", "currency", "date_from", "date_to",
    "paymentMethod", "status",
)  # fmt: skip
"""What GET transaction can be asked with (2.12)."""


class TransactionStatus(StrEnum):
    """Where a payment is (2.12)."""

    PENDING = "PENDING"
    AUTHORIZED = "AUTHORIZED"
    CARD_VERIFIED = "CARD_VERIFIED"
    CAPTURED = "CAPTURED"
    REFUNDED = "REFUNDED"
    PARTIALLY_REFUNDED = "PARTIALLY_REFUNDED"
    CANCELLED = "CANCELLED"
    DECLINED = "DECLINED"


class RefundStatus(StrEnum):
    PENDING = "PENDING"
    SUCCESS = "SUCCESS"
    FAILED = "FAILED"


class RefundRequest(Message):
    """POST transaction/{id}/refund, with the header ``X-Command-ID`` (2.12)."""

    external_refund_id: Id
    refund_amount: Amount
    additional_business_data: dict[str, Text] | None = None
    signature: Annotated[Label, Field(repr=False)]

    @classmethod
    def signed(
        cls,
        merchant_secret: str,
        *,
        command_id: str,
        transaction_id: str,
        external_refund_id: str,
        amount: Money,
        business_data: Mapping[str, str] | None = None,
        prefix: str = PREFIX,
    ) -> RefundRequest:
        """A request with its signature. Raises `MoneyError`: see `to_amount`; zero is refused."""
        if not amount:
            raise MoneyError("Nothing cannot be refunded.")
        value = to_amount(amount)
        data = dict(business_data) if business_data else None
        parts = (command_id, transaction_id, data, external_refund_id, format(value, "f"))
        return cls(
            external_refund_id=external_refund_id,
            refund_amount=value,
            additional_business_data=data,
            signature=prefix + _signature(merchant_secret, *parts),
        )

    def check(self, merchant_secret: str, *, command_id: str, transaction_id: str) -> None:
        """Raises `BadSignature` unless the shop with this secret signed it.

        The amount counts in any spelling that a shop may have used: 12.50, 12.5.
        """
        offered = self.signature.removeprefix(PREFIX).encode()
        data, refund_id = self.additional_business_data, self.external_refund_id
        for amount in _spellings(self.refund_amount):
            mine = _signature(merchant_secret, command_id, transaction_id, data, refund_id, amount)
            if hmac.compare_digest(mine.encode(), offered):
                return
        raise BadSignature("The refund's signature does not fit.")


class RefundReply(Message):
    """What became of it (2.12)."""

    external_refund_id: Id
    status: Word[RefundStatus]
    description: Text | None = None
    refund_amount: Amount


def _signature(
    secret: str,
    command_id: str,
    transaction_id: str,
    data: Mapping[str, str] | None,
    refund_id: str,
    amount: str,
) -> str:
    business = "".join(key + value for key, value in (data or {}).items())
    text = command_id + transaction_id + business + refund_id + amount + secret
    return hashlib.sha512(text.encode()).hexdigest()


def _spellings(amount: Decimal) -> set[str]:
    two = format(amount, "f")
    return {two, two.rstrip("0").rstrip("."), two.removesuffix("0")}
