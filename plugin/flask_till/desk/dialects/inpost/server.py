"""The blueprint: which method of which path is answered by whom (2.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ...linked_basket import InpostMerchant
from . import baskets, bindings, order_news, promotions, public_keys, tokens, transactions
from .admission import admitted, checked_id
from .answers import speak_errors
from .front import Front

View = Callable[..., Response]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OVERRIDE = "X-HTTP-Method-Override"
TOKEN_PATH = "/auth/realms/external/protocol/openid-connect/token"  # noqa: S105 - a path

ROUTES: Mapping[str, Mapping[str, View]] = {
    "/v1/izi/basket/<basket_id>/binding": {
        "GET": bindings.show,
        "POST": bindings.ask,
        "DELETE": bindings.end,
    },
    "/v2/izi/basket/<basket_id>/binding": {
        "PUT": bindings.ask_for_key,
    },
    "/v1/izi/basket/<basket_id>": {"PUT": baskets.put_v1},
    "/v2/izi/basket/<basket_id>": {"PUT": baskets.put_v2},
    "/v1/izi/browser/<browser_id>/binding": {"DELETE": bindings.forget_browser},
    "/v1/izi/order/<order_id>/event": {"POST": order_news.hear},
    "/v1/izi/signing-keys/public": {"GET": public_keys.show_all},
    "/v1/izi/signing-keys/public/<version>": {"GET": public_keys.show_one},
    "/v1/izi/payment-methods": {"GET": public_keys.payment_methods},
    "/v1/izi/baskets": {"GET": baskets.list_all},
    "/v1/izi/orders": {"GET": order_news.list_all},
    "/v1/izi/products": {"GET": promotions.show, "POST": promotions.add},
    "/v1/izi/product/<product_id>": {"PUT": promotions.change, "DELETE": promotions.remove},
    "/v1/izi/transaction": {"GET": transactions.show},
    "/v1/izi/transaction/<transaction_id>/refund": {"POST": transactions.refund},
}


def inpost_dialect(front: Front) -> Blueprint:
    """To be mounted under ``/inpost``, so that a shop's base URL is ``<desk>/inpost``."""
    blueprint = Blueprint("till_desk_inpost", __name__)
    speak_errors(blueprint)
    give = partial(tokens.give, front)
    for number, path in enumerate((TOKEN_PATH, "/token")):
        blueprint.add_url_rule(path, f"token_{number}", give, methods=["POST"])
    for number, (path, views) in enumerate(ROUTES.items()):
        blueprint.add_url_rule(
            path, f"answer_{number}", partial(_answer, front, views), methods=METHODS
        )
    blueprint.add_url_rule("/<path:rest>", "nothing_here", _nothing_here, methods=METHODS)
    return blueprint


def _answer(front: Front, views: Mapping[str, View], **parts: str) -> Response:
    view = views.get(_method())
    if view is None:
        raise MethodNotAllowed(sorted(views))
    merchant: InpostMerchant = admitted(front)
    ids = {name: checked_id(part, name) for name, part in parts.items()}
    return view(front, merchant, **ids)


def _method() -> str:
    """What is asked for; behind a server without PUT and DELETE it comes as a POST (6)."""
    asked = request.method
    if asked == "POST":
        asked = request.headers.get(OVERRIDE, asked).strip().upper()
    return "GET" if asked == "HEAD" else asked


def _nothing_here(**_: str) -> Response:
    raise NotFound("There is nothing at this address.")
