"""Who calls, as far as limits go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app, request

from ..base.limits import Limits, household
from ..base.logs import logger
from ..base.pace import Pace
from ..base.waiters import Crowded
from ..errors import TooMany

log = logger(__name__)
PROXIES = "werkzeug.proxy_fix.orig"
WARN_EVERY = 60.0
"""Seconds between two warnings of one application in one process."""


def caller() -> str:
    """The caller's address; no header is believed, unless werkzeug's ``ProxyFix`` was told to."""
    return household(request.remote_addr or "")


def limit_caller(limits: Limits, name: str) -> None:
    """Count one more of this address; raises `TooMany` past the limit of that name."""
    if limits.enabled:
        with suspecting_a_proxy():
            limits.require(name, caller())


@contextmanager
def suspecting_a_proxy() -> Iterator[None]:
    """Where an address is turned away: say so if it may be a proxy's, which all shoppers share."""
    try:
        yield
    except (TooMany, Crowded):
        if forwarded_unseen():
            _warn_of_proxy()
        raise


def forwarded_unseen() -> bool:
    """Whether a proxy says for whom it asks, and nobody was told to believe it."""
    return "X-Forwarded-For" in request.headers and PROXIES not in request.environ


def _warn_of_proxy() -> None:
    # Anybody can send that header: the log must not grow with each time it comes.
    pace: Pace = current_app.extensions.setdefault("till.proxy_warnings", Pace())
    if pace.may("", WARN_EVERY):
        log.warning(
            "%s was turned away. If that is your proxy, wrap the app in werkzeug's ProxyFix:"
            " without it all shoppers are one caller.",
            request.remote_addr,
        )
