"""The limit: bare Flask views that do the same durable commits with sqlite3, and nothing else."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

from flask import Flask, jsonify, request
from itsdangerous import URLSafeSerializer

app = Flask(__name__)
FOLDER = Path(os.environ.get("BENCH_FOLDER", "."))
SIGNER = URLSafeSerializer("k" * 32)
_local = threading.local()


def database() -> sqlite3.Connection:
    if not hasattr(_local, "connection"):
        _local.connection = sqlite3.connect(FOLDER / "limit.db", isolation_level=None, timeout=30)
        for pragma in ("journal_mode=wal", "synchronous=full"):
            _local.connection.execute(f"pragma {pragma}")
        _local.connection.execute(
            "create table if not exists lines (basket text, product text, quantity integer,"
            " primary key (basket, product)) strict"
        )
        _local.connection.execute(
            "create table if not exists orders (id integer primary key, basket text, body text) strict"
        )
    connection: sqlite3.Connection = _local.connection
    return connection


@app.post("/add")
def add():
    """Read a signed cookie, add one line in a durable commit, answer the count."""
    basket = SIGNER.loads(request.cookies["basket"])
    product = request.get_json()["product_id"]
    connection = database()
    connection.execute("begin immediate")
    connection.execute(
        "insert into lines values (?, ?, 1)"
        " on conflict (basket, product) do update set quantity = quantity + 1",
        (basket, product),
    )
    connection.execute("commit")
    count = _count(connection, basket)
    return jsonify(count=count)


@app.get("/count")
def count():
    """Read a signed cookie and the count."""
    return jsonify(count=_count(database(), SIGNER.loads(request.cookies["basket"])))


@app.post("/order")
def order():
    """As many durable commits as placing an order takes: the shop's two and the desk's one."""
    basket = SIGNER.loads(request.cookies["basket"])
    connection = database()
    for step in ("placing", "desk", "pending"):
        connection.execute("begin immediate")
        connection.execute("insert into orders (basket, body) values (?, ?)", (basket, step))
        connection.execute("commit")
    return jsonify(order_id=basket)


def _count(connection: sqlite3.Connection, basket: str) -> int:
    row = connection.execute("select sum(quantity) from lines where basket = ?", (basket,))
    return int(row.fetchone()[0] or 0)


def cookie(basket: str) -> str:
    return f"basket={SIGNER.dumps(basket)}"
