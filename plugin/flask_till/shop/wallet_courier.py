"""What the wallet is told after the shopper was answered: baskets, ends of links, news of orders.

The basket is read when it is told, so that a burst of changes is one PUT; nothing is told that
the wallet knows already, its own changes included (InPost Pay contract, 1.7 and 6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from ..base.database import Database, Work
from ..base.logs import logger
from ..base.outbox import Delivery
from ..base.relay import DONE, Outcome
from ..errors import NotFound, TillError, Unavailable
from .actions.binding import note_sent, read_binding, take_notice, unlink
from .actions.telling import read_told
from .actions.wallet_orders import read_wallet_order
from .binding import UNBOUND
from .catalog import Shelf
from .terms import Terms
from .wallet import NotLinked, OrderNews, PhoneNumber, Told, Wallet, WalletRefused

log = logger(__name__)
HOUR = 3600
SCHEDULE = (2, 5, 15, 60, 300, 900, 1800, 3 * HOUR, 6 * HOUR, 12 * HOUR, 12 * HOUR, 24 * HOUR)
"""Seconds between tries; about three days in all."""
BASKET_TRIES = 7
"""After these, about an hour, a basket is not told any more; a later change is."""
MOST_PUTS = 5
"""In one delivery."""
MANY_FAILURES, REST = 3, 5
"""After so many calls in a row without an answer nobody calls for so many seconds: a wallet that
hangs must not hold the threads that carry other news."""
FINAL = frozenset({"ORDER_NOT_FOUND", "STATUS_ORDER_ERROR"})
"""Answers to an order event that will not change."""


class WalletCourier:
    """Carries the deliveries of `actions.wallet_calls`, and ``basket_sync``."""

    def __init__(self, database: Database, shelf: Shelf, terms: Terms, wallet: Wallet) -> None:
        self._database = database
        self._shelf = shelf
        self._terms = terms
        self._wallet = wallet
        self._failures = 0
        self._rest_until: datetime | None = None
        self._kinds: Mapping[str, Callable[[Delivery], Outcome]] = {
            "basket_sync": self._sync,
            "binding_deleted": self._unlink,
            "browser_deleted": self._untrust,
            "order_event": self._tell_order,
        }

    def __call__(self, delivery: Delivery) -> Outcome:
        if self._rest_until is not None and self._database.clock() < self._rest_until:
            return _again(delivery, "the wallet does not answer others", retry_after=REST)
        try:
            outcome = self._kinds[delivery.kind](delivery)
            self._failures = 0
            return outcome
        except Unavailable as error:
            self._count_failure()
            return _again(delivery, error.code, retry_after=error.retry_after)
        except WalletRefused as refused:
            log.warning("the wallet refuses %s of %s: %s", delivery.kind, delivery.subject, refused)
            return _again(delivery, f"{refused.code}: {refused.message}", refused.code in FINAL)
        except TillError as error:  # what we would say cannot be said
            log.exception("%s of %s cannot be told", delivery.kind, delivery.subject)
            return Outcome("dead", detail=f"{error.code}: {error.message}")

    def _count_failure(self) -> None:
        self._failures += 1
        if self._failures >= MANY_FAILURES:
            self._rest_until = self._database.clock() + timedelta(seconds=REST)

    def _sync(self, delivery: Delivery) -> Outcome:
        """Tell the basket until nothing happened to it while it was told."""
        sent: int | None = None
        for _ in range(MOST_PUTS):
            try:
                told = self._told(delivery)
            except NotFound:
                return Outcome("dead", detail="there is no such binding")
            version = told.basket.version
            if not told.binding.is_linked:
                return Outcome("done", detail=f"it is {told.binding.status}")
            if version == sent or (sent is None and _knows(told, delivery)):
                break
            try:
                self._wallet.put(told)
            except NotLinked as refused:
                return self._drop(delivery, refused)
            self._database.write(_note_told, told)
            sent = version
        else:
            return Outcome("retry", detail="it changes while it is told")
        return DONE

    def _told(self, delivery: Delivery) -> Told:
        return self._database.read(read_told, self._shelf, self._terms, delivery.subject)

    def _drop(self, delivery: Delivery, refused: NotLinked) -> Outcome:
        log.info("the wallet says %s: %s is not linked any more", refused.code, delivery.subject)
        self._database.write(unlink, delivery.subject, refused.code)
        return Outcome("done", detail=refused.code)

    def _unlink(self, delivery: Delivery) -> Outcome:
        binding = self._database.read(read_binding, delivery.subject)
        if binding.status != UNBOUND:  # linked anew: `Linking.start` has told of the end itself
            return Outcome("done", detail=f"it is {binding.status} again")
        self._wallet.unlink(delivery.subject, realized=delivery.data["realized"])
        return DONE

    def _untrust(self, delivery: Delivery) -> Outcome:
        self._wallet.untrust(delivery.data["browser_id"])
        return DONE

    def _tell_order(self, delivery: Delivery) -> Outcome:
        _, kept = self._database.read(read_wallet_order, delivery.subject)
        data: dict[str, Any] = delivery.data
        news = OrderNews(
            event_id=delivery.event_id,
            at=delivery.created_at,
            phone=PhoneNumber(*kept.phone),
            text=data.get("text"),
            parcels=data.get("parcels"),
            delivery=data.get("delivery"),
            completed=data.get("completed", False),
        )
        self._wallet.tell_order(delivery.subject, news)
        return DONE


def _knows(told: Told, delivery: Delivery) -> bool:
    """Whether the wallet knows the basket. After a try that broke off nobody can say."""
    is_news = delivery.tries > 1 or delivery.data.get("renewal", False)
    return not is_news and told.binding.sent_version == told.basket.version


def _note_told(work: Work, told: Told) -> None:
    note_sent(work, told.binding.id, told.basket.version)
    if told.binding.notice is not None:
        take_notice(work, told.binding.id, told.binding.notice)


def _again(
    delivery: Delivery, why: str, is_final: bool = False, retry_after: int | None = None
) -> Outcome:
    is_late = delivery.kind == "basket_sync" and delivery.tries > BASKET_TRIES
    kind = "dead" if is_final or is_late else "retry"
    return Outcome(kind, detail=why, retry_after=retry_after)
