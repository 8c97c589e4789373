"""Who may press the buttons: the page itself, the host's own pages, or a server."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from flask import Response, request

from ....errors import Forbidden
from ....web.asked import asked_origin
from ...origins import origin_of
from ..own_page import Place, proof_of, require_own_page

COOKIE = "till_host_form"
COOKIE_LIFE = 86400
"""Seconds."""


def form_secret() -> str:
    """What ties the forms of this browser to it; a new one when it has none yet."""
    return request.cookies.get(COOKIE) or secrets.token_hex(16)


def keep_form_secret(response: Response, secret: str, place: Place, *, secure: bool) -> None:
    """Works in a frame on the host's pages too."""
    response.set_cookie(
        COOKIE,
        secret,
        max_age=COOKIE_LIFE,
        path=place.path,
        httponly=True,
        secure=secure,
        samesite="None" if secure else "Lax",
        partitioned=secure,
    )


def proof(secret: str, payment_id: str) -> str:
    return proof_of(secret, payment_id)


def require_form_of_ours(place: Place, payment_id: str) -> None:
    """Raises `Forbidden` unless the form was on our page (or comes from no browser)."""
    require_own_page(place, form_secret(), payment_id)


def require_known_page(place: Place, origins: Collection[str]) -> None:
    """Raises `Forbidden` unless a script of ours or of the host's asks, or no browser at all."""
    origin = request.headers.get("Origin")
    if origin is None:
        known = request.headers.get("Sec-Fetch-Site") in (None, "same-origin")
    else:
        known = origin.lower() in (place.origin, asked_origin().lower(), *origins)
    if not known:
        raise Forbidden("The request came from another page.", code="FOREIGN_ORIGIN")


def asking_origin() -> str | None:
    """The origin that a browser names, when it is one."""
    origin = request.headers.get("Origin", "")
    return origin if origin_of(origin) == origin else None


def let_read(response: Response, origin: str | None) -> None:
    """The pages of that origin may read the answer, and send what they are signed in with."""
    response.vary.add("Origin")
    if origin is not None:
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
