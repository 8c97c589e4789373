"""A merchant's callback address: it answers what the test says and remembers what came."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request

Reply = Callable[[int], Any]


class Receiver:
    """``reply(n)`` answers the n-th call: a status, or (status, headers), or a Response."""

    def __init__(self, reply: Reply = lambda _: 204) -> None:
        self.reply = reply
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self._lock = threading.Lock()
        self.app = Flask("a_receiver")
        self.app.add_url_rule(
            "/", "take", self._take, methods=["GET", "POST"], defaults={"path": ""}
        )
        self.app.add_url_rule("/<path:path>", "take", self._take, methods=["GET", "POST"])

    def _take(self, path: str) -> Any:
        with self._lock:
            number = len(self.calls)
            headers = {name.lower(): value for name, value in request.headers.items()}
            self.calls.append((headers | {"path": path}, request.get_data()))
        said = self.reply(number)
        if isinstance(said, Response):
            return said
        status, headers = said if isinstance(said, tuple) else (said, {})
        return Response("", status, headers)

    @property
    def events(self) -> list[Any]:
        import json

        return [json.loads(body) for _, body in self.calls if body]
