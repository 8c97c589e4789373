"""From a basket to a page where it can be paid: action, desk call, action.

Whatever breaks off in between is found again: the order's id is what the desk knows it by, so
asking twice is asking once, and `Checkout.sweep` ends what nobody came back for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..base.database import Database
from ..base.logs import logger
from ..errors import Conflict, Gone, NotFound, RequestError, TillError, Unavailable
from .actions.orders import (
    Heard,
    always,
    apply_desk_order,
    bind_desk_order,
    end_watch,
    fail_order,
    forget_order,
    open_order,
    overdue,
    read_order,
    release_order,
    stale_placing,
    watched,
)
from .actions.placing import Placed, place_order
from .catalog import Shelf
from .desks import Declined, Desk, DeskOrder, PageKey, PaysInHost, Quotes, ShopperUnknown
from .order import CAPTURED, PLACING, STALE_PLACING, UNANSWERED, DeskSnapshot, Order
from .quote import Wish
from .quoting import Quoting

log = logger(__name__)
TRIES = 4


@dataclass(frozen=True, slots=True)
class Opened:
    """An order and what opens its page: ``order_url`` with ``&token=`` and the token.

    ``in_host`` opens it inside the app that shows the shop, at a desk that can do that.
    """

    order: Order
    order_url: str
    token: str
    in_host: Mapping[str, Any] | None = None


class Checkout:
    """The way to the desk and back, for one shop.

    ``live_only``: a desk that takes no real money is not believed. ``most_open`` unpaid orders
    may belong to one caller; 0 is any number. ``heard`` says whether anybody listens to a signal.
    """

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        desk: Desk,
        *,
        live_only: bool = False,
        most_open: int = 0,
        heard: Heard = always,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._desk = desk
        self._live = True if live_only else None
        self._most_open = most_open
        self._heard = heard
        self.quoting = Quoting(database, shelf, desk) if isinstance(desk, Quotes) else None
        """What is done besides at a desk that quotes; None at any other."""

    def open(
        self,
        basket_id: str | None,
        *,
        mode: str = "popup",
        locale: str = "en",
        origin: str | None = None,
        redirect_url: str | None = None,
        shopper: str | None = None,
        asked_by: str | None = None,
        wish: Wish = Wish(),  # noqa: B008 - frozen
    ) -> Opened:
        """The order for this version of the basket, new or the one that is open, and a fresh key.

        ``origin`` is that of the page that opens the order page, ``redirect_url`` where the
        shopper goes afterwards, ``asked_by`` a mark of the caller, whose unpaid orders are few;
        ``wish`` is heeded at a desk that quotes.
        An open order of an earlier version is cancelled first, or given up at a desk that has no
        word for it. Raises `Conflict` (BASKET_EMPTY, OUT_OF_STOCK, ORDER_ALREADY_PAID,
        ORDER_PROCESSING...), `Declined`, `ShopperUnknown`, `TooMany` and `Unavailable`
        (DESK_UNAVAILABLE); the basket is kept, and trying again is safe.
        """
        if self.quoting is not None:
            self.quoting.consider(basket_id, wish)
        for _ in range(TRIES):
            placed = self._place(basket_id, locale, origin, redirect_url, shopper, asked_by)
            if placed is None:
                self._end_rival(basket_id)
                continue
            opened = (
                self._go_on(placed) if placed.order.desk_order_id else self._hand_in(placed, wish)
            )
            if opened is not None:
                return opened
        raise Conflict("The basket changes too quickly; try again.", code="ORDER_CHANGED")

    def end_open_order(self, basket_id: str) -> None:
        """Cancel the basket's open order, because it is being bought elsewhere.

        Raises `Conflict` when it is paid or being paid, and `Unavailable`.
        """
        self._end_rival(basket_id)

    def refresh(self, order_id: str) -> Order:
        """Ask the desk how the order is, and apply that; returns the order as it is then.

        An open order that the desk no longer knows has expired.
        """
        order = self._database.read(read_order, order_id)
        if order.desk_order_id is None:
            return order
        try:
            told = self._desk.get(order)
        except NotFound:
            log.error("the desk no longer knows %s (%s)", order.number, order.desk_order_id)
            self._database.write(forget_order, self._shelf, order.id, heard=self._heard)
            return self._database.read(read_order, order.id)
        return self._apply(order, told)

    def sweep(self) -> int:
        """Give up orders that a crash left half placed, and ask about those past their time.

        What ended unpaid here although its money may come late is looked at once more.
        Returns how many there were. Safe to run anywhere, any number of times.
        """
        stale = self._database.read(stale_placing, STALE_PLACING)
        for order in stale:
            # Nobody was sent to its page: the browser is answered only after the order is bound.
            self._database.write(fail_order, self._shelf, order.id, "LEFT_BEHIND")
        late = self._database.read(overdue)
        for order in late:
            self._look_after(order)
        over = self._database.read(watched)
        for order in over:
            if self._look_after(order):
                self._database.write(end_watch, order.id)
        return len(stale) + len(late) + len(over)

    def _look_after(self, order: Order) -> bool:
        """Whether the desk answered."""
        try:
            self.refresh(order.id)
        except TillError as error:
            log.warning("%s is past its time, and its desk says: %s", order.number, error)
            return not isinstance(error, Unavailable)
        return True

    def _place(
        self,
        basket_id: str | None,
        locale: str,
        origin: str | None,
        redirect_url: str | None,
        shopper: str | None,
        asked_by: str | None,
    ) -> Placed | None:
        """The basket's order, or None when one of another version is in the way."""
        order_id = self._database.new_id("ord")
        try:
            return self._database.write(
                place_order,
                self._shelf,
                basket_id,
                desk=self._desk.name,
                order_id=order_id,
                locale=locale,
                origin=origin,
                redirect_url=redirect_url,
                shopper=shopper,
                asked_by=asked_by,
                most_open=self._most_open,
                live=self._live,
            )
        except Conflict as error:
            if error.code == "ORDER_OPEN":
                return None
            raise
        except RequestError:
            raise
        except Exception:
            # The commit may have failed after a catalog elsewhere had set the goods aside.
            self._database.write(release_order, self._shelf, order_id)
            raise

    def _create(self, placed: Placed, wish: Wish) -> DeskOrder:
        if self.quoting is None:
            return self._desk.create(placed.order)
        return self.quoting.hand_in(placed, wish)

    def _hand_in(self, placed: Placed, wish: Wish) -> Opened | None:
        """Give the desk an order that it does not have yet, as far as we know."""
        order = placed.order
        if self.quoting is not None and placed.how == "open":
            return self._go_on(Placed(self.quoting.wait_for(order), "open"))
        try:
            made = self._create(placed, wish)
        except RequestError as error:
            raise self._not_taken(placed, error) from error
        try:
            _same(order, made.snapshot)
            bound = self._database.write(
                bind_desk_order,
                self._shelf,
                self._desk.name,
                made.snapshot,
                placed=order,
                heard=self._heard,
            )
        except Conflict as error:
            if error.code != "ORDER_SUPERSEDED":
                log.error("the desk's answer is not believed: %s", error)
                self._database.write(fail_order, self._shelf, order.id, error.code)
                raise
            self._cancel_orphan(order, made.snapshot)
            return None
        if placed.how == "new" and made.key.order_url:
            return self._opened(bound, made.key)
        # It was paid at once and has no page, or is a repeat of one whose key somebody else holds.
        return self._go_on(Placed(bound, "open"))

    def _not_taken(self, placed: Placed, error: RequestError) -> RequestError:
        if placed.how == "open":  # somebody else is placing it right now, or just crashed
            return Unavailable("The order is being placed.", code="DESK_UNAVAILABLE")
        unanswered = isinstance(error, Unavailable)
        reason = UNANSWERED if unanswered else error.code
        self._database.write(fail_order, self._shelf, placed.order.id, reason)
        if unanswered or isinstance(error, ShopperUnknown | Declined):
            return error
        log.error("the desk refuses %s: %s (%s)", placed.order.number, error, error.code)
        return Unavailable("The order desk does not take this order.", code="DESK_UNAVAILABLE")

    def _cancel_orphan(self, order: Order, told: DeskSnapshot) -> None:
        try:
            self._desk.cancel(replace(order, desk_order_id=told.desk_order_id))
        except RequestError as error:
            log.info("%s stays open at the desk until it expires: %s", order.number, error)

    def _go_on(self, placed: Placed) -> Opened | None:
        """A fresh key to an open order that the desk has; None when it turns out to be over."""
        order = self.refresh(placed.order.id)
        _refuse_paid(order)
        if not order.is_open:
            return None
        try:
            return self._opened(order, self._desk.token(order))
        except (Conflict, Gone, NotFound):
            order = self.refresh(order.id)
            _refuse_paid(order)
            if order.is_open:
                raise
            return None

    def _end_rival(self, basket_id: str | None) -> None:
        """Cancel the basket's open order: it was made from an earlier version."""
        rival = self._database.read(open_order, basket_id or "")
        if rival is None:
            return
        if rival.status == PLACING and rival.desk_order_id is None:
            self._database.write(fail_order, self._shelf, rival.id, "SUPERSEDED")
            return
        try:
            order = self._apply(rival, self._desk.cancel(rival))
        except (Conflict, Gone, NotFound):
            order = self.refresh(rival.id)
        _refuse_paid(order)
        if order.is_open:
            raise Conflict(
                "A payment for an earlier state of this basket is under way.",
                code="ORDER_PROCESSING",
                remedy="Wait until it is through, or ended.",
            )

    def _opened(self, order: Order, key: PageKey) -> Opened:
        desk = self._desk
        in_host = desk.host_payment(order, key) if isinstance(desk, PaysInHost) else None
        return Opened(order, key.order_url, key.token, in_host)

    def _apply(self, order: Order, told: DeskSnapshot) -> Order:
        _same(order, told)
        self._database.write(
            apply_desk_order, self._shelf, self._desk.name, None, told, heard=self._heard
        )
        return self._database.read(read_order, order.id)


def _same(order: Order, told: DeskSnapshot) -> None:
    if told.external_id != order.id:
        raise Conflict(f"The desk took {order.number} for another order.", code="ORDER_MISMATCH")


def _refuse_paid(order: Order) -> None:
    if order.status in CAPTURED:
        raise Conflict(f"{order.number} is paid already.", code="ORDER_ALREADY_PAID")
