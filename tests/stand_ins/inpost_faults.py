"""Ways in which a played merchant's answer goes wrong."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

from flask import Response

Fault = Callable[[Callable[[], Response]], Response]
"""Given how the right answer is made, makes another one."""


def down(_: Callable[[], Response]) -> Response:
    """Nobody is there: 503 without a word."""
    return Response(b"", 503)


def status(number: int, code: str | None = None) -> Fault:
    """Answers with that instead of doing anything."""
    body = (
        b"<h1>Oops</h1>"
        if code is None
        else json.dumps({"error_code": code, "error_message": f"{code} it is"}).encode()
    )
    return lambda _: Response(body, number)


def garbage(_: Callable[[], Response]) -> Response:
    return Response(b'{"summary": {"basket_base_price": NaN', 200, mimetype="application/json")


def lost(answer: Callable[[], Response]) -> Response:
    """Does it all, and then the answer gets lost on the way."""
    answer()
    return Response(b"", 502)


def slow(seconds: float) -> Fault:
    """Does it all, but takes its time."""

    def late(answer: Callable[[], Response]) -> Response:
        made = answer()
        time.sleep(seconds)
        return made

    return late


def changed(change: Callable[[Any], None]) -> Fault:
    """Answers with its own JSON, changed."""

    def fault(answer: Callable[[], Response]) -> Response:
        made = answer()
        body = json.loads(made.get_data())
        change(body)
        return Response(json.dumps(body).encode(), made.status_code, mimetype="application/json")

    return fault
