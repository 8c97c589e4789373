"""A websocket as the channel holds it: the browser listens and has nothing to say."""

from __future__ import annotations

import re
import socket as sockets
import struct
import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import request
from simple_websocket import ConnectionClosed, Server
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotImplemented as CannotUpgrade
from wsproto.utilities import LocalProtocolError

READ_AT_ONCE, LARGEST_MESSAGE, MOST_BYTES = 512, 1024, 2048
"""Bytes; the last is what a client may send in one second, all in all."""
SEND_WITHIN = 10
ANSWER_WITHIN_MS = 45_000
GONE = (ConnectionClosed, LocalProtocolError, OSError)
"""What sending raises once either side has said goodbye."""

_NONCE = re.compile("[A-Za-z0-9+/]{22}==")


class Bounded:
    """The connection below a websocket. Of a client that sends too much no more is read.

    Reading a message costs much more than sending it, and what waits to be counted takes room.
    It stands below flask-sock, whose reading thread starts before a view sees the socket and,
    under gevent, may then keep the processor for itself.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._second, self._left = 0.0, MOST_BYTES
        self._ended = threading.Event()
        self.is_used_up = False
        self.alarm: Callable[[], object] = lambda: None

    def recv(self, size: int) -> bytes:
        """At most `READ_AT_ONCE` bytes; an `OSError` ends the reading thread."""
        while True:
            if self.is_used_up:
                self.alarm()
                self._ended.wait(SEND_WITHIN)
            if self.is_used_up or self._ended.is_set():
                raise ConnectionAbortedError("the channel sent this client away")
            data: bytes = self._connection.recv(min(size, READ_AT_ONCE))
            allowed = self._count(data)
            if allowed or not data:
                return allowed

    def _count(self, data: bytes) -> bytes:
        now = time.monotonic()
        if now - self._second >= 1:
            self._second, self._left = now, MOST_BYTES
        allowed = data[: self._left]
        self._left -= len(data)
        self.is_used_up = self._left < 0
        return allowed

    def end(self) -> None:
        self._ended.set()

    def dup(self) -> Bounded:
        """What simple-websocket does to the socket of gevent's own server."""
        return self

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Socket:
    """One websocket of flask-sock's, as the channel uses it."""

    def __init__(self, websocket: Server) -> None:
        websocket.max_message_size = LARGEST_MESSAGE
        self.websocket = websocket
        self._connection: Bounded = websocket.sock
        self._connection.alarm = lambda: websocket.event.set()
        _bound_the_peer(websocket.sock)

    @property
    def is_used_up(self) -> bool:
        """The client sent more than it may."""
        return self._connection.is_used_up

    def send(self, text: str) -> None:
        self.websocket.send(text)

    def hang_up(self, code: int | None, *, patience: float = 0) -> None:
        """Say goodbye, give the client so many seconds to answer, and free the reading thread."""
        try:
            if code is not None:
                self.websocket.close(code)
            self._connection.end()
            self.websocket.thread.join(patience)
            self._connection.shutdown(sockets.SHUT_RD)
        except GONE:
            self._connection.end()  # it was gone already


def check_upgrade() -> None:
    """Refuse what cannot become a websocket, which simple-websocket would answer with 500; and
    put a `Bounded` connection below what can.
    """
    place = _place_of_the_connection(request.environ)
    if place is None:
        raise CannotUpgrade("This server has no websockets; use the long poll.")
    if request.headers.get("Sec-WebSocket-Version") != "13":
        raise BadRequest("Only version 13 of the websocket protocol is spoken here.")
    if not _NONCE.fullmatch(request.headers.get("Sec-WebSocket-Key", "")):
        raise BadRequest("Sec-WebSocket-Key must be 16 bytes in base64.")
    # Compression costs 90 kB for each socket and saves nothing on messages as small as ours.
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)
    name, connection = place
    request.environ[name] = connection


def _place_of_the_connection(environ: dict[str, Any]) -> tuple[str, Any] | None:
    """Where the server keeps the connection for flask-sock to find, and a bounded one to put
    there; None when it keeps none."""
    for name in ("werkzeug.socket", "gunicorn.socket"):
        if name in environ:
            return name, Bounded(environ[name])
    if str(environ.get("SERVER_SOFTWARE", "")).startswith("gevent"):
        given = environ["wsgi.input"]
        raw = getattr(given, "rfile", given).raw
        return "wsgi.input", SimpleNamespace(raw=SimpleNamespace(_sock=Bounded(raw._sock.dup())))
    return None


def _bound_the_peer(connection: Any) -> None:
    """A peer that reads nothing, or is gone without a word, must not hold us for long."""
    try:
        patience = struct.pack("ll", SEND_WITHIN, 0)
        connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDTIMEO, patience)
        option = getattr(sockets, "TCP_USER_TIMEOUT", None)
        if option is not None and connection.family != getattr(sockets, "AF_UNIX", None):
            connection.setsockopt(sockets.IPPROTO_TCP, option, ANSWER_WITHIN_MS)
    except OSError:
        return  # not every kind of socket has these; the idle limit still holds
