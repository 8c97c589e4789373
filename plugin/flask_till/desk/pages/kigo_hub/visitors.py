"""Who is at the hub: a user that a partner vouched for, or a shopper by phone; a signed cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response
from itsdangerous import BadSignature, TimestampSigner, URLSafeTimedSerializer

from ....base.clock import Clock
from ....settings import DeskSettings
from ..own_page import Place, is_secure

COOKIE, FORM_COOKIE = "till_hub_user", "till_hub_form"
LIFE = 1800
"""Seconds: as long as a single sign-on session (3)."""
_SALT = "till-hub-user"


@dataclass(frozen=True, slots=True)
class Visitor:
    """By ``account_id``, or by ``shopper_id``."""

    account_id: str = ""
    shopper_id: str = ""


class Visitors:
    """Signed with the newest key, read with any of them."""

    def __init__(self, settings: DeskSettings, clock: Clock) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        self._settings = settings
        self._serializer = URLSafeTimedSerializer(
            [*reversed(settings.secret_keys)],
            salt=_SALT,
            signer=Signer,
            signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
        )

    def remember(self, response: Response, visitor: Visitor, place: Place) -> None:
        told = str(self._serializer.dumps([visitor.account_id, visitor.shopper_id]))
        self._set(response, COOKIE, told, place)

    def keep_form(self, response: Response, secret: str, place: Place) -> None:
        """What ties the forms of this browser to it."""
        self._set(response, FORM_COOKIE, secret, place)

    def of(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Who is signed in; None without a cookie that is good now."""
        try:
            told = self._serializer.loads(cookies.get(COOKIE, ""), max_age=LIFE)
            account_id, shopper_id = told
        except (BadSignature, ValueError, TypeError):
            return None
        return Visitor(str(account_id), str(shopper_id))

    def _set(self, response: Response, name: str, value: str, place: Place) -> None:
        secure = is_secure(self._settings, place)
        response.set_cookie(
            name,
            value,
            max_age=LIFE,
            path=place.path,
            httponly=True,
            secure=secure,
            samesite="Lax",
        )
