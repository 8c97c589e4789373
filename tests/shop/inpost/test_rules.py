"""The rules of links, terms and orders from wallets, each alone."""

from __future__ import annotations

import itertools
import sqlite3
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from alembic import command

from flask_till.base.database import Database
from flask_till.errors import SettingsError
from flask_till.money import Money
from flask_till.shop.actions.basket import add_line
from flask_till.shop.actions.binding import (
    ask_binding,
    ensure_binding,
    find_binding,
    link,
    note_sent,
    read_binding,
    refuse,
    unlink,
)
from flask_till.shop.binding import (
    LINKED,
    ORDERED,
    PENDING,
    TRANSITIONS,
    UNBOUND,
    LinkFacts,
    mask_phone,
    may_become,
)
from flask_till.shop.desks.inpost.words import plain
from flask_till.shop.order import CANCELLED, PAID
from flask_till.shop.order import PENDING as UNPAID
from flask_till.shop.tables import MIGRATIONS
from flask_till.shop.terms import Consent, Delivery, DeliveryService, Offer, Terms
from flask_till.shop.wallet_order import NotUpdated, OrderTold, effect_of
from flask_till.wire.inpost import order_events
from flask_till.wire.inpost.statuses import OrderStatus
from tests.shop.inpost.conftest import EBOOK, MUG, zl
from tests.shop.shelves import fill, statements

FACTS = LinkFacts("b", "+48", "501234567", "50*****67", "Anna", "Nowak", "browser", True)


def test_every_pair_of_states_is_allowed_or_not_as_the_table_says():
    states = (UNBOUND, PENDING, LINKED, ORDERED)
    assert set(TRANSITIONS) == set(states)
    allowed = {(a, b) for a, b in itertools.product(states, states) if may_become(a, b)}
    assert allowed == {
        (UNBOUND, UNBOUND), (UNBOUND, PENDING), (UNBOUND, LINKED),
        (PENDING, PENDING), (PENDING, UNBOUND), (PENDING, LINKED), (PENDING, ORDERED),
        (LINKED, LINKED), (LINKED, UNBOUND), (LINKED, ORDERED),
    }  # fmt: skip


def test_a_phone_is_masked_as_the_contract_says():
    assert mask_phone("601234500") == "60*****00"


@pytest.mark.parametrize("completed", [False, True])
@pytest.mark.parametrize("status", [UNPAID, PAID, CANCELLED])
@pytest.mark.parametrize("payment", [None, "AUTHORIZED", "STARTED"])
@pytest.mark.parametrize("order", [None, "ORDER_REJECTED", "ORDER_PROCESSING"])
def test_the_shop_and_the_wire_agree_on_what_an_event_does(payment, order, status, completed):
    if completed and status != UNPAID:
        return  # nobody completes what is paid or given up
    known = OrderStatus.ORDER_COMPLETED if completed else None
    known = OrderStatus.ORDER_REJECTED if status == CANCELLED else known
    news = order_events.WalletNews(payment_status=payment, order_status=order)
    meant = order_events.effect_of(news, status=known, paid=status == PAID)
    told = OrderTold(
        "e", payment == "AUTHORIZED", order == "ORDER_REJECTED", bool(payment or order)
    )
    ours = SimpleNamespace(status=status, number="T-1")
    try:
        effect = effect_of(told, ours, completed=completed)
    except NotUpdated:
        effect = "refuse"
    assert effect == meant.value


@pytest.mark.parametrize(
    "make",
    [
        lambda: Delivery("DRONE", zl("1")),
        lambda: Delivery("APM", zl("-1")),
        lambda: Delivery("APM", zl("1"), days=-1),
        lambda: Delivery("APM", zl("1"), services=(DeliveryService("A", "A", zl("1")),) * 2),
        lambda: DeliveryService("", "A", zl("1")),
        lambda: DeliveryService("A", "", zl("1")),
        lambda: DeliveryService("A", "A", zl("-1")),
        lambda: Consent("a b", "Text", "https://shop.example"),
        lambda: Consent("a", "Text", "javascript:alert(1)"),
        lambda: Consent("a", "Text", "https://shop.example", requirement="MUST"),
        lambda: Offer("A", "Text", "ftp://shop.example"),
        lambda: Offer("A", "Text", "https://shop.example", priority=6),
        lambda: replace(MUG, vat_rate=2.3),
        lambda: replace(MUG, vat_rate=True),
        lambda: replace(MUG, vat_rate=-1),
        lambda: replace(MUG, regular_price=zl("1.00")),
        lambda: replace(EBOOK, lowest_price="9"),
    ],
)
def test_terms_that_cannot_work_are_refused_at_start(make):
    with pytest.raises(SettingsError):
        make()


@pytest.mark.parametrize(
    "terms",
    [
        Terms(deliveries=[Delivery("APM", Money("1.00", "EUR"))]),
        Terms(deliveries=[Delivery("APM", zl("1.00"), free_from=Money("9.00", "EUR"))]),
        Terms(minimum=Money("1.00", "EUR")),
    ],
)
def test_terms_in_another_currency_are_refused_at_start(terms):
    with pytest.raises(SettingsError):
        terms.check_currency("PLN")


def test_a_tax_rate_may_have_a_fraction():
    assert replace(MUG, vat_rate=Decimal("5.5")).vat_rate == Decimal("5.5")


@pytest.mark.parametrize(
    ("html", "text"),
    [("a < b", "a < b"), ("<p>A<br>B</p>", "A B"), ("&lt;b&gt;", "<b>"), ("<b>A", "A")],
)
def test_html_becomes_plain_text(html, text):
    assert plain(html) == text


# ---- actions ----


@pytest.fixture
def bound(database, shelf):
    return database.write(ensure_binding, fill(database, shelf, mug=1))


def version(database):
    return database.read(
        lambda work: work.connection.exec_driver_sql(
            "select version from till_shop_baskets"
        ).scalar()
    )


def test_a_binding_goes_its_way_and_each_step_is_seen_by_the_page(database, bound, clock):
    seen = [version(database)]
    for step in (
        lambda work: ask_binding(work, bound.id, clock(), ("+48", "501234567")),
        lambda work: link(work, bound.id, FACTS),
        lambda work: unlink(work, bound.id),
        lambda work: ask_binding(work, bound.id, clock()),
        lambda work: refuse(work, bound.id),
    ):
        database.write(step)
        seen.append(version(database))
    assert seen == sorted(set(seen))
    found = database.read(read_binding, bound.id)
    assert (found.status, found.refusal, found.phone, found.name) == (
        UNBOUND, "REJECTED", None, None,
    )  # fmt: skip


def test_a_step_of_the_link_alone_keeps_the_sent_version_in_step(database, bound, shelf):
    database.write(link, bound.id, FACTS)
    database.write(note_sent, bound.id, version(database))
    database.write(link, bound.id, FACTS)
    assert database.read(read_binding, bound.id).sent_version == version(database)
    database.write(add_line, shelf, bound.basket_id, "card")
    database.write(link, bound.id, FACTS)
    assert database.read(read_binding, bound.id).sent_version < version(database)


def test_an_older_version_never_counts_as_sent_last(database, bound):
    database.write(note_sent, bound.id, 5)
    database.write(note_sent, bound.id, 3)
    assert database.read(read_binding, bound.id).sent_version == 5


def test_a_refusal_that_comes_late_unlinks_nothing(database, bound):
    database.write(link, bound.id, FACTS)
    assert database.write(refuse, bound.id).status == LINKED


def test_there_is_no_binding_before_one_is_asked_for(database, shelf):
    assert database.read(find_binding, fill(database, shelf, mug=1)) is None
    assert database.read(find_binding, None) is None


def costs(database, shelf, basket_id, **more):
    with statements(database) as sent:
        database.write(add_line, shelf, basket_id, "card", **more)
    return len([one for one in sent if "pg_notify" not in one])


def test_adding_costs_no_statement_more_while_nothing_is_linked(database, shelf, bound):
    assert costs(database, shelf, bound.basket_id) == 3
    database.write(link, bound.id, FACTS)
    assert costs(database, shelf, bound.basket_id) == 5
    assert costs(database, shelf, bound.basket_id, told_by_wallet=True) == 3


def test_a_database_with_orders_in_it_is_brought_up_to_date(tmp_path):
    path = tmp_path / "old.db"
    database = Database(f"sqlite:///{path}")
    engine = database.engine
    with engine.connect() as connection, connection.begin():
        command.upgrade(MIGRATIONS._config(connection), "0002")
    with sqlite3.connect(path) as old:
        old.execute("insert into till_shop_baskets values ('b', 1, '[]', 1, 1)")
        old.execute(
            "insert into till_shop_orders (id, basket_id, basket_version, status, version, shopper,"
            " currency, subtotal, discount, total, refunded, promotions, desk, desk_version,"
            " locale, created_at, placed_at) values"
            " ('o', 'b', 1, 'pending', 1, 'b', 'PLN', 5, 0, 5, 0, '[]', 'till', 1, 'en', 1, 1)"
        )
        old.execute("insert into till_shop_order_lines values ('o', 1, 'p', 'P', 1, 5, null, null)")
    MIGRATIONS.upgrade(engine)
    assert MIGRATIONS.differences(engine) == []
    database.close()
    with sqlite3.connect(path) as new:
        assert new.execute("pragma integrity_check").fetchone() == ("ok",)
        assert new.execute("pragma foreign_key_check").fetchall() == []
        assert new.execute("select total, delivery from till_shop_orders").fetchone() == (5, 0)
        new.execute("update till_shop_orders set delivery = 2, total = 7")
        with pytest.raises(sqlite3.IntegrityError, match="shop_orders_total"):
            new.execute("update till_shop_orders set total = 8")
