"""Hundreds of websockets that mean no good, and a server that says how it bears them."""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

SHOP = """
import sys, threading
from flask import Flask
from flask_till import Money, Product, Till

app = Flask("shop", instance_path=sys.path[0])
app.config.update(SECRET_KEY="k" * 32, TILL_ENV="development", TILL_BACKGROUND=False, **{config!r})
Till(app, catalog=[Product("mug", "Blue mug", Money("49.99", "PLN"))])

@app.get("/state")
def state():
    names = [thread.name for thread in threading.enumerate()]
    waiters = app.extensions["till"].waiters
    return {{"waiters": len(waiters._ears), "held": len(waiters._held),
             "readers": sum("simple_websocket" in name for name in names)}}
"""
TEXT, BINARY, PING = 0x1, 0x2, 0x9
COMPRESSED = 0x40


def frame(kind: int, data: bytes, *, length: int | None = None) -> bytes:
    """One frame as a client sends it; ``length`` is what it claims to be."""
    size = len(data) if length is None else length
    if size < 126:
        head = struct.pack("!BB", 0x80 | kind, 0x80 | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", 0x80 | kind, 0x80 | 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | kind, 0x80 | 127, size)
    return head + bytes(4) + data  # masked with zeros


def _bomb() -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    squeezed = deflate.compress(bytes(64 << 20)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    return frame(TEXT | COMPRESSED, squeezed.removesuffix(b"\x00\x00\xff\xff"))


MISCHIEF: dict[str, bytes] = {
    "idle": b"",
    "giant": frame(TEXT, b"x" * 300_000),
    "endless": frame(TEXT, b"x" * 300_000, length=1 << 40),
    "in pieces": frame(TEXT & 0, b"x" * 300) * 1000,
    "bomb": _bomb(),
    "flood": frame(TEXT, b"x" * 100) * 3000,
    "flood of nothing": frame(TEXT, b"") * 30_000,
    "pings unread": frame(PING, b"x" * 125) * 3000,
    "nonsense": b"\xff" * 50_000,
}
"""What is sent once the socket is open. None of them reads."""


class Attacker:
    """One of them. ``half`` stops in the middle of the request."""

    def __init__(self, port: int, cookie: str, name: str, *, half: bool = False) -> None:
        self.name, self.answer = name, b""
        self._port, self._socket = port, socket.socket()
        self._head = (
            f"GET /till/channel HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n"
            f"Origin: http://127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n"
        ).encode()
        self._half = half

    def attack(self) -> None:
        with suppress(OSError):  # it may be thrown out at any time
            self._socket.settimeout(20)
            self._socket.connect(("127.0.0.1", self._port))
            if self._half:
                return self._socket.sendall(self._head)
            self._socket.sendall(self._head + b"\r\n")
            self.answer = self._socket.recv(1024)
            self._socket.settimeout(3)
            self._socket.sendall(MISCHIEF[self.name])
        return None

    def leave(self) -> None:
        self._socket.close()


class Storm:
    """``many`` of each kind of mischief from one address, each with one of the cookies."""

    def __init__(self, port: int, cookies: list[str], many: int, half: int) -> None:
        names = [*MISCHIEF] * many
        self._attackers = [
            Attacker(port, cookies[number % len(cookies)], name)
            for number, name in enumerate(names)
        ]
        self._attackers += [Attacker(port, cookies[0], "half", half=True) for _ in range(half)]

    def __len__(self) -> int:
        return len(self._attackers)

    def blow(self) -> Counter[str]:
        """All attack, a hundred at once; how many were let in, by what they did."""
        with ThreadPoolExecutor(100) as pool:
            list(pool.map(Attacker.attack, self._attackers))
        return Counter(
            one.name for one in self._attackers if one.answer.startswith(b"HTTP/1.1 101")
        )

    def pass_by(self) -> None:
        for one in self._attackers:
            one.leave()


class Witness:
    """Asks for pages all the time; how long each answer took."""

    def __init__(self, base: str, *paths: str) -> None:
        self.seconds: list[float] = []
        self.failures: list[str] = []
        self._base, self._paths = base, paths
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask)

    def __enter__(self) -> Witness:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _ask(self) -> None:
        while not self._stop.wait(0.05):
            for path in self._paths:
                began = time.monotonic()
                try:
                    answer = httpx.get(self._base + path, timeout=15)
                    if answer.status_code != 200:
                        self.failures.append(f"{path}: {answer.status_code}")
                except httpx.HTTPError as error:
                    self.failures.append(f"{path}: {error!r}")
                self.seconds.append(time.monotonic() - began)


class Server:
    """A worker of gunicorn: where it is, and what it uses."""

    def __init__(self, port: int, process: subprocess.Popen[bytes]) -> None:
        self.port, self.base = port, f"http://127.0.0.1:{port}"
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        self._worker = until(lambda: children.read_text().split())[0]

    @property
    def megabytes(self) -> float:
        status = Path(f"/proc/{self._worker}/status").read_text()
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def threads(self) -> int:
        return len(list(Path(f"/proc/{self._worker}/task").iterdir()))

    def state(self) -> dict[str, int]:
        found: dict[str, int] = httpx.get(f"{self.base}/state", timeout=15).json()
        return found


def until(found: Callable[[], Any], within: float = 30) -> Any:
    """What ``found`` returns as soon as that is true; fails when the time is over."""
    ends = time.monotonic() + within
    while not (it := found()):
        assert time.monotonic() < ends, "it did not happen"
        time.sleep(0.1)
    return it


@contextmanager
def serve(folder: Path, port: int, *worker: str, **config: Any) -> Iterator[Server]:
    """The shop in a worker of gunicorn, answering."""
    (folder / "shop.py").write_text(SHOP.format(config=config))
    command = [
        sys.executable, "-m", "gunicorn", *worker, "-w", "1", "--no-control-socket",
        "-b", f"127.0.0.1:{port}", "--chdir", str(folder), "shop:app",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen(command, env=environment, stderr=log) as process,
    ):
        try:
            server = Server(port, process)
            until(lambda: _answers(server))
            yield server
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _answers(server: Server) -> bool:
    with suppress(httpx.TransportError):
        return bool(server.state())
    return False
