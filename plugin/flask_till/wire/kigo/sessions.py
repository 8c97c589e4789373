"""Asking for tokens and for SSO sessions, and the answers (3, 5.1)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, TypeAdapter, ValidationError

from .error_codes import KigoCode, refusal
from .message import Message, Question
from .tokens import BEARER, PARTNER_LIFE, REFRESH_LIFE, USER_LIFE
from .values import ExternalId, HeaderSecret, Mail, Metadata, Moment, Said, Secret, Uuid

LONGEST_LIFE = 10 * REFRESH_LIFE
Seconds = Annotated[int, Field(ge=1, le=LONGEST_LIFE)]


class AskSession(Question):
    """POST ``auth/session``, with ``x-api-key`` (3.1)."""

    partner_id: ExternalId


class PartnerToken(Message):
    """Its answer, 201 (3.1); ``expires_in`` in seconds."""

    access_token: HeaderSecret
    token_type: Annotated[str, StringConstraints(pattern="^[Bb]earer$")] = BEARER
    expires_in: Seconds = PARTNER_LIFE
    expires_at: Moment


class AskUserSession(Question):
    """POST ``auth/user-session``, with a partner token (3.2)."""

    external_user_id: ExternalId
    email: Annotated[Mail | None, Field(repr=False)] = None


class UserTokens(Message):
    """Its answer, and that of a refresh, 201 (3.2, 3.3); lives in seconds."""

    access_token: HeaderSecret
    expires_in: Seconds = USER_LIFE
    refresh_token: HeaderSecret
    refresh_expires_in: Seconds = REFRESH_LIFE
    account_id: Uuid


class AskRefresh(Question):
    """POST ``auth/refresh`` (3.3): the old token dies, a dead one ends its whole family."""

    refresh_token: Secret


class AskSsoSession(Question):
    """POST ``accounts/sso-sessions``, with a partner token (5.1)."""

    external_user_id: ExternalId
    external_program_id: ExternalId | None = None
    is_single_use: bool | None = None
    email: Annotated[Mail | None, Field(repr=False)] = None
    attributes: Annotated[Metadata | None, Said] = None

    @property
    def single_use(self) -> bool:
        """Good for one page load; not unless it is asked for (5.1)."""
        return self.is_single_use is True


class SsoSession(Message):
    """Its answer, 201 (5.1)."""

    session_id: Annotated[Uuid, Field(repr=False)]
    expires_at: Moment


_SESSION_ID: TypeAdapter[str] = TypeAdapter(Uuid)


def read_session_id(text: str) -> str:
    """The id of an SSO session out of a link. Raises `Unauthenticated` (``unauthorized``) (5.1)."""
    try:
        return _SESSION_ID.validate_python(text)
    except ValidationError:
        raise refusal(KigoCode.UNAUTHORIZED, "The session is over; get a new link.") from None
