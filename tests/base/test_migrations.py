"""The version files make just the tables that the code works with, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.base.database import Database
from flask_till.base.migrations import Migrations
from flask_till.desk.tables import MIGRATIONS as DESK
from flask_till.errors import SettingsError
from flask_till.shop.tables import MIGRATIONS as SHOP


@pytest.mark.parametrize("migrations", [SHOP, DESK], ids=["shop", "desk"])
def test_migrated_tables_are_those_of_the_code(database_url: str, migrations: Migrations) -> None:
    database = Database(database_url)
    migrations.upgrade(database.engine)
    assert migrations.differences(database.engine) == []
    assert migrations.current(database.engine) == migrations.head()
    migrations.upgrade(database.engine)
    database.close()


def test_both_halves_may_share_one_database(database_url: str) -> None:
    database = Database(database_url)
    for migrations in (SHOP, DESK):
        migrations.upgrade(database.engine)
    for migrations in (SHOP, DESK):
        assert migrations.differences(database.engine) == []
    database.close()


def test_sqlite_brings_itself_up_to_date_and_postgresql_says_what_to_run(
    new_database_url: Callable[[], str], at_once: Any
) -> None:
    url = new_database_url()
    databases = [Database(url) for _ in range(4)]
    for database in databases:
        DESK.attach(database)
    if databases[0].dialect == "sqlite":
        at_once(lambda number: databases[number].read(lambda work: None), 4)
        assert DESK.current(databases[0].engine) == DESK.head()
    else:
        with pytest.raises(SettingsError, match="flask till db upgrade"):
            databases[0].read(lambda work: None)
    for database in databases:
        database.close()
