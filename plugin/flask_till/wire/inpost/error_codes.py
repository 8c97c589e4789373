"""Error bodies and codes in both directions, and the HTTP status that belongs to each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from ...errors import (
    BadSignature,
    Conflict,
    Forbidden,
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


class WalletCode(StrEnum):
    """What a wallet answers a shop with (2.2)."""

    BAD_REQUEST = "BAD_REQUEST"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    UNAUTHORIZED = "UNAUTHORIZED"
    FORBIDDEN = "FORBIDDEN"
    MERCHANT_DISABLE = "MERCHANT_DISABLE"
    BASKET_NOT_FOUND = "BASKET_NOT_FOUND"
    NOT_FOUND = "NOT_FOUND"
    ORDER_NOT_FOUND = "ORDER_NOT_FOUND"
    PUBLIC_KEY_NOT_FOUND = "PUBLIC_KEY_NOT_FOUND"
    PRODUCT_NOT_FOUND = "PRODUCT_NOT_FOUND"
    BASKET_IS_BINDED = "BASKET_IS_BINDED"
    PHONE_BINDING_METHOD_UNAVAILABLE = "PHONE_BINDING_METHOD_UNAVAILABLE"
    BASKET_NOT_BOUND = "BASKET_NOT_BOUND"
    BASKET_EXPIRED = "BASKET_EXPIRED"
    STATUS_ORDER_ERROR = "STATUS_ORDER_ERROR"
    PRODUCT_EXISTS = "PRODUCT_EXISTS"
    MAX_LIMIT_PRODUCTS = "MAX_LIMIT_PRODUCTS"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"


class MerchantCode(StrEnum):
    """What a shop answers a wallet with (3.2)."""

    INVALID_SIGNATURE = "INVALID_SIGNATURE"
    MALFORMED_REQUEST = "MALFORMED_REQUEST"
    BAD_REQUEST = "BAD_REQUEST"
    NOT_FOUND = "NOT_FOUND"
    BASKET_NOT_FOUND = "BASKET_NOT_FOUND"
    ORDER_NOT_FOUND = "ORDER_NOT_FOUND"
    PRODUCT_NOT_FOUND = "PRODUCT_NOT_FOUND"
    ORDER_EXISTS = "ORDER_EXISTS"
    ORDER_NOT_CREATE = "ORDER_NOT_CREATE"
    ORDER_NOT_UPDATE = "ORDER_NOT_UPDATE"
    BASKET_NOT_UPDATE = "BASKET_NOT_UPDATE"
    BASKET_NOT_CREATED = "BASKET_NOT_CREATED"
    PRODUCT_NOT_ADDED = "PRODUCT_NOT_ADDED"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    INTERNAL_SERVER_ERROR = "INTERNAL_SERVER_ERROR"
    BAD_GATEWAY = "BAD_GATEWAY"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"


Code = WalletCode | MerchantCode

UNLINKING = frozenset(
    {WalletCode.BASKET_NOT_FOUND, WalletCode.BASKET_NOT_BOUND, WalletCode.BASKET_EXPIRED}
)
"""Answers to a basket update after which a shop drops its binding and does not retry (6)."""

_STATUSES: Mapping[int, tuple[str, ...]] = {
    400: ("BAD_REQUEST", "MALFORMED_REQUEST"),
    401: ("UNAUTHORIZED", "INVALID_SIGNATURE"),
    403: ("FORBIDDEN", "MERCHANT_DISABLE"),
    404: ("NOT_FOUND", "BASKET_NOT_FOUND", "ORDER_NOT_FOUND", "PUBLIC_KEY_NOT_FOUND",
          "PRODUCT_NOT_FOUND"),
    409: ("BASKET_IS_BINDED", "PHONE_BINDING_METHOD_UNAVAILABLE", "BASKET_NOT_BOUND",
          "BASKET_EXPIRED", "STATUS_ORDER_ERROR", "PRODUCT_EXISTS", "MAX_LIMIT_PRODUCTS",
          "ORDER_EXISTS", "ORDER_NOT_CREATE", "ORDER_NOT_UPDATE", "BASKET_NOT_UPDATE",
          "BASKET_NOT_CREATED", "PRODUCT_NOT_ADDED", "OUT_OF_STOCK"),
    500: ("INTERNAL_SERVER_ERROR",),
    502: ("BAD_GATEWAY",),
    503: ("SERVICE_UNAVAILABLE",),
}  # fmt: skip
_STATUS_OF = {code: status for status, codes in _STATUSES.items() for code in codes}

_CLASSES: Mapping[int, type[RequestError]] = {
    400: RequestError,
    401: Unauthenticated,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
}
_CLASS_OF: Mapping[str, type[RequestError]] = {
    "MALFORMED_REQUEST": Unreadable,
    "INVALID_SIGNATURE": BadSignature,
    "OUT_OF_STOCK": OutOfStock,
}


@dataclass(frozen=True)
class Refusal:
    """An answer of refusal, both ways: HTTP status, code and a text for people."""

    status: int
    code: str
    message: str

    def to_bytes(self) -> bytes:
        """The body ``{"error_code", "error_message"}`` (2.2, 3.2)."""
        body = {"error_code": self.code, "error_message": self.message}
        return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")

    @classmethod
    def read(cls, status: int, body: bytes) -> Refusal | None:
        """What a peer refused with; None when the body does not say: a plain HTTP error (2.2)."""
        try:
            data = parse_object(body)
        except RequestError:
            return None
        code, message = data.get("error_code"), data.get("error_message")
        if not isinstance(code, str) or not code:
            return None
        return cls(status, code, message if isinstance(message, str) else "")


def status_of(code: Code) -> int:
    """The HTTP status of a code (2.2, 3.2)."""
    return _STATUS_OF[code]


def refusal(code: Code, message: str) -> RequestError:
    """An error to raise that will be answered with ``code``; see `wallet_refusal`."""
    status = status_of(code)
    if status >= 500:
        return Unavailable(message, code=code)
    return _CLASS_OF.get(code, _CLASSES[status])(message, code=code)


def wallet_refusal(error: TillError) -> Refusal:
    """How a wallet answers a shop when ``error`` was raised (2.2).

    A code that the contract knows goes out as it is, with its status. Any other error is told
    by its kind; what is no `RequestError` is an ``INTERNAL_SERVER_ERROR`` without its text.
    """
    kinds: list[tuple[type[TillError], Code]] = [
        (Unauthenticated, WalletCode.UNAUTHORIZED),
        (Forbidden, WalletCode.FORBIDDEN),
    ]
    return _answer(WalletCode, kinds, WalletCode.INTERNAL_SERVER_ERROR, error)


def merchant_refusal(
    error: TillError, *, conflict: MerchantCode = MerchantCode.BASKET_NOT_UPDATE
) -> Refusal:
    """How a shop answers a wallet when ``error`` was raised (3.2); as `wallet_refusal`.

    ``conflict`` is the code for a `Conflict` whose own code the contract does not know; it depends
    on the call: ``BASKET_NOT_UPDATE``, ``ORDER_NOT_CREATE``, ``ORDER_NOT_UPDATE``.
    """
    kinds: list[tuple[type[TillError], Code]] = [
        (Unauthenticated, MerchantCode.INVALID_SIGNATURE),
        (Conflict, conflict),
        (TooMany, MerchantCode.SERVICE_UNAVAILABLE),
        (Unavailable, MerchantCode.SERVICE_UNAVAILABLE),
    ]
    return _answer(MerchantCode, kinds, MerchantCode.INTERNAL_SERVER_ERROR, error)


def _answer(
    codes: type[WalletCode] | type[MerchantCode],
    kinds: list[tuple[type[TillError], Code]],
    broken: Code,
    error: TillError,
) -> Refusal:
    if error.code in codes.__members__:
        return Refusal(_STATUS_OF[error.code], error.code, error.message)
    shared: list[tuple[type[TillError], Code]] = [
        (Unreadable, codes.MALFORMED_REQUEST),
        (InvalidRequest, codes.BAD_REQUEST),
        (NotFound, codes.NOT_FOUND),
    ]
    for kind, code in [*kinds, *shared]:
        if isinstance(error, kind):
            return Refusal(_STATUS_OF[code], code, error.message)
    if isinstance(error, RequestError) and error.status < 500:
        # The contract has no code for "slow down": the number alone says it.
        status = TooMany.status if isinstance(error, TooMany) else 400
        return Refusal(status, codes.BAD_REQUEST, error.message)
    return Refusal(_STATUS_OF[broken], broken, "Something went wrong on this side.")
