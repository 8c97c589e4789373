"""The version files make the very tables that the code means."""

from __future__ import annotations

import re

from alembic import command
from sqlalchemy import create_engine

from flask_till.base.database import Database
from flask_till.desk.actions.product_tokens import list_tokens
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


CLAIMED = """
insert into till_desk_holders (id, created_at) values ('h', 0);
insert into till_desk_claims
  (id, digest, sealed, status, redeemed_by, redeemed_at, ended_at, created_at)
  values ('c', 'd', 's', 'claimed', 'h', 1, 1, 0);
insert into till_desk_product_tokens
  (id, product_id, parent_id, position, state, claim_id, holder, name, terms, held_at)
  values ('whole', 'p', null, 0, 'held', 'c', 'h', 'Whole', '{}', 1),
         ('part', 'p', 'whole', 0, 'held', null, 'h', 'Part', '{}', 1)
""".split(";")


def test_tokens_that_were_claimed_outlive_their_new_table(database_url):
    """Version 8 makes the table of tokens anew, for those that are sold."""
    database = Database(database_url)
    try:
        with database.engine.connect() as connection, connection.begin():
            command.upgrade(MIGRATIONS._config(connection), "0007_kigo")
            for statement in CLAIMED:
                connection.exec_driver_sql(statement)
        MIGRATIONS.upgrade(database.engine)
        held, total = database.read(list_tokens, "h")
        assert ([(one.id, [part.id for part in one.children]) for one in held], total) == (
            [("whole", ["part"])],
            1,
        )
        assert MIGRATIONS.differences(database.engine) == []
    finally:
        database.close()
