"""The signed forms of a sending: what it calls, the gas that needs, and what the gas may cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ...chains import Chain, Coin
from ...errors import TillError
from ..actions.web3_sendings import Form, Posted
from ..onchain import Sending
from .sending_look import Look, Purse, takes_gas_from_units
from .sending_port import NO_FUNDS, REVERTED, Signer, refusal, said

TRANSFER = "0xa9059cbb"  # transfer(address,uint256)
PLAIN_GAS = 21_000
"""What moving the native coin to an account costs, to the unit."""
HIGHEST = 10
"""A stuck form is not raised beyond so many times what the chain asks now: fees are not why."""


class Waits(Exception):
    """It cannot go now; the words say what for."""


class Refused(Exception):
    """It can never go: the chain would take it back. Nothing was signed."""


@dataclass(frozen=True, slots=True)
class Call:
    to: str
    value: int
    data: str


def call_of(sending: Sending, coin: Coin | None) -> Call:
    """What a sending calls. ``coin`` is its coin, None for a call of a contract."""
    if coin is None or coin.contract is None:
        return Call(sending.recipient, sending.units, sending.data)
    recipient = sending.recipient.removeprefix("0x").lower()
    return Call(coin.contract, 0, f"{TRANSFER}{recipient:0>64}{sending.units:064x}")


class Signing:
    """Makes forms; neither keeps nor sends them."""

    def __init__(self, signer: Signer, chain: Chain) -> None:
        self._signer = signer
        self._chain = chain

    def address(self, path: str) -> str:
        return self._signer.address(path)

    def first(
        self, look: Look, purse: Purse, posted: Posted, *, sender: str, nonce: int, now: datetime
    ) -> Form:
        """A form with this nonce. Raises `Waits`, and `Refused` when the chain would."""
        call = self._affordable(purse, posted, sender)
        gas = self._gas(look, call, posted, sender)
        fees = look.fees
        # What is left over could never be moved again, so a sweep of all pays all of it as fee.
        tip = fees.max_fee if takes_gas_from_units(posted) else fees.priority_fee
        self._can_pay(purse, call, posted, sender, gas * fees.max_fee)
        return self._form(posted, call, nonce, gas, fees.max_fee, tip, now)

    def replacement(self, look: Look, posted: Posted, now: datetime) -> Form | None:
        """A form with the same nonce that pays more, at least an eighth; None when fees are not
        what holds it up. Raises `Waits`."""
        newest = posted.forms[-1]
        if newest.max_fee >= HIGHEST * look.fees.max_fee:
            return None
        if self._signer.address(posted.sending.path) != posted.sender:
            raise Waits(f"It was signed for {posted.sender}, whose key is not in the seed phrase.")
        max_fee = max(_raised(newest.max_fee), look.fees.max_fee)
        tip = min(max_fee, max(_raised(newest.priority_fee), look.fees.priority_fee))
        call = call_of(posted.sending, self._coin(posted.sending))
        if takes_gas_from_units(posted) and newest.gas * max_fee >= posted.sending.units:
            return None
        return self._form(posted, call, newest.nonce, newest.gas, max_fee, tip, now)

    def _form(
        self,
        posted: Posted,
        call: Call,
        nonce: int,
        gas: int,
        max_fee: int,
        tip: int,
        now: datetime,
    ) -> Form:
        value = call.value - gas * max_fee if takes_gas_from_units(posted) else call.value
        transaction: Mapping[str, Any] = {
            "chainId": self._chain.id,
            "nonce": nonce,
            "to": call.to,
            "value": value,
            "data": call.data,
            "gas": gas,
            "maxFeePerGas": max_fee,
            "maxPriorityFeePerGas": tip,
        }
        raw, tx_hash = self._signer.sign(posted.sending.path, transaction)
        return Form(tx_hash, posted.sending.id, raw, nonce, gas, max_fee, tip, now)

    # --- what it needs ----------------------------------------------------------------------

    def _coin(self, sending: Sending) -> Coin | None:
        if sending.coin_id is None:
            return None
        coin = self._chain.coin(sending.coin_id)
        if coin is None:
            raise Waits(f"The coin {sending.coin_id} is not set up any more.")
        return coin

    def _affordable(self, purse: Purse, posted: Posted, sender: str) -> Call:
        sending = posted.sending
        coin = self._coin(sending)
        paid_in = coin or self._chain.native
        missing = sending.units - purse.left(paid_in)
        if missing > 0:
            raise Waits(f"Waits for {paid_in.show(missing)} at {sender}.")
        return call_of(sending, coin)

    def _gas(self, look: Look, call: Call, posted: Posted, sender: str) -> int:
        # All of it could not be sent with the gas on top: one unit needs as much gas.
        value = min(call.value, 1) if takes_gas_from_units(posted) else call.value
        asked = {"from": sender, "to": call.to, "value": value, "data": call.data}
        try:
            needed = look.nodes.estimate(asked)
        except TillError as error:
            kind = refusal(error)
            if kind == REVERTED:
                raise Refused(f"The chain would take it back: {said(error)}") from error
            if kind == NO_FUNDS:
                raise Waits(
                    f"Waits for {self._chain.native.code} for its gas at {sender}."
                ) from error
            raise Waits(f"The nodes cannot say what gas it needs: {said(error)}") from error
        return needed if needed == PLAIN_GAS else needed * 5 // 4

    def _can_pay(self, purse: Purse, call: Call, posted: Posted, sender: str, cost: int) -> None:
        native = self._chain.native
        if takes_gas_from_units(posted):
            if cost >= call.value:
                raise Waits(f"Its gas costs {native.show(cost)}, more than it moves.")
            return
        missing = call.value + cost - purse.left(native)
        if missing > 0:
            raise Waits(f"Waits for {native.show(missing)} for its gas at {sender}.")


def _raised(fee: int) -> int:
    """Nodes want at least a tenth more, some an eighth."""
    return fee * 9 // 8 + 1
