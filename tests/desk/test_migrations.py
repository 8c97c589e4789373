"""The version files make the very tables that the code means."""

from __future__ import annotations

import re

from sqlalchemy import create_engine

from flask_till.base.database import Database
from flask_till.desk.tables import MIGRATIONS


def definitions(engine) -> dict[str, str]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql(
            "select name, sql from sqlite_master where name like '%till_desk_%'"
            " and type in ('table', 'index') and sql is not null"
        )
        made = {name: _sorted(sql) for name, sql in rows}
    engine.dispose()
    made.pop(MIGRATIONS.version_table, None)
    return made


def _sorted(sql: str) -> str:
    """Columns and constraints in one order: it means nothing, as quotes round a name do not."""
    parts = re.split(r"\n|, (?=[a-z_]+ [A-Z]+)", sql.replace('"', ""))
    return " ".join(sorted(filter(None, (re.sub(r"\s+", " ", part).strip(" ,") for part in parts))))


def test_nothing_is_left_for_a_migration_to_change(database_url):
    database = Database(database_url)
    try:
        MIGRATIONS.upgrade(database.engine)
        assert MIGRATIONS.differences(database.engine) == []
    finally:
        database.close()


def test_the_version_files_keep_every_check_and_partial_index(tmp_path):
    migrated = create_engine(f"sqlite:///{tmp_path}/migrated.db")
    MIGRATIONS.upgrade(migrated)
    meant = create_engine(f"sqlite:///{tmp_path}/meant.db")
    MIGRATIONS.metadata.create_all(meant)
    assert definitions(migrated) == definitions(meant)


def test_every_table_of_ours_is_strict(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path}/till.db")
    MIGRATIONS.metadata.create_all(engine)
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select name, strict from pragma_table_list").all()
    engine.dispose()
    ours = {name: strict for name, strict in rows if name.startswith("till_desk_")}
    assert set(ours) == set(MIGRATIONS.metadata.tables)
    assert set(ours.values()) == {1}
