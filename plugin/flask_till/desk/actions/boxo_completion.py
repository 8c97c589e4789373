"""A host app says what became of a payment: the desk order goes where the host says, once (9)."""

from __future__ import annotations

from ...base.database import Work
from ..boxo_payment import IN_PROCESS, PAID
from ..order import Order
from ..payment import ACTIVE
from .boxo_payments import note_outcome
from .orders import end_order
from .payments import Claimed, apply_evidence
from .reading import lock_order

METHOD = "host"
"""The way to pay of money that a host app took."""


def complete_payment(work: Work, order_id: str, status: str, reason: str | None = None) -> Order:
    """Paid, failed or cancelled, if the order is still open; the order as it is afterwards.

    In one transaction: the payment under way is settled, and what was not paid ends. Paid needs a
    payment that was started with the host's id. Raises `Conflict` (PAYMENT_IN_PROGRESS) when
    money is under way by another method, which must be stopped at its gateway first.
    """
    order = lock_order(work, order_id)
    if not order.is_open or status == IN_PROCESS:
        return order
    if status == PAID:
        _settle(work, order, "succeeded", None)
        return lock_order(work, order_id)
    note_outcome(work, order_id, status, reason)
    _settle(work, order, "failed", reason or f"The host app says it {status}.")
    return end_order(work, order_id, "cancel")


def is_at_host(order: Order) -> bool:
    """Whether a host app has the payment that is under way."""
    payment = order.payment
    return payment is not None and payment.method == METHOD and payment.status in ACTIVE


def _settle(work: Work, order: Order, status: str, reason: str | None) -> None:
    payment = order.payment
    if payment is None or not is_at_host(order) or payment.provider_ref is None:
        return
    apply_evidence(
        work,
        Claimed(
            gateway=payment.gateway,
            account=payment.account,
            provider_ref=payment.provider_ref,
            status=status,
            amount=payment.amount,
            livemode=payment.live,
            reason=reason,
        ),
    )
