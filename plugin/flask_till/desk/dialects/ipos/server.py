"""The blueprint: which method of which path is answered by whom (3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ....web.quiet_logs import forget_token
from . import credit, login, orders, paying, refunds, rewards, stripe_webhook
from .answers import JSON, speak_envelopes
from .callbacks import IposCallbacks, resend
from .front import Front

View = Callable[[Front], Response]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS")
BASE = "/api/v1"

POSTS: Mapping[str, View] = {
    "/developer/widgets/get-access-token": orders.get_access_token,
    "/order/create": orders.create,
    "/order/preview": orders.preview,
    "/order/payWithWallet": paying.pay_with_wallet,
    "/order/payWithStripe": paying.pay_with_stripe,
    "/order/pay-with-credit": paying.create_and_pay_with_credit,
    "/order/wallet-quick-pay": paying.create_and_pay_with_wallet,
    "/order/refund": refunds.refund,
    "/order/stripe/webhook": stripe_webhook.receive,
    "/order/update-rewards": rewards.update,
    "/order/release-rewards": rewards.release,
    "/order/bind-reward-pool": rewards.bind,
    "/app/auth/login": login.log_in,
    "/credit/top-up": credit.top_up,
}
GETS: Mapping[str, View] = {
    "/order/detail": orders.detail,
    "/order/list": orders.search,
    "/order/rewards-detail": rewards.detail,
    "/credit/balance": credit.balance,
}
RESEND = "/order/resend-callback"
DOCUMENT = "/openapi.json"
"""Beside the API, and open to everybody."""
PAGE = "/order"
"""Where clients that know the base URL only look for the order page (4)."""


def ipos_dialect(front: Front, callbacks: IposCallbacks) -> Blueprint:
    """To be mounted under ``/ipos``, so that a client's base URL is ``<desk>/ipos``."""
    blueprint = Blueprint("till_desk_ipos", __name__)
    speak_envelopes(blueprint)
    posts: dict[str, View] = {**POSTS, RESEND: partial(resend, callbacks=callbacks)}
    routes = {path: ("POST", view) for path, view in posts.items()}
    routes |= {path: ("GET", view) for path, view in GETS.items()}
    for number, (path, (method, view)) in enumerate(routes.items()):
        answer = partial(_answer, front, method, view)
        blueprint.add_url_rule(BASE + path, f"answer_{number}", answer, methods=METHODS)
    blueprint.add_url_rule(
        DOCUMENT, "document", partial(_answer, front, "GET", _document), methods=METHODS
    )
    blueprint.add_url_rule(
        PAGE, "page", partial(_answer, front, "GET", _lead_to_page), methods=METHODS
    )
    for path in ("/", "/<path:rest>"):
        blueprint.add_url_rule(
            path, "nothing_here", _nothing_here, methods=METHODS, strict_slashes=False
        )
    return blueprint


def _answer(front: Front, method: str, view: View) -> Response:
    asked = "GET" if request.method == "HEAD" else request.method
    if asked != method:
        raise MethodNotAllowed([method])
    return view(front)


def _document(front: Front) -> Response:
    from .document import openapi

    return Response(openapi(f"{front.parts.base_address()}/ipos"), mimetype=JSON)


def _lead_to_page(front: Front) -> Response:
    """The page has one address for orders of all protocols; the token in it is for that page."""
    asked = request.query_string.decode("ascii", "replace")
    forget_token()
    address = front.parts.page_address()
    response = Response(
        status=303, headers={"Location": f"{address}?{asked}" if asked else address}
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _nothing_here(**_: str) -> Response:
    raise NotFound("There is nothing at this address.")
