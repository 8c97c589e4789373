"""POST get-payment-status (3.2) and complete-order (7): how a payment stands, and what ends it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from flask import Response

from ....base.database import Work
from ....errors import Conflict
from ....wire.boxo.error_codes import BoxoCode, refusal
from ....wire.boxo.messages import CompleteOrder, GetPaymentStatus, PaymentState, read_message
from ....wire.boxo.sdk import PaymentStatus
from ...actions.boxo_completion import complete_payment, is_at_host
from ...actions.boxo_payments import find_payment, note_outcome, read_payment
from ...actions.reading import read_order
from ...boxo_payment import IN_PROCESS, PAID, BoxoPayment
from ...order import Order
from .answers import say
from .front import Front
from .opening import start_at_host
from .pairs import Pair, called_by_host, called_by_miniapp

TRIES = 5
"""How often somebody else may be deciding at the same moment."""
PAUSE = 0.1
"""Seconds until that may be over."""


def show(front: Front) -> Response:
    """An open payment is asked about first, where somebody else has to know (7)."""
    pair = called_by_miniapp(front)
    asked = read_message(GetPaymentStatus, pair.data)
    payment = _find(front, pair, asked.order_payment_id)
    if payment.is_built_in:
        front.parts.cashier.follow(payment.id)
    else:
        _ask_host(front, pair, payment)
    return say(_state(*_read(front, payment.id)).to_data())


def complete(front: Front) -> Response:
    """The same again is accepted, anything else after the end is not (9)."""
    pair = called_by_host(front)
    told = read_message(CompleteOrder, _with_known_status(pair.data))
    payment = _find(front, pair, told.order_payment_id)
    status = str(told.payment_status)
    for _ in range(TRIES):
        _decide(front, payment, status, told.payment_fail_reason)
        payment, order = _read(front, payment.id)
        if (now := payment.status(order)) == status:
            break
        if now != IN_PROCESS:
            raise refusal(BoxoCode.INVALID_PAYMENT_STATUS, f"The payment is {now} already.")
        time.sleep(PAUSE)
    else:
        raise refusal(BoxoCode.UNKNOWN_ERROR, "The payment is being decided. Try again.")
    return say({"code": "SUCCESS"})


# --- asking -----------------------------------------------------------------------------------


def _ask_host(front: Front, pair: Pair, payment: BoxoPayment) -> None:
    """Outside of any transaction; what the host says by now is settled."""
    order = front.database.read(read_order, payment.id)
    if not order.is_open:
        return
    if order.is_due(front.database.clock()):
        front.parts.cashier.expire(order.id)
        return
    _decide(front, payment, *front.calls.ask(pair.host, payment))


# --- deciding ---------------------------------------------------------------------------------


def _decide(front: Front, payment: BoxoPayment, status: str, reason: str | None) -> None:
    """Take it where the host says, if it is still open; whoever came first wins."""
    order = _still_there(front, payment)
    if not order.is_open or status == IN_PROCESS:
        return
    if status == PAID and not is_at_host(order):
        if not payment.is_built_in and order.payment is not None:
            return  # it was stopped: whoever did that ends the order
        try:
            start_at_host(front, payment, order)
        except Conflict:  # it was decided meanwhile
            return
    try:
        front.database.write(complete_payment, order.id, status, reason)
    except Conflict:
        _stop(front, order, status, reason)


def _still_there(front: Front, payment: BoxoPayment) -> Order:
    """At an outside host the order waits for its report; at ours its time may be over."""
    if payment.is_built_in:
        return front.parts.cashier.get(payment.id)
    return front.database.read(read_order, payment.id)


def _stop(front: Front, order: Order, status: str, reason: str | None) -> None:
    """Money is under way by another method: its gateway is asked to stop it first."""

    def note(work: Work) -> None:
        if read_payment(work, order.id).is_open:
            note_outcome(work, order.id, status, reason)

    try:
        front.parts.cashier.cancel(order.id, along=note)
    except Conflict:
        return  # the money was faster


# --- reading ----------------------------------------------------------------------------------


def _find(front: Front, pair: Pair, order_payment_id: str) -> BoxoPayment:
    """Raises `NotFound` (ORDER_NOT_FOUND), also for what belongs to another pair."""
    ids = (pair.miniapp.app_id, pair.host.client_id, order_payment_id)
    return front.database.read(find_payment, *ids)


def _read(front: Front, payment_id: str) -> tuple[BoxoPayment, Order]:
    def look(work: Work) -> tuple[BoxoPayment, Order]:
        return read_payment(work, payment_id), read_order(work, payment_id)

    return front.database.read(look)


def _state(payment: BoxoPayment, order: Order) -> PaymentState:
    assert payment.order_payment_id is not None
    return PaymentState(
        order_payment_id=payment.order_payment_id,
        app_id=payment.app_id,
        client_id=payment.client_id,
        payment_status=PaymentStatus(payment.status(order)),
        payment_fail_reason=payment.reason(order),
    )


def _with_known_status(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Raises `RequestError` (INVALID_PAYMENT_STATUS) for a word that is no status."""
    status = data.get("payment_status")
    if isinstance(status, str) and status not in set(PaymentStatus):
        raise refusal(BoxoCode.INVALID_PAYMENT_STATUS, "There is no such payment status.")
    return data
