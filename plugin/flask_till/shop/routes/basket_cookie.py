"""The basket's cookie: the only thing that ties a browser to its basket."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache

from flask import Request, Response
from itsdangerous import BadSignature, Signer

from ...web.this_machine import is_this_machine

MAX_AGE = 180 * 86_400
"""Seconds until a browser forgets its basket."""
MOST_KNOWN = 4096
"""Verified cookies that are remembered, so that a browser's next request need not verify again."""


class BasketCookie:
    """A basket's id, signed. ``keys`` are newest first; all verify, the newest signs.

    ``secure`` None means: always, except for a shop that is looked at on its own machine. One
    that is ``framed`` by other sites is sent there, and kept apart for each of them.
    """

    def __init__(
        self,
        keys: Sequence[str],
        prefix: str,
        *,
        secure: bool | None = None,
        framed: bool = False,
    ) -> None:
        self.name = _name(prefix)
        self._secure = True if framed else secure
        self._framed = framed
        self._signer = Signer(
            list(reversed(keys)),
            salt="till.basket",
            key_derivation="hmac",
            digest_method=hashlib.sha256,
        )
        # What does not verify raises, and is not remembered.
        self._unsign = lru_cache(MOST_KNOWN)(self._signer.unsign)

    def read(self, request: Request) -> str | None:
        """The basket of this browser; None without a cookie or with one that is not ours."""
        try:
            return self._unsign(request.cookies.get(self.name, "")).decode()
        except (BadSignature, ValueError):
            return None

    def give(self, response: Response, request: Request, basket_id: str) -> None:
        response.set_cookie(
            self.name,
            self._signer.sign(basket_id).decode(),
            max_age=MAX_AGE,
            path=f"{request.root_path}/",
            secure=self.needs_https(request),
            httponly=True,
            samesite="None" if self._framed else "Lax",
            partitioned=self._framed,
        )

    def needs_https(self, request: Request) -> bool:
        """Whether a cookie for this request's browser travels over https only."""
        if self._secure is not None:
            return self._secure
        return not is_this_machine(request.host)


def _name(prefix: str) -> str:
    """Shops under other prefixes of one host have cookies of their own."""
    if prefix == "/till":
        return "till_basket"
    return "till_basket_" + re.sub(r"[^A-Za-z0-9]+", "_", prefix.strip("/"))
