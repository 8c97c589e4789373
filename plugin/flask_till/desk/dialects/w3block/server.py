"""The blueprint: which method of which path is answered by whom (2.1, 3, 4, 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from flask import Blueprint, Response, request
from werkzeug.exceptions import MethodNotAllowed, NotFound

from ...w3block_company import DIALECT
from . import catalog, company_calls, hooks, identity, orders, played_gateway
from .answers import JSON, speak_w3block
from .front import Front

View = Callable[..., Response]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "OPTIONS")
OF = "/companies/<company_id>"
BY = "/admin/companies/<company_id>/orders"
HOOKS = "/admin/companies/<company_id>/webhooks-configurations"
HOOK = f"{HOOKS}/<hook_id>"
DOCUMENT = "/openapi.json"


def _document(front: Front) -> Response:
    from .document import openapi

    return Response(openapi(f"{front.parts.base_address()}/{DIALECT}"), mimetype=JSON)


ROUTES: Mapping[str, Mapping[str, View]] = {
    "/auth/signin": {"POST": identity.sign_in},
    "/auth/signin/tenant": {"POST": identity.sign_in_tenant},
    "/auth/refresh-token": {"POST": identity.refresh},
    "/auth/jwks.json": {"GET": identity.jwks},
    "/globals/currencies": {"GET": catalog.currencies},
    f"{OF}/products": {"GET": catalog.search},
    f"{OF}/products/<product_id>": {"GET": catalog.show},
    f"{OF}/products/get-by-slug/<slug>": {"GET": catalog.show_by_slug},
    f"{OF}/products/<product_id>/can-purchase": {"GET": catalog.can_purchase},
    f"{OF}/orders/preview": {"POST": orders.preview},
    f"{OF}/orders": {"POST": orders.create, "GET": orders.search},
    f"{OF}/orders/<order_id>": {"GET": orders.detail},
    f"{OF}/orders/<order_id>/pay": {"PATCH": orders.pay},
    f"{OF}/orders/get-by-deliver-id/<deliver_id>": {"GET": orders.by_deliver_id},
    BY: {"GET": company_calls.search},
    f"{BY}/<order_id>": {"GET": company_calls.detail},
    f"{BY}/<order_id>/cancel": {"PATCH": company_calls.cancel},
    f"{BY}/<order_id>/force-deliver": {"PATCH": company_calls.force_deliver},
    f"{BY}/<order_id>/approve-payment": {"PATCH": company_calls.approve_payment},
    HOOKS: {"POST": hooks.create, "GET": hooks.search},
    HOOK: {"GET": hooks.detail, "PATCH": hooks.change},
    f"{HOOK}/enable": {"PATCH": hooks.enable},
    f"{HOOK}/disable": {"PATCH": hooks.disable},
    f"{HOOK}/webhooks": {"GET": hooks.deliveries},
    f"{HOOK}/webhooks/<delivery_id>": {"GET": hooks.delivery},
    "/super-admin/orders/dispatch-order-event": {"POST": company_calls.dispatch_event},
    "/test-gateway/<transaction_id>/events": {"POST": played_gateway.say_event},
    DOCUMENT: {"GET": _document},
}


def w3block_dialect(front: Front) -> Blueprint:
    """To be mounted under ``/w3block``: both base URLs of a client are ``<desk>/w3block``."""
    blueprint = Blueprint("till_desk_w3block", __name__)
    speak_w3block(blueprint)
    for number, (path, views) in enumerate(ROUTES.items()):
        answer = partial(_answer, front, views)
        blueprint.add_url_rule(path, f"answer_{number}", answer, methods=METHODS)
    for path in ("/", "/<path:rest>"):
        blueprint.add_url_rule(
            path, "nothing_here", _nothing_here, methods=METHODS, strict_slashes=False
        )
    return blueprint


def _answer(front: Front, views: Mapping[str, View], **ids: str) -> Response:
    asked = "GET" if request.method == "HEAD" else request.method
    if asked not in views:
        raise MethodNotAllowed(list(views))
    return views[asked](front, **ids)


def _nothing_here(**_: str) -> Response:
    raise NotFound("There is nothing at this address.")
