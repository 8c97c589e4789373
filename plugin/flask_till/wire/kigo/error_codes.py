"""The codes of section 2, the HTTP status of each, and the body they travel in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ...errors import (
    Conflict,
    Forbidden,
    Gone,
    InvalidRequest,
    NotFound,
    OutOfStock,
    RequestError,
    TillError,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from ..strict_json import parse_object

BROKEN = "Something went wrong on this side; it is safe to repeat the call."
LONGEST_WAIT = 86_400
"""Seconds of a ``Retry-After`` that are believed."""
MOST_DETAILS = 50


class KigoCode(StrEnum):
    """All codes that the contract names (2)."""

    INVALID_REQUEST = "invalid_request"
    UNAUTHORIZED = "unauthorized"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105  # a code, not a secret
    FORBIDDEN = "forbidden"
    PRODUCT_NOT_FOUND = "product_not_found"
    ORDER_NOT_FOUND = "order_not_found"
    CLAIM_CODE_NOT_FOUND = "claim_code_not_found"
    ALREADY_CLAIMED = "already_claimed"
    ORDER_CANCELLED = "order_cancelled"
    CLAIM_CODE_EXPIRED = "claim_code_expired"
    PRODUCT_UNAVAILABLE = "product_unavailable"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"


_C = KigoCode
STATUS_OF: Mapping[KigoCode, int] = {
    _C.INVALID_REQUEST: 400,
    _C.UNAUTHORIZED: 401,
    _C.TOKEN_EXPIRED: 401,
    _C.FORBIDDEN: 403,
    _C.PRODUCT_NOT_FOUND: 404,
    _C.ORDER_NOT_FOUND: 404,
    _C.CLAIM_CODE_NOT_FOUND: 404,
    _C.ALREADY_CLAIMED: 409,
    _C.ORDER_CANCELLED: 409,
    _C.CLAIM_CODE_EXPIRED: 410,
    _C.PRODUCT_UNAVAILABLE: 422,
    _C.RATE_LIMITED: 429,
    _C.UNAVAILABLE: 503,
}
"""The HTTP status of each code (2)."""

_CLASSES: Mapping[int, type[RequestError]] = {
    400: RequestError,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Gone,
    422: InvalidRequest,
}
_FAMILY: Mapping[int, KigoCode] = {
    401: _C.UNAUTHORIZED,
    403: _C.FORBIDDEN,
    410: _C.CLAIM_CODE_EXPIRED,
    429: _C.RATE_LIMITED,
}
NO_FIELDS: Mapping[str, str] = {}


def refusal(
    code: KigoCode, message: str = "", *, fields: Mapping[str, str] = NO_FIELDS, wait: int = 1
) -> RequestError:
    """An error to raise that is answered with ``code``; ``wait`` in seconds, where it may help."""
    message = message or code.replace("_", " ").capitalize() + "."
    if code == KigoCode.RATE_LIMITED:
        return TooMany(message, code=code, retry_after=wait)
    if code == KigoCode.UNAVAILABLE:
        return Unavailable(message, code=code, retry_after=wait)
    return _CLASSES[STATUS_OF[code]](message, code=code, fields=dict(fields))


@dataclass(frozen=True)
class Refusal:
    """An answer of refusal, both ways; ``retry_after`` in seconds, None without one (2)."""

    status: int
    code: str
    message: str
    details: Mapping[str, str] = field(default_factory=dict)
    retry_after: int | None = None

    def to_data(self) -> dict[str, Any]:
        """``{"error": {"code", "message", "details"}}`` (2)."""
        details = [{"field": name, "message": why} for name, why in self.details.items()]
        return {"error": {"code": self.code, "message": self.message, "details": details}}

    def to_bytes(self) -> bytes:
        return json.dumps(self.to_data(), ensure_ascii=False).encode("utf-8", "replace")

    @property
    def headers(self) -> dict[str, str]:
        """``Retry-After``, where there is one (2)."""
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}

    @classmethod
    def read(cls, status: int, body: bytes, retry_after: str = "") -> Refusal:
        """What a server refused with; ``retry_after`` is that header.

        Total: a body that is no refusal, e.g. a proxy's page, gives the code of its HTTP status.
        """
        told = _told(body)
        code, message = told.get("code"), told.get("message")
        known = isinstance(code, str) and code in STATUS_OF
        return cls(
            status,
            str(code) if known else code_of(status),
            message if isinstance(message, str) else f"HTTP {status}",
            _details(told.get("details")),
            _seconds(retry_after),
        )

    def to_error(self) -> RequestError:
        """The error to raise on the side that was refused."""
        return refusal(
            KigoCode(self.code), self.message, fields=self.details, wait=self.retry_after or 1
        )


def code_of(status: int) -> KigoCode:
    """The code of an HTTP status whose body does not say more, from 400 on."""
    if status >= 500:
        return KigoCode.UNAVAILABLE
    return _FAMILY.get(status, KigoCode.INVALID_REQUEST)


def answer(
    error: TillError,
    *,
    missing: KigoCode = KigoCode.ORDER_NOT_FOUND,
    conflict: KigoCode = KigoCode.ALREADY_CLAIMED,
) -> Refusal:
    """How the desk answers when ``error`` was raised (2). Total.

    A code of the contract goes out with the status of its error. Any other error is told by its
    kind: ``missing`` and ``conflict`` are what a `NotFound` and a `Conflict` mean in this call.
    What is no caller's mistake is 503 ``unavailable``, without its text.
    """
    if not isinstance(error, RequestError) or (error.status >= 500 and not _is_known(error)):
        wait = getattr(error, "retry_after", None) or 1
        return Refusal(503, KigoCode.UNAVAILABLE, BROKEN, retry_after=wait)
    code = KigoCode(error.code) if _is_known(error) else _by_kind(error, missing, conflict)
    status = error.status if _is_known(error) else STATUS_OF[code]
    return Refusal(status, code, error.message, error.fields, error.retry_after)


def answer_http(status: int, message: str) -> Refusal:
    """A refusal of the web server's own (404 without a route, 405, 413, 415) in the same shape."""
    return Refusal(status, code_of(status), message)


def _is_known(error: TillError) -> bool:
    return error.code in STATUS_OF


def _by_kind(error: RequestError, missing: KigoCode, conflict: KigoCode) -> KigoCode:
    kinds: list[tuple[type[RequestError], KigoCode]] = [
        (Unauthenticated, KigoCode.UNAUTHORIZED),
        (Forbidden, KigoCode.FORBIDDEN),
        (NotFound, missing),
        (OutOfStock, KigoCode.PRODUCT_UNAVAILABLE),
        (Conflict, conflict),
        (Gone, KigoCode.CLAIM_CODE_EXPIRED),
        (TooMany, KigoCode.RATE_LIMITED),
        (RequestError, KigoCode.INVALID_REQUEST),
    ]
    return next(code for kind, code in kinds if isinstance(error, kind))


def _told(body: bytes) -> dict[str, Any]:
    try:
        told = parse_object(body).get("error")
    except RequestError:
        return {}
    return told if isinstance(told, dict) else {}


def _details(value: Any) -> dict[str, str]:
    told = value[:MOST_DETAILS] if isinstance(value, list) else []
    pairs = [(one.get("field"), one.get("message")) for one in told if isinstance(one, dict)]
    return {name: why for name, why in pairs if isinstance(name, str) and isinstance(why, str)}


def _seconds(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        return None
    return min(int(text), LONGEST_WAIT)
