"""Whether a request comes from one of our own pages, and where those are."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from hashlib import sha256
from urllib.parse import urlsplit

from flask import request

from ...errors import Forbidden
from ...settings import DeskSettings
from ...web.asked import asked_origin
from ...web.this_machine import is_this_machine


@dataclass(frozen=True, slots=True)
class Place:
    """Where the pages are mounted, as browsers see it: ``https://pay.example``, ``/desk/order``."""

    origin: str
    path: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).netloc


def place_at(settings: DeskSettings, path: str, below_public: str) -> Place:
    """``path`` is the page's within this app; a public address, when set, goes before it."""
    public = settings.public_url
    if public is None:
        return Place(asked_origin(), path)
    parts = urlsplit(public)
    return Place(f"{parts.scheme}://{parts.netloc}", f"{parts.path.rstrip('/')}{below_public}")


def is_secure(settings: DeskSettings, place: Place, *, framed: bool = False) -> bool:
    """Whether a cookie is kept to https: everywhere but over plain http in development.

    One that has to work in a frame is (browsers refuse it otherwise), even on this machine, which
    most of them trust without https.
    """
    if settings.cookie_secure is not None:
        return settings.cookie_secure
    plain = settings.in_development and place.origin.startswith("http://")
    return not plain or (framed and is_this_machine(place.host))


def proof_of(session: str, about: str) -> str:
    """What a form of the page carries, for browsers that do not say where a form came from."""
    return hmac.new(session.encode(), about.encode(), sha256).hexdigest()


def require_own_page(place: Place, session: str, about: str) -> None:
    """Raises `Forbidden` unless the request comes from this very page (or from no browser)."""
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    if site is not None:
        own = site == "same-origin"
    elif origin is None or origin.lower() in (place.origin, asked_origin().lower()):
        own = True
    else:
        # A page without referrers sends "null" as the origin of its forms.
        given = request.form.get("proof", "").encode()
        own = origin == "null" and hmac.compare_digest(given, proof_of(session, about).encode())
    if not own:
        raise Forbidden("The request came from another page.", code="FOREIGN_ORIGIN")
