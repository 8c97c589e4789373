"""Goods on their way as claims: asked for and taken back from the outbox, shown to one shopper.

Code and link leave here for the browser that ordered, and for nothing else: they are sealed where
they are stored, and no event, signal or line of a log has them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from ..base.database import Database, Work
from ..base.logs import logger
from ..base.outbox import Delivery
from ..base.relay import DONE, Outcome
from ..base.sealing import Seal
from ..errors import Conflict, NotFound, RequestError, SettingsError, TillError, Unavailable
from .actions.claims import (
    LOOK,
    MAKER,
    TAKE_BACK,
    WANT,
    Heard,
    begin_claim,
    claims_of,
    end_claim,
    fail_claim,
    hear_claim,
    keep_made,
    keep_unwithdrawn,
    look_later,
    read_claim,
    unwant_claim,
    want_again,
)
from .actions.orders import always, read_order
from .claims import CANCELLED, FAILED, READY, Claim, KeptClaim
from .desks import ClaimMaker
from .order import Order

log = logger(__name__)
COURIER = MAKER.courier
HOUR = 3600
SCHEDULE = (1, 3, 10, 30, 120, 600, 1800, HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 12 * HOUR, 24 * HOUR)
"""Seconds between tries: soon at first, as somebody waits; about three days in all."""
UNDER_WAY = 60
"""Seconds after which a call that was cut off is not on its way any more."""
_PLAIN = "%s is opened without signing its shopper in: %s"

Address = Callable[[str], str]
"""Where the page of this shop opens the claim with that id."""


class ClaimDelivery:
    """All that is done with claims. ``heard`` says whether anybody listens to a signal."""

    def __init__(
        self, database: Database, seal: Seal, maker: ClaimMaker, *, heard: Heard = always
    ) -> None:
        self.maker = maker
        self._database = database
        self._seal = seal
        self._heard = heard
        self._kinds: Mapping[str, Callable[[Delivery], Outcome]] = {
            WANT: self._make,
            TAKE_BACK: self._take_back,
            LOOK: self._look,
        }

    def close(self) -> None:
        self.maker.close()

    # ---- for the order's own browser ----

    def on(self, work: Work, orders: Iterable[Order], address: Address) -> list[Order]:
        """The orders with their claims, to be shown to who made them and nobody else."""
        found = list(orders)
        kept = claims_of(work, [order.id for order in found])
        return [
            replace(order, claims=tuple(self._shown(one, work, address) for one in kept[order.id]))
            if order.id in kept
            else order
            for order in found
        ]

    def _shown(self, claim: KeptClaim, work: Work, address: Address) -> Claim:
        status = claim.status_at(work.now)
        shown = Claim(claim.id, claim.product_id, claim.name, status)
        if status != READY or claim.sealed_code is None:
            return shown
        try:
            code = self._seal.open(claim.sealed_code)
        except SettingsError as error:  # the rest of the page goes on
            log.error("the code of %s cannot be shown: %s", claim.id, error)
            return replace(shown, status=FAILED)
        return replace(shown, code=code, open_url=address(claim.id))

    def open(self, basket_id: str | None, claim_id: str) -> str:
        """The link to the wallet, its shopper signed in if the maker can do that just now.

        Raises `NotFound` (CLAIM_NOT_FOUND), also for a claim of another browser, and `Conflict`
        (CLAIM_STATE) for one that is not ready.
        """
        claim, order = self._database.read(_claim_and_order, claim_id)
        if basket_id is None or order.basket_id != basket_id:
            raise NotFound("There is no such claim.", code="CLAIM_NOT_FOUND")
        status = claim.status_at(self._database.clock())
        if status != READY or claim.sealed_link is None:
            raise Conflict(f"There is nothing to open: it is {status}.", code="CLAIM_STATE")
        link = self._seal.open(claim.sealed_link)
        self._database.write(look_later, claim.id)
        try:
            return self.maker.opened(link, order)
        except RequestError as error:  # the wallet's page asks who it is
            log.warning(_PLAIN, claim.id, error.code)
            return link

    # ---- for the shop's owner ----

    def take_back(self, claim_id: str) -> KeptClaim:
        """Withdraw the code, unless it is claimed. Raises `NotFound`."""
        return self._database.write(unwant_claim, claim_id, self._heard)

    def ask_again(self, claim_id: str) -> KeptClaim:
        """Ask anew for what failed. Raises `NotFound` and `Conflict`."""
        return self._database.write(want_again, claim_id)

    # ---- with the maker ----

    def hear(self, header: str | None, body: bytes) -> bool:
        """Apply a callback of the maker's. False when it is no news. Raises `RequestError`."""
        news = self.maker.read_callback(header, body, self._database.clock())
        return self._database.write(hear_claim, self.maker.name, news, self._heard)

    def courier(self, delivery: Delivery) -> Outcome:
        """Carry one errand to the maker. Its outcome names codes only, never what was said."""
        try:
            return self._kinds[delivery.kind](delivery)
        except Unavailable as error:
            return self._again(delivery, error.code, error.retry_after)
        except TillError as error:
            return self._give_up(delivery, error.code)
        except Exception as error:
            log.exception("%s of %s failed", delivery.kind, delivery.subject)
            return self._again(delivery, type(error).__name__, None)

    def _make(self, delivery: Delivery) -> Outcome:
        claim = self._database.write(begin_claim, delivery.subject)
        if claim is None:
            return Outcome("done", detail="it is not wanted any more")
        made = self.maker.make(claim, self._database.read(read_order, claim.order_id))
        sealed = self._seal.close(made.code), self._seal.close(made.link)
        self._database.write(keep_made, claim.id, made, *sealed, self._heard)
        return DONE

    def _take_back(self, delivery: Delivery) -> Outcome:
        claim = self._database.read(read_claim, delivery.subject)
        if not claim.is_open:
            return Outcome("done", detail=f"it is {claim.status}")
        status = self._withdrawn(claim, is_first=delivery.tries == 1)
        if status == READY:
            return self._again(delivery, "it is unclaimed still", UNDER_WAY)
        self._database.write(end_claim, claim.id, status, self._heard)
        return DONE

    def _look(self, delivery: Delivery) -> Outcome:
        """What became of a claim that was opened: its maker's news of it may have been lost."""
        claim = self._database.read(read_claim, delivery.data["claim_id"])
        if claim.status != READY:
            return Outcome("done", detail=f"it is {claim.status}")
        made = self.maker.find(claim)
        if made is not None and made.status != READY:
            self._database.write(end_claim, claim.id, made.status, self._heard)
        return DONE

    def _withdrawn(self, claim: KeptClaim, *, is_first: bool) -> str:
        """The status after it; ready when that is to be asked for once more."""
        known = claim.maker_order
        if known is None:  # an answer was lost, or refused; something may have been made
            made = self.maker.find(claim)
            if made is None:
                return READY if is_first else CANCELLED
            known = made.maker_order
        return self.maker.withdraw(known)

    def _again(self, delivery: Delivery, why: str, wait: int | None) -> Outcome:
        if delivery.tries > len(SCHEDULE):
            return self._give_up(delivery, why)
        return Outcome("retry", detail=why, retry_after=wait)

    def _give_up(self, delivery: Delivery, why: str) -> Outcome:
        log.error("%s of %s is given up: %s", delivery.kind, delivery.subject, why)
        if delivery.kind == WANT:
            self._database.write(fail_claim, delivery.subject, why, self._heard)
        elif delivery.kind == TAKE_BACK:
            self._database.write(keep_unwithdrawn, delivery.subject, self._heard)
        return Outcome("dead", detail=why)


def _claim_and_order(work: Work, claim_id: str) -> tuple[KeptClaim, Order]:
    claim = read_claim(work, claim_id)
    return claim, read_order(work, claim.order_id)
