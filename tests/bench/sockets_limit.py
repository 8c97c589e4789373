"""The limit: a plain websocket server that makes one durable commit and sends the same bytes."""

from __future__ import annotations

import threading
from collections import defaultdict

from flask import Flask, jsonify, request
from flask_sock import Sock

from .limit import app as bare
from .limit import basket_id, database

app = Flask(__name__)
app.config["SECRET_KEY"] = bare.config["SECRET_KEY"]
sock = Sock(app)
waiting: defaultdict[str, set[threading.Event]] = defaultdict(set)
said: dict[str, str] = {}


@sock.route("/listen")
def listen(socket):
    basket, bell = basket_id(), threading.Event()
    waiting[basket].add(bell)
    socket.send("{}")
    try:
        while True:
            bell.wait()
            bell.clear()
            socket.send(said[basket])
    finally:
        waiting[basket].discard(bell)


@app.post("/say")
def say():
    """Add a line as the bare view does, then wake everybody who listens to the basket."""
    basket = basket_id()
    connection = database()
    connection.execute("begin immediate")
    connection.execute(
        "insert into lines values (?, 'mug', 1)"
        " on conflict (basket, product) do update set quantity = quantity + 1",
        (basket,),
    )
    connection.execute("commit")
    said[basket] = request.get_data(as_text=True)
    for bell in list(waiting[basket]):
        bell.set()
    return jsonify(said=True)
