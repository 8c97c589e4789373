"""What can go wrong, as one tree. Each error has a stable code, a status and a remedy.

::

    TillError                  anything this package raises on purpose
    ├── SettingsError          the host set something up wrongly; raised at start
    ├── MoneyError             an amount that is not exact money in its currency
    └── RequestError           a caller asked for something it cannot have
        ├── InvalidRequest     400 / 422: unreadable, or readable and wrong
        ├── Unauthenticated    401: no credentials, or wrong ones
        ├── Forbidden          403: a browser that may not do this here
        ├── NotFound           404: unknown, or another tenant's
        ├── Conflict           409: the state does not allow it
        ├── Gone               410: it existed and is over
        ├── TooMany            429: slow down
        └── Unavailable        503: a part we need does not answer; nothing is lost
            └── GatewayUnavailable   a payment provider does not answer
"""

from __future__ import annotations

from typing import ClassVar


class TillError(Exception):
    """Base of all. ``code`` is stable, for machines; ``message`` and ``remedy`` are for people."""

    code: str = "TILL_ERROR"
    remedy: str = ""

    def __init__(self, message: str, *, code: str | None = None, remedy: str | None = None) -> None:
        self.message = message
        if code is not None:
            self.code = code
        if remedy is not None:
            self.remedy = remedy
        super().__init__(f"{message} {self.remedy}".strip())


class SettingsError(TillError):
    """The application is set up in a way that cannot work."""

    code = "SETTINGS_INVALID"


class MoneyError(TillError):
    """An amount that is not a whole number of minor units, or two currencies in one sum."""

    code = "MONEY_INVALID"


class RequestError(TillError):
    """A caller's mistake or misfortune; ``status`` is the HTTP status to answer with."""

    code = "REQUEST_REFUSED"
    status: ClassVar[int] = 400
    retry_after: int | None = None

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        remedy: str | None = None,
        fields: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message, code=code, remedy=remedy)
        self.fields = fields or {}


class Unreadable(RequestError):
    """The bytes are not what the content type promises."""

    code = "UNREADABLE"


class InvalidRequest(RequestError):
    """Readable, and not acceptable; ``fields`` says which member and why."""

    code = "INVALID_REQUEST"
    status = 422


class Unauthenticated(RequestError):
    """No credentials, or wrong ones."""

    code = "UNAUTHENTICATED"
    status = 401


class BadSignature(Unauthenticated):
    """A signed message whose signature, age or key does not fit."""

    code = "INVALID_SIGNATURE"


class Forbidden(RequestError):
    """Known caller, wrong place: a foreign origin, or somebody else's order page."""

    code = "FORBIDDEN"
    status = 403


class NotFound(RequestError):
    """Unknown, or another tenant's: the two look alike."""

    code = "NOT_FOUND"
    status = 404


class Conflict(RequestError):
    """The present state does not allow it."""

    code = "CONFLICT"
    status = 409


class OutOfStock(Conflict):
    """Fewer are left than were asked for."""

    code = "OUT_OF_STOCK"


class Gone(RequestError):
    """It existed and is over: a used token, an expired code."""

    code = "GONE"
    status = 410


class TooMany(RequestError):
    """A limit was reached; ``retry_after`` is in seconds."""

    code = "TOO_MANY_REQUESTS"
    status = 429

    def __init__(self, message: str, *, retry_after: int = 1, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class Unavailable(RequestError):
    """Something we depend on does not answer. Nothing was lost; try again."""

    code = "UNAVAILABLE"
    status = 503

    def __init__(self, message: str, *, code: str | None = None, retry_after: int = 2) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class GatewayUnavailable(Unavailable):
    """The payment provider does not answer, or failed; whether it acted is unknown."""

    code = "GATEWAY_UNAVAILABLE"


class GatewayRefused(Conflict):
    """The payment provider understood and said no, for good; the message says why."""

    code = "GATEWAY_REFUSED"
