"""A token that lets a shop in: kept until shortly before it ends, renewed by one for all."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ...errors import RequestError, Unavailable


@dataclass(frozen=True, slots=True)
class Held:
    """``until``: seconds, on the clock of who keeps it, from which on it is used no more."""

    text: str = field(repr=False)
    until: float


class HeldToken:
    """Shared by all threads.

    ``ask`` gets a new token within so many seconds, ``now`` tells the time in seconds, and
    ``unavailable`` makes the error for whoever waited in vain, out of why that was.
    """

    def __init__(
        self,
        ask: Callable[[float], Held],
        now: Callable[[], float],
        unavailable: Callable[[str], Unavailable],
    ) -> None:
        self._ask = ask
        self._now = now
        self._unavailable = unavailable
        self._held: Held | None = None
        self._failures = 0
        self._renewing = threading.Lock()

    def token(self, within: float, *, refused: str | None = None) -> str:
        """A token that is good for a while yet, and another one than was ``refused``.

        It takes at most ``within`` seconds. Raises what asking for one raises, and `Unavailable`
        when others wait for it too long, or in vain.
        """
        failures = self._failures
        if (held := self._good(refused)) is not None:
            return held
        ends = time.monotonic() + within
        if not self._renewing.acquire(timeout=within):
            raise self._unavailable("no token in time")
        try:
            if (held := self._good(refused)) is not None:
                return held
            if self._failures != failures:  # who went before us was refused: so would we be
                raise self._unavailable("no token")
            return self._renew(ends - time.monotonic())
        finally:
            self._renewing.release()

    def _good(self, refused: str | None) -> str | None:
        held = self._held
        if held is None or held.text == refused or self._now() >= held.until:
            return None
        return held.text

    def _renew(self, within: float) -> str:
        try:
            self._held = self._ask(within)
        except RequestError:
            self._failures += 1
            raise
        return self._held.text
