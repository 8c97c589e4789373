"""Attempts to pay: started, looked at and stopped at their gateway, and settled by its evidence.

Whatever a gateway says goes through `Paying.settle` before it counts, wherever it was said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..base.database import Database
from ..base.logs import logger
from ..errors import Conflict, GatewayRefused, GatewayUnavailable, NotFound
from ..money import Money
from .actions import payments, reading
from .charging import Charging
from .gateways import Evidence, Gateway, GivesDetails, Plays, Started, TakesWord
from .order import Order, Payment
from .payment import ACTIVE

log = logger(__name__)


class Paying:
    def __init__(self, database: Database, charging: Charging) -> None:
        self._database = database
        self._charging = charging

    def start(
        self, order: Order, *, gateway: str, method: str, inputs: Mapping[str, str]
    ) -> Started:
        """Start paying by a method; what is under way by another one is stopped first.

        Raises what `Cashier.pay` does.
        """
        offered = {(one.gateway, one.name) for one in self._charging.methods(order)}
        if (gateway, method) not in offered:
            raise NotFound("That way to pay is not offered here.", code="METHOD_NOT_OFFERED")
        active = order.payment
        if (
            active
            and active.status in ACTIVE
            and (active.gateway, active.method) != (gateway, method)
        ):
            self.stop_all(order.id)
        try:
            return self._begin(order, gateway, method, inputs)
        except Conflict as conflict:
            # The provider has another form of it open, which has to end before this one begins.
            if conflict.code != "PAYMENT_IN_PROGRESS" or isinstance(conflict, GatewayRefused):
                raise
            self.stop_all(order.id)
            return self._begin(order, gateway, method, inputs)

    def _begin(self, order: Order, gateway: str, method: str, inputs: Mapping[str, str]) -> Started:
        chosen = self._charging.gateway(gateway)
        payment = self._database.write(
            payments.start_payment,
            order.id,
            gateway=gateway,
            account=chosen.account,
            method=method,
            live=chosen.livemode,
            limited=not isinstance(chosen, TakesWord),
        )
        return self._open(order, payment, inputs).started

    def _open(self, order: Order, payment: Payment, inputs: Mapping[str, str]) -> _Opened:
        gateway = self._charging.gateway(payment.gateway)
        try:
            started = gateway.start(self._charging.charge(order, payment), inputs)
        except GatewayRefused as refusal:
            self._database.write(payments.refuse_payment, payment.id, refusal.message)
            raise
        bound = self._database.write(
            payments.bind_payment,
            payment.id,
            provider_ref=started.provider_ref,
            client=_redirect(started),
        )
        self.settle(started.evidence or _evidence_of(gateway, bound, started))
        return _Opened(bound, started)

    def act(self, order: Order, inputs: Mapping[str, str]) -> None:
        """Pass a step that the shopper took on our page to the gateway."""
        if order.payment is None or order.payment.status not in ACTIVE:
            raise Conflict("There is no payment to confirm.", code="ORDER_STATE")
        gateway = self._charging.gateway(order.payment.gateway)
        self.settle(gateway.act(self._charging.charge(order, order.payment), inputs))

    def look(self, order: Order) -> None:
        """Ask about the payment under way; a gateway that does not answer changes nothing."""
        payment = order.payment
        if payment and payment.status in ACTIVE and payment.provider_ref:
            try:
                self._look(order, payment)
            except GatewayUnavailable:
                log.warning("gateway %s does not answer", payment.gateway)

    def ask(self, payment_id: str) -> None:
        """Ask about a payment that something happened to. Raises `NotFound`."""
        order_id, payment = self._database.read(payments.payment_by_id, payment_id)
        self._look(self._database.read(reading.read_order, order_id), payment)

    def look_late(self, payment_id: str) -> None:
        """Ask once more about a payment of an order that ended: its news may have been lost.

        One that went on until now is stopped.
        """
        order_id, payment = self._database.read(payments.payment_by_id, payment_id)
        if payment.status in ACTIVE:
            self._stop(order_id, payment)
            return
        self.ask(payment_id)

    def _look(self, order: Order, payment: Payment) -> None:
        gateway = self._charging.gateway(payment.gateway)
        self.settle(gateway.look(self._charging.charge(order, payment)))

    def details(self, order: Order) -> Mapping[str, str]:
        """What its gateway wants the shopper to know of the payment under way."""
        payment = order.payment
        if not order.is_open or payment is None or payment.status not in ACTIVE:
            return {}
        gateway: object = self._charging.gateways.get(payment.gateway)
        if not isinstance(gateway, GivesDetails):
            return {}
        return gateway.details(self._charging.charge(order, payment))

    def hear(
        self, order: Order, status: str, reason: str | None, source: str | None = None
    ) -> payments.Settled:
        """What a partner tells of a payment that it takes itself."""
        payment = order.payment
        if payment is not None:
            gateway = self._charging.gateway(payment.gateway)
            if isinstance(gateway, TakesWord):
                charge = self._charging.charge(order, payment)
                told = gateway.take_word(charge, status, reason)
                if source is None:
                    return self.settle(told)
                kept = replace(told, event_id=f"{payment.id}.{status}")
                return self.settle(kept, {"source": source})
        raise Conflict("No partner takes the money of this order.", code="ORDER_STATE")

    def play(self, provider_ref: str, status: str, *, dialect: str) -> payments.Settled:
        """Have a gateway that moves no money say that of a payment of that dialect's orders.

        Raises `NotFound` (PAYMENT_NOT_FOUND), also for a merchant who is live.
        """
        playing = {
            name: gateway
            for name, gateway in self._charging.gateways.items()
            if isinstance(gateway, Plays) and not gateway.livemode
        }
        order_id, payment = self._database.read(
            payments.played_payment, list(playing), provider_ref, dialect
        )
        order = self._database.read(reading.read_order, order_id)
        charge = self._charging.charge(order, payment)
        return self.settle(playing[payment.gateway].play(charge, status))

    # --- stopping -------------------------------------------------------------------------

    def stop_all(self, order_id: str) -> None:
        """Cancel what is under way at its gateway; what it answers is settled like all evidence."""
        for payment in self._database.read(payments.payments_of, order_id):
            if payment.status in ACTIVE or (payment.status == "failed" and payment.provider_ref):
                self._stop(order_id, payment)

    def stop_the_rest(self, order_id: str) -> None:
        """Paid once, or declined too often. What does not stop now, the sweeper tries again."""
        for payment in self._database.read(payments.payments_of, order_id):
            if payment.status in ACTIVE:
                try:
                    self._stop(order_id, payment)
                except (GatewayUnavailable, GatewayRefused, Conflict) as error:
                    log.warning("payment %s does not stop yet: %s", payment.id, error.code)

    def _stop(self, order_id: str, payment: Payment) -> None:
        """Have its gateway see to it that nothing comes of it, also of one that was lost on the
        way there, which must not be begun by that."""
        order = self._database.read(reading.read_order, order_id)
        gateway = self._charging.gateway(payment.gateway)
        try:
            evidence = gateway.cancel(self._charging.charge(order, payment))
        except GatewayRefused as refusal:
            if payment.provider_ref is not None:
                raise
            self._database.write(payments.refuse_payment, payment.id, refusal.message)
            return
        if payment.provider_ref is None:
            ref = evidence.provider_ref
            self._database.write(payments.bind_payment, payment.id, provider_ref=ref, client={})
        self.settle(evidence)

    # --- settling -------------------------------------------------------------------------

    def settle(
        self, evidence: Evidence, data: Mapping[str, object] | None = None
    ) -> payments.Settled:
        """Believe evidence if it fits. Return, webhook and poll end here; repeats do nothing."""
        settled = self._database.write(
            payments.apply_evidence,
            payments.Claimed(
                gateway=evidence.gateway,
                account=evidence.account,
                provider_ref=evidence.provider_ref,
                status=evidence.status,
                amount=evidence.amount,
                livemode=evidence.livemode,
                event_id=evidence.event_id,
                reason=evidence.reason,
                data=data,
            ),
        )
        if settled.verdict == "quarantined":
            log.error("evidence for %s does not fit: %s", evidence.provider_ref, settled.why)
        if settled.is_enough:
            self.stop_the_rest(settled.order.id)
        return settled


@dataclass(frozen=True, slots=True)
class _Opened:
    payment: Payment
    started: Started


def _redirect(started: Started) -> dict[str, str]:
    return {} if started.redirect_url is None else {"redirect_url": started.redirect_url}


def _evidence_of(gateway: Gateway, payment: Payment, started: Started) -> Evidence:
    """A start that says nothing of money: it can move the attempt on, but never pay the order."""
    return Evidence(
        gateway=gateway.name,
        account=gateway.account,
        provider_ref=started.provider_ref,
        status=started.status,
        amount=Money.zero(payment.amount.currency),
        livemode=gateway.livemode,
    )
