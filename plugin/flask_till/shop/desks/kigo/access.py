"""The partner's token, from when it is first needed until shortly before its end (3.1, 9.1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from ....wire.kigo.sessions import PartnerToken
from ....wire.kigo.tokens import renew_at
from ..exchange import unavailable
from ..held_token import Held, HeldToken

Ask = Callable[[float], PartnerToken]
"""Asks for a new token, in so many seconds."""


def keep_token(ask: Ask, clock: Callable[[], datetime]) -> HeldToken:
    """One for all threads; ``clock`` gives the time in UTC."""

    def renewed(within: float) -> Held:
        asked_at, token = clock(), ask(within)
        return Held(token.access_token, renew_at(asked_at, token.expires_in).timestamp())

    return HeldToken(renewed, lambda: clock().timestamp(), unavailable)
