"""Somebody else's order at the desk, next to one that never was: a ratio of 1 tells nothing."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from flask import Flask

from flask_till import OrderDesk

from .table import Row, compare_times

TIMES = 200
ROUNDS = 9
LINE = {"product_id": "mug", "name": "Blue mug", "quantity": 1, "unit_amount": 4999}
ORDER = {"external_id": "1", "amount": 4999, "currency": "PLN", "lines": [LINE]}


def run() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        app = Flask(__name__, instance_path=str(Path(folder)))
        app.config.update(
            SECRET_KEY="d" * 32, TILL_ENV="development", TILL_LIMITS=False, TILL_BACKGROUND=False
        )
        desk = OrderDesk(app)
        client = app.test_client()
        owner, rival = (
            {"Authorization": f"Bearer {desk.add_merchant(name=name).api_key}"}
            for name in ("Owner", "Rival")
        )
        made = client.post("/v1/orders", json=ORDER, headers=owner)
        assert made.status_code == 201, made.text

        def asking(order_id: str) -> Callable[[], float]:
            def ask() -> float:
                times = []
                for _ in range(TIMES):
                    began = time.perf_counter()
                    answer = client.get(f"/v1/orders/{order_id}", headers=rival)
                    times.append((time.perf_counter() - began) * 1000)
                    assert answer.status_code == 404
                return median(times)

            return ask

        theirs = asking(made.get_json()["id"])
        nobodys = asking("ord_" + "0" * 32)
        yield compare_times(
            "an order of another merchant, to none", theirs, nobodys, most=None, rounds=ROUNDS
        )
        desk.close()
