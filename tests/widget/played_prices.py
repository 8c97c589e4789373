"""A desk that holds prices for seconds, as the widget sees it: a test turns the knobs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Route, expect

from .shop_stand_in import money
from .world import World

BODY = (
    '<till-button product="mug">Buy a mug</till-button>'
    '<till-basket mode="frame"{0}></till-basket> <till-order></till-order>'
)
SUMS = ["PLN 49.99", "PLN 2.50", "PLN 0.07", "PLN 52.56"]


class Prices:
    """What ``GET /quote`` answers, and what a checkout does: a test turns the knobs."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.fee, self.gas, self.seconds = 250, 7, 40
        self.refusal: tuple[int, str] | None = None
        self.refuses_order: str | None = None
        self.asked = 0
        self.orders: list[dict[str, Any]] = []

    def quote(self, route: Route) -> None:
        self.asked += 1
        if self.refusal is not None:
            _refuse(route, *self.refusal)
            return
        lang = route.request.headers["accept-language"]
        shop = self.world.till
        basket = shop.basket(shop.only_shopper(), lang)
        goods = basket["total"]["amount"]
        route.fulfill(
            json={
                "version": basket["version"],
                "currency": "PLN",
                "subtotal": money(goods, lang),
                "fee": money(self.fee, lang),
                "gas": money(self.gas, lang),
                "total": money(goods + self.fee + self.gas, lang),
                "seconds_left": self.seconds,
                "valid_until": "2026-05-04T12:00:40.000+00:00",
            }
        )

    def check_out(self, route: Route) -> None:
        self.orders.append(dict(route.request.post_data_json))
        code = self.refuses_order
        if code is None or self.orders[-1].get("again"):
            route.continue_()
        else:
            _refuse(route, 409, code)


def _refuse(route: Route, status: int, code: str) -> None:
    words = {"error_code": code, "error_message": "Refused by the stand-in."}
    route.fulfill(status=status, json=words)


@pytest.fixture
def prices(world: World, shopper: BrowserContext) -> Iterator[Prices]:
    world.till.quotes = True
    played = Prices(world)
    shopper.route("**/till/quote", played.quote)
    shopper.route("**/till/checkout", played.check_out)
    shopper.clock.install()
    yield played
    shopper.unroute_all(behavior="wait")


@pytest.fixture
def open_quoted(open_tab: Callable[..., Any], prices: Prices) -> Callable[..., Locator]:
    def open_one(attributes: str = "", **page: str) -> Locator:
        tab = open_tab(BODY.format(attributes), **page)
        tab.get_by_role("button", name="Buy a mug").click()
        tab.locator("till-basket [part=badge]").click()
        drawer = tab.locator("till-basket dialog.drawer")
        expect(drawer).to_be_visible()
        return drawer

    return open_one


def sums(drawer: Locator) -> Locator:
    return drawer.get_by_role("definition")


def pay(drawer: Locator) -> None:
    drawer.get_by_role("button", name="Check out").click()
