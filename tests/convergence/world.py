"""A shop and a desk on their databases, the network between them, and what must hold in the end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.actions.inpost_merchants import read_inpost
from flask_till.desk.dialects.inpost.stored import from_stored
from flask_till.desk.errands import address_of
from flask_till.desk.tables import outbox as desk_outbox
from flask_till.desk.tables.wallet import linked_baskets, wallet_orders
from flask_till.shop.actions.audit import audit_shop
from flask_till.shop.tables import bindings, lines, order_lines, orders
from flask_till.shop.tables import outbox as shop_outbox
from flask_till.wire.inpost.basket import Basket
from flask_till.wire.inpost.comparison import canonical
from tests.convergence.network import Way
from tests.convergence.sides import Clock, DeskSide, ShopSide

MOMENT = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
TICK = timedelta(minutes=3)


class World:
    """``folder`` is for files of this world; the databases at the URLs are migrated and empty."""

    def __init__(self, shop_url: str, desk_url: str, folder: Path) -> None:
        self.clock = Clock(MOMENT)
        self._patches = pytest.MonkeyPatch()
        seconds = SimpleNamespace(monotonic=self.clock.seconds)
        self._patches.setattr("flask_till.shop.linking.time", seconds)
        self.to_shop, self.to_wallet = Way("to shop", self.clock), Way("to wallet", self.clock)
        self.desk = DeskSide(desk_url, self.clock, self.to_shop, folder)
        self.to_wallet.application = lambda *given: self.desk.app(*given)
        self.shop = ShopSide(shop_url, self.clock, self.to_wallet, folder, self.desk.credentials)
        self.to_shop.application = lambda *given: self.shop.app(*given)
        self.has_new_products = False

    def close(self) -> None:
        self._patches.undo()
        self.shop.close()
        self.desk.desk.close()

    # --- steps ----------------------------------------------------------------------------

    def drain(self, side: str) -> None:
        """What that side's relay would do by now."""
        (self.shop if side == "shop" else self.desk).relay.drain()

    def sweep(self) -> None:
        self.shop.sweep()
        self.desk.sweep()

    # --- the end --------------------------------------------------------------------------

    def heal(self) -> None:
        """The network is whole again, and both sides get the time they need."""
        for way in (self.to_shop, self.to_wallet):
            way.is_closed = False
            way.fates.clear()
            way.meanwhile.clear()
        self.desk.desk._here.inpost_enrolment.switch_on(self.desk.merchant)
        for way in (self.to_shop, self.to_wallet):
            while way.late:
                way.deliver_late(0)
        self.settle()
        if self.needs_a_day:
            for _ in range(2):
                self.clock.advance(hours=25)
                self.settle()

    @property
    def needs_a_day(self) -> bool:
        """What came too late, and what changed of products alone, is found out by a renewal."""
        return self.has_new_products or self.to_shop.was_late or self.to_wallet.was_late

    def settle(self, *, at_least: timedelta = timedelta(minutes=45)) -> None:
        """Until nothing waits any more, and long enough for prompts and orders to be over."""
        ends = self.clock.now + at_least
        for _ in range(400):
            self.drain("shop")
            self.drain("desk")
            self.sweep()
            waits = [due for due in (self._due(self.shop), self._due(self.desk)) if due]
            if not waits and self.clock.now >= ends:
                return
            soon = self.clock.now + timedelta(milliseconds=250)
            self.clock.now = max(soon, min([*waits, self.clock.now + TICK]))
        raise AssertionError("they never come to rest")

    @staticmethod
    def _due(side: Any) -> datetime | None:
        if isinstance(side, ShopSide):
            return side.front.database.read(shop_outbox.next_due)
        return side.database.read(desk_outbox.next_due)

    # --- what must hold -------------------------------------------------------------------

    def check(self) -> None:
        self.check_links()
        self.check_baskets()
        self.check_orders()
        self.check_gifts()
        self.audit()

    def audit(self) -> None:
        for breaches in (
            self.shop.front.database.read(audit_shop),
            self.desk.database.read(audit_desk),
        ):
            assert not breaches, [(one.invariant.name, one.rows) for one in breaches]

    def check_links(self) -> None:
        """Linked on one side is linked on the other, and ordered is ordered."""
        here = {one.id: one.status for one in self.shop.rows(bindings)}
        there = {one.merchant_basket_id: one.status for one in self.desk.rows(linked_baskets)}
        linked = {key for key, status in here.items() if status == "linked"}
        bound = {key for key, status in there.items() if status == "bound"}
        assert linked == bound, f"linked in the shop {here}, in the wallet {there}"
        assert "pending" not in {*here.values(), *there.values()}, (here, there)

    def check_baskets(self) -> None:
        """What the shop answers is what the wallet shows."""
        for kept in self.desk.rows(linked_baskets):
            if kept.status == "bound":
                told = self._read(kept.merchant_basket_id)
                shown = from_stored(Basket, kept.content)
                assert canonical(shown) == canonical(told)
                assert shown.related_products == told.related_products

    def _read(self, basket_id: str) -> Basket:
        merchant = self.desk.database.read(read_inpost, self.desk.merchant)
        calls = self.desk.desk._here.wallet_desk.calls
        return from_stored(Basket, calls.read_basket(address_of(merchant), basket_id).content)

    def check_orders(self) -> None:
        """One order of a basket, of which both sides say the same, paid once."""
        here = {one.id: one for one in self.shop.rows(orders) if one.desk == "inpost"}
        there = {
            one.merchant_order_id: one
            for one in self.desk.rows(wallet_orders)
            if one.merchant_order_id is not None
        }
        assert {key for key, one in here.items() if one.status != "cancelled"} <= set(there)
        for key, one in there.items():
            same = {"paid": "paid", "rejected": "cancelled"}.get(one.status)
            assert here[key].status == same, f"{one.status} in the wallet, {here[key].status}"
        paid = sum(one.total for one in here.values() if one.status == "paid")
        assert self.desk.gateway.taken == paid

    def check_gifts(self) -> None:
        """Each wish to add one was granted once if it was granted at all."""
        held = sum(one.quantity for one in self.shop.rows(lines) if one.product_id == "gift")
        sold = sum(one.quantity for one in self.shop.rows(order_lines) if one.product_id == "gift")
        assert held + sold >= len(self.to_shop.added), "an addition was lost"
        assert held + sold <= len(self.to_shop.added), "an addition was applied twice"
