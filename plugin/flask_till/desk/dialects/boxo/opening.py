"""POST create-order-payment (3.1): one payment for each order of a miniapp, by its table."""

from __future__ import annotations

import time
from functools import partial

from flask import Response

from ....base.database import Work
from ....base.logs import logger
from ....errors import Conflict, NotFound, RequestError
from ....wire.boxo.error_codes import BoxoCode, refusal
from ....wire.boxo.messages import OrderPaymentCreated
from ....wire.boxo.orders import OrderDetails, read_order
from ...actions.boxo_completion import METHOD
from ...actions.boxo_opening import Opened, name_outside, open_built_in, release, reserve_outside
from ...actions.merchants import read_merchant
from ...boxo_payment import (
    BUILT_IN,
    IN_PROCESS,
    PAID,
    BoxoPayment,
    Wanted,
    new_payment_id,
)
from ...order import Order, OrderDraft
from .answers import say
from .drafts import amount_of, draft_of, wanted_of
from .exact_json import read
from .front import Front
from .pairs import Pair, called_by_miniapp

log = logger(__name__)
TRIES = 5
"""How often somebody else may end the earlier payment while we look."""
PATIENCE = 12.0
"""Seconds to wait while another request asks the outside host for the same payment."""
LOOK_EVERY = 0.2


def create(front: Front) -> Response:
    pair = called_by_miniapp(front)
    order = read_order(pair.data.get("order"))
    _printable(order)
    wanted = wanted_of(pair.miniapp.app_id, pair.host.client_id, order, amount_of(order))
    payment_id = _Opening(front, pair, order, wanted).payment_id()
    return say(OrderPaymentCreated(order_payment_id=payment_id).to_data())


def _printable(order: OrderDetails) -> None:
    """The two references go into headers and pages of others."""
    for name in ("miniapp_order_id", "hostapp_user_id"):
        text = getattr(order, name)
        if text and not text.isprintable():
            why = {f"order.{name}": "holds a control character"}
            raise refusal(BoxoCode.INVALID_ORDER_DATA, f"{name} is unreadable.", fields=why)


class _Opening:
    """One call's way to its payment."""

    def __init__(self, front: Front, pair: Pair, order: OrderDetails, wanted: Wanted) -> None:
        self._front = front
        self._pair = pair
        self._order = order
        self._wanted = wanted
        self._given_up = time.monotonic() + PATIENCE

    def payment_id(self) -> str:
        """The new ``order_payment_id``, or the earlier one. Raises `RequestError`."""
        for _ in range(TRIES):
            opened = self._open()
            while opened is not None and opened.order is None and time.monotonic() < self._given_up:
                time.sleep(LOOK_EVERY)
                opened = self._open()
            found = None if opened is None else self._judge(opened)
            if found is not None:
                return found
        raise refusal(BoxoCode.UNKNOWN_ERROR, "This payment is being made. Try again.")

    def _open(self) -> Opened | None:
        if self._pair.host.kind == BUILT_IN:
            return self._front.database.write(self._open_built_in, new_payment_id())
        front, our_id = self._front, self._front.database.new_id("ord")
        opened = front.database.write(reserve_outside, self._wanted, our_id)
        if opened is None or not opened.is_ours:
            return opened
        return self._ask_host(opened)

    def _open_built_in(self, work: Work, payment_id: str) -> Opened | None:
        merchant = read_merchant(work, self._pair.miniapp.merchant_id)
        return open_built_in(work, merchant, self._draft(payment_id), self._wanted)

    def _draft(self, order_id: str) -> OrderDraft:
        return draft_of(order_id, self._order, self._wanted, self._pair.host)

    # --- the earlier one ------------------------------------------------------------------

    def _judge(self, opened: Opened) -> str | None:
        """What the table of 3.1 says of it; None: look again."""
        payment, order = opened.payment, opened.order
        if order is None:
            raise refusal(BoxoCode.UNKNOWN_ERROR, "The host app is being asked. Try again.")
        if opened.is_new:
            return payment.order_payment_id
        if order.is_due(self._front.database.clock()):
            order = self._front.parts.cashier.expire(order.id)
        status = payment.status(order)
        if status == PAID:
            raise refusal(BoxoCode.INVALID_PAYMENT_STATUS, "This order is paid already.")
        if status != IN_PROCESS:
            return None
        if payment.amount != self._wanted.amount:
            raise refusal(
                BoxoCode.INVALID_ORDER_DATA, "This order is being paid, with another amount."
            )
        return payment.order_payment_id

    # --- an outside host ------------------------------------------------------------------

    def _ask_host(self, opened: Opened) -> Opened:
        """Ask for it and give it an order; a host that would not have it leaves nothing behind."""
        front, payment = self._front, opened.payment
        let_go = partial(front.database.write, release, payment.id, payment.asked_at)
        try:
            named = front.calls.create(
                self._pair.host, payment.app_id, self._told(), self._wanted.hostapp_user_id
            )
            made = front.database.write(self._name_outside, payment.id, named)
        except (Conflict, NotFound):
            let_go()
            raise refusal(
                BoxoCode.UNEXPECTED_RESPONSE_ERROR, "The host app gave an id that it gave before."
            ) from None
        except RequestError:
            let_go()
            raise
        if made.is_new:
            self._start(made)
        return made

    def _start(self, made: Opened) -> None:
        """Should that fail, it is tried again when the host reports."""
        assert made.order is not None
        try:
            start_at_host(self._front, made.payment, made.order)
        except RequestError as error:
            log.warning("payment %s is not at its host yet: %s", made.payment.id, error.code)

    def _told(self) -> dict[str, object]:
        echoed = self._wanted.custom_attributes
        more = {} if echoed is None else {"custom_attributes": read(echoed)}
        return {**self._wanted.details, **more}

    def _name_outside(self, work: Work, our_id: str, named: str) -> Opened:
        merchant = read_merchant(work, self._pair.miniapp.merchant_id)
        return name_outside(work, merchant, self._draft(our_id), named)


def start_at_host(front: Front, payment: BoxoPayment, order: Order) -> None:
    """From now on the host app has it. Raises what `Cashier.pay` does."""
    cashier = front.parts.cashier
    cashier.pay(
        order.id,
        gateway=cashier.gateway_for(order, METHOD),
        method=METHOD,
        inputs={"reference": f"{payment.client_id}:{payment.order_payment_id}"},
    )
