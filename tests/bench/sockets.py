"""Websockets to a server under measure: no library, so that listening costs next to nothing."""

from __future__ import annotations

import selectors
import time
from collections.abc import Sequence

from .load import connect, request

KEY = "dGhlIHNhbXBsZSBub25jZQ=="


class Listener:
    """One websocket that listens, and counts the frames that it heard."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._socket = connect(port)
        self._data = bytearray()
        self._socket.sendall(
            request(
                "GET",
                path,
                cookie=cookie,
                origin="http://localhost",
                connection="upgrade",
                upgrade="websocket",
                sec_websocket_version="13",
                sec_websocket_key=KEY,
            )
        )
        while b"\r\n\r\n" not in self._data:
            self._data += self._socket.recv(65536)
        head, _, rest = bytes(self._data).partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(head.decode("latin-1"))
        self._data = bytearray(rest)
        self.heard: list[bytes] = []
        self._take()

    def fileno(self) -> int:
        return self._socket.fileno()

    def read(self) -> None:
        data = self._socket.recv(65536)
        if not data:
            raise ConnectionError("the server hung up")
        self._data += data
        self._take()

    def _take(self) -> None:
        while len(self._data) >= 2:
            size, start = self._data[1] & 127, 2
            if size == 126:
                size, start = int.from_bytes(self._data[2:4], "big"), 4
            if len(self._data) < start + size:
                return
            if self._data[0] & 15 == 8:
                raise ConnectionError(f"closed: {bytes(self._data[start : start + size])!r}")
            self.heard.append(bytes(self._data[start : start + size]))
            del self._data[: start + size]

    def close(self) -> None:
        self._socket.close()


def wait_for_all(listeners: Sequence[Listener], frames: int, *, patience: float = 10) -> float:
    """Until each has heard that many frames in all; returns when, by ``time.perf_counter``."""
    ends = time.perf_counter() + patience
    waiting = {listener for listener in listeners if len(listener.heard) < frames}
    with selectors.DefaultSelector() as selector:
        for listener in waiting:
            selector.register(listener, selectors.EVENT_READ)
        while waiting:
            ready = selector.select(max(0, ends - time.perf_counter()))
            if not ready:
                raise TimeoutError(f"{len(waiting)} of {len(listeners)} heard nothing")
            for key, _ in ready:
                listener = key.fileobj
                assert isinstance(listener, Listener)
                listener.read()
                if len(listener.heard) >= frames:
                    waiting.discard(listener)
                    selector.unregister(listener)
    return time.perf_counter()
