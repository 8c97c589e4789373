"""The desk as a host app: the user confirms a miniapp's payment here, and is charged (7)."""

from __future__ import annotations

from functools import partial

from ..base.database import Database, Work
from ..errors import Conflict, Forbidden, NotFound
from .actions.balances import read_balances
from .actions.boxo_payments import note_outcome, read_payment
from .balance import WALLET
from .boxo_payment import CANCELLED, FAILED, SDK_WORDS, BoxoPayment
from .cashier import Cashier
from .host_sessions import HostUser
from .order import Order

SANDBOX = "sandbox"
TOO_LITTLE = "Insufficient balance"
DECLINED = "The payment was declined"


class HostPayments:
    """What the pages of the built-in host app do with payments; other hosts' are `NotFound`."""

    def __init__(self, database: Database, cashier: Cashier) -> None:
        self._database = database
        self._cashier = cashier

    def show(self, payment_id: str) -> tuple[BoxoPayment, Order]:
        """As it is now; one whose time is over is ended on the way.

        Raises `NotFound` (ORDER_NOT_FOUND), also for a payment that an outside host takes.
        """
        self._read(payment_id)
        order = self._cashier.get(payment_id)
        return self._read(payment_id), order

    def pay(self, payment_id: str, user: HostUser | None, *, outcome: str | None = None) -> Order:
        """Charge a signed-in user's balance, or nobody in the sandbox; a repeat charges nothing.

        Too little balance, or a decline, fails the payment. ``outcome`` is what the sandbox shall
        do. Raises `Forbidden` (HOST_SIGN_IN_NEEDED) when nobody is there to be charged,
        `GatewayUnavailable`.
        """
        payment, order = self.show(payment_id)
        if not order.is_open:
            return order
        if user is not None and self._is_for(payment, user):
            return self._charge_balance(payment, order)
        return self._play(payment, order, outcome)

    def cancel(self, payment_id: str) -> Order:
        """The user does not want it. One that is over already is given back as it is."""
        payment, order = self.show(payment_id)
        return self._end(payment, order, CANCELLED) if order.is_open else order

    def words(self, payment: BoxoPayment, order: Order) -> dict[str, str | None]:
        """What the host's page tells the miniapp, in the SDK's words (8). Nothing in it is secret.

        ``status`` is None while nobody decided.
        """
        paid_by = order.payment.id if order.payment is not None else ""
        return {
            "status": SDK_WORDS[payment.status(order)],
            "hostappOrderId": payment.order_payment_id,
            "transactionId": paid_by,
        }

    # --- charging -------------------------------------------------------------------------

    @staticmethod
    def _is_for(payment: BoxoPayment, user: HostUser) -> bool:
        return (payment.client_id, payment.hostapp_user_id) == (
            user.client_id,
            user.user_reference,
        )

    def _charge_balance(self, payment: BoxoPayment, order: Order) -> Order:
        gateway = self._cashier.gateway_for(order, WALLET)
        assert order.payer is not None
        having = self._database.read(
            read_balances, order.payer, currency=order.amount.currency, live=order.live
        )
        if having.wallet < order.amount:
            return self._end(payment, order, FAILED, TOO_LITTLE)
        try:
            return self._cashier.pay(order.id, gateway=gateway, method=WALLET, inputs={}).order
        except Conflict as refusal:
            if refusal.code == "INSUFFICIENT_BALANCE":
                return self._end(payment, order, FAILED, TOO_LITTLE)
            return self._cashier.get(order.id)  # somebody else decided meanwhile, or is about to

    def _play(self, payment: BoxoPayment, order: Order, outcome: str | None) -> Order:
        """In development the sandbox pays for whoever is there."""
        try:
            gateway = self._cashier.gateway_for(order, SANDBOX)
        except NotFound:
            raise Forbidden(
                "Nobody is signed in to the host app who could pay this.",
                code="HOST_SIGN_IN_NEEDED",
                remedy="Sign in to the host app as the user that the payment is for.",
            ) from None
        inputs = {} if outcome is None else {"outcome": outcome}
        try:
            paid = self._cashier.pay(order.id, gateway=gateway, method=SANDBOX, inputs=inputs).order
        except Conflict:
            return self._cashier.get(order.id)
        declined = paid.payment is not None and paid.payment.status == "failed"
        return self._end(payment, paid, FAILED, DECLINED) if declined and paid.is_open else paid

    # --- ending ---------------------------------------------------------------------------

    def _end(
        self, payment: BoxoPayment, order: Order, outcome: str, reason: str | None = None
    ) -> Order:
        note = partial(_note_if_open, payment_id=payment.id, outcome=outcome, reason=reason)
        try:
            return self._cashier.cancel(order.id, along=note)
        except Conflict:  # money was faster, or its time was over
            return self._cashier.get(order.id)

    def _read(self, payment_id: str) -> BoxoPayment:
        payment = self._database.read(read_payment, payment_id)
        if payment.order_id is None or not payment.is_built_in:
            raise NotFound("There is no such payment.", code="ORDER_NOT_FOUND")
        return payment


def _note_if_open(work: Work, *, payment_id: str, outcome: str, reason: str | None) -> None:
    """Called with the order locked: a payment that is decided keeps its outcome."""
    if read_payment(work, payment_id).is_open:
        note_outcome(work, payment_id, outcome, reason)
