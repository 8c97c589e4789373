"""Prepared statements bring what SQLAlchemy's own would bring, and fail as they do."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import bindparam, delete, event, func, insert, select, update
from sqlalchemy.exc import (
    IntegrityError,
    InvalidRequestError,
    MultipleResultsFound,
    NoResultFound,
)

from flask_till.base.database import Database, Work
from flask_till.base.prepared import Prepared, Upsert
from tests.base.conftest import notes

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ADD = Prepared(insert(notes))
ONE = Prepared(select(notes).where(notes.c.name == bindparam("of")))
ALL = Prepared(select(notes.c.name).order_by(notes.c.name))
CHANGE = Prepared(update(notes).where(notes.c.name == bindparam("of")))
COUNT = Upsert(
    notes,
    lambda new: new.on_conflict_do_update(
        index_elements=["name"], set_={"number": notes.c.number + new.excluded.number}
    ).returning(notes.c.number),
)


def run(database: Database, statement: Any, parameters: Any = None) -> Any:
    return database.write(lambda work: work.execute(statement, parameters))


def add(database: Database, *names: str) -> None:
    run(database, ADD, [{"name": name, "number": n} for n, name in enumerate(names)])


def test_values_come_back_as_they_were_given(database: Database) -> None:
    row = {"name": "a", "number": 2**40, "at": NOON, "data": {"ż": [1, None]}, "flag": True}
    run(database, ADD, row)
    found = run(database, ONE, {"of": "a"}).one()
    assert found._asdict() == {**row, "after": None}
    assert tuple(found) == tuple(run(database, select(notes)).one())


def test_rows_can_be_asked_for_in_the_usual_ways(database: Database) -> None:
    add(database, "a", "b")
    found = run(database, ALL)
    assert [row.name for row in found] == [row.name for row in found.all()] == ["a", "b"]
    assert (found.first().name, found.scalar(), found.scalars()) == ("a", "a", ["a", "b"])
    with pytest.raises(MultipleResultsFound):
        found.one()
    none = run(database, ONE, {"of": "c"})
    assert (none.first(), none.scalar(), none.all()) == (None, None, [])
    with pytest.raises(NoResultFound):
        none.scalar_one()


def test_what_is_set_depends_on_what_is_given(database: Database) -> None:
    add(database, "a")
    assert run(database, CHANGE, {"of": "a", "number": 7}).rowcount == 1
    assert run(database, CHANGE, {"of": "a", "flag": False, "at": NOON}).rowcount == 1
    assert run(database, CHANGE, {"of": "b", "number": 8}).rowcount == 0
    found = run(database, ONE, {"of": "a"}).one()
    assert (found.number, found.flag, found.at) == (7, False, NOON)


def test_an_upsert_says_what_became_of_the_row(database: Database) -> None:
    assert run(database, COUNT, {"name": "a", "number": 2}).scalar_one() == 2
    assert run(database, COUNT, {"name": "a", "number": 3}).scalar_one() == 5


def test_constants_and_lists_of_any_length_work(database: Database) -> None:
    add(database, "a", "b", "c")
    fixed = Prepared(select(func.count()).where(notes.c.name.in_(("a", "c")), notes.c.number < 2))
    assert run(database, fixed).scalar_one() == 1
    listed = Prepared(
        select(notes.c.name).where(notes.c.name.in_(bindparam("names", expanding=True)))
    )
    for names in (["a"], [], ["a", "b", "x"]):
        found = run(database, listed, {"names": names}).scalars()
        assert sorted(found) == [name for name in names if name != "x"]


def test_a_missing_parameter_is_refused(database: Database) -> None:
    with pytest.raises(InvalidRequestError):
        run(database, ONE)


def test_the_drivers_errors_are_sqlalchemys_and_tell_no_values(database: Database) -> None:
    add(database, "a-secret")
    with pytest.raises(IntegrityError) as caught:
        add(database, "a-secret")
    assert caught.value.orig is not None
    assert caught.value.params is None
    assert run(database, ALL).scalars() == ["a-secret"]


def test_whoever_listens_to_statements_hears_them(database: Database) -> None:
    heard: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        heard.append(statement)

    add(database, "a")
    event.listen(database.engine, "before_cursor_execute", note)
    assert run(database, Prepared(delete(notes))).rowcount == 1
    event.remove(database.engine, "before_cursor_execute", note)
    run(database, Prepared(delete(notes)))
    assert [text for text in heard if "notes" in text] == ["DELETE FROM notes"]


def test_an_error_in_a_shared_commit_undoes_one_verb_only(database: Database) -> None:
    def twice(work: Work) -> None:
        work.execute(ADD, {"name": "b", "number": 1})
        work.execute(ADD, {"name": "b", "number": 1})

    add(database, "a")
    with pytest.raises(IntegrityError):
        database.write(twice)
    assert run(database, ALL).scalars() == ["a"]
