"""From a basket to an order with its page, at the built-in desk and at one over HTTP.

The limit is a bare Flask view that does as many durable commits as ours does before it answers;
they are counted first. What the desk's and the shop's relays commit afterwards (the callback, the
signal) is ours to bear in the same seconds, and not the limit's.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from . import limit
from .basket import JSON, new_cookies
from .load import Speed, measure, request
from .server import free_port, serve
from .shop import open_shop
from .table import Row, compare

CONNECTIONS = (1, 8)
ORDERS = 300
"""At most, in one measure: each needs a basket of its own."""


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        before, after = count_commits(Path(folder))
    print(f"durable commits of one checkout: {before}; of what follows it: {after}", flush=True)
    yield from _built_in(before.total())
    yield from _over_http(before.total())


def count_commits(folder: Path) -> tuple[Counter[str], Counter[str]]:
    """Commits that changed something: until the answer, and by the relays after it."""
    app = open_shop(str(folder), background=False)
    shop, desk = app.extensions["till"], app.extensions["till_desk"]
    counts: Counter[str] = Counter()
    _count(shop.database, "shop", counts)
    _count(desk.database, "desk", counts)
    _check_out(app, counts)  # introduces the shop to its desk
    desk.background.relay.drain()
    shop.background.relay.drain()
    before = _check_out(app, counts)
    counts.clear()
    desk.background.relay.drain()
    shop.background.relay.drain()
    after = Counter(counts)
    shop.owner.close(app)
    desk.owner.close()
    return before, after


def _check_out(app: Flask, counts: Counter[str]) -> Counter[str]:
    browser, headers = app.test_client(), {"X-Till": "1"}
    browser.post("/till/iziAddToCart", json={"product_id": "mug"}, headers=headers)
    counts.clear()
    answer = browser.post("/till/checkout", json={}, headers=headers)
    assert answer.status_code == 200, answer.text
    return Counter(counts)


def _count(database: Any, name: str, counts: Counter[str]) -> None:
    def trace(connection: Any, *_: Any) -> None:
        changes = connection.total_changes

        def note(statement: str) -> None:
            nonlocal changes
            if statement.lower() == "commit":
                counts[name] += connection.total_changes > changes
                changes = connection.total_changes

        connection.set_trace_callback(note)

    event.listen(database.engine, "checkout", trace)


def _built_in(commits: int) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory() as folder,
        serve("tests.bench.shop:serve_shop()", Path(folder)) as ours,
        serve("tests.bench.limit:app", Path(folder), BENCH_COMMITS=str(commits)) as bare,
    ):
        for many in CONNECTIONS:
            yield from _compare("built-in desk", ours, bare, many, least=0.6)


def _over_http(commits: int) -> Iterator[Row]:
    shop_port, desk_port, bare_port = free_port(), free_port(), free_port()
    desk_url = f"http://127.0.0.1:{desk_port}"
    callbacks = f"http://127.0.0.1:{shop_port}/till/callbacks/till"
    at = {"BENCH_COMMITS": str(commits), "BENCH_OTHER": f"http://127.0.0.1:{bare_port}"}
    with ExitStack() as stack:
        folders = [Path(stack.enter_context(tempfile.TemporaryDirectory())) for _ in range(2)]

        def start(application: str, here: int, port: int, **environment: str) -> int:
            return stack.enter_context(
                serve(f"tests.bench.{application}", folders[here], port=port, **environment)
            )

        start("desk:serve_desk()", 1, desk_port, BENCH_CALLBACKS=callbacks)
        ours = start("shop:serve_shop()", 0, shop_port, BENCH_DESK=desk_url)
        bare = start("limit:app", 0, free_port(), **at)
        start("limit:app", 1, bare_port)
        for many in CONNECTIONS:
            yield from _compare("desk over HTTP", ours, bare, many, least=0.6)
        yield from _compare("both over HTTP", ours, bare, 8, path="/order-elsewhere", least=None)


def _compare(
    what: str, ours: int, bare: int, connections: int, *, least: float | None, path: str = "/order"
) -> Iterator[Row]:
    plain = [
        request("POST", path, body=b"{}", cookie=limit.cookie(f"basket-{n}"), **JSON)
        for n in range(ORDERS)
    ]
    return compare(
        f"check out ({what}), {connections} connections",
        lambda: _speed(ours, connections),
        lambda: measure(bare, plain, connections=connections, once=True),
        least=least,
        tail=None,
    )


def _speed(port: int, connections: int) -> Speed:
    """Of baskets that were never ordered; they are filled before the clock runs."""
    orders = [
        request("POST", "/till/checkout", body=b"{}", cookie=cookie, **JSON)
        for cookie in new_cookies(port, ORDERS)
    ]
    return measure(port, orders, connections=connections, once=True)
