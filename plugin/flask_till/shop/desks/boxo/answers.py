"""What a Boxo platform answers: the data, or ``error_code`` as our errors (5 of the contract)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ....errors import Conflict, InvalidRequest, NotFound, RequestError, Unauthenticated
from ....wire.boxo.error_codes import BoxoCode
from ....wire.strict_json import parse_object
from .. import ShopperUnknown
from ..exchange import LONGEST_TEXT, Reply, unavailable, understood

UNANSWERED = frozenset(
    {
        BoxoCode.UNKNOWN_ERROR,
        BoxoCode.UNEXPECTED_RESPONSE_ERROR,
        BoxoCode.FAILED_TO_PARSE_RESPONSE,
        BoxoCode.INVALID_RESPONSE_CONTENT_TYPE,
        BoxoCode.RESPONSE_ATTRIBUTE_MISSING,
        BoxoCode.INVALID_PAYMENT_STATUS_RESPONSE,
    }
)
"""The host app behind the platform did not answer, or not so that it is known what it did."""
_KINDS: Mapping[str, type[RequestError]] = {
    BoxoCode.ORDER_NOT_FOUND: NotFound,
    BoxoCode.INVALID_PAYMENT_STATUS: Conflict,
    BoxoCode.HOSTAPP_USER_ID_REQUIRED: ShopperUnknown,
    BoxoCode.HOSTAPP_USER_NOT_FOUND: ShopperUnknown,
    BoxoCode.NOT_A_WHITELISTED_IP: Unauthenticated,
    BoxoCode.INVALID_SIGNATURE: Unauthenticated,
    BoxoCode.SIGNATURE_VALIDATION_ERROR: Unauthenticated,
    BoxoCode.MISSING_HEADER: Unauthenticated,
    BoxoCode.MISSING_REQUEST_SIGNATURE_SETTINGS: Unauthenticated,
}


def data_of(reply: Reply) -> dict[str, Any]:
    """The members of an answer that have a value. Raises `NotFound` for an unknown payment,
    `ShopperUnknown`, the error of any other refusal with Boxo's code, and `Unavailable`."""
    if reply.status not in (200, 400):
        raise unavailable(f"it answers {reply.status}")
    told = understood(parse_object, reply.body)
    code = told.get("error_code")
    if code or reply.status == 400:
        raise _refusal(str(code)[:100], told.get("error_message"))
    return {name: value for name, value in told.items() if value is not None}


def _refusal(code: str, message: object) -> RequestError:
    if code not in BoxoCode.__members__ or code in UNANSWERED:
        return unavailable(f"it answers {code}: {message}")
    text = message[:LONGEST_TEXT] if isinstance(message, str) else ""
    return _KINDS.get(code, InvalidRequest)(text or f"The platform answers {code}.", code=code)
