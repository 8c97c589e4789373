"""The version files make the very tables that the code means."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import create_engine, inspect

from flask_till.base.database import Database
from flask_till.errors import SettingsError
from flask_till.shop.tables import MIGRATIONS, metadata


def definitions(engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select name, sql from sqlite_master where name like '%till_shop_%' and sql is not null"
        )
        made = {name: _sorted(sql) for name, sql in rows}
    engine.dispose()
    made.pop(MIGRATIONS.version_table, None)
    return made


def _sorted(sql: str) -> str:
    """Columns and constraints in one order: their order means nothing."""
    parts = re.split(r"\n|, (?=[a-z_]+ [A-Z]+)", sql)
    return " ".join(sorted(filter(None, (re.sub(r"\s+", " ", part).strip(" ,") for part in parts))))


def test_nothing_is_left_for_a_migration_to_change(database):
    assert MIGRATIONS.differences(database.engine) == []


def test_the_version_files_keep_every_check_and_partial_index(tmp_path):
    migrated = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    MIGRATIONS.upgrade(migrated)
    meant = create_engine(f"sqlite:///{tmp_path}/meant.db")
    metadata.create_all(meant)
    assert definitions(migrated) == definitions(meant)


def test_every_table_of_ours_is_strict(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/till.db")
    metadata.create_all(engine)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select name, strict from pragma_table_list").all()
    engine.dispose()
    ours = {name: strict for name, strict in rows if name.startswith("till_shop_")}
    assert set(ours) == set(metadata.tables)
    assert set(ours.values()) == {1}


def test_a_database_that_is_behind_is_brought_up_to_date_or_refused_with_the_remedy(database_url):
    database = Database(database_url)
    MIGRATIONS.attach(database)
    try:
        if database.dialect == "sqlite":
            assert inspect(database.engine).has_table("till_shop_orders")
        else:
            with pytest.raises(SettingsError, match="flask till db upgrade"):
                assert database.engine
    finally:
        database.close()


def test_two_halves_and_a_host_can_share_a_database(database):
    with database.engine.connect() as connection:
        connection.exec_driver_sql("create table of_the_host (id integer primary key)")
        connection.commit()
    assert MIGRATIONS.differences(database.engine) == []
