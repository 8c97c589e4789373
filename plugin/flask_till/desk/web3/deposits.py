"""Payments to addresses of this desk, as their gateway asks for them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Protocol

from ...base.database import Database, Work
from ...errors import Conflict, GatewayRefused, GatewayUnavailable, Gone, InvalidRequest
from ...money import Money
from ..actions import web3_addresses, web3_payments
from ..actions.web3_chain import read_chains
from ..actions.web3_refunds import units_of_refund
from ..actions.web3_sendings import queue_sending, read_sending
from ..gateways import Charge
from ..onchain import OPERATOR, Sending, Standing, chain_of, deposit_path
from ..quote import derive_secrets, read_quote, sign_quote

PURPOSE = "web3 payment"
WATCHED = timedelta(days=30)
"""How long after its order's time an address is watched for money that comes late."""


class KnowsAddresses(Protocol):
    def address(self, path: str) -> str:
        """The EIP-55 address of the key with that path; pure, some milliseconds."""


class DeskDeposits:
    """``keys`` are those that quotes are signed with, newest first."""

    def __init__(self, database: Database, signer: KnowsAddresses, keys: Sequence[str]) -> None:
        self._database = database
        self._signer = signer
        self._secrets = derive_secrets(keys, "till-web3-payment")

    def operator(self) -> str:
        return self._signer.address(OPERATOR)

    def open(self, charge: Charge, dues: Mapping[str, int]) -> Standing:
        """The payment with its address; ``dues`` count only the first time.

        Raises `GatewayUnavailable` (CHAIN_NOT_READ) while nobody has begun to read a chain: what
        was sent before that is not found.
        """
        while (standing := self.standing_of(charge)) is None:
            read = self._database.read(read_chains)
            dues = {coin: units for coin, units in dues.items() if chain_of(coin) in read}
            if not dues:
                raise GatewayUnavailable("The chain is not read yet.", code="CHAIN_NOT_READ")
            number = self._database.read(web3_addresses.next_number)
            address = self._signer.address(deposit_path(number))
            now = self._database.clock()
            self._database.write(
                web3_payments.open_payment,
                charge.payment_id,
                number=number,
                address=address,
                dues=dues,
                quote=sign_quote(PURPOSE, _promise(charge, address, dues), self._secrets, now),
                watched_until=max(charge.expires_at, now) + WATCHED,
            )
        return standing

    def standing_of(self, charge: Charge) -> Standing | None:
        """None when it has no address. Raises `Conflict` (QUOTE_INVALID), see `_check`."""
        standing = self._database.read(web3_payments.find_standing, charge.payment_id)
        if standing is not None:
            self._check(charge, standing)
        return standing

    def _check(self, charge: Charge, standing: Standing) -> None:
        """Raises `Conflict` (QUOTE_INVALID) when what is written down is not what was promised."""
        quote, opened_at = self._database.read(web3_payments.quote_of, charge.payment_id)
        try:
            read_quote(
                quote,
                PURPOSE,
                self._secrets,
                opened_at,
                bound=_promise(charge, standing.address, standing.dues),
                life=timedelta(seconds=1),
            )
        except (InvalidRequest, Gone):
            raise Conflict(
                "The price that is written down is not the one that was signed.",
                code="QUOTE_INVALID",
            ) from None

    def close(self, charge: Charge) -> Standing | None:
        return self._database.write(web3_payments.close_payment, charge.payment_id)

    def send_back(self, refund_id: str, charge: Charge, amount: Money) -> Sending:
        """To whoever sent the most of what paid. Raises `GatewayRefused` (NOTHING_CAME)."""
        standing = self.standing_of(charge)
        coin_id = None if standing is None else standing.paid_with
        if standing is None or coin_id is None:
            raise GatewayRefused("Nothing came that could go back.", code="NOTHING_CAME")
        paid = min(standing.final(coin_id), standing.dues[coin_id])
        return self._database.write(
            _queue_refund,
            refund_id,
            charge.payment_id,
            coin_id=coin_id,
            recipient=payer_of(standing, coin_id),
            minor=amount.minor,
            price=charge.amount.minor,
            paid=paid,
        )

    def sending(self, sending_id: str) -> Sending | None:
        return self._database.read(read_sending, sending_id)


def payer_of(standing: Standing, coin_id: str) -> str:
    """Who sent the most of a coin: where it goes back to."""
    sent: dict[str, int] = {}
    for one in standing.deposits:
        if one.coin_id == coin_id:
            sent[one.sender] = sent.get(one.sender, 0) + (one.received or 0)
    return max(sent, key=lambda sender: sent[sender])


def _queue_refund(
    work: Work,
    refund_id: str,
    payment_id: str,
    *,
    coin_id: str,
    recipient: str,
    minor: int,
    price: int,
    paid: int,
) -> Sending:
    queued = read_sending(work, refund_id)
    if queued is not None:
        return queued
    units = units_of_refund(work, refund_id, payment_id, minor=minor, price=price, paid=paid)
    return queue_sending(
        work,
        Sending(
            id=refund_id,
            chain_id=chain_of(coin_id),
            purpose="refund",
            path=OPERATOR,
            recipient=recipient,
            coin_id=coin_id,
            units=units,
        ),
    )


def _promise(charge: Charge, address: str, dues: Mapping[str, int]) -> dict[str, str]:
    listed = json.dumps({coin: str(units) for coin, units in sorted(dues.items())})
    return {
        "payment": charge.payment_id,
        "order": charge.order_id,
        "price": f"{charge.amount} {charge.amount.currency}",
        "address": address,
        "dues": sha256(listed.encode()).hexdigest(),
    }
