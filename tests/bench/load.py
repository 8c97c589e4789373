"""A load of keep-alive connections from a process of its own, and how fast they were answered."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

ROOT = Path(__file__).parents[2]
SECONDS = 1.5


@dataclass(frozen=True)
class Speed:
    """Answers per second, and the median and 99th percentile of their times in milliseconds."""

    rate: float
    p50: float
    p99: float


def measure(
    port: int,
    messages: Sequence[bytes],
    *,
    connections: int,
    seconds: float = SECONDS,
    once: bool = False,
) -> Speed:
    """Send the messages over and over: connection n takes the n-th of every ``connections``.

    With ``once`` each is sent a single time, and the measure may end before the time is over.
    Raises `RuntimeError` when an answer is not a 2xx.
    """
    job = {
        "port": port,
        "messages": [message.decode("latin-1") for message in messages],
        "connections": connections,
        "seconds": seconds,
        "once": once,
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return Speed(**json.loads(done.stdout))


def request(method: str, path: str, *, body: bytes = b"", **headers: str) -> bytes:
    """One HTTP/1.1 request as bytes; header names with underscores for dashes."""
    lines = [f"{method} {path} HTTP/1.1", "host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    lines += [f"content-length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def exchange(connection: socket.socket, message: bytes) -> tuple[int, bytes]:
    """Send a request and read its whole answer: the status and head plus body."""
    connection.sendall(message)
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, rest = data.partition(b"\r\n\r\n")
    length = 0
    for line in head.lower().split(b"\r\n")[1:]:
        if line.startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    while len(rest) < length:
        rest += _more(connection)
    return int(head[9:12]), head + b"\r\n\r\n" + rest


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def _more(connection: socket.socket) -> bytes:
    data = connection.recv(65536)
    if not data:
        raise ConnectionError("the server hung up")
    return data


def _one(
    port: int,
    messages: list[bytes],
    once: bool,
    ends: float,
    times: list[float],
    faults: list[str],
) -> None:
    try:
        with connect(port) as connection:
            for message in messages if once else cycle(messages):
                began = time.perf_counter()
                if began >= ends:
                    return
                status, answer = exchange(connection, message)
                times.append(time.perf_counter() - began)
                if not 200 <= status < 300:
                    faults.append(answer.decode("latin-1")[:500])
                    return
    except OSError as error:
        faults.append(repr(error))


def main() -> None:
    job = json.load(sys.stdin)
    messages = [text.encode("latin-1") for text in job["messages"]]
    many = job["connections"]
    times: list[float] = []
    faults: list[str] = []
    began = time.perf_counter()
    ends = began + job["seconds"]
    threads = [
        threading.Thread(
            target=_one, args=(job["port"], messages[n::many], job["once"], ends, times, faults)
        )
        for n in range(many)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    if faults:
        sys.exit("\n".join(faults[:3]))
    times.sort()
    speed = {
        "rate": len(times) / took,
        "p50": times[len(times) // 2] * 1000,
        "p99": times[int(len(times) * 0.99)] * 1000,
    }
    print(json.dumps(speed))


if __name__ == "__main__":
    main()
