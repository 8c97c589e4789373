"""POST app/auth/login: a portal's server vouches for its user (9)."""

from __future__ import annotations

import secrets

from flask import Response, request

from ....errors import RequestError, TooMany
from ....web.callers import limit_caller
from ....wire.ipos.login import HostLogin, verify_login
from ...actions.ipos_apps import find_app
from ...actions.ipos_users import vouched_user
from ...ipos_portal import App, User
from ...origins import origin_of
from .admission import nobody
from .answers import json_body, say
from .front import Front


def log_in(front: Front) -> Response:
    """The answer is ``data.token``, a user's token. A user of the portal who is new is added.

    A portal signs in its own users only: the same address at another portal is somebody else.
    Every fault is 401.
    """
    try:
        app, login = _vouched(front)
    except TooMany:
        raise
    except RequestError:
        limit_caller(front.parts.limits, "ipos_wrong_login")
        raise nobody() from None
    user = front.database.write(vouched_user, _new_user(app, login.email))
    if user.is_blocked:
        raise nobody()
    front.parts.remember_address()
    return say({"token": front.tokens.issue(user, "", front.now())})


def _vouched(front: Front) -> tuple[App, HostLogin]:
    fields = json_body()
    login = HostLogin.read(fields)
    app = front.database.read(find_app, login.app_id)
    if app is None or app.login_secret is None:
        raise nobody()
    if origin_of(request.headers.get("Origin", "")) not in app.login_origins:
        raise nobody()
    verify_login(login, fields, front.parts.seal.open(app.login_secret), front.now())
    return app, login


def _new_user(app: App, email: str) -> User:
    name = email.rpartition("@")[0][:250]
    user_id = f"usr_{secrets.token_hex(12)}"
    return User(user_id, app.app_id, name, name, email, "", is_blocked=False)
