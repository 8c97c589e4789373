"""The headers of every answer: what it may load, who may frame it, and that nobody keeps it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from flask import Response, g

from ...web.this_machine import is_this_machine
from ..gateways import PagePart
from ..origins import origin_of

NONE = ("'none'",)
SELF = "'self'"


@dataclass(frozen=True, slots=True)
class Policy:
    """What one answer allows. Origins are checked before they are sent."""

    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(16))
    framers: Collection[str] = ()
    images: Collection[str] = ()
    parts: tuple[PagePart, ...] = ()
    inline_images: bool = False
    """Whether pictures may stand in the page itself, as those of wallets do."""

    @property
    def content_security_policy(self) -> str:
        sources = {
            "default-src": NONE,
            "script-src": (f"'nonce-{self.nonce}'", *self._of("script_origins")),
            "style-src": (SELF,),
            "img-src": (SELF, *_plain(self.images), *(("data:",) if self.inline_images else ())),
            "connect-src": (SELF, *self._of("connect_origins")),
            "frame-src": self._of("frame_origins") or NONE,
            "form-action": (SELF,),
            "frame-ancestors": _plain(self.framers) or NONE,
            "base-uri": NONE,
        }
        return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())

    @property
    def permissions_policy(self) -> str:
        payers = " ".join(["self", *(f'"{origin}"' for origin in self._of("frame_origins"))])
        return f"payment=({payers}), camera=(), geolocation=(), microphone=(), usb=()"

    def _of(self, kind: str) -> tuple[str, ...]:
        return _unique(origin for part in self.parts for origin in getattr(part, kind))


def _plain(origins: Iterable[str]) -> tuple[str, ...]:
    """Only what is exactly an origin may stand in a header."""
    return _unique(origin for origin in origins if origin_of(origin) == origin)


def _unique(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def policy() -> Policy:
    """The policy of this answer; the strictest until somebody allows more."""
    if "till_order_page_policy" not in g:
        g.till_order_page_policy = Policy()
    found: Policy = g.till_order_page_policy
    return found


def allow(
    framers: Collection[str],
    images: Collection[str],
    parts: tuple[PagePart, ...],
    *,
    inline_images: bool = False,
) -> None:
    """Open this answer's policy for a merchant's origins and for what its gateways load."""
    g.till_order_page_policy = Policy(policy().nonce, framers, images, parts, inline_images)


def image_origin(url: str | None) -> str | None:
    """The host of a picture that a page may load: over https, or from this machine."""
    origin = None if url is None else origin_of(url)
    if origin is None:
        return None
    secure = origin.startswith("https:") or is_this_machine(origin.partition("://")[2])
    return origin if secure else None


def guard(response: Response) -> Response:
    """Set the headers; a file that is kept for ever says so itself."""
    present = policy()
    headers = response.headers
    headers["Content-Security-Policy"] = present.content_security_policy
    headers["Permissions-Policy"] = present.permissions_policy
    headers["Referrer-Policy"] = "no-referrer"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["X-Robots-Tag"] = "noindex"
    if not _plain(present.framers):
        headers["X-Frame-Options"] = "DENY"
    headers.setdefault("Cache-Control", "no-store")
    return response
