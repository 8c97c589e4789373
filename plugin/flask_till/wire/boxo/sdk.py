"""Status words: a payment's on the wire (9), and those of the browser's SDK (8)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class PaymentStatus(StrEnum):
    """Where a payment is in its life; the last three are final (9)."""

    IN_PROCESS = "in_process"
    PAID = "paid"
    CANCELLED = "cancelled"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        return self != PaymentStatus.IN_PROCESS


SDK_STATUS: Mapping[PaymentStatus, str | None] = {
    PaymentStatus.IN_PROCESS: None,
    PaymentStatus.PAID: "success",
    PaymentStatus.CANCELLED: "cancelled",
    PaymentStatus.FAILED: "failed",
}
"""What the SDK's pay answer says; None: no answer yet."""
