"""Callbacks delivered: the desk's relay against bare httpx with as many workers.

The relay signs, claims and records each delivery in durable commits; the limit only sends. Once
to a receiver that answers at once, and once to one that takes its time, as the internet does.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from flask_till import OrderDesk
from flask_till.base.relay import PER_ADDRESS, WORKERS
from flask_till.desk.actions.merchants import read_merchant
from flask_till.desk.actions.orders import create_order
from flask_till.desk.order import Line, OrderDraft
from flask_till.money import Money

from .load import Speed
from .server import serve
from .table import Row, compare

MERCHANTS = WORKERS // PER_ADDRESS
EACH = 12
"""Callbacks for each merchant in one measure."""


def run() -> Iterator[Row]:
    for what, pause, least in (("at once", 0.0, None), ("after 50 ms", 0.05, None)):
        with (
            tempfile.TemporaryDirectory() as folder,
            serve("tests.bench.receiver:app", Path(folder), BENCH_PAUSE=str(pause)) as port,
            ExitStack() as stack,
        ):
            desk = Outgoing(Path(folder), port)
            stack.callback(desk.close)
            yield from compare(
                f"callbacks to {MERCHANTS} merchants that answer {what}",
                desk.deliver,
                lambda port=port: _bare(port),
                least=least,
            )


class Outgoing:
    """A desk whose merchants are all told at one receiver."""

    def __init__(self, folder: Path, port: int) -> None:
        self._port = port
        self._app = app = Flask(__name__, instance_path=str(folder))
        app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_BACKGROUND=False)
        self._desk = OrderDesk(app, public_url="http://127.0.0.1:1")
        self._orders = 0
        for n in range(MERCHANTS):
            self._desk.add_merchant(
                name=f"Merchant {n}",
                merchant_id=f"mer_{n}",
                callback_url=f"http://127.0.0.1:{port}/{n}",
                origins=[],
            )

    def deliver(self) -> Speed:
        """The orders are made before the clock runs; it ends when the receiver has the last."""
        self._desk.database.write(self._make_orders)
        relay = self._desk.relay
        return _timed(self._port, relay.start, relay.stop)

    def _make_orders(self, work: Any) -> None:
        for n in range(MERCHANTS):
            merchant = read_merchant(work, f"mer_{n}")
            for _ in range(EACH):
                self._orders += 1
                create_order(work, merchant, _draft(f"T-{self._orders}"))

    def close(self) -> None:
        self._desk.close()


def _draft(external_id: str) -> OrderDraft:
    return OrderDraft(
        external_id=external_id,
        amount=Money.of_minor(4999, "PLN"),
        lines=(Line("mug", "Blue mug", 1, 4999),),
    )


def _bare(port: int) -> Speed:
    """As many workers as the relay has, one client, a body of the same size, nothing else."""
    body = b"x" * 1000
    with httpx.Client(trust_env=False) as client, ThreadPoolExecutor(WORKERS) as pool:

        def send(n: int) -> None:
            client.post(f"http://127.0.0.1:{port}/{n}", content=body).raise_for_status()

        def start() -> None:
            for n in range(MERCHANTS * EACH):
                pool.submit(send, n % MERCHANTS)

        return _timed(port, start, lambda: None)


def _timed(port: int, start: Callable[[], object], stop: Callable[[], object]) -> Speed:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as watch:
        wanted = int(watch.get("/").text) + MERCHANTS * EACH
        began = time.perf_counter()
        start()
        while int(watch.get("/").text) < wanted:
            if time.perf_counter() - began > 30:
                raise TimeoutError("not all callbacks came")
            time.sleep(0.01)
        took = time.perf_counter() - began
        stop()
    return Speed(MERCHANTS * EACH / took, 0, 0)
