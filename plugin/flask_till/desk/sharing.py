"""Shares of paid orders: passed on to whom they belong, and taken back for refunds.

Each is asked of the gateway under one key until the answer is known, so that it happens once.
"""

from __future__ import annotations

from ..base.database import Database
from ..base.logs import logger
from ..errors import Conflict, GatewayRefused
from .actions import reading, transfers
from .charging import Charging
from .gateways import PassesOn, Share
from .transfer import NO_ACCOUNT, NOT_PASSED_ON, Transfer

log = logger(__name__)


class Sharing:
    """Both verbs may be repeated. They raise `GatewayUnavailable` when it is unknown what came of
    it; a refusal is recorded with its reason."""

    def __init__(self, database: Database, charging: Charging) -> None:
        self._database = database
        self._charging = charging

    def pass_on(self, transfer_id: str) -> None:
        """Have the gateway pass a share on."""
        transfer = self._database.write(transfers.begin_transfer, transfer_id)
        if transfer.status != "pending" or transfer.sent is None:
            return
        payment = self._database.read(transfers.payment_behind, transfer)
        gateway = self._charging.gateway(payment.gateway)
        if transfer.account is None or not isinstance(gateway, PassesOn):
            why = NO_ACCOUNT if transfer.account is None else NOT_PASSED_ON
            self._database.write(transfers.withhold_transfer, transfer_id, why)
            return
        order = self._database.read(reading.read_order, transfer.order_id)
        share = Share(transfer.key, transfer.account, transfer.sent)
        try:
            passed = gateway.transfer(share, self._charging.charge(order, payment))
        except GatewayRefused as refusal:
            log.error("transfer %s was refused: %s", transfer_id, refusal.message)
            self._database.write(transfers.refuse_transfer, transfer_id, refusal.message)
            return
        self._database.write(transfers.complete_transfer, transfer_id, passed)

    def take_back(self, reversal_id: str) -> None:
        """Have the gateway take back what a refund claims of a share.

        Raises `Conflict` (TRANSFER_STATE) while it is unknown what became of the transfer.
        """
        reversal, transfer = self._database.write(transfers.begin_reversal, reversal_id)
        if reversal.status != "pending":
            return
        gateway, passed = self._passed(transfer)
        try:
            back = gateway.reverse_transfer(reversal.key, passed, reversal.amount)
        except GatewayRefused as refusal:
            log.error("reversal %s was refused: %s", reversal_id, refusal.message)
            self._database.write(transfers.refuse_reversal, reversal_id, refusal.message)
            return
        self._database.write(transfers.complete_reversal, reversal_id, back)

    def _passed(self, transfer: Transfer) -> tuple[PassesOn, str]:
        payment = self._database.read(transfers.payment_behind, transfer)
        gateway = self._charging.gateway(payment.gateway)
        if transfer.provider_ref is None or not isinstance(gateway, PassesOn):
            raise Conflict("The transfer itself is not done.", code="TRANSFER_STATE")
        return gateway, transfer.provider_ref
