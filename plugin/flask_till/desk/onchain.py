"""Money on a chain: what came in, what is due, what is sent out. No I/O.

All amounts here are whole base units of a coin; a coin is named by its id (`chains.Coin.id`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fractions import Fraction

SEEN, FINAL, DROPPED = "seen", "final", "dropped"
DEPOSIT_STATES = (SEEN, FINAL, DROPPED)
NATIVE_LOG = -1
"""The ``log_index`` of a transfer of the native coin, which leaves no log."""

AWAITING, CONFIRMING, UNDERPAID, PAID, OVERPAID = (
    "awaiting",
    "confirming",
    "underpaid",
    "paid",
    "overpaid",
)
SETTLED, RETURNED = "settled", "returned"
DECISIONS = (SETTLED, RETURNED)
"""What an operator decides about money that does not fit: it is enough, or it goes back."""

TOPUP, SPEND, RETURN, WITHDRAWAL = "topup", "spend", "return", "withdrawal"
ENTRY_KINDS = (TOPUP, SPEND, RETURN, WITHDRAWAL)

QUEUED, SENT, FAILED, GIVEN_UP = "queued", "sent", "failed", "given_up"
SENDING_STATES = (QUEUED, SENT, FINAL, FAILED)
PURPOSES = ("refund", "gas", "sweep", "mint", "transfer", "deploy", "withdrawal")
OPERATOR = "operator"
"""The path of the operator's account; deposit addresses have ``deposit/<index>``."""


def deposit_path(index: int) -> str:
    """What a signer knows a deposit address by."""
    return f"deposit/{index}"


def chain_of(coin_id: str) -> int:
    """The chain that a coin is on, by the coin's id."""
    return int(coin_id.partition(":")[0])


@dataclass(frozen=True, slots=True)
class Deposit:
    """A transfer to one of our addresses, as a block has it.

    ``units`` is what the transfer says; ``received`` what the balance really grew by, known once
    it is final.
    """

    chain_id: int
    tx_hash: str
    log_index: int
    address: str
    coin_id: str
    sender: str
    units: int
    block_number: int
    block_hash: str
    status: str = SEEN
    received: int | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands on the chain: what is due, what was seen, what of it is final.

    ``dues`` is the price in each coin that would do; one coin has to cover it alone.
    """

    payment_id: str
    address: str
    dues: Mapping[str, int]
    deposits: Sequence[Deposit] = ()
    decision: str | None = None
    closed_at: datetime | None = None
    confirmations: Mapping[str, int] = field(default_factory=dict)
    """coin id -> blocks on top of the youngest deposit in it, its own among them."""

    def seen(self, coin_id: str) -> int:
        """What has arrived of a coin, final or not."""
        return sum(one.units if one.received is None else one.received
                   for one in self._of(coin_id))  # fmt: skip

    def final(self, coin_id: str) -> int:
        """What has arrived of a coin for good."""
        return sum(one.received or 0 for one in self._of(coin_id) if one.status == FINAL)

    def _of(self, coin_id: str) -> list[Deposit]:
        return [one for one in self.deposits if one.coin_id == coin_id and one.status != DROPPED]

    @property
    def covering(self) -> str | None:
        """The coin of which enough was seen, final or not; none once it was to go back."""
        if self.decision == RETURNED:
            return None
        return next((coin for coin, due in self.dues.items() if self.seen(coin) >= due), None)

    @property
    def paid_with(self) -> str | None:
        """The coin that covers the price for good, if one does; a settled one: what came most.

        What was decided to go back pays for nothing, whatever else comes.
        """
        if self.decision == RETURNED:
            return None
        covering = [coin for coin, due in self.dues.items() if self.final(coin) >= due]
        if covering:
            return covering[0]
        if self.decision != SETTLED:
            return None
        return max(self.dues, key=lambda coin: Fraction(self.final(coin), self.dues[coin] or 1))

    @property
    def state(self) -> str:
        """awaiting, confirming, underpaid, paid or overpaid."""
        coin = self.paid_with
        if coin is not None:
            return OVERPAID if self.excess else PAID
        if self.covering is not None:
            return CONFIRMING
        return UNDERPAID if any(self.seen(coin) for coin in self.dues) else AWAITING

    @property
    def excess(self) -> Mapping[str, int]:
        """What came for good beyond the price, by coin; all of the coins that did not pay it."""
        coin = self.paid_with
        left = {
            one: self.final(one) - (due if one == coin else 0) for one, due in self.dues.items()
        }
        return {one: units for one, units in left.items() if units > 0}


@dataclass(frozen=True, slots=True)
class Sending:
    """Something that the desk sends on a chain: coins, or a call of a contract.

    ``path`` is whose key signs it (`OPERATOR`, `deposit_path`); ``after`` the id of a sending that
    has to be final before. With a coin that is a token, ``units`` go to ``recipient`` by its
    contract's ``transfer``; ``data`` is for calls of any other kind (``recipient`` the contract).
    A sweep of the native coin pays its gas out of its ``units``.
    """

    id: str
    chain_id: int
    purpose: str
    path: str
    recipient: str
    coin_id: str | None
    units: int
    data: str = "0x"
    after: str | None = None
    status: str = QUEUED
    nonce: int | None = None
    tx_hash: str | None = None
    reason: str | None = None
