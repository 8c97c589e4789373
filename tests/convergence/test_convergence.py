"""Whatever the network does, both sides end with the same (InPost Pay contract, 1.1, 1.7, 7.7).

Random shoppers, a network that loses, doubles, delays and reorders, restarts at any moment; then
the network heals, and everything is compared. ``TILL_CONVERGENCE_EXAMPLES=5000`` looks longer, and
at other worlds each time.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from flask_till.errors import RequestError
from flask_till.money import Money
from tests.convergence.network import FATES
from tests.convergence.sides import migrate
from tests.convergence.world import World

EXAMPLES = int(os.environ.get("TILL_CONVERGENCE_EXAMPLES", "0"))
LONG = EXAMPLES > 0
SHRINK = LONG and "TILL_CONVERGENCE_AS_FOUND" not in os.environ

SIDES = st.sampled_from(["shop", "desk"])
HELD = st.sampled_from(["mug", "card", "rare"])
FEW = st.integers(0, 4)
SELDOM = st.sampled_from([False, False, True])
WEATHER = st.lists(st.sampled_from(["pass", *FATES]), max_size=3)
CODES = st.lists(st.sampled_from(["TEN", "ONCE", "NONE"]), max_size=2, unique=True)


class Shopping(RuleBasedStateMachine):
    new_world: Callable[[], World]

    def __init__(self) -> None:
        super().__init__()
        self.world = type(self).new_world()

    @initialize(linked=st.sampled_from([True, True, True, False]), trust=st.booleans())
    def begin(self, linked: bool, trust: bool) -> None:
        """Most worlds start with a linked basket: that is where it gets difficult."""
        self.world.shop.add("mug", 2)
        if linked:
            self.world.shop.link(by_phone=True)
            self.world.desk.decide(yes=True, trust=trust)
            self.world.drain("desk")
            self.world.shop.look()

    # --- the shopper in the shop ----------------------------------------------------------

    @rule(product=HELD, quantity=st.integers(1, 3))
    def add_in_shop(self, product: str, quantity: int) -> None:
        self.world.shop.add(product, quantity)

    @rule(product=HELD, quantity=FEW)
    def change_in_shop(self, product: str, quantity: int) -> None:
        self.world.shop.set_quantity(product, quantity)

    @rule(codes=CODES)
    def use_codes_in_shop(self, codes: list[str]) -> None:
        self.world.shop.set_codes(codes)

    @rule(by_phone=st.booleans())
    def link(self, by_phone: bool) -> None:
        link = self.world.shop.link(by_phone=by_phone)
        if link is not None:
            with suppress(RequestError):
                self.world.desk.wallet.open_link(link.rpartition("/")[2], self.world.desk.shopper)

    @rule(side=SIDES, really=SELDOM)
    def unlink(self, side: str, really: bool) -> None:
        if really and side == "shop":
            self.world.shop.unlink()
        elif really:
            self._in_wallet(self.world.desk.unlink)

    @rule()
    def look_at_shop(self) -> None:
        self.world.shop.look()

    @rule(really=SELDOM)
    def buy_in_shop(self, really: bool) -> None:
        if really:
            self.world.shop.buy()

    # --- the shopper in the wallet --------------------------------------------------------

    @rule(yes=st.sampled_from([True, True, False]), trust=st.booleans())
    def decide(self, yes: bool, trust: bool) -> None:
        self._in_wallet(self.world.desk.decide, yes=yes, trust=trust)

    @rule(place=st.integers(0, 2), quantity=FEW)
    def change_in_wallet(self, place: int, quantity: int) -> None:
        self._in_wallet(self.world.desk.set_quantity, place, quantity)

    @rule(codes=CODES)
    def use_codes_in_wallet(self, codes: list[str]) -> None:
        self._in_wallet(self.world.desk.set_codes, codes)

    @rule()
    def add_gift(self) -> None:
        self._in_wallet(self.world.desk.add_gift)

    @rule(weekend=st.booleans(), to_shop=WEATHER, calm=st.booleans())
    def place(self, weekend: bool, to_shop: list[str], calm: bool) -> None:
        """Orders what is shown; often after a moment in which both sides could agree on that."""
        if calm:
            for way in (self.world.to_wallet, self.world.to_shop):
                way.is_closed = False
                way.fates.clear()
            self.work([], [])
            self._in_wallet(self.world.desk.set_codes, [])
            self.work([], [])
        self._in_wallet(self.world.desk.place, *["PWW"] * weekend)
        self.world.to_shop.fates.extend(to_shop)
        self.world.drain("desk")

    @rule()
    def pay(self) -> None:
        self._in_wallet(self.world.desk.pay)

    @rule()
    def reject(self) -> None:
        self._in_wallet(self.world.desk.reject)

    @staticmethod
    def _in_wallet(do: Callable[..., object], *given: Any, **more: Any) -> None:
        with suppress(RequestError):
            do(*given, **more)

    # --- the shop's catalog ---------------------------------------------------------------

    @rule(product=HELD, price=st.sampled_from(["8.00", "49.99", "52.00"]))
    def change_price(self, product: str, price: str) -> None:
        self.world.has_new_products = True
        self.world.shop.change_product(
            product, price=Money(price, "PLN"), regular_price=None, lowest_price=None
        )

    @rule(stock=st.integers(0, 3))
    def change_stock(self, stock: int) -> None:
        self.world.has_new_products = True
        self.world.shop.change_product("rare", stock=stock)

    # --- time, death and the network ------------------------------------------------------

    @rule(side=SIDES)
    def drain(self, side: str) -> None:
        self.world.drain(side)

    @rule(seconds=st.sampled_from([0.1, 1, 2, 5, 30, 70, 100]))
    def wait(self, seconds: float) -> None:
        self.world.clock.advance(seconds)

    @rule(to_wallet=WEATHER, to_shop=WEATHER)
    def work(self, to_wallet: list[str], to_shop: list[str]) -> None:
        """A moment in which nothing stands still, in any weather."""
        self.world.to_wallet.fates.extend(to_wallet)
        self.world.to_shop.fates.extend(to_shop)
        self.world.clock.advance(1)
        self.world.drain("shop")
        self.world.drain("desk")
        self.world.sweep()

    @rule(side=SIDES)
    def restart(self, side: str) -> None:
        (self.world.shop if side == "shop" else self.world.desk).restart()

    @rule(to_wallet=WEATHER, to_shop=WEATHER)
    def storm(self, to_wallet: list[str], to_shop: list[str]) -> None:
        self.world.to_wallet.fates.extend(to_wallet)
        self.world.to_shop.fates.extend(to_shop)

    @rule(to_wallet=st.booleans(), is_closed=st.booleans())
    def close_way(self, to_wallet: bool, is_closed: bool) -> None:
        way = self.world.to_wallet if to_wallet else self.world.to_shop
        way.is_closed = is_closed

    @precondition(lambda self: self.world.to_wallet.late or self.world.to_shop.late)
    @rule(to_wallet=st.booleans(), place=st.integers(0, 3))
    def arrive(self, to_wallet: bool, place: int) -> None:
        (self.world.to_wallet if to_wallet else self.world.to_shop).deliver_late(place)

    @rule(product=HELD, quantity=st.integers(1, 2), drained=st.booleans())
    def while_wallet_is_told(self, product: str, quantity: int, drained: bool) -> None:
        """During the next call from the shop that takes a while."""

        def change() -> None:
            self.world.shop.add(product, quantity)
            if drained:
                self.world.drain("desk")

        self.world.to_wallet.meanwhile.append(change)

    @rule(quantity=FEW, drained=st.booleans())
    def while_shop_is_told(self, quantity: int, drained: bool) -> None:
        """During the next call from the wallet that takes a while."""

        def change() -> None:
            self.world.shop.set_quantity("mug", quantity)
            if drained:
                self.world.clock.advance(0.3)
                self.world.drain("shop")

        self.world.to_shop.meanwhile.append(change)

    def teardown(self) -> None:
        try:
            self.world.heal()
            self.world.check()
        except BaseException:
            for way in (self.world.to_wallet, self.world.to_shop):
                print(way.name, *way.seen, sep="\n  ")
            raise
        finally:
            self.world.close()


def shopping(new_world: Callable[[], World], examples: int, steps: int) -> None:
    machine = type("ShoppingHere", (Shopping,), {"new_world": staticmethod(new_world)})
    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        machine,
        settings=settings(
            max_examples=EXAMPLES or examples,
            stateful_step_count=60 if LONG else steps,
            derandomize=not LONG,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if SHRINK else [Phase.generate],
        ),
    )


@pytest.mark.timeout(36_000 if LONG else 240)
def test_both_sides_end_with_the_same(tmp_path: Path) -> None:
    numbers = count()
    empty = tmp_path / "shop.db", tmp_path / "desk.db"
    migrate(*(f"sqlite:///{path}" for path in empty))

    def new_world() -> World:
        folder = tmp_path / str(next(numbers))
        folder.mkdir()
        for path in empty:
            shutil.copy(path, folder)
        urls = [f"sqlite:///{folder / path.name}" for path in empty]
        return World(urls[0], urls[1], folder)

    shopping(new_world, examples=25, steps=40)


@pytest.mark.parametrize("fate", ["answer lost", "late"])
def test_an_order_that_was_given_up_holds_no_goods(tmp_path: Path, fate: str) -> None:
    """It was made, or is made a moment later, and the wallet has not heard of it."""
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("shop", "desk")]
    migrate(*urls)
    world = World(urls[0], urls[1], tmp_path)
    world.shop.add("mug", 2)
    world.shop.link(by_phone=True)
    world.desk.decide(yes=True, trust=False)
    world.drain("desk")
    world.desk.place()
    world.to_shop.fates.extend(["pass", fate])
    world.drain("desk")
    world.to_shop.is_closed = True
    for _ in range(12):
        world.clock.advance(10)
        world.drain("desk")
    assert [one.status for one in world.desk.orders()] == ["failed"]
    world.to_shop.is_closed = False
    world.drain("desk")
    world.to_shop.deliver_late(0)
    world.heal()
    assert [one.status for one in world.desk.orders()] == ["rejected"]
    world.check()
    world.close()


@pytest.mark.timeout(36_000 if LONG else 240)
def test_they_do_on_postgres_too(tmp_path: Path, new_postgres_url: Callable[[], str]) -> None:
    def new_world() -> World:
        urls = new_postgres_url(), new_postgres_url()
        migrate(*urls)
        return World(*urls, tmp_path)

    shopping(new_world, examples=4, steps=30)
