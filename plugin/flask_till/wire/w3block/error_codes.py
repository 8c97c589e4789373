"""The words of ``errorCode``, the HTTP status of each, and the body they travel in (2, 3, 4)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus

from ...errors import (
    Conflict,
    Forbidden,
    GatewayRefused,
    GatewayUnavailable,
    InvalidRequest,
    NotFound,
    OutOfStock,
    RequestError,
    TillError,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unreadable,
)
from ..strict_json import parse_object

BROKEN = "Internal server error"
PENDING_SIGNATURE = "You already have one pending order based on this wallet."
"""What a MetaMask buyer is told when another order waits for a signature; storefronts look for a
part of this text (11.9)."""

LONGEST_PATH = 2048


class W3blockCode(StrEnum):
    """All words that the contract names for a refusal (2, 3, 3.1, 4, 7, 8), and one of ours: no
    chain says what gas costs."""

    VALIDATION_ERROR = "validation-error"
    PRODUCT_NOT_AVAILABLE = "product-not-available"
    CURRENCY_NOT_ENABLED = "currency-not-enabled"
    PRODUCT_TOKEN_NOT_AVAILABLE = "product-token-not-available"  # noqa: S105 - a code
    INSUFFICIENT_STOCK = "insufficient-stock"
    PURCHASE_LIMIT = "purchase-limit"
    COUPON_NOT_APPLICABLE = "coupon-not-applicable"
    PRICE_CHANGED = "price-changed"
    PAYMENTS_NOT_COVERING_TOTAL = "payments-not-covering-total"
    GAS_FEE_SIGNATURE_EXPIRED = "gas-fee-signature-expired"
    GAS_FEE_SIGNATURE_INVALID = "gas-fee-signature-invalid"
    GAS_FEE_NOT_AVAILABLE = "gas-fee-not-available"
    PAYMENT_PROVIDER_NOT_FOUND = "payment-provider-not-found"
    SIMILAR_ORDER_NOT_ACCEPTED = "similar-order-not-accepted"
    PAYMENT_PROVIDER_ERROR = "payment-provider-error"
    ORDER_NOT_PAYABLE = "order-not-payable"
    INVALID_ORDER_STATUS = "invalid-order-status"


class ProductErrorCode(StrEnum):
    """Why a product is left out of a preview (3)."""

    INSUFFICIENT_STOCK = "insufficient-stock"
    PURCHASE_LIMIT = "purchase-limit"
    NOT_FOR_SALE = "not-for-sale"
    FIXED_USER_MISMATCH = "fixed-user-mismatch"


REFUSED_AS: Mapping[ProductErrorCode, W3blockCode] = {
    ProductErrorCode.INSUFFICIENT_STOCK: W3blockCode.INSUFFICIENT_STOCK,
    ProductErrorCode.PURCHASE_LIMIT: W3blockCode.PURCHASE_LIMIT,
    ProductErrorCode.NOT_FOR_SALE: W3blockCode.PRODUCT_NOT_AVAILABLE,
    ProductErrorCode.FIXED_USER_MISMATCH: W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE,
}
"""How a creation refuses what a preview only leaves out (3, 4)."""

_ALSO: Mapping[W3blockCode, tuple[int, ...]] = {
    W3blockCode.PRODUCT_NOT_AVAILABLE: (404,),
    W3blockCode.PRODUCT_TOKEN_NOT_AVAILABLE: (409,),
}
_CLASSES: Mapping[int, type[RequestError]] = {400: RequestError, 404: NotFound, 409: Conflict}


def statuses_of(code: W3blockCode) -> tuple[int, ...]:
    """The HTTP statuses that a code goes with, the usual one first (4): mostly 400."""
    return (400, *_ALSO.get(code, ()))


def refusal(
    code: W3blockCode,
    message: str = "",
    *,
    status: int = 400,
    fields: dict[str, str] | None = None,
) -> RequestError:
    """An error to raise, answered with ``code`` and ``status`` (4).

    Raises `ValueError` when the contract does not have that code with that status.
    """
    if status not in statuses_of(code):
        raise ValueError(f"{code} does not go with {status}")
    text = message or code.replace("-", " ").capitalize() + "."
    return _CLASSES[status](text, code=code, fields=fields)


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer of refusal, both ways; ``code`` is None when the status says it all (2)."""

    status: int
    code: str | None
    message: str

    @classmethod
    def of(
        cls, error: TillError, *, conflict: W3blockCode = W3blockCode.INVALID_ORDER_STATUS
    ) -> Refusal:
        """How the platform answers when ``error`` was raised: total over all errors (2).

        A code that the contract knows goes out as it is; any other error is told by its kind.
        ``conflict`` names a `Conflict` of another code and depends on the call:
        ``invalid-order-status`` for a company's calls, ``order-not-payable`` for a payment.
        """
        known = _known(error)
        if known is not None:
            return known
        if not isinstance(error, RequestError):
            return cls(500, None, BROKEN)
        for kind, status, code in _KINDS:
            if isinstance(error, kind):
                return cls(status, conflict if kind is Conflict else code, error.message)
        return cls(400, None, error.message)

    def to_bytes(self, path: str, now: datetime) -> bytes:
        """The body (2): ``path`` without the query, which may hold secrets."""
        body = {
            "statusCode": self.status,
            "error": HTTPStatus(self.status).phrase,
            "message": self.message,
            "errorCode": self.code,
            "timestamp": _moment(now),
            "path": path.partition("?")[0][:LONGEST_PATH],
        }
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
        return text.encode("utf-8", "replace")

    @classmethod
    def read(cls, status: int, body: bytes) -> Refusal | None:
        """What a platform refused with; None when the body does not say: a plain HTTP error.

        The message may come as a list of texts, as frameworks write it.
        """
        try:
            data = parse_object(body)
        except RequestError:
            return None
        message, code = data.get("message"), data.get("errorCode")
        if isinstance(message, list):
            message = ", ".join(part for part in message if isinstance(part, str))
        if not isinstance(message, str):
            return None
        return cls(status, code if isinstance(code, str) and code else None, message)

    def as_error(self) -> RequestError:
        """What a client raises for it; any status becomes the kind that it is."""
        kind = _RAISED.get(self.status, RequestError if self.status < 500 else Unavailable)
        return kind(self.message, code=self.code)


_KINDS: tuple[tuple[type[RequestError], int, W3blockCode | None], ...] = (
    (Unauthenticated, 401, None),
    (Forbidden, 401, None),
    (NotFound, 404, None),
    (TooMany, 429, None),
    (Unreadable, 400, W3blockCode.VALIDATION_ERROR),
    (InvalidRequest, 400, W3blockCode.VALIDATION_ERROR),
    (GatewayRefused, 400, W3blockCode.PAYMENT_PROVIDER_ERROR),
    (GatewayUnavailable, 400, W3blockCode.PAYMENT_PROVIDER_ERROR),
    (OutOfStock, 400, W3blockCode.INSUFFICIENT_STOCK),
    (Conflict, 400, None),
    (Unavailable, 503, None),
)
_RAISED: Mapping[int, type[RequestError]] = {
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    429: TooMany,
}


def _known(error: TillError) -> Refusal | None:
    if not isinstance(error, RequestError) or error.code not in list(W3blockCode):
        return None
    code = W3blockCode(error.code)
    status = error.status if error.status in statuses_of(code) else 400
    return Refusal(status, code, error.message)


def _moment(now: datetime) -> str:
    return now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
