"""Users of the IPOS protocol: who they are, how they are known, and where they are signed in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..ipos_portal import User, Widget
from ..tables.ipos import ipos_sessions, ipos_users
from .ipos_apps import read_app, read_widget

_OF_ID = Prepared(select(ipos_users).where(ipos_users.c.id == bindparam("user")))
_OF_API_KEY = Prepared(select(ipos_users).where(ipos_users.c.api_key == bindparam("key")))
_SESSION = Prepared(select(ipos_sessions).where(ipos_sessions.c.id == bindparam("session")))


def add_user(work: Work, user: User, *, api_key: str | None = None) -> User:
    """``api_key`` is a digest. Raises `Conflict` (USER_EXISTS) for an id, a key or an address of
    that portal which is taken, `NotFound` for the portal."""
    if user.app_id is not None:
        read_app(work, user.app_id)
    values = {
        "id": user.id,
        "app_id": user.app_id,
        "username": user.username,
        "short_name": user.short_name,
        "email": user.email,
        "avatar": user.avatar,
        "api_key": api_key,
        "created_at": work.now,
    }
    if not work.insert_once(ipos_users, values):
        raise Conflict("That user, its address or its key exists.", code="USER_EXISTS")
    return user


def vouched_user(work: Work, user: User) -> User:
    """The user of that portal with that address; ``user`` is who is added when there is none."""
    query = select(ipos_users).where(
        ipos_users.c.app_id == user.app_id, ipos_users.c.email == user.email
    )
    row = work.execute(query).first()
    if row is not None:
        return _user(row)
    try:
        return add_user(work, user)
    except Conflict:  # another request was faster
        return _user(work.execute(query).one())


def find_user(work: Work, user_id: str) -> User | None:
    row = work.execute(_OF_ID, {"user": user_id}).first()
    return None if row is None else _user(row)


def read_user(work: Work, user_id: str) -> User:
    """Raises `NotFound` (USER_NOT_FOUND)."""
    found = find_user(work, user_id)
    if found is None:
        raise NotFound(f"There is no user {user_id}.", code="USER_NOT_FOUND")
    return found


def user_of_api_key(work: Work, api_key: str) -> User | None:
    """Whose key it is, by its digest."""
    row = work.execute(_OF_API_KEY, {"key": api_key}).first()
    return None if row is None else _user(row)


def list_users(work: Work) -> list[User]:
    query = select(ipos_users).order_by(ipos_users.c.created_at, ipos_users.c.id)
    return [_user(row) for row in work.execute(query).all()]


def block_user(work: Work, user_id: str, *, is_blocked: bool) -> User:
    """A blocked user is nobody, whatever token is shown. Raises `NotFound`."""
    read_user(work, user_id)
    blocked_at = work.now if is_blocked else None
    work.execute(update(ipos_users).where(ipos_users.c.id == user_id).values(blocked_at=blocked_at))
    return read_user(work, user_id)


# --- in a widget ------------------------------------------------------------------------------


def open_session(work: Work, user_id: str, widget_tag: str, *, expires_at: datetime) -> str:
    """The user opened the widget. Raises `NotFound`."""
    read_user(work, user_id)
    read_widget(work, widget_tag)
    session_id = work.new_id("wgs")
    row = {"id": session_id, "user_id": user_id, "widget_tag": widget_tag}
    work.execute(insert(ipos_sessions).values(**row, expires_at=expires_at))
    return session_id


def end_sessions(work: Work, user_id: str, widget_tag: str) -> int:
    """The user left the widget: tokens bound to it end now. Returns how many sessions that were."""
    ended = work.execute(
        update(ipos_sessions)
        .where(
            ipos_sessions.c.user_id == user_id,
            ipos_sessions.c.widget_tag == widget_tag,
            ipos_sessions.c.expires_at > work.now,
        )
        .values(expires_at=work.now)
    )
    return int(ended.rowcount)


def signed_in(work: Work, user_id: str, session_id: str) -> tuple[User, Widget | None] | None:
    """The user of a token, and the widget that the token is bound to; None when it is good for
    nobody: an unknown or blocked user, somebody else's session, or one that is over."""
    user = find_user(work, user_id)
    if user is None or user.is_blocked:
        return None
    if not session_id:
        return user, None
    row = work.execute(_SESSION, {"session": session_id}).first()
    if row is None or row.user_id != user_id or row.expires_at <= work.now:
        return None
    return user, read_widget(work, row.widget_tag)


def _user(row: Any) -> User:
    return User(
        id=row.id,
        app_id=row.app_id,
        username=row.username,
        short_name=row.short_name,
        email=row.email,
        avatar=row.avatar,
        is_blocked=row.blocked_at is not None,
    )
