"""Host-side login: ``/api/v1/app/auth/login`` and the checksum of its body (9)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from ...errors import Unauthenticated
from .requests import Mail, Request

TOLERANCE = 300
"""Seconds that the timestamp may be off, either way."""


class HostLogin(Request):
    """A portal vouches for its user; ``timestamp`` in unix seconds."""

    email: Mail
    timestamp: int
    app_id: Annotated[str, StringConstraints(min_length=1, max_length=128)]
    sign: Annotated[str, StringConstraints(min_length=32, max_length=32), Field(repr=False)]


def checksum(fields: Mapping[str, Any], secret: str) -> str:
    """The other fields without nulls, sorted, joined as ``k=v``; MD5, upper-case hex."""
    told = sorted((k, v) for k, v in fields.items() if k != "sign" and v is not None)
    text = ",".join(f"{name}={value}" for name, value in told) + f",key={secret}"
    return hashlib.md5(text.encode()).hexdigest().upper()  # noqa: S324  # what the protocol says


def verify_login(login: HostLogin, fields: Mapping[str, Any], secret: str, now: datetime) -> None:
    """Raises `Unauthenticated` for a wrong checksum or a timestamp more than 5 minutes off."""
    made = checksum(fields, secret)
    same = hmac.compare_digest(made.encode(), login.sign.encode())
    if not same or abs(now.timestamp() - login.timestamp) > TOLERANCE:
        raise Unauthenticated("Unauthorized", code="UNAUTHORIZED")
