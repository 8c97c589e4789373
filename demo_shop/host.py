"""Kieszonka: a super app that shows the shop as a miniapp and takes the payment for it.

A real one is somebody else's, far away from the desk. This one lives beside it, at ``/host``, so
that the other side of a miniapp's payment can be tried without one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from flask import Blueprint, abort, make_response, render_template
from werkzeug import Response

from flask_till.web.files import Release, read_release

if TYPE_CHECKING:
    from flask_till import OrderDesk

ELEMENT = "elements/till-miniapp.js"


@dataclass(frozen=True)
class HostApp:
    """The app as the desk knows it, its one user, and the miniapp that it shows."""

    client_id: str
    user: str
    app_id: str
    app_origin: str
    user_name: str = "Ada"


def host_pages(desk: OrderDesk, app: HostApp) -> Blueprint:
    """The pages of the app; register them on the desk's own Flask app, whose site they share."""
    pages = Blueprint(
        "host",
        __name__,
        url_prefix="/host",
        static_folder="static/host",
        static_url_path="/static",
        template_folder="templates",
    )

    @pages.get("/")
    def home() -> Response:
        return signed_in("host/home.html")

    @pages.get("/stempel")
    def miniapp() -> Response:
        code = desk.boxo.issue_auth_code(app.client_id, app.user)
        return signed_in("host/miniapp.html", auth_code=code, element=ELEMENT, release=widget())

    @pages.get("/widget/<release>/<path:path>")
    def widget_file(release: str, path: str) -> Response:
        return widget().send(release, path) or abort(404)

    def signed_in(template: str, **words: object) -> Response:
        """A page of a user who is signed in; there is only one, who needs no password here."""
        response = make_response(render_template(template, app=app, **words))
        desk.boxo.sign_in(response, app.client_id, app.user)
        response.headers["Cache-Control"] = "no-store"
        return response

    @pages.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
            f"connect-src 'self'; frame-src 'self' {app.app_origin}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return pages


@cache
def widget() -> Release:
    """The browser files of Flask-Till; <till-miniapp> is among them."""
    try:
        return read_release(files("flask_till.widget_assets"))
    except ModuleNotFoundError:  # a checkout that is not installed
        return read_release(files("widget_assets"))
