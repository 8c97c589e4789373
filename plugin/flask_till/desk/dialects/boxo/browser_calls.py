"""What a host app's page calls from the browser (6): settings, sign-on, and two of an older SDK.

None of them changes anything but that a code is used up, and none reads a cookie.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request

from ....base.sealing import digest
from ....errors import Gone, NotFound, RequestError
from ....web.callers import limit_caller
from ....wire.boxo.error_codes import BoxoCode, refusal
from ...actions.boxo_used_once import use_auth_code
from .answers import asked, say
from .cross_origin import require_origin
from .front import Front
from .pairs import Pair, called_by_page
from .user_tokens import Tokens, issue

LONGEST_CODE = 250


def settings(front: Front, app_id: str) -> Response:
    """Where the miniapp is (6)."""
    named = {"app_id": app_id, "client_id": request.args.get("client_id")}
    pair = called_by_page(front, named)
    require_origin(pair.host)
    if pair.miniapp.url is None:
        raise refusal(BoxoCode.MINIAPP_INTEGRATION_NOT_SET, "The miniapp has no address yet.")
    return say({"miniapp": {"url": pair.miniapp.url}})


def authorize(front: Front) -> Response:
    """A code for tokens, once (6)."""
    pair = _called(front)
    tokens = _exchange(front, pair, "auth_code")
    return say({"auth_token": tokens.auth, "refresh_token": tokens.refresh})


def login(front: Front) -> Response:
    """The older SDK's way: what the host gave it as ``payload`` is such a code (6)."""
    pair = _called(front)
    return say({"token": _exchange(front, pair, "payload").auth})


def track(front: Front) -> Response:
    """The older SDK's analytics. Anybody may send any, so nothing of it is kept (6)."""
    _called(front)
    return say({"message": "ok", "status": "success"})


def _called(front: Front) -> Pair:
    data, _ = asked()
    pair = called_by_page(front, data)
    require_origin(pair.host)
    return pair


def _exchange(front: Front, pair: Pair, member: str) -> Tokens:
    """Raises `RequestError` (INVALID_AUTH_CODE, EXPIRED_AUTH_CODE)."""
    try:
        user = _user_of(front, pair, pair.data.get(member))
    except RequestError:
        limit_caller(front.parts.limits, "boxo_wrong_code")
        raise
    secret = front.parts.seal.open(pair.miniapp.secret_key)
    now = front.parts.clock()
    return issue(secret, pair.miniapp.app_id, pair.host.client_id, user, now)


def _user_of(front: Front, pair: Pair, code: Any) -> str:
    named = pair.data.get("user_reference") or None
    if not isinstance(code, str) or not 0 < len(code) <= LONGEST_CODE:
        raise refusal(BoxoCode.INVALID_AUTH_CODE, "That is no code.")
    if named is not None and not isinstance(named, str):
        raise refusal(BoxoCode.INVALID_USER_DATA, "user_reference is no text.")
    try:
        return front.database.write(use_auth_code, pair.host.client_id, digest(code), named)
    except Gone as gone:
        raise refusal(BoxoCode.EXPIRED_AUTH_CODE, gone.message) from None
    except NotFound as unknown:
        raise refusal(BoxoCode.INVALID_AUTH_CODE, unknown.message) from None
