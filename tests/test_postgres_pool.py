"""A database that was another test's before shows nothing of it, and is out of that one's reach."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from flask_till.desk.tables import MIGRATIONS as DESK
from flask_till.shop.tables import MIGRATIONS as SHOP
from tests import ready_made

ODD = [
    "create table notes (x int)",
    "drop table till_shop_lines cascade",
    "alter table till_shop_lines drop column quantity",
    "alter table till_shop_lines rename to till_shop_rows",
    "alter table till_shop_baskets disable trigger all",
    "create index extra on till_shop_lines (quantity)",
    "create view seen as select 1",
    "create schema other",
    "create function one() returns int language sql as 'select 1'",
    "create sequence numbers",
    "alter database {name} set default_transaction_read_only = on",
    "update till_shop_version set version_num = '0001'",
    "delete from till_shop_version",
]


@pytest.fixture(scope="module")
def pool(postgres_server: str) -> Iterator[Any]:
    """One of its own, so that what it gives next is what it was given back last."""
    from tests.postgres_pool import PostgresPool

    pool = PostgresPool(postgres_server)
    yield pool
    pool.close()


def migrated(pool: Any) -> tuple[str, Engine]:
    url = pool.take()
    ready_made.migrate(url, SHOP)
    return url, create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def ask(engine: Engine, statement: str) -> list[Any]:
    with engine.connect() as connection:
        answer = connection.exec_driver_sql(statement)
        return list(answer.fetchall()) if answer.returns_rows else []


def oid(engine: Engine) -> int:
    """What stays of a database when it is renamed."""
    number: int = ask(engine, "select oid from pg_database where datname = current_database()")[0][
        0
    ]
    return number


def a_row(engine: Engine) -> None:
    """A line of a basket that is not there, and the next number of everything that is numbered."""
    with engine.connect() as connection:
        connection.exec_driver_sql("set session_replication_role = replica")
        connection.exec_driver_sql("select nextval(seqrelid) from pg_sequence")
        connection.exec_driver_sql(
            "insert into till_shop_lines (basket_id, product_id, quantity, added_at)"
            " values ('bas_1', 'mug', 1, 0)"
        )


def test_it_is_the_same_one_emptied(pool: Any) -> None:
    url, engine = migrated(pool)
    first = oid(engine)
    a_row(engine)
    pool.give_back(url)
    _, engine = migrated(pool)
    assert oid(engine) == first
    assert ask(engine, "select * from till_shop_lines") == []
    assert ask(engine, "select 1 from pg_sequences")
    assert ask(engine, "select last_value from pg_sequences where last_value is not null") == []
    assert ask(engine, "select * from till_shop_version")


def test_its_old_name_leads_nowhere_and_who_was_connected_is_out(pool: Any) -> None:
    url, engine = migrated(pool)
    with engine.connect() as left_open:
        left_open.exec_driver_sql("begin; delete from till_shop_lines")
        pool.give_back(url)
        migrated(pool)
        with pytest.raises(DBAPIError, match="terminat"):
            left_open.exec_driver_sql("select 1")
    with pytest.raises(DBAPIError, match="does not exist"):
        ask(engine, "select 1")


@pytest.mark.parametrize("statement", ODD)
def test_one_that_was_changed_is_dropped(pool: Any, statement: str) -> None:
    url, engine = migrated(pool)
    first = oid(engine)
    ask(engine, statement.format(name=engine.url.database))
    pool.give_back(url)
    _, engine = migrated(pool)
    assert oid(engine) != first
    assert not ask(engine, f"select 1 from pg_database where oid = {first}")


def test_two_at_once_are_two(pool: Any) -> None:
    assert len({oid(migrated(pool)[1]) for _ in range(3)}) == 3


def test_what_nobody_migrated_is_empty(pool: Any) -> None:
    url, _ = migrated(pool)
    pool.give_back(url)
    engine = create_engine(pool.take(), poolclass=NullPool)
    assert ask(engine, "select tablename from pg_tables where schemaname = 'public'") == []


def test_the_other_half_comes_beside_what_is_there(pool: Any) -> None:
    url, engine = migrated(pool)
    a_row(engine)
    ready_made.migrate(url, DESK)
    ready_made.migrate(url, SHOP)
    assert len(ask(engine, "select * from till_shop_lines")) == 1
    assert ask(engine, "select * from till_desk_orders") == []
