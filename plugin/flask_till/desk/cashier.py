"""The cashier: every flow that crosses from our database to a gateway and back.

Each step is action, network, action. The order exists before the payment starts, nothing is
locked while a gateway thinks, and whatever a gateway says goes through `settle` before it counts.
A crash between two steps leaves something that the next use, the sweeper or the relay takes up.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..base.database import Database
from ..base.pace import Pace
from ..base.sealing import digest, new_secret
from ..errors import Conflict, GatewayRefused, GatewayUnavailable, Gone, NotFound
from ..money import Money
from .actions import orders as order_actions
from .actions import page_access, payments, reading, refunds
from .gateways import Charge, Evidence, Gateway, Method, Notice, Started
from .merchant import Merchant
from .order import Order, OrderDraft, Payment, Refund
from .payment import ACTIVE

log = logging.getLogger(__name__)
QUIET = timedelta(seconds=60)
"""A payment under way with no news for this long is asked about."""
ASK_EVERY = 5.0
"""Seconds between two questions to a gateway on behalf of somebody who waits."""


@dataclass(frozen=True, slots=True)
class Paying:
    """What became of the shopper's wish to pay: the order now, and what the page has to do."""

    order: Order
    started: Started | None


class Cashier:
    def __init__(
        self,
        database: Database,
        gateways: Mapping[str, Gateway],
        *,
        page_url: Callable[[str], str],
    ) -> None:
        self._database = database
        self.gateways = gateways
        self._page_url = page_url
        self._pace = Pace()

    # --- orders ---------------------------------------------------------------------------

    def create(self, merchant: Merchant, draft: OrderDraft) -> Order:
        """A new order, or the first one again for the same external id and contents."""
        order, _ = self._database.write(order_actions.create_order, merchant, draft)
        return order

    def get(self, order_id: str, *, merchant_id: str | None = None) -> Order:
        """The order as it is now; one whose time is over is expired on the way, if it can be."""
        order = self._database.read(reading.read_order, order_id, merchant_id=merchant_id)
        if order.is_due(self._database.clock()):
            return self.expire(order_id)
        return order

    def cancel(self, order_id: str, *, merchant_id: str | None = None) -> Order:
        """End an open order. Money that comes first wins: then `Conflict` (ORDER_STATE)."""
        self._database.read(reading.read_order, order_id, merchant_id=merchant_id)
        return self._end(order_id, "cancel")

    def expire(self, order_id: str) -> Order:
        """End an open order whose time is over, if its gateway agrees that no money comes."""
        try:
            return self._end(order_id, "expire")
        except (GatewayUnavailable, GatewayRefused, Conflict, NotFound) as error:
            log.info("order %s does not expire yet: %s", order_id, error.code)
            return self._database.read(reading.read_order, order_id)

    def _end(self, order_id: str, happening: str) -> Order:
        self._stop_payments(order_id)
        late_looks = {name: gateway.late_look for name, gateway in self.gateways.items()}
        return self._database.write(
            order_actions.end_order, order_id, happening, late_looks=late_looks
        )

    def _stop_payments(self, order_id: str) -> None:
        """Cancel what is under way at its gateway; what it answers is settled like all evidence."""
        for payment in self._database.read(payments.payments_of, order_id):
            if payment.status in ACTIVE or (payment.status == "failed" and payment.provider_ref):
                self._stop(order_id, payment)

    def _stop(self, order_id: str, payment: Payment) -> None:
        order = self._database.read(reading.read_order, order_id)
        gateway = self._gateway(payment.gateway)
        if payment.provider_ref is None:
            payment = self._open(order, payment, {}).payment
            if payment.provider_ref is None:
                return
        self.settle(gateway.cancel(self._charge(order, payment)))

    # --- paying ---------------------------------------------------------------------------

    def methods(self, order: Order) -> tuple[Method, ...]:
        """What the page offers for this order's currency, mode and merchant's choice."""
        return tuple(
            method
            for gateway in self.gateways.values()
            if gateway.livemode == order.live
            for method in gateway.methods(order.amount.currency)
            if order.methods is None or method.name in order.methods
        )

    def pay(self, order_id: str, *, gateway: str, method: str, inputs: Mapping[str, str]) -> Paying:
        """Start paying by a method. A repeat carries on with the same attempt.

        Choosing another method stops the attempt under way first. Raises `NotFound` for a
        method that is not offered, `Conflict` when the order cannot be paid, `TooMany` past
        five attempts, `GatewayUnavailable` or `GatewayRefused`.
        """
        order = self.get(order_id)
        if (gateway, method) not in {(m.gateway, m.name) for m in self.methods(order)}:
            raise NotFound("That way to pay is not offered here.", code="METHOD_NOT_OFFERED")
        active = order.payment
        if (
            active
            and active.status in ACTIVE
            and (active.gateway, active.method) != (gateway, method)
        ):
            self._stop_payments(order_id)
        chosen = self._gateway(gateway)
        payment = self._database.write(
            payments.start_payment,
            order_id,
            gateway=gateway,
            account=chosen.account,
            method=method,
            live=chosen.livemode,
        )
        opened = self._open(order, payment, inputs)
        return Paying(self.get(order_id), opened.started)

    def _open(self, order: Order, payment: Payment, inputs: Mapping[str, str]) -> _Opened:
        gateway = self._gateway(payment.gateway)
        try:
            started = gateway.start(self._charge(order, payment), inputs)
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

    def act(self, order_id: str, inputs: Mapping[str, str]) -> Order:
        """Pass a step that the shopper took on our page (a confirmation) to the gateway."""
        order = self.get(order_id)
        if order.payment is None or order.payment.status not in ACTIVE:
            raise Conflict("There is no payment to confirm.", code="ORDER_STATE")
        gateway = self._gateway(order.payment.gateway)
        self.settle(gateway.act(self._charge(order, order.payment), inputs))
        return self.get(order_id)

    def look(self, order_id: str) -> Order:
        """Ask the gateway how the payment stands, and settle what it says."""
        order = self._database.read(reading.read_order, order_id)
        if order.payment and order.payment.status in ACTIVE and order.payment.provider_ref:
            gateway = self._gateway(order.payment.gateway)
            try:
                self.settle(gateway.look(self._charge(order, order.payment)))
            except GatewayUnavailable:
                log.warning("gateway %s does not answer", gateway.name)
        return self.get(order_id)

    def follow(self, order_id: str, *, merchant_id: str | None = None) -> Order:
        """As `get`, for whoever waits for the money: a payment under way is asked about.

        At most every five seconds, so that a lost webhook costs seconds and a busy caller nothing.
        """
        order = self.get(order_id, merchant_id=merchant_id)
        payment = order.payment
        if payment is None or payment.status not in ACTIVE:
            return order
        return self.look(order.id) if self._pace.may(payment.id, ASK_EVERY) else order

    def look_late(self, payment_id: str) -> None:
        """Ask once more about a payment of an order that ended: its news may have been lost."""
        order_id, payment = self._database.read(payments.payment_by_id, payment_id)
        order = self._database.read(reading.read_order, order_id)
        self.settle(self._gateway(payment.gateway).look(self._charge(order, payment)))

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
            self._stop_the_rest(settled.order.id)
        return settled

    def _stop_the_rest(self, order_id: str) -> None:
        """Paid once, or declined too often. What does not stop now, the sweeper tries again."""
        for payment in self._database.read(payments.payments_of, order_id):
            if payment.status in ACTIVE:
                try:
                    self._stop(order_id, payment)
                except (GatewayUnavailable, GatewayRefused, Conflict) as error:
                    log.warning("payment %s does not stop yet: %s", payment.id, error.code)

    # --- refunds --------------------------------------------------------------------------

    def refund(
        self,
        order_id: str,
        amount: Money | None = None,
        *,
        reason: str | None = None,
        merchant_id: str | None = None,
    ) -> Refund:
        """Give money back; pending while the gateway is away (the relay then carries on)."""
        refund = self._database.write(
            refunds.request_refund, order_id, amount, reason=reason, merchant_id=merchant_id
        )
        return self.carry_refund(refund.id)

    def carry_refund(self, refund_id: str) -> Refund:
        """Send a refund that was reserved, now if its gateway answers; as it stands afterwards."""
        try:
            self.send_refund(refund_id)
        except GatewayUnavailable:
            log.warning("refund %s waits for its gateway", refund_id)
        return self._database.read(refunds.read_refund, refund_id)[0]

    def send_refund(self, refund_id: str) -> None:
        """Have the gateway do a pending refund; its id is the key there, so repeats are safe."""
        refund, payment, order_id = self._database.read(refunds.read_refund, refund_id)
        if refund.status != "pending":
            return
        order = self._database.read(reading.read_order, order_id)
        amount = Money.of_minor(refund.amount, payment.amount.currency)
        gateway = self._gateway(payment.gateway)
        try:
            result = gateway.refund(refund_id, self._charge(order, payment), amount)
        except GatewayRefused as refusal:
            self._database.write(
                refunds.complete_refund,
                refund_id,
                provider_ref="",
                succeeded=False,
                failure=refusal.message,
            )
            return
        self.note_refund(refund_id, result.provider_ref, result.status)

    def note_refund(self, refund_id: str, provider_ref: str, status: str) -> None:
        """What a gateway says of a refund: succeeded, failed, or pending and heard of later."""
        if status == "pending":
            self._database.write(refunds.note_refund_sent, refund_id, provider_ref)
            return
        went = status == "succeeded"
        self._database.write(
            refunds.complete_refund, refund_id, provider_ref=provider_ref, succeeded=went
        )

    # --- webhooks -------------------------------------------------------------------------

    def receive(self, gateway_name: str, body: bytes, headers: Mapping[str, str]) -> Notice:
        """A provider's webhook: verified, then applied and committed, before we say thank you.

        Raises `NotFound` for a gateway or payment that we do not know (the provider tries again).
        """
        gateway = self._gateway(gateway_name)
        notice = gateway.read_webhook(body, headers)
        if notice.evidence is not None:
            self.settle(notice.evidence, dict(notice.raw))
        if notice.refund is not None:
            refund_id = notice.refund.refund_id or self._database.read(
                refunds.refund_of_ref, notice.refund.provider_ref
            )
            self.note_refund(refund_id, notice.refund.provider_ref, notice.refund.status)
        return notice

    # --- the page -------------------------------------------------------------------------

    def issue_token(self, order_id: str) -> str:
        """A token that opens the order's page once, within 60 seconds."""
        token = new_secret()
        self._database.write(page_access.store_token, order_id, digest(token))
        return token

    def redeem_token(self, order_id: str, token: str) -> str:
        """The session secret that a token is good for. Raises `NotFound` or `Gone`."""
        session = new_secret()
        if not self._database.write(
            page_access.redeem_token, order_id, digest(token), digest(session)
        ):
            raise Gone("The token was used before.", code="TOKEN_USED")
        return session

    def may_view(self, order_id: str, session: str) -> bool:
        return self._database.read(page_access.may_view, order_id, digest(session))

    # --- by the clock ---------------------------------------------------------------------

    def sweep(self) -> int:
        """Expire what is due and ask about payments with no news; returns how many were touched."""
        due = self._database.read(reading.due_orders)
        quiet = self._database.read(reading.quiet_payments, self._database.clock() - QUIET)
        for order_id in due:
            self._guard(self.expire, order_id)
        for order_id in set(quiet) - set(due):
            self._guard(self._ask, order_id)
        return len(due) + len(set(quiet) - set(due))

    def _ask(self, order_id: str) -> Order:
        """Ask about each payment under way, then let others have their turn at being asked."""
        self._database.write(payments.note_asked, order_id)
        order = self.look(order_id)
        if not order.is_open:
            self._stop_the_rest(order_id)
        return order

    def _guard(self, verb: Callable[[str], Order], order_id: str) -> None:
        try:
            verb(order_id)
        except Exception:
            log.exception("the sweeper could not %s order %s", verb.__name__, order_id)

    # --- between ourselves ----------------------------------------------------------------

    def _gateway(self, name: str) -> Gateway:
        try:
            return self.gateways[name]
        except KeyError:
            raise NotFound(
                f"There is no gateway {name!r} here.", code="GATEWAY_NOT_FOUND"
            ) from None

    def _charge(self, order: Order, payment: Payment) -> Charge:
        return Charge(
            payment_id=payment.id,
            order_id=order.id,
            amount=payment.amount,
            method=payment.method,
            description=order.description or _described(order.lines),
            locale=order.locale,
            return_url=self._page_url(order.id),
            expires_at=order.expires_at,
            metadata={"order_id": order.id, "external_id": order.external_id},
            provider_ref=payment.provider_ref,
            client=payment.client,
        )


@dataclass(frozen=True, slots=True)
class _Opened:
    payment: Payment
    started: Started


def _redirect(started: Started) -> dict[str, str]:
    return {} if started.redirect_url is None else {"redirect_url": started.redirect_url}


def _described(lines: Sequence[object]) -> str:
    return ", ".join(getattr(line, "name", "") for line in lines)[:250]


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
