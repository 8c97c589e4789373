"""Refunds: reserved in our books, done by the gateway, booked when they went."""

from __future__ import annotations

from ..base.database import Database
from ..base.logs import logger
from ..errors import GatewayRefused, GatewayUnavailable
from ..money import Money
from .actions import reading, refunds
from .charging import Charging
from .gateways import RefundNotice, RefundResult
from .order import Refund

log = logger(__name__)


class Refunding:
    def __init__(self, database: Database, charging: Charging) -> None:
        self._database = database
        self._charging = charging

    def carry(self, refund_id: str) -> Refund:
        """Send a refund that was reserved, now if its gateway answers; as it stands afterwards."""
        try:
            self.send(refund_id)
        except GatewayUnavailable:
            log.warning("refund %s waits for its gateway", refund_id)
        return self._database.read(refunds.read_refund, refund_id)[0]

    def send(self, refund_id: str) -> None:
        """Have the gateway do a pending refund; its id is the key there, so repeats are safe."""
        refund, payment, order_id = self._database.read(refunds.read_refund, refund_id)
        if refund.status != "pending" or self._database.read(refunds.sent_as, refund_id):
            return
        order = self._database.read(reading.read_order, order_id)
        amount = Money.of_minor(refund.amount, payment.amount.currency)
        gateway = self._charging.gateway(payment.gateway)
        try:
            result = gateway.refund(refund_id, self._charging.charge(order, payment), amount)
        except GatewayRefused as refusal:
            self._note(refund_id, RefundResult("", "failed", refusal.message))
            return
        self._note(refund_id, result)

    def look(self, refund_id: str) -> bool:
        """Ask about a refund that a gateway has taken; True when there is nothing left to ask."""
        refund, payment, _ = self._database.read(refunds.read_refund, refund_id)
        provider_ref = self._database.read(refunds.sent_as, refund_id)
        if refund.status != "pending" or provider_ref is None:
            return True
        amount = Money.of_minor(refund.amount, payment.amount.currency)
        gateway = self._charging.gateway(payment.gateway)
        result = gateway.look_refund(refund_id, provider_ref, amount)
        self._note(refund_id, result)
        return result.status != "pending"

    def hear(self, notice: RefundNotice) -> None:
        """A provider's news of a refund. Raises `NotFound` for one that we do not know."""
        refund_id = notice.refund_id or self._database.read(
            refunds.refund_of_ref, notice.provider_ref
        )
        self._note(refund_id, notice)

    def _note(self, refund_id: str, told: RefundResult | RefundNotice) -> None:
        """Succeeded, failed, or pending and heard of later."""
        if told.status == "pending":
            self._database.write(refunds.note_refund_sent, refund_id, told.provider_ref)
            return
        self._database.write(
            refunds.complete_refund,
            refund_id,
            provider_ref=told.provider_ref,
            succeeded=told.status == "succeeded",
            failure=told.reason,
        )
