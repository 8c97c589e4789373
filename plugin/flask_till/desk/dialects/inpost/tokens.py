"""Access tokens: short, signed, and worthless once the merchant's secret is another one (2.1)."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flask import Response, request
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from ....base.clock import Clock
from ....base.sealing import digest
from ....errors import TooMany, Unauthenticated
from ....web.callers import limit_caller
from ....web.refusals import with_retry_after
from ....wire.inpost.access import GRANT, TOKEN_LIFE, Token, TokenRefusal
from ...actions.inpost_merchants import find_client
from ...linked_basket import InpostMerchant
from .answers import say

if TYPE_CHECKING:
    from .front import Front

LARGEST_FORM = 16 * 1024
LONGEST_TOKEN = 2048
_SALT = "till-inpost-access"
_MARK = 16
"""Hex digits that a token carries of its secret, hashed twice: enough to notice another one."""


class AccessTokens:
    """Signed with the newest key, checked with any of them; time is the desk's own clock's."""

    def __init__(self, keys: Sequence[str], clock: Clock) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        self._serializer = URLSafeTimedSerializer(
            [*reversed(keys)],
            salt=_SALT,
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def issue(self, merchant: InpostMerchant) -> str:
        return str(self._serializer.dumps([merchant.client_id, _mark(merchant)]))

    def read(self, token: str) -> tuple[str, str]:
        """The client and the mark of its secret. Raises `Unauthenticated`, also past 300 s."""
        try:
            # An age of 300 s is past the end: the serializer counts in whole seconds.
            client_id, mark = self._serializer.loads(token, max_age=TOKEN_LIFE - 1)
        except (BadSignature, ValueError, TypeError):
            raise Unauthenticated("The access token is not valid, or it is too old.") from None
        return str(client_id), str(mark)


def _mark(merchant: InpostMerchant) -> str:
    return digest(merchant.secret_digest)[:_MARK]


def fits(merchant: InpostMerchant, mark: str) -> bool:
    """Whether a token was given for the secret that the merchant has now."""
    return hmac.compare_digest(_mark(merchant).encode(), mark.encode())


# --- the endpoint -----------------------------------------------------------------------------


class Refused(Exception):
    """No token, for a reason that OAuth has a word for (RFC 6749, 5.2)."""

    def __init__(self, status: int, error: str, description: str) -> None:
        self.answer = (status, error, description)
        super().__init__(description)


def give(front: Front) -> Response:
    """POST token: ``client_credentials`` in a form (2.1)."""
    try:
        merchant = _client(front, _form())
    except Refused as refused:
        return _refusal(*refused.answer)
    except TooMany as error:
        return with_retry_after(_refusal(429, "slow_down", error.message), error)
    except HTTPException as error:
        return _refusal(error.code or 400, "invalid_request", error.description or error.name)
    front.remember_address()
    token = Token(access_token=front.tokens.issue(merchant), expires_in=TOKEN_LIFE)
    return say(token, headers={"Cache-Control": "no-store", "Pragma": "no-cache"})


def _refusal(status: int, error: str, description: str) -> Response:
    return say(TokenRefusal(error=error, error_description=description), status)


def _form() -> MultiDict[str, str]:
    if request.mimetype != "application/x-www-form-urlencoded":
        raise Refused(400, "invalid_request", "Send a form: application/x-www-form-urlencoded.")
    request.max_content_length = LARGEST_FORM
    form = request.form
    for name in ("grant_type", "client_id", "client_secret"):
        if len(form.getlist(name)) > 1:
            raise Refused(400, "invalid_request", f"{name} stands twice.")
    return form


def _client(front: Front, form: MultiDict[str, str]) -> InpostMerchant:
    grant = form.get("grant_type")
    if not grant:
        raise Refused(400, "invalid_request", "Missing form parameter: grant_type")
    if grant != GRANT:
        raise Refused(400, "unsupported_grant_type", f"Only {GRANT} is supported.")
    client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
    known = None if _unusable(client_id) else front.database.read(find_client, client_id)
    # A digest of something is always compared, so that an unknown client takes as long.
    kept = digest("") if known is None else known.secret_digest
    is_right = hmac.compare_digest(kept.encode(), digest(secret).encode())
    if known is None or not is_right or not secret:
        limit_caller(front.limits, "inpost_wrong_client")
        raise Refused(401, "invalid_client", "Invalid client or Invalid client credentials")
    return known


def _unusable(client_id: str) -> bool:
    return not 0 < len(client_id) <= 255 or not client_id.isprintable()
