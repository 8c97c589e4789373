"""Who buys, in which portal and widget, from whom (3.2)."""

from __future__ import annotations

from dataclasses import dataclass

from ....errors import RequestError, Unauthenticated
from ...actions.ipos_apps import find_app
from ...actions.merchants import read_merchant
from ...ipos_portal import App, User, Widget
from ...merchant import Merchant
from .admission import Caller, checked_app_id, read_user_token
from .front import Front


@dataclass(frozen=True, slots=True)
class Buyer:
    user: User
    widget: Widget | None
    app: App
    merchant: Merchant

    @property
    def widget_tag(self) -> str | None:
        return None if self.widget is None else self.widget.tag


def buyer_of(front: Front, caller: Caller, user_jwt: str | None) -> Buyer:
    """The caller, or whom a developer names. Raises `RequestError` (400), in 3.2's order."""
    user, widget = caller.user, caller.widget
    if user is None:
        user = _vouched(front, widget, user_jwt)
    return buyer_in(front, caller, user, widget)


def buyer_in(front: Front, caller: Caller, user: User, widget: Widget | None) -> Buyer:
    """The user in the portal of the widget, else in that of the header. Raises `RequestError`."""
    app_id = widget.app_id if widget is not None and widget.app_id else caller.app_id
    app = front.database.read(find_app, checked_app_id(app_id))
    if app is None:
        raise RequestError("App not found", code="APP_NOT_FOUND")
    if app.ip_id is None:
        raise RequestError("App is not bound to an IP", code="APP_WITHOUT_IP")
    owner = app.merchant_id if widget is None else widget.merchant_id
    return Buyer(user, widget, app, front.database.read(read_merchant, owner))


def _vouched(front: Front, widget: Widget | None, user_jwt: str | None) -> User:
    """The buyer that a developer names: one who is in that very widget, or whom the widget's
    portal itself vouches for."""
    if not user_jwt:
        raise RequestError("user_jwt is required", code="USER_JWT_REQUIRED")
    try:
        user, theirs = read_user_token(front, user_jwt)
    except Unauthenticated:
        raise RequestError("user_jwt is not valid", code="USER_JWT_INVALID") from None
    if widget is None or not _belongs(user, theirs, widget):
        raise RequestError("user_jwt is of another widget", code="USER_JWT_INVALID")
    return user


def _belongs(user: User, theirs: Widget | None, widget: Widget) -> bool:
    """Whether a user's token counts in a widget: one that is bound to it does.

    So does one that is bound to none and that the widget's own portal got by vouching for its
    user (9): a portal's backend has no other.
    """
    if theirs is not None:
        return theirs.tag == widget.tag
    return user.app_id is not None and user.app_id == widget.app_id
