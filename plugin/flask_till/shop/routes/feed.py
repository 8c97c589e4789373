"""What one browser has not seen yet of its basket and its latest order."""

from __future__ import annotations

from typing import Any

from ...base.database import Work
from ...base.logs import logger
from ...errors import RequestError
from ..actions.basket import basket_topic, read_basket
from ..actions.binding import find_binding
from ..actions.orders import latest_order
from ..actions.versions import Versions
from ..basket import Basket
from ..order import OPEN, PAID, PARTIALLY_REFUNDED, Order
from .shopfront import Shopfront
from .snapshot import (
    basket_json,
    binding_json,
    locale_asked_for,
    order_json,
    order_version,
    version_of_order,
)

log = logger(__name__)
MEND_EVERY = 5.0
"""Seconds between two questions to the desk about one order, while somebody waits for it."""
PAID_STATUSES = (PAID, PARTIALLY_REFUNDED)


class Feed:
    """One waiter's view. Make it in the request, for it remembers whose it is and the language."""

    def __init__(self, front: Shopfront, *, basket_seen: int = 0, order_seen: int = 0) -> None:
        self.basket_id = front.basket_id()
        self._front = front
        self._locale = locale_asked_for(front)
        self._basket_seen, self._order_seen = basket_seen, order_seen
        self.expects_money = False
        """Whether the latest order could still be paid when it was last looked at."""

    @property
    def topic(self) -> str:
        assert self.basket_id is not None
        return basket_topic(self.basket_id)

    def news(self) -> list[dict[str, Any]]:
        """Frames for what changed since the last call; a look at two numbers when nothing did."""
        versions = self._glance()
        if versions is None:
            return []
        newest = version_of_order(versions.order_seq, versions.order_version)
        if versions.basket <= self._basket_seen and newest <= self._order_seen:
            return []
        basket, order, binding = self._front.database.read(self._read)
        frames = []
        if basket.version > self._basket_seen:
            self._basket_seen = basket.version
            shown = basket_json(basket, self._locale, self._front) | {"binding": binding}
            frames.append({"type": "basket", "version": basket.version, "basket": shown})
        if order is not None and (version := order_version(order)) > self._order_seen:
            self._order_seen = version
            shown = order_json(order, self._locale, self._front)
            frames.append({"type": "order", "version": version, "order": shown})
        return frames

    def paid_order(self) -> Order | None:
        """The latest order if it is paid, or was placed in a wallet, where it will be paid."""
        versions = self._glance()
        may_be_done = PAID_STATUSES if self._front.linking is None else (*PAID_STATUSES, *OPEN)
        if versions is None or versions.order_status not in may_be_done:
            return None
        order = self._front.database.read(latest_order, self.basket_id)
        return order if order is not None and order.is_done_here else None

    def _glance(self) -> Versions | None:
        assert self.basket_id is not None
        versions = self._front.versions.ask(self.basket_id)
        self.expects_money = versions is not None and versions.order_status in OPEN
        return versions

    def _read(self, work: Work) -> tuple[Basket, Order | None, dict[str, Any] | None]:
        latest = latest_order(work, self.basket_id)
        order = self._front.with_claims(work, [latest])[0] if latest is not None else None
        basket = read_basket(work, self._front.shelf, self.basket_id)
        if self._front.linking is None:
            return basket, order, None
        return basket, order, binding_json(find_binding(work, self.basket_id))

    def mend(self) -> bool:
        """Ask the desk about an open order, in case its callback was lost; True if we asked."""
        if not self.expects_money or self.basket_id is None:
            return False
        if not self._front.pace.may(self.basket_id, MEND_EVERY):
            return False
        order = self._front.database.read(latest_order, self.basket_id)
        if order is None or not order.is_open:
            return True
        try:
            self._front.checkout.refresh(order.id)
        except RequestError as error:
            log.info("the desk does not say how %s is: %s", order.number, error)
        return True
