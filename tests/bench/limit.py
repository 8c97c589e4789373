"""The limit: bare Flask views that do the same durable commits with sqlite3, and nothing else.

The application has a SECRET_KEY, as the application of every shop has: Flask then opens a
session in each request, which is no work of ours.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import httpx
from flask import Flask, jsonify, request
from itsdangerous import URLSafeSerializer

app = Flask(__name__)
app.config["SECRET_KEY"] = "k" * 32
FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))
COMMITS = int(os.environ.get("BENCH_COMMITS", "3"))
OTHER = os.environ.get("BENCH_OTHER", "")
SIGNER = URLSafeSerializer("k" * 32)
TABLES = (
    """create table if not exists lines (basket text, product text, quantity integer,
    primary key (basket, product)) strict""",
    "create table if not exists orders (id integer primary key, basket text, body text) strict",
)
_local = threading.local()
_client = httpx.Client(timeout=30, trust_env=False)


def database() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(FOLDER / "limit.db", isolation_level=None, timeout=30)
        for statement in ("pragma journal_mode=wal", "pragma synchronous=full", *TABLES):
            _local.connection.execute(statement)
    connection: sqlite3.Connection = _local.connection
    return connection


def basket_id() -> str:
    found: str = SIGNER.loads(request.cookies["basket"])
    return found


@app.post("/add")
def add():
    """Read a signed cookie, add one line in a durable commit, answer the count."""
    basket = basket_id()
    product = request.get_json()["product_id"]
    connection = database()
    connection.execute("begin immediate")
    connection.execute(
        "insert into lines values (?, ?, 1)"
        " on conflict (basket, product) do update set quantity = quantity + 1",
        (basket, product),
    )
    connection.execute("commit")
    return jsonify(count=_count(connection, basket))


@app.get("/count")
def count():
    """Read a signed cookie and the count."""
    return jsonify(count=_count(database(), basket_id()))


@app.post("/order")
def order():
    """As many durable commits as placing an order takes."""
    basket = basket_id()
    for _ in range(COMMITS):
        _commit(basket)
    return jsonify(order_id=basket)


@app.post("/order-elsewhere")
def order_elsewhere():
    """The same, one of the commits by a server on the other end of an HTTP call."""
    basket = basket_id()
    for _ in range(COMMITS - 1):
        _commit(basket)
    answer = _client.post(f"{OTHER}/commit", json={"basket": basket})
    return jsonify(answer.raise_for_status().json())


@app.post("/commit")
def commit():
    basket = request.get_json()["basket"]
    _commit(basket)
    return jsonify(order_id=basket)


def _commit(basket: str) -> None:
    connection = database()
    connection.execute("begin immediate")
    connection.execute("insert into orders (basket, body) values (?, ?)", (basket, "placed"))
    connection.execute("commit")


def _count(connection: sqlite3.Connection, basket: str) -> int:
    row = connection.execute("select sum(quantity) from lines where basket = ?", (basket,))
    return int(row.fetchone()[0] or 0)


def cookie(basket: str) -> str:
    return f"basket={SIGNER.dumps(basket)}"
