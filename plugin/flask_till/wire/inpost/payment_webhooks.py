"""Payment events with a signature scheme of their own (3.11). Optional.

The signature covers chosen values, not the bytes, so the body is read before it is checked.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from ...errors import BadSignature
from ..strict_json import parse_object

VERSION_HEADER = "X-API-Version"
SIGNATURE_HEADER = "X-Signature"


class WebhookKind(StrEnum):
    """The ``eventType`` (3.11)."""

    PAYMENT_AUTHORIZED = "PAYMENT_AUTHORIZED"
    PAYMENT_DECLINED = "PAYMENT_DECLINED"
    REFUND = "REFUND"
    REFUND_DECLINED = "REFUND_DECLINED"
    SETTLEMENT = "SETTLEMENT"


PAYMENT_PATHS = (
    "createdDate", "eventData.amount.currency", "eventData.amount.value",
    "eventData.amount.valueInCents", "eventDateTime", "eventType", "merchantId", "orderReference",
    "payment.id", "payment.method", "payment.reference", "status",
)  # fmt: skip
"""The signed values of a payment event. An absent one counts as empty text, so version 1 and
version 2 of the amount can both stand here. Those of other kinds are not known."""


def sign_webhook(
    api_version: str,
    event: Mapping[str, Any],
    merchant_secret: str,
    paths: Sequence[str] = PAYMENT_PATHS,
) -> str:
    """Lowercase hex SHA-512 of version, values in the order of their paths, and secret (3.11).

    Raises `TypeError` when a path leads to something that is no single value.
    """
    values = "".join(_value(event, path) for path in sorted(paths))
    return hashlib.sha512((api_version + values + merchant_secret).encode()).hexdigest()


def verify_webhook(
    headers: Mapping[str, str],
    body: bytes,
    merchant_secret: str,
    paths: Sequence[str] = PAYMENT_PATHS,
) -> dict[str, Any]:
    """The event, if it was signed with this secret. Raises `BadSignature` for anything else."""
    try:
        given = {name.lower(): value for name, value in headers.items()}
        event = parse_object(body)
        mine = sign_webhook(given[VERSION_HEADER.lower()], event, merchant_secret, paths)
        if hmac.compare_digest(mine.encode(), given[SIGNATURE_HEADER.lower()].encode()):
            return event
    except Exception:  # noqa: BLE001 - what a stranger sends must never be a 500
        raise BadSignature("The event's signature cannot be checked.") from None
    raise BadSignature("The event's signature does not fit.")


def _value(event: Mapping[str, Any], path: str) -> str:
    found: Any = event
    for name in path.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, Decimal):
        return format(found, "f")
    if isinstance(found, str | int):
        return str(found)
    raise TypeError(f"{path} is no single value")
