"""The cashier: every flow that crosses from our database to a gateway and back.

Each step is action, network, action. The order exists before the payment starts, nothing is
locked while a gateway thinks, and whatever a gateway says is settled before it counts. A crash
between two steps leaves something that the next use, the sweeper or the relay takes up.

Here is what the desk's edges ask for. How it is done is said in `paying`, `refunding` and
`sharing`, which know an order's parts but not when its time is over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from ..base.database import Database, Work
from ..base.logs import logger
from ..base.pace import Pace
from ..base.sealing import digest, new_secret
from ..errors import Conflict, GatewayRefused, GatewayUnavailable, Gone, NotFound
from ..money import Money
from .actions import orders as order_actions
from .actions import page_access, payments, reading, refunds
from .charging import Charging
from .gateways import Evidence, Gateway, Method, Notice, Started
from .merchant import Merchant
from .order import CAPTURED, Order, OrderDraft, Refund
from .paying import Paying
from .payment import ACTIVE
from .refunding import Refunding
from .sharing import Sharing

log = logger(__name__)
QUIET = timedelta(seconds=60)
"""A payment under way with no news for this long is asked about."""
ASK_EVERY = 5.0
"""Seconds between two questions to a gateway on behalf of somebody who waits."""


@dataclass(frozen=True, slots=True)
class Begun:
    """What became of the shopper's wish to pay: the order now, and what the page has to do."""

    order: Order
    started: Started | None


class Cashier:
    """``paying``, ``refunding`` and ``sharing`` are for the desk's own jobs, not for its edges."""

    def __init__(
        self,
        database: Database,
        gateways: Mapping[str, Gateway],
        *,
        page_url: Callable[[str], str],
    ) -> None:
        self._database = database
        self._charging = Charging(gateways, page_url)
        self._pace = Pace()
        self.paying = Paying(database, self._charging)
        self.refunding = Refunding(database, self._charging)
        self.sharing = Sharing(database, self._charging)

    @property
    def gateways(self) -> Mapping[str, Gateway]:
        return self._charging.gateways

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

    def cancel(
        self,
        order_id: str,
        *,
        merchant_id: str | None = None,
        along: Callable[[Work], object] | None = None,
    ) -> Order:
        """End an open order. Money that comes first wins: then `Conflict` (ORDER_STATE).

        ``along`` is what else happens in the transaction that ends it, or not at all.
        """
        order = self._database.read(reading.read_order, order_id, merchant_id=merchant_id)
        return self._end(order, "cancel", along)

    def expire(self, order_id: str) -> Order:
        """End an open order whose time is over, if its gateway agrees that no money comes."""
        order = self._database.read(reading.read_order, order_id)
        if not order.is_due(self._database.clock()):
            return order
        try:
            return self._end(order, "expire")
        except (GatewayUnavailable, GatewayRefused, Conflict, NotFound) as error:
            log.info("order %s does not expire yet: %s", order_id, error.code)
            return self._database.read(reading.read_order, order_id)

    def _end(
        self, order: Order, happening: str, along: Callable[[Work], object] | None = None
    ) -> Order:
        if order_actions.goes_on(order, happening):
            self.paying.look(order)
        else:
            self.paying.stop_all(order.id)
        looks = {name: one.late_look for name, one in self.gateways.items() if one.late_look}

        def end(work: Work) -> Order:
            if along is not None:
                reading.lock_order(work, order.id)
                along(work)
            return order_actions.end_order(work, order.id, happening, late_looks=looks)

        return self._database.write(end)

    # --- paying ---------------------------------------------------------------------------

    def methods(self, order: Order) -> tuple[Method, ...]:
        """What the page offers for this order's currency, mode and merchant's choice."""
        return self._charging.methods(order)

    def offered(self, currency: str, *, live: bool) -> tuple[Method, ...]:
        """What could be paid with in that currency, with real money or in test mode."""
        return self._charging.offered(currency, live=live)

    def gateway_for(self, order: Order, method: str) -> str:
        """Who offers that method for the order. Raises `NotFound` (METHOD_NOT_OFFERED)."""
        return self._charging.gateway_for(order, method)

    def hear(
        self,
        order_id: str,
        *,
        status: str,
        reason: str | None = None,
        source: str | None = None,
    ) -> payments.Settled:
        """What a partner tells that takes the money of an order itself: succeeded or failed.

        The ``source`` is who says so, where that is to be kept with the evidence. Raises `Conflict`
        (ORDER_STATE) when no partner has it.
        """
        return self.paying.hear(self.get(order_id), status, reason, source)

    def details(self, order: Order) -> Mapping[str, str]:
        """What the shopper needs to know for the payment under way, by what it is called."""
        return self.paying.details(order)

    def pay(self, order_id: str, *, gateway: str, method: str, inputs: Mapping[str, str]) -> Begun:
        """Start paying by a method. A repeat carries on with the same attempt.

        Choosing another method stops the attempt under way first. Raises `NotFound` for a
        method that is not offered, `Conflict` when the order cannot be paid, `TooMany` past
        five attempts, `GatewayUnavailable` or `GatewayRefused`.
        """
        order = self.get(order_id)
        started = self.paying.start(order, gateway=gateway, method=method, inputs=inputs)
        return Begun(self.get(order_id), started)

    def stop(self, order_id: str) -> None:
        """Stop what is under way, so that paying begins anew. Money that comes first wins.

        Raises `GatewayUnavailable` or `GatewayRefused`.
        """
        self.paying.stop_all(order_id)

    def act(self, order_id: str, inputs: Mapping[str, str]) -> Order:
        """Pass a step that the shopper took on our page (a confirmation) to the gateway."""
        self.paying.act(self.get(order_id), inputs)
        return self.get(order_id)

    def look(self, order_id: str) -> Order:
        """Ask the gateway how the payment stands, and settle what it says."""
        self.paying.look(self._database.read(reading.read_order, order_id))
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

    def play(self, provider_ref: str, status: str, *, dialect: str) -> payments.Settled:
        """Have a gateway that moves no money say that of a payment, and believe it as any other.

        Raises `NotFound` (PAYMENT_NOT_FOUND): also for other dialects' and for live merchants.
        """
        return self.paying.play(provider_ref, status, dialect=dialect)

    def settle(
        self, evidence: Evidence, data: Mapping[str, object] | None = None
    ) -> payments.Settled:
        """Believe evidence if it fits. Return, webhook and poll end here; repeats do nothing."""
        return self.paying.settle(evidence, data)

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
        return self.refunding.carry(refund_id)

    # --- webhooks -------------------------------------------------------------------------

    def receive(self, gateway_name: str, body: bytes, headers: Mapping[str, str]) -> Notice:
        """A provider's webhook: verified, then applied and committed, before we say thank you.

        Raises `NotFound` for a gateway or payment that we do not know (the provider tries again).
        """
        notice = self._charging.gateway(gateway_name).read_webhook(body, headers)
        if notice.evidence is not None:
            self.settle(notice.evidence, dict(notice.raw))
        if notice.payment_id is not None:
            self.paying.ask(notice.payment_id)
        if notice.refund is not None:
            self.refunding.hear(notice.refund)
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
        if order.status in CAPTURED:
            self.paying.stop_the_rest(order_id)
        return order

    def _guard(self, verb: Callable[[str], Order], order_id: str) -> None:
        try:
            verb(order_id)
        except Exception:
            log.exception("the sweeper could not %s order %s", verb.__name__, order_id)
