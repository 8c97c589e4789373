"""Who calls, as far as limits go."""

from __future__ import annotations

import logging

from flask import request

from ..base.limits import Limits, household
from ..errors import TooMany

log = logging.getLogger(__name__)
PROXIES = "werkzeug.proxy_fix.orig"


def caller() -> str:
    """The caller's address; no header is believed, unless werkzeug's ``ProxyFix`` was told to."""
    return household(request.remote_addr or "")


def limit_caller(limits: Limits, name: str) -> None:
    """Count one more of this address; raises `TooMany` past the limit of that name."""
    try:
        limits.require(name, caller())
    except TooMany:
        suspect_a_proxy()
        raise


def suspect_a_proxy() -> None:
    """An address was turned away: say so if it may be a proxy's, which all shoppers share."""
    if "X-Forwarded-For" in request.headers and PROXIES not in request.environ:
        log.warning(
            "%s was turned away. If that is your proxy, wrap the app in werkzeug's ProxyFix:"
            " without it all shoppers are one caller.",
            request.remote_addr,
        )
