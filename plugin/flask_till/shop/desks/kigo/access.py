"""The partner's token: kept until shortly before it ends, renewed by one for all (3.1, 9.1)."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from ....errors import RequestError
from ....wire.kigo.sessions import PartnerToken
from ....wire.kigo.tokens import renew_at
from ..exchange import unavailable

Ask = Callable[[float], PartnerToken]
"""Asks for a new token, in so many seconds."""


@dataclass(frozen=True, slots=True)
class _Held:
    text: str = field(repr=False)
    until: datetime


class Access:
    """Shared by all threads; ``clock`` gives the time in UTC."""

    def __init__(self, ask: Ask, clock: Callable[[], datetime]) -> None:
        self._ask = ask
        self._clock = clock
        self._held: _Held | None = None
        self._failures = 0
        self._renewing = threading.Lock()

    def token(self, within: float, *, refused: str | None = None) -> str:
        """A token that is good for a while yet, and another one than was ``refused``.

        Raises what asking for one raises, and `Unavailable` when others wait for it too long.
        """
        failures = self._failures
        if (held := self._good(refused)) is not None:
            return held
        if not self._renewing.acquire(timeout=within):
            raise unavailable("no token in time")
        try:
            if (held := self._good(refused)) is not None:
                return held
            if self._failures != failures:  # who went before us was refused: so would we be
                raise unavailable("no token")
            return self._renew(within)
        finally:
            self._renewing.release()

    def _good(self, refused: str | None) -> str | None:
        held = self._held
        if held is None or held.text == refused or self._clock() >= held.until:
            return None
        return held.text

    def _renew(self, within: float) -> str:
        asked_at = self._clock()
        try:
            token = self._ask(within)
        except RequestError:
            self._failures += 1
            raise
        self._held = _Held(token.access_token, renew_at(asked_at, token.expires_in))
        return token.access_token
