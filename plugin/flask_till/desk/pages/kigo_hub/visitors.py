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

COOKIE, FORM_COOKIE, LOOK_COOKIE = "till_hub_user", "till_hub_form", "till_hub_look"
LIFE = 1800
"""Seconds: as long as a single sign-on session (3)."""
_SALT, _LOOK_SALT = "till-hub-user", "till-hub-look"


@dataclass(frozen=True, slots=True)
class Visitor:
    """By ``account_id``, by ``shopper_id``, or both: a user of a partner who signed in by phone."""

    account_id: str = ""
    shopper_id: str = ""


class Visitors:
    """Signed with the newest key, read with any of them."""

    def __init__(self, settings: DeskSettings, clock: Clock) -> None:
        class Signer(TimestampSigner):
            def get_timestamp(self) -> int:
                return int(clock().timestamp())

        def serializer(salt: str) -> URLSafeTimedSerializer:
            return URLSafeTimedSerializer(
                [*reversed(settings.secret_keys)],
                salt=salt,
                signer=Signer,
                signer_kwargs={"key_derivation": "hmac", "digest_method": hashlib.sha256},
            )

        self._settings = settings
        self._visits, self._looks = serializer(_SALT), serializer(_LOOK_SALT)

    def remember(self, response: Response, visitor: Visitor, place: Place) -> None:
        told = self._visits.dumps([visitor.account_id, visitor.shopper_id])
        self._set(response, COOKIE, told, place)

    def keep_look(self, response: Response, program: tuple[str, str], place: Place) -> None:
        """Whose colours the next page wears, if it cannot know by itself: partner and program."""
        self._set(response, LOOK_COOKIE, self._looks.dumps(program), place)

    def keep_form(self, response: Response, secret: str, place: Place) -> None:
        """What ties the forms of this browser to it."""
        self._set(response, FORM_COOKIE, secret, place)

    def of(self, cookies: Mapping[str, str]) -> Visitor | None:
        """Who is signed in; None without a cookie that is good now."""
        told = _pair(self._visits, cookies.get(COOKIE, ""))
        return None if told is None else Visitor(*told)

    def look_of(self, cookies: Mapping[str, str]) -> tuple[str, str] | None:
        return _pair(self._looks, cookies.get(LOOK_COOKIE, ""))

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


def _pair(serializer: URLSafeTimedSerializer, told: str) -> tuple[str, str] | None:
    try:
        one, other = serializer.loads(told, max_age=LIFE)
    except (BadSignature, ValueError, TypeError):
        return None
    return str(one), str(other)
