"""Who calls (2.2): a user, or a widget's developer. Whoever shows something wrong is nobody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from flask import request

from ....base.sealing import digest
from ....errors import Forbidden, RequestError, Unauthenticated
from ....web.callers import limit_caller
from ....wire.ipos.envelope import UNAUTHORIZED
from ....wire.ipos.tokens import LONGEST_TOKEN, is_widget_token, verify_widget_token
from ...actions.ipos_apps import widget_of_key
from ...actions.ipos_users import signed_in, user_of_api_key
from ...ipos_portal import Scope, User, Widget
from .front import Front

LONGEST_KEY = 256
_NAME = re.compile(r"[\x21-\x7e]{1,128}")
"""What an id or a key can be at all; nothing else is looked for."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, with the widget that the token is bound to; or, without a user, its developer.

    ``app_id`` is what the header says.
    """

    user: User | None
    widget: Widget | None
    app_id: str | None

    @property
    def is_developer(self) -> bool:
        return self.user is None

    @property
    def scope(self) -> Scope:
        """Whose orders this caller sees (3.4)."""
        if self.user is not None:
            return Scope(user_id=self.user.id)
        assert self.widget is not None
        return Scope(widget_tag=self.widget.tag)

    @property
    def kind(self) -> str:
        return "widget" if self.user is None else "user"

    @property
    def name(self) -> str:
        """Who is counted, as far as limits go."""
        if self.user is not None:
            return f"user:{self.user.id}"
        assert self.widget is not None
        return f"widget:{self.widget.tag}"


def admitted(front: Front) -> Caller:
    """Raises `Unauthenticated`; `TooMany` for who is wrong again and again, or calls too often."""
    try:
        caller = _caller(front)
    except Unauthenticated:
        limit_caller(front.parts.limits, "ipos_wrong_token")
        raise
    front.parts.limits.require(f"ipos_call_{caller.kind}", caller.name)
    front.parts.remember_address()
    return caller


def admitted_user(front: Front) -> tuple[Caller, User]:
    """As `admitted`, for what only a user may do. Raises `Forbidden`."""
    caller = admitted(front)
    if caller.user is None:
        raise Forbidden("A user token is needed", code="USER_TOKEN_NEEDED")
    return caller, caller.user


def admitted_developer(front: Front) -> Caller:
    """As `admitted`, for what only a widget's developer may do. Raises `Forbidden` (2.1)."""
    caller = admitted(front)
    if not caller.is_developer:
        raise Forbidden("A widget token is needed", code="WIDGET_TOKEN_NEEDED")
    return caller


def read_user_token(front: Front, token: str) -> tuple[User, Widget | None]:
    """The user of a token that is good now, and the widget that it is bound to.

    Raises `Unauthenticated`: also for a blocked user, and when the widget's session is over.
    """
    now = front.now()
    claimed = front.tokens.read(token, now)
    found = front.database.read(signed_in, claimed.user_id, claimed.widget_session_id)
    if found is None:
        raise nobody()
    return found


def nobody() -> Unauthenticated:
    return Unauthenticated(UNAUTHORIZED, code="UNAUTHORIZED")


def _caller(front: Front) -> Caller:
    app_id = request.headers.get("app-id", "").strip()[:LONGEST_KEY] or None
    api_key = request.headers.get("x-api-key")
    if api_key:
        return Caller(_user_of_key(front, api_key), None, app_id)
    token = _token()
    if is_widget_token(token):
        return Caller(None, _widget_of(front, token), app_id)
    user, widget = read_user_token(front, token)
    return Caller(user, widget, app_id)


def _token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN:
        raise nobody()
    return token


def _user_of_key(front: Front, api_key: str) -> User:
    if len(api_key) > LONGEST_KEY:
        raise nobody()
    user = front.database.read(user_of_api_key, digest(api_key))
    if user is None or user.is_blocked:
        raise nobody()
    return user


def _widget_of(front: Front, token: str) -> Widget:
    found: list[Widget] = []

    def secret_of(access_key: str) -> str | None:
        widget = None
        if _NAME.fullmatch(access_key):
            widget = front.database.read(widget_of_key, access_key)
        if widget is None:
            return None
        found.append(widget)
        return front.secret_of(widget)

    verify_widget_token(token, secret_of, front.now())
    return found[0]


def checked_app_id(app_id: str | None) -> str:
    """Raises `RequestError` (400) without one, or when it cannot be one."""
    if app_id is None:
        raise RequestError("App id is required", code="APP_ID_REQUIRED")
    if not _NAME.fullmatch(app_id):
        raise RequestError("App not found", code="APP_NOT_FOUND")
    return app_id
