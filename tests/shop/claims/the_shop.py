"""A shop's half without its web pages: buying, being paid, refunded, and the outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from flask_till.base.database import Database
from flask_till.base.outbox import Delivery, Receiver
from flask_till.base.relay import DONE, Outcome, Relay
from flask_till.shop.actions.claims import MAKER, TROUBLE, WANT, claims_of, read_claim
from flask_till.shop.actions.orders import apply_desk_order
from flask_till.shop.catalog import Shelf
from flask_till.shop.claim_delivery import COURIER, SCHEDULE, ClaimDelivery
from flask_till.shop.claims import Claim, KeptClaim
from flask_till.shop.order import PAID, REFUNDED, Order
from flask_till.shop.tables import metadata, outbox
from tests.shop.shelves import fill, now, place, told


class TheShop:
    """What happens to its orders are the methods `buy`, `pay`, `refund`; `carry` empties it."""

    def __init__(self, database: Database, shelf: Shelf, delivery: ClaimDelivery) -> None:
        self.database = database
        self.shelf = shelf
        self.delivery = delivery
        self.signals: list[Delivery] = []
        self._tries = 0
        couriers = {COURIER: self._try, "signal": self._hear}
        self._relay = Relay(
            database, outbox, couriers, schedules={COURIER: SCHEDULE}, jitter=lambda: 0.5
        )
        self._version = 1

    def _try(self, delivery: Delivery) -> Outcome:
        self._tries += 1
        return self.delivery.courier(delivery)

    def _hear(self, delivery: Delivery) -> Outcome:
        self.signals.append(delivery)
        return DONE

    def place(self, **quantities: int) -> Order:
        return place(self.database, self.shelf, fill(self.database, self.shelf, **quantities)).order

    def tell(self, order: Order, status: str, **more: Any) -> Order:
        self._version += 1
        snapshot = told(order, self._version, status, **more)
        self.database.write(apply_desk_order, self.shelf, "till", None, snapshot)
        return now(self.database, order)

    def buy(self, **quantities: int) -> Order:
        """A paid order."""
        return self.tell(self.place(**quantities), PAID)

    def refund(self, order: Order) -> Order:
        return self.tell(order, REFUNDED, refunded=order.total)

    def carry(self) -> int:
        """Whatever is due now; how often the maker of the claims was asked."""
        before = self._tries
        self._relay.drain()
        return self._tries - before

    def troubles(self) -> list[str]:
        """The reasons that the shop's owner was told."""
        return [one.data["reason"] for one in self.signals if one.kind == TROUBLE]

    def kept(self, order: Order) -> list[KeptClaim]:
        return self.database.read(claims_of, [order.id])[order.id]

    def one(self, order: Order) -> KeptClaim:
        (claim,) = self.kept(order)
        return claim

    def again(self, claim: KeptClaim) -> KeptClaim:
        return self.database.read(read_claim, claim.id)

    def statuses(self, order: Order) -> list[str]:
        return [claim.status for claim in self.kept(order)]

    def shown(self, order: Order) -> tuple[Claim, ...]:
        """The claims as the order's own browser sees them."""
        read = self.database.read
        (seen,) = read(lambda work: self.delivery.on(work, [now(self.database, order)], str))
        return seen.claims

    def errand(self, claim: KeptClaim, kind: str = WANT, tries: int = 1) -> Delivery:
        """A delivery as the relay hands it to the courier."""
        return Delivery(
            "dlv_1", "evt_1", claim.id, 1, kind, {}, self.database.clock(),
            Receiver(MAKER.courier, MAKER.address), tries, 1,
        )  # fmt: skip

    def deliveries(self, claim: KeptClaim) -> list[tuple[str, str]]:
        """What was recorded to be carried about the claim: kind and state, oldest first."""
        events, rows = (metadata.tables[f"till_shop_{name}"] for name in ("events", "deliveries"))
        asked = (
            select(events.c.kind, rows.c.state)
            .join(rows, rows.c.event_id == events.c.id)
            .where(events.c.subject == claim.id)
            .order_by(events.c.seq)
        )
        return [tuple(row) for row in self.database.read(lambda work: work.execute(asked).all())]
