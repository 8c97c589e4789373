"""`Till` and an application: set-up, what a page can ask, and what a shop is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template_string
from sqlalchemy import select

from flask_till.errors import SettingsError
from flask_till.money import Money
from flask_till.shop.catalog import Product
from flask_till.shop.extension import Till
from flask_till.shop.tables import outbox
from flask_till.signals import order_paid
from tests.shop.conftest import PRODUCTS, browser
from tests.shop.played_desk import SECRET, PlayedDesk
from tests.shop.test_checkout_routes import check_out
from tests.shop.test_izi import add

ROOT = Path(__file__).parents[2]


def bare(tmp_path: Path, **config: Any) -> Flask:
    app = Flask("bare", instance_path=str(tmp_path))
    app.config.from_mapping(
        SECRET_KEY="k" * 32,
        TILL_DATABASE_URL=f"sqlite:///{tmp_path}/till.db",
        TILL_PUBLIC_URL="https://shop.example",
        **config,
    )
    return app


def drain(app: Flask) -> int:
    """Deliver what the outbox holds; returns how many tries that took."""
    tries: int = app.extensions["till"].background.relay.drain()
    return tries


# ---- set-up ----


def test_a_factory_mounts_it_later(tmp_path: Path, desk: PlayedDesk) -> None:
    till = Till(catalog=PRODUCTS)
    app = bare(tmp_path, TESTING=True)
    till.init_app(app, desk=desk)
    assert add(browser(app)).status_code == 200
    till.close(app)


def test_a_second_till_on_one_application_is_refused(app: Flask, desk: PlayedDesk) -> None:
    with pytest.raises(SettingsError, match=r"has a Till already.*Call init_app once"):
        Till(app, catalog=PRODUCTS, desk=desk)
    assert add(browser(app)).status_code == 200


def test_one_till_serves_two_applications(tmp_path: Path, desk: PlayedDesk) -> None:
    till = Till(catalog=PRODUCTS, desk=desk)
    here, there = bare(tmp_path / "a", TESTING=True), bare(tmp_path / "b", TESTING=True)
    for app, prefix in ((here, "/till"), (there, "/kasa")):
        Path(app.instance_path).mkdir()
        app.config["TILL_DATABASE_URL"] = f"sqlite:///{app.instance_path}/till.db"
        till.init_app(app, url_prefix=prefix)
    client = browser(here)
    add(client)
    assert client.get("/till/basket").json["count"] == 1
    other = browser(there)
    added = other.post("/kasa/iziAddToCart", json={"product_id": "card"})
    assert added.json["count"] == 1
    assert added.headers["Set-Cookie"].startswith("till_basket_kasa=")
    assert other.get("/till/basket").status_code == 404
    till.close(here), till.close(there)


def test_production_without_a_desk_is_refused_with_a_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"No order desk.*TILL_DESK_URL"):
        Till(bare(tmp_path), catalog=PRODUCTS)


def test_a_desk_by_its_url_needs_its_key_and_secret(tmp_path: Path) -> None:
    url = "https://pay.example.com"
    with pytest.raises(SettingsError, match="TILL_DESK_KEY and TILL_DESK_CALLBACK_SECRETS"):
        Till(bare(tmp_path), catalog=PRODUCTS, desk=url)
    app = bare(tmp_path, TILL_DESK_KEY="sk_1", TILL_DESK_CALLBACK_SECRETS=SECRET)
    Till(app, catalog=PRODUCTS, desk=url)
    assert repr(app.extensions["till"].desk) == "TillDesk('https://pay.example.com')"


def test_what_cannot_work_is_said_at_once(tmp_path: Path, desk: PlayedDesk) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({}, "nothing to sell"),
        ({"catalog": []}, "TILL_CURRENCY"),
        ({"catalog": [*PRODUCTS, PRODUCTS[0]]}, "two products"),
        ({"catalog": [*PRODUCTS, Product("x", "X", Money("1", "EUR"))]}, "EUR, PLN"),
        ({"catalog": PRODUCTS, "prefix": "/x"}, "knows no 'prefix'"),
        ({"catalog": PRODUCTS, "url_prefix": "till/"}, "TILL_URL_PREFIX"),
    ]
    for options, message in wrong:
        with pytest.raises(SettingsError, match=message):
            Till(bare(tmp_path), desk=desk, **options)


def test_an_application_without_a_till_is_told_so(tmp_path: Path) -> None:
    with bare(tmp_path).test_request_context(), pytest.raises(SettingsError, match="has no Till"):
        Till().basket()


def test_mounting_opens_nothing_and_starts_nothing(tmp_path: Path, desk: PlayedDesk) -> None:
    before = set(threading.enumerate())
    app = bare(tmp_path, TESTING=True)
    till = Till(app, catalog=PRODUCTS, desk=desk)
    assert set(threading.enumerate()) == before
    assert list(tmp_path.iterdir()) == []
    browser(app).get("/till/basket")
    assert {thread.name for thread in set(threading.enumerate()) - before} >= {"till-relay"}
    till.close(app)
    time.sleep(0.05)
    assert not {thread for thread in set(threading.enumerate()) - before if thread.is_alive()}


# ---- in a request ----


def test_a_page_shows_the_basket_and_the_orders(app: Flask, desk: PlayedDesk) -> None:
    page = (
        "{{ till.basket().count }} "
        "{% for order in till.orders() %}{{ order.number }}:{{ order.status }} {% endfor %}"
    )
    app.add_url_rule("/page", view_func=lambda: render_template_string(page), endpoint="page")
    client = browser(app)
    assert client.get("/page").text == "0 "
    add(client, quantity=2)
    assert client.get("/page").text == "2 "
    desk.pay(client, check_out(client).json["order_id"])
    add(client)
    check_out(client)
    assert client.get("/page").text == "1 T-000002:pending T-000001:paid "


def test_a_page_counts_what_the_basket_shows(app: Flask) -> None:
    page = "{{ till.count() }} {{ till.basket().count }} {{ till.count() }}"
    app.add_url_rule("/page", view_func=lambda: render_template_string(page), endpoint="page")
    client = browser(app)
    assert client.get("/page").text == "0 0 0"
    add(client, quantity=2)
    add(client, "last")
    assert client.get("/page").text == "3 3 3"
    app.extensions["till"].shelf.catalog._products.pop("last")  # it is sold no longer
    assert client.get("/page").text == "2 2 2"


def test_an_order_is_shown_to_its_own_browser_only(app: Flask) -> None:
    till = app.extensions["till"].owner
    app.add_url_rule("/of/<order_id>", "of", lambda order_id: str(till.order(order_id) is not None))
    mine, theirs = browser(app), browser(app)
    add(mine)
    add(theirs)
    order_id = check_out(mine).json["order_id"]
    assert mine.get(f"/of/{order_id}").text == "True"
    assert theirs.get(f"/of/{order_id}").text == "False"
    assert browser(app).get(f"/of/{order_id}").text == "False"
    assert mine.get("/of/ord_unknown").text == "False"


# ---- signals ----


def test_an_order_that_is_paid_is_told_once_after_the_commit(
    new_shop: Callable[..., Flask], desk: PlayedDesk
) -> None:
    app = new_shop()
    till, told = app.extensions["till"].owner, []

    @till.on_order_paid
    def deliver(sender: Flask, order: Any) -> None:
        seen = sender.extensions["till"].database.read(lambda work: order.status)
        told.append((sender.name, order.total, seen))

    client = browser(app)
    add(client)
    order_id = check_out(client).json["order_id"]
    desk.pay(client, order_id)
    assert told == []
    drain(app)
    desk.tell(client, order_id)
    drain(app)
    assert told == [("shop", Money("49.99", "PLN"), "paid")]


def test_a_listener_hears_of_its_own_shop_only(
    new_shop: Callable[..., Flask], desk: PlayedDesk
) -> None:
    here, there = new_shop(), new_shop()
    told: list[str] = []
    here.extensions["till"].owner.on_order_placed(lambda app, order: told.append("here"))
    there.extensions["till"].owner.on_order_placed(lambda app, order: told.append("there"))
    client = browser(here)
    add(client)
    check_out(client)
    drain(here)
    assert told == ["here"]


@pytest.mark.parametrize("background", [True, False])
def test_nothing_is_kept_for_listeners_that_are_not_there(
    new_shop: Callable[..., Flask], desk: PlayedDesk, background: bool
) -> None:
    """A relay elsewhere may know of listeners: then it is asked."""
    app = new_shop(TILL_BACKGROUND=background)
    app.extensions["till"].background.wake = lambda: None
    client = browser(app)
    add(client)
    desk.pay(client, check_out(client).json["order_id"])
    database = app.extensions["till"].database
    for table, many in ((outbox.events, 2), (outbox.deliveries, 0 if background else 2)):
        rows = database.read(lambda work, table=table: work.execute(select(table)).all())
        assert len(rows) == many


def test_a_listener_that_fails_is_tried_again_and_the_others_are_not(
    new_shop: Callable[..., Flask], desk: PlayedDesk, caplog: pytest.LogCaptureFixture
) -> None:
    app = new_shop()
    told: list[str] = []

    def steady(sender: Flask, order: Any) -> None:
        told.append("steady")

    def shaky(sender: Flask, order: Any) -> None:
        told.append("shaky")
        if told.count("shaky") == 1:
            raise OSError("the warehouse does not answer")

    client = browser(app)
    add(client)
    with order_paid.connected_to(steady, app), order_paid.connected_to(shaky, app):
        desk.pay(client, check_out(client).json["order_id"])
        drain(app)
        ends = time.monotonic() + 5
        while told.count("shaky") < 2 and time.monotonic() < ends:
            time.sleep(0.1)
            drain(app)
    assert sorted(told) == ["shaky", "shaky", "steady"]


def test_the_background_delivers_by_itself(
    new_shop: Callable[..., Flask], desk: PlayedDesk
) -> None:
    app = new_shop(TILL_BACKGROUND=True)
    heard = threading.Event()
    app.extensions["till"].owner.on_order_paid(lambda sender, order: heard.set())
    client = browser(app)
    add(client)
    desk.pay(client, check_out(client).json["order_id"])
    assert heard.wait(5)


def test_a_changed_basket_is_told_while_somebody_listens(new_shop: Callable[..., Flask]) -> None:
    app = new_shop()
    client, told = browser(app), []
    app.extensions["till"].owner.on_basket_changed(
        lambda sender, **news: told.append(news["version"])
    )
    add(client)
    client.delete("/till/basket/lines/mug")
    drain(app)
    assert told == [1, 2]
