"""An order of somebody else costs the desk the same work as one that never was."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import event

from tests.attacks.market import Market, order_query
from tests.attacks.test_strangers import CALLS, NOWHERE


class Work:
    """What one request made the desk do: its statements, and the functions of ours it went by."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.path: list[str] = []

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Work) and vars(self) == vars(other)

    __hash__ = None  # type: ignore[assignment]  # it is compared only


@contextmanager
def watched(market: Market) -> Iterator[Work]:
    work, engine = Work(), market.desk.database.engine

    def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
        work.statements.append(statement)

    def enter(frame: FrameType, what: str, _: Any) -> None:
        code = frame.f_code
        if what == "call" and "flask_till/" in code.co_filename:
            work.path.append(code.co_qualname)

    event.listen(engine, "before_cursor_execute", note)
    sys.setprofile(enter)
    try:
        yield work
    finally:
        sys.setprofile(None)
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def theirs(market: Market) -> str:
    """An order of another merchant, whose page another browser has open."""
    _, opened = market.opened()
    market.page(opened)
    return order_query(opened)["orderId"]


def compare(market: Market, ask: Callable[[str], Any], *order_ids: str) -> list[Work]:
    found = []
    for order_id in order_ids:
        ask(order_id)  # what is read once and kept is kept now
        with watched(market) as work:
            ask(order_id)
        found.append(work)
    return found


@pytest.mark.parametrize(("method", "path", "body"), CALLS)
def test_a_merchant_s_call(
    market: Market, theirs: str, method: str, path: str, body: dict[str, Any] | None
) -> None:
    key = market.desk.add_merchant(name="Rival").api_key
    client = market.desk_app.test_client()

    def ask(order_id: str) -> None:
        answer = client.open(
            path.format(order_id),
            method=method,
            headers={"Authorization": f"Bearer {key}"},
            **({} if body is None else {"json": body}),
        )
        assert answer.status_code == 404

    seen, unseen = compare(market, ask, theirs, f"ord_{NOWHERE}")
    assert seen.statements
    assert seen.path
    assert seen == unseen


@pytest.mark.parametrize("path", ["/order", "/order/status"])
def test_the_page_of_an_order_that_was_opened_elsewhere_says_nothing_of_it(
    market: Market, theirs: str, path: str
) -> None:
    """That there is one may be told to whoever knows its 128 bits; whose and how it is, not."""
    other = order_query(market.opened("card")[1])["orderId"]
    client = market.desk_app.test_client()
    answers = []

    def ask(order_id: str) -> None:
        answer = client.get(path, query_string={"orderId": order_id})
        answers.append((answer.status_code, answer.get_data().replace(order_id.encode(), b"")))

    mugs, cards = compare(market, ask, theirs, other)
    assert mugs == cards
    assert len(set(answers)) == 1
    assert answers[0][0] == 403
