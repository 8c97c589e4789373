"""The channel tells a browser what is new: ``/channel`` as a websocket or as a long poll.

Both send whole snapshots with a version, so a message that was missed costs nothing. A client
has nothing to say here: what it sends is counted, and too much of it ends the connection.
"""

from __future__ import annotations

import logging
import re
import socket as sockets
import struct
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

from flask import Response, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotImplemented as CannotUpgrade

from ...base.bell import Ear
from ...base.waiters import PollLater
from ...errors import NotFound
from .blueprint import blueprint
from .body import answer, nothing_yet, seconds_of, to_json, version_of
from .feed import MEND_EVERY, Feed
from .origin import require_own_page
from .shopfront import shopfront

log = logging.getLogger(__name__)
BEAT_EVERY = 20.0
LARGEST_MESSAGE = 4096
MOST_MESSAGES = 20
"""Messages that a client may send in one second."""
LONGEST_WAIT = 25
SEND_WITHIN = 10
ANSWER_WITHIN_MS = 45_000
GOING_AWAY, OUR_FAULT, TOO_MANY_MESSAGES, PLEASE_POLL, NO_BASKET = 1001, 1011, 4008, 4013, 4404

_NONCE = re.compile("[A-Za-z0-9+/]{22}==")

T = TypeVar("T")
sock = Sock()


def wait_for(basket_id: str, feed: Feed, look: Callable[[], T | None], seconds: int) -> T | None:
    """What ``look`` finds, as soon as it finds something, at most ``seconds`` from now.

    Raises `PollLater` when too many wait already.
    """
    front = shopfront()
    found = look()
    if found is None and feed.mend():
        found = look()
    if found is not None or not seconds:
        return found

    def look_and_mend() -> T | None:
        found = look()
        if found is None:
            feed.mend()
        return found

    with front.database.bell.listen(feed.topic) as ear:
        return front.waiters.wait_for(look_and_mend, basket_id, ear, seconds, every=MEND_EVERY)


@blueprint.get("/channel")
def poll() -> Response:
    """The long poll: frames newer than the versions seen, or 204 when the time is over."""
    wait = seconds_of("wait", LONGEST_WAIT)
    feed = Feed(shopfront(), basket_seen=version_of("basket"), order_seen=version_of("order"))
    if feed.basket_id is None:
        if wait:
            raise NotFound("There is no basket yet.", code="NO_BASKET")
        return nothing_yet()
    frames = wait_for(feed.basket_id, feed, lambda: feed.news() or None, wait)
    return answer({"frames": frames}) if frames else nothing_yet()


@blueprint.before_request
def refuse_foreign_sockets() -> None:
    """Before the upgrade: afterwards it is too late for a refusal that a page can see."""
    if request.url_rule is None or not request.url_rule.websocket:
        return
    require_own_page(custom_header=False)
    if not _can_upgrade(request.environ):
        raise CannotUpgrade("This server has no websockets; use the long poll.")
    _check_handshake()
    # Compression costs 90 kB for each socket and saves nothing on messages as small as ours.
    request.environ.pop("HTTP_SEC_WEBSOCKET_EXTENSIONS", None)


def _check_handshake() -> None:
    """simple-websocket would answer what is wrong here with 500."""
    if request.headers.get("Sec-WebSocket-Version") != "13":
        raise BadRequest("Only version 13 of the websocket protocol is spoken here.")
    if not _NONCE.fullmatch(request.headers.get("Sec-WebSocket-Key", "")):
        raise BadRequest("Sec-WebSocket-Key must be 16 bytes in base64.")


def _can_upgrade(environ: dict[str, Any]) -> bool:
    known = {"werkzeug.socket", "gunicorn.socket", "eventlet.input"}
    software = str(environ.get("SERVER_SOFTWARE", ""))
    return not known.isdisjoint(environ) or software.startswith("gevent")


@sock.route("/channel", bp=blueprint)  # type: ignore[untyped-decorator]  # flask-sock has no types
def channel(socket: Server) -> None:
    try:
        code = _Line(socket).talk()
    except (ConnectionClosed, OSError):
        code = None
    except Exception:
        # After the upgrade nobody can read an answer of 500; the close code says it.
        log.exception("a websocket of the channel failed")
        code = OUR_FAULT
    _hang_up(socket, code)


class _Line:
    """One websocket, from its first frame until either side ends it."""

    def __init__(self, socket: Server) -> None:
        self._socket = socket
        self._front = shopfront()
        self._feed = Feed(self._front)
        self._second, self._messages = 0.0, 0
        socket.max_message_size = LARGEST_MESSAGE
        _bound_the_peer(socket.sock)

    def talk(self) -> int:
        """Send what is new until it is over; returns the close code."""
        if self._feed.basket_id is None:
            return NO_BASKET
        try:
            with (
                self._front.database.bell.listen(self._feed.topic) as ear,
                self._front.waiters.place(self._feed.basket_id, ear),
            ):
                return self._tell(ear)
        except PollLater:
            return GOING_AWAY if self._front.waiters.stopping else PLEASE_POLL

    def _tell(self, ear: Ear) -> int:
        self._socket.event = nudge = _Nudge(ear)
        quiet_until = time.monotonic() + self._front.settings.channel_idle_seconds
        beat_at = time.monotonic() + BEAT_EVERY
        while not self._front.waiters.stopping:
            if self._talks_too_much(nudge):
                return TOO_MANY_MESSAGES
            for frame in self._feed.news():
                self._socket.send(to_json(frame))
                quiet_until = time.monotonic() + self._front.settings.channel_idle_seconds
            self._feed.mend()
            if (now := time.monotonic()) >= beat_at:
                if now >= quiet_until:
                    return GOING_AWAY
                self._socket.send('{"type":"beat"}')
                beat_at = now + BEAT_EVERY
            pause = MEND_EVERY if self._feed.expects_money else BEAT_EVERY
            ear.wait(min(pause, max(0.0, min(beat_at, quiet_until) - now)))
        return GOING_AWAY

    def _talks_too_much(self, nudge: _Nudge) -> bool:
        """Count and drop what came; raises `ConnectionClosed` once the client is gone."""
        came = len(self._socket.input_buffer)
        del self._socket.input_buffer[:came]
        if nudge.is_set():
            nudge.clear()
            if not came:  # the reading thread is ending: let it say so
                self._socket.thread.join(0.2)
        if not self._socket.connected:
            raise ConnectionClosed(self._socket.close_reason)
        now = time.monotonic()
        if now - self._second >= 1:
            self._second, self._messages = now, 0
        self._messages += came
        return self._messages > MOST_MESSAGES


class _Nudge(threading.Event):
    """What the socket's reading thread sets when a message came or the client is gone."""

    def __init__(self, ear: Ear) -> None:
        super().__init__()
        self._ear = ear

    def set(self) -> None:
        super().set()
        self._ear.wake()


def _bound_the_peer(connection: sockets.socket) -> None:
    """A peer that reads nothing, or is gone without a word, must not hold us for long."""
    try:
        patience = struct.pack("ll", SEND_WITHIN, 0)
        connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_SNDTIMEO, patience)
        option = getattr(sockets, "TCP_USER_TIMEOUT", None)
        if option is not None and connection.family != getattr(sockets, "AF_UNIX", None):
            connection.setsockopt(sockets.IPPROTO_TCP, option, ANSWER_WITHIN_MS)
    except OSError:
        return  # not every kind of socket has these; the idle limit still holds


def _hang_up(socket: Server, code: int | None) -> None:
    """Say goodbye, give the client a moment to answer, and free the reading thread."""
    try:
        if code is not None:
            socket.close(code)
            socket.thread.join(1)
        socket.sock.shutdown(sockets.SHUT_RD)
    except (ConnectionClosed, OSError):
        return  # it was gone already
