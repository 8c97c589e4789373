"""Apps and widgets of the IPOS protocol: enrolled by an operator, found by those who call."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..ipos_portal import App, Widget
from ..tables.ipos import ipos_apps, ipos_widgets
from .merchants import read_merchant

_APP = Prepared(select(ipos_apps).where(ipos_apps.c.app_id == bindparam("app")))
_OF_KEY = Prepared(select(ipos_widgets).where(ipos_widgets.c.access_key == bindparam("key")))
_OF_TAG = Prepared(select(ipos_widgets).where(ipos_widgets.c.tag == bindparam("tag_")))


def add_app(work: Work, app: App) -> App:
    """A portal. Raises `NotFound` for its merchant, `Conflict` (APP_EXISTS)."""
    read_merchant(work, app.merchant_id)
    if find_app(work, app.app_id) is not None:
        raise Conflict(f"There is an app {app.app_id} already.", code="APP_EXISTS")
    values = asdict(app) | {"login_origins": list(app.login_origins)}
    work.execute(insert(ipos_apps).values(**values, created_at=work.now))
    return app


def change_app(work: Work, app_id: str, **values: Any) -> App:
    """Change ``name``, ``ip_id``, ``login_secret`` (sealed), ``login_origins``, ``shares_all``."""
    read_app(work, app_id)
    work.execute(update(ipos_apps).where(ipos_apps.c.app_id == app_id).values(**values))
    return read_app(work, app_id)


def find_app(work: Work, app_id: str) -> App | None:
    row = work.execute(_APP, {"app": app_id}).first()
    return None if row is None else _app(row)


def read_app(work: Work, app_id: str) -> App:
    """Raises `NotFound` (APP_NOT_FOUND)."""
    found = find_app(work, app_id)
    if found is None:
        raise NotFound(f"There is no app {app_id}.", code="APP_NOT_FOUND")
    return found


def list_apps(work: Work) -> list[App]:
    query = select(ipos_apps).order_by(ipos_apps.c.created_at, ipos_apps.c.app_id)
    return [_app(row) for row in work.execute(query).all()]


def add_widget(work: Work, widget: Widget) -> Widget:
    """A third party's app. Raises `NotFound` for its app or merchant, `Conflict` (WIDGET_EXISTS)
    when its tag or access key is taken."""
    read_merchant(work, widget.merchant_id)
    if widget.app_id is not None:
        read_app(work, widget.app_id)
    if find_widget(work, widget.tag) or widget_of_key(work, widget.access_key):
        raise Conflict(f"The widget {widget.tag} or its key exists.", code="WIDGET_EXISTS")
    work.execute(insert(ipos_widgets).values(**asdict(widget), created_at=work.now))
    return widget


def renew_widget(work: Work, tag: str, secret_key: str) -> Widget:
    """Another secret key (sealed); the present one, and tokens signed with it, hold no more."""
    work.execute(
        update(ipos_widgets).where(ipos_widgets.c.tag == tag).values(secret_key=secret_key)
    )
    return read_widget(work, tag)


def find_widget(work: Work, tag: str) -> Widget | None:
    row = work.execute(_OF_TAG, {"tag_": tag}).first()
    return None if row is None else _widget(row)


def read_widget(work: Work, tag: str) -> Widget:
    """Raises `NotFound` (WIDGET_NOT_FOUND)."""
    found = find_widget(work, tag)
    if found is None:
        raise NotFound(f"There is no widget {tag}.", code="WIDGET_NOT_FOUND")
    return found


def widget_of_key(work: Work, access_key: str) -> Widget | None:
    """Whose access key it is."""
    row = work.execute(_OF_KEY, {"key": access_key}).first()
    return None if row is None else _widget(row)


def list_widgets(work: Work) -> list[Widget]:
    query = select(ipos_widgets).order_by(ipos_widgets.c.created_at, ipos_widgets.c.tag)
    return [_widget(row) for row in work.execute(query).all()]


def _app(row: Any) -> App:
    return App(
        app_id=row.app_id,
        merchant_id=row.merchant_id,
        name=row.name,
        ip_id=row.ip_id,
        login_secret=row.login_secret,
        login_origins=tuple(row.login_origins),
        shares_all=row.shares_all,
    )


def _widget(row: Any) -> Widget:
    return Widget(row.tag, row.app_id, row.merchant_id, row.access_key, row.secret_key)
