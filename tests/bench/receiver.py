"""Where callbacks go: it counts them, and takes its time if it is told to."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

PAUSE = float(os.environ.get("BENCH_PAUSE", "0"))
_numbers: Counter[str] = Counter()
_tick = count(1)


def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    if environ["REQUEST_METHOD"] == "GET":
        body = str(_numbers["last"]).encode()
        start("200 OK", [("content-type", "text/plain"), ("content-length", str(len(body)))])
        return [body]
    environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    time.sleep(PAUSE)
    _numbers["last"] = next(_tick)
    start("204 No Content", [])
    return []
