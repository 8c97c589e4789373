"""The channel tells a browser what is new: ``/channel`` as a websocket or as a long poll.

Both send whole snapshots with a version, so a message that was missed costs nothing. A client
has nothing to say here: what it sends is counted, and too much of it ends the connection.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from flask import Response, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed, Server

from ...base.bell import Ear
from ...base.logs import logger
from ...base.waiters import PollLater
from ...errors import NotFound
from ...web.callers import caller, suspecting_a_proxy
from .blueprint import blueprint
from .body import answer, nothing_yet, seconds_of, to_json, version_of
from .feed import MEND_EVERY, Feed
from .origin import require_own_page
from .shopfront import shopfront
from .sockets import GONE, Socket, check_upgrade

log = logger(__name__)
BEAT_EVERY = 20.0
MOST_MESSAGES = 20
"""Messages that a client may send in one second."""
LONGEST_WAIT = 25
GOING_AWAY, OUR_FAULT, TOO_MANY_MESSAGES, PLEASE_POLL, NO_BASKET = 1001, 1011, 4008, 4013, 4404

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

    with suspecting_a_proxy(), front.database.bell.listen(feed.topic) as ear:
        return front.waiters.wait_for(
            look_and_mend, basket_id, ear, seconds, every=MEND_EVERY, address=caller()
        )


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
    check_upgrade()


@sock.route("/channel", bp=blueprint)  # type: ignore[untyped-decorator]  # flask-sock has no types
def channel(websocket: Server) -> None:
    socket = Socket(websocket)
    try:
        _Line(socket).talk()
    except GONE:
        socket.hang_up(None)
    except Exception:
        # After the upgrade nobody can read an answer of 500; the close code says it.
        log.exception("a websocket of the channel failed")
        socket.hang_up(OUR_FAULT)


class _Line:
    """What is said on one websocket, from its first frame until either side ends it."""

    def __init__(self, socket: Socket) -> None:
        self._socket = socket
        self._front = shopfront()
        self._feed = Feed(self._front)
        self._second, self._messages = 0.0, 0

    def talk(self) -> None:
        """Send what is new until it is over, and say goodbye."""
        if self._feed.basket_id is None:
            return self._socket.hang_up(NO_BASKET)
        try:
            with (
                suspecting_a_proxy(),
                self._front.database.bell.listen(self._feed.topic) as ear,
                self._front.waiters.place(self._feed.basket_id, ear, address=caller()),
            ):
                # Still in its place: those who are leaving hold a thread, too.
                self._socket.hang_up(self._tell(ear), patience=1)
        except PollLater:
            self._socket.hang_up(GOING_AWAY if self._front.waiters.stopping else PLEASE_POLL)
        return None

    def _tell(self, ear: Ear) -> int:
        self._socket.websocket.event = nudge = _Nudge(ear)
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
        if self._socket.is_used_up:
            return True
        websocket = self._socket.websocket
        came = len(websocket.input_buffer)
        del websocket.input_buffer[:came]
        if nudge.is_set():
            nudge.clear()
            if not came:  # the reading thread is ending: let it say so
                websocket.thread.join(0.2)
        if not websocket.connected:
            raise ConnectionClosed(websocket.close_reason)
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
