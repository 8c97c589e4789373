"""Gateways move money. One file each, behind the one protocol `Gateway`.

A gateway knows its provider and nothing of us: it gets a `Charge`, and all that it says about money
comes back as `Evidence`, which the cashier holds against what it stored before it believes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol, runtime_checkable

from ...money import Money


@dataclass(frozen=True, slots=True)
class Method:
    """A way to pay that a gateway offers for a currency; ``label`` is an English message id.

    ``dialects`` are those whose orders it is for; without any, it is for all.
    """

    gateway: str
    name: str
    label: str
    dialects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Charge:
    """One payment attempt as the gateway sees it. ``payment_id`` is its idempotency key.

    ``expires_at`` is until when money is taken; ``payer`` whose balances may pay; ``status`` what
    we believed of it last.
    """

    payment_id: str
    order_id: str
    amount: Money
    method: str
    description: str
    locale: str
    return_url: str
    expires_at: datetime
    metadata: Mapping[str, str] = field(default_factory=dict)
    provider_ref: str | None = None
    client: Mapping[str, Any] = field(default_factory=dict)
    payer: str | None = None
    status: str = "created"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a provider says about one payment.

    ``status`` is requires_action, processing, succeeded, failed or cancelled; ``amount`` is what
    was received; ``event_id`` is the provider's, None for an answer to our own question.
    """

    gateway: str
    account: str
    provider_ref: str
    status: str
    amount: Money
    livemode: bool
    event_id: str | None = None
    method: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """An attempt: ``client`` is for the order page's script, ``redirect_url`` for the browser."""

    provider_ref: str
    status: str
    client: Mapping[str, Any] = field(default_factory=dict)
    redirect_url: str | None = None
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class RefundResult:
    """``status`` is succeeded, pending or failed."""

    provider_ref: str
    status: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class RefundNotice:
    """News about a refund, found by our id (or the provider's)."""

    provider_ref: str
    status: str
    refund_id: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a paid charge that belongs to another account; ``share_id`` is its key."""

    share_id: str
    account: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Notice:
    """One verified webhook: news of a payment, of a refund, or of nothing that concerns us.

    ``payment_id`` is a payment of ours that something happened to which is no evidence by itself.
    """

    event_id: str
    kind: str
    evidence: Evidence | None = None
    refund: RefundNotice | None = None
    payment_id: str | None = None
    raw: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PagePart:
    """What a gateway adds to the order page: origins for its policy, a script, or a form."""

    script_origins: Sequence[str] = ()
    frame_origins: Sequence[str] = ()
    connect_origins: Sequence[str] = ()
    module: str | None = None
    template: str | None = None


class Gateway(Protocol):
    """All methods may raise `GatewayUnavailable` (unknown whether it acted) or `GatewayRefused`."""

    @property
    def name(self) -> str: ...

    @property
    def account(self) -> str:
        """Whose money it is at the provider; evidence from another account is not believed."""

    @property
    def livemode(self) -> bool: ...

    @property
    def late_look(self) -> timedelta:
        """How long after an order ended the provider is asked once more for late money."""

    def methods(self, currency: str) -> Sequence[Method]: ...

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        """Open the payment at the provider; the same ``payment_id`` again opens nothing new."""

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        """A further step that the shopper took on our page (a confirmation, say)."""

    def look(self, charge: Charge) -> Evidence: ...

    def cancel(self, charge: Charge) -> Evidence:
        """Try to stop it. ``cancelled`` = it will not happen; anything else is how it stands.

        Without a ``provider_ref`` nobody knows whether `start` came through: nothing may be taken
        by asking, nor by what comes through later. Raises `GatewayRefused` when there is nothing.
        """

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        """Give all or part back; the same ``refund_id`` again gives nothing more."""

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        """How a refund stands that `refund` said is pending. Changes nothing."""

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """Verify the raw bytes, then read them. Raises `BadSignature` or `Unreadable`, only."""

    def page(self) -> PagePart: ...


@runtime_checkable
class PassesOn(Protocol):
    """What a gateway can besides, whose provider has accounts for receivers of shares.

    Both are asked again with the same id when nobody knows whether they acted, even days later,
    and must then find what they did. They raise what a `Gateway` does.
    """

    def transfer(self, share: Share, charge: Charge) -> str:
        """Pass a share of a paid charge on; the provider's id of the transfer."""

    def reverse_transfer(self, reversal_id: str, transfer_ref: str, amount: Money) -> str:
        """Take all or part of it back; the provider's id of that."""


@runtime_checkable
class TakesWord(Protocol):
    """What a gateway can besides, whose provider is a partner that tells us in its own protocol."""

    def take_word(self, charge: Charge, status: str, reason: str | None = None) -> Evidence:
        """What the partner told of a payment that it takes itself."""


@runtime_checkable
class GivesDetails(Protocol):
    """What a gateway can besides, whose shopper needs to know more to pay: an account, say."""

    def details(self, charge: Charge) -> Mapping[str, str]:
        """For the page, by what it is called; nothing when there is nothing to say."""


@runtime_checkable
class Plays(Protocol):
    """What a gateway can besides that moves no money: it says what a tester wants to hear."""

    @property
    def livemode(self) -> bool: ...

    def play(self, charge: Charge, status: str) -> Evidence:
        """That the payment has this status now: processing, succeeded or failed."""
