"""Payments that a miniapp asks of a host app: who takes part, and how a payment stands. No I/O.

The section numbers are those of the Boxo contract.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..money import Money
from . import order as desk

DIALECT = "boxo"
"""The dialect of such orders, the courier that tells miniapps, and the place below the desk."""
BUILT_IN, OUTSIDE = "built_in", "outside"
HOST_KINDS = (BUILT_IN, OUTSIDE)
"""Whether this desk is also the host app, or stands before one that takes the money itself."""

IN_PROCESS, PAID, FAILED, CANCELLED = "in_process", "paid", "failed", "cancelled"
OUTCOMES = (FAILED, CANCELLED)
"""What somebody decided of a payment that was not paid."""
EXPIRED = "expired"
"""The reason of a payment that nobody decided in time (9)."""
LIFE = timedelta(minutes=30)
ASKING = timedelta(seconds=30)
"""How long a host may think about a new payment before somebody else asks it once more."""

_AFTER: Mapping[str, str] = {
    desk.PENDING: IN_PROCESS,
    desk.PROCESSING: IN_PROCESS,
    desk.PAID: PAID,
    desk.PARTIALLY_REFUNDED: PAID,
    desk.REFUNDED: PAID,
    desk.CANCELLED: CANCELLED,
    desk.EXPIRED: CANCELLED,
}
SDK_WORDS: Mapping[str, str | None] = {
    IN_PROCESS: None,
    PAID: "success",
    CANCELLED: "cancelled",
    FAILED: "failed",
}
"""A status in the words of the browser's SDK (8)."""


def status_of(order_status: str, outcome: str | None) -> str:
    """A payment's status, by that of its desk order and by what was decided. Total.

    Money counts before any decision, and a decision only once the order has ended by it.
    """
    if order_status == desk.CANCELLED and outcome is not None:
        return outcome
    return _AFTER[order_status]


def reason_of(order_status: str, fail_reason: str | None) -> str:
    """``payment_fail_reason``: empty when nothing failed (3.2)."""
    if order_status == desk.EXPIRED:
        return EXPIRED
    return (fail_reason or "") if order_status == desk.CANCELLED else ""


def new_payment_id() -> str:
    """``op_`` and 26 letters and digits (7): more than 130 random bits."""
    letters = string.digits + string.ascii_uppercase
    return "op_" + "".join(secrets.choice(letters) for _ in range(26))


def payer_of(client_id: str, user_reference: str) -> str:
    """Whose balances at this desk a host's user pays from."""
    return f"boxo:{client_id}:{user_reference}"


@dataclass(frozen=True, slots=True)
class Proof:
    """How a partner proves that it calls (2.1), and how we prove that we do.

    ``scheme`` is a signing scheme as JSON, ``key`` checks the partner's signatures and ``own_key``
    makes ours, both sealed. ``must_sign``: a listed address alone is not enough.
    """

    addresses: tuple[str, ...] = ()
    scheme: Mapping[str, Any] | None = None
    key: str | None = field(default=None, repr=False)
    own_key: str | None = field(default=None, repr=False)
    must_sign: bool = False


@dataclass(frozen=True, slots=True)
class BoxoMiniapp:
    """A web shop shown inside host apps; ``secret_key`` is sealed."""

    app_id: str
    merchant_id: str
    name: str
    url: str | None
    webhook_url: str | None
    secret_key: str = field(repr=False)
    proof: Proof
    is_on: bool


@dataclass(frozen=True, slots=True)
class BoxoHost:
    """An app that shows miniapps and takes the money; ``secret_key`` is sealed.

    The two URLs are those of an outside host's server (7), ``origins`` those of its pages.
    """

    client_id: str
    kind: str
    name: str
    create_url: str | None
    status_url: str | None
    auth_prefix: str
    secret_key: str = field(repr=False)
    proof: Proof
    origins: tuple[str, ...]
    is_on: bool


@dataclass(frozen=True, slots=True)
class Partnership:
    """A miniapp and a host app that are paired."""

    app_id: str
    client_id: str
    payments_on: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a miniapp wants paid: ``details`` is its order as JSON, ``custom_attributes`` what it
    gave to be echoed, as JSON text."""

    app_id: str
    client_id: str
    amount: Money
    miniapp_order_id: str | None
    hostapp_user_id: str | None
    details: Mapping[str, Any]
    custom_attributes: str | None


@dataclass(frozen=True, slots=True)
class BoxoPayment:
    """One payment. ``id`` is also its desk order's, and at a built-in host ``order_payment_id``.

    Without ``order_id`` an outside host is being asked for it and nobody else knows of it yet.
    """

    id: str
    app_id: str
    client_id: str
    order_payment_id: str | None
    order_id: str | None
    miniapp_order_id: str | None
    hostapp_user_id: str | None
    amount: Money
    details: Mapping[str, Any]
    custom_attributes: str | None
    outcome: str | None
    fail_reason: str | None
    is_open: bool
    asked_at: datetime
    miniapp_name: str
    host_name: str
    host_kind: str

    @property
    def is_built_in(self) -> bool:
        return self.host_kind == BUILT_IN

    def status(self, order: desk.Order) -> str:
        return status_of(order.status, self.outcome)

    def reason(self, order: desk.Order) -> str:
        return reason_of(order.status, self.fail_reason)
