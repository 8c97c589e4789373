"""The OpenAPI 3.1 document of ``/ipos``, made of the very models that read and write its messages.

Which call asks for what, what it answers and who may make it; whatever is said of a member is said
by its model.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ....wire.ipos import login, orders, requests, tokens
from ..openapi import (
    NAME,
    NO_NUL,
    VERSION,
    Message,
    Model,
    Schema,
    always_whole,
    an_object,
    body_of,
    free_json,
    in_json,
    open_to_unknown,
    refer,
    schemas_of,
)
from . import credit, rewards

TITLE = "IPOS orders"
ABOUT = """Orders of portals and widgets, and their payment. Amounts are whole US cents. Every
answer is an envelope: `code` repeats the HTTP status, `data` is null in a refusal."""

PROBLEMS = {
    400: "Not acceptable, or not in this state; `msg` says why.",
    401: "No token or key, or one that is not good now.",
    403: "Not for this kind of caller.",
    404: "Unknown, or somebody else's: the two look alike.",
    413: "The body is too long.",
    429: "Too many; `Retry-After` says for how many seconds.",
    503: "A payment provider does not answer; nothing is lost, try again.",
}
USER, WIDGET, KEY = "user", "widget", "key"
BY_USER: list[Schema] = [{USER: []}, {KEY: []}]
BY_WIDGET: list[Schema] = [{WIDGET: []}]
BY_ANYBODY: list[Schema] = []
BY_BOTH = BY_USER + BY_WIDGET
SCHEMES = {
    USER: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A user's token, made here.",
    },
    WIDGET: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "HS256 with the widget's secret key; `iss` is its access key.",
    },
    KEY: {
        "type": "apiKey",
        "in": "header",
        "name": "x-api-key",
        "description": "A user's own key; wins over a token.",
    },
}
ANY_JSON = "AnyJson"
NONE: Schema = {"const": ""}
TEXT, CENTS = {"type": "string"}, {"type": "integer", "minimum": 0}
ASKED: list[Message] = [
    (model, "validation")
    for model in (
        requests.AccessKeys,
        requests.CreateOrder,
        requests.OneOrder,
        requests.Refund,
        requests.ResendCallback,
        login.HostLogin,
        credit.TopUp,
        rewards.UpdateRewards,
        rewards.BindRewardPool,
    )
]
TOLD: list[Message] = [(model, "serialization") for model in (orders.Order, orders.Quote)]
WHOLE = ("Order", "Quote", "RefundDetail", "EstimatedRewards")
REFINED: dict[tuple[str, str], Schema] = {
    ("CreateOrder", "order_id"): {"format": "uuid"},
    ("HostLogin", "email"): {"format": "email"},
    ("CostsAllocation", "email"): {"format": "email"},
    ("RevenueReallocation", "email"): {"format": "email"},
}
"""What is checked in code: what a text has to look like."""


@lru_cache(maxsize=4)
def openapi(base_url: str) -> str:
    """The document as JSON, for an ``/ipos`` that is served at ``base_url``."""
    schemas = _schemas()
    document = {
        "openapi": VERSION,
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": _paths(schemas),
        "webhooks": {"order": {"post": _callback()}},
        "components": {"securitySchemes": SCHEMES, "schemas": schemas},
    }
    return json.dumps(document, ensure_ascii=False)


def _schemas() -> Schema:
    asked = schemas_of(ASKED, _refine)
    open_to_unknown(asked, ANY_JSON)
    for (model, member), more in REFINED.items():
        found = asked[model]["properties"][member]
        found.get("anyOf", [found])[0].update(more)
    metadata = asked["CreateOrder"]["properties"]["metadata"]["anyOf"][0]
    metadata |= {"additionalProperties": refer(ANY_JSON), "propertyNames": NAME}
    told = schemas_of(TOLD, _refine)
    for name in WHOLE:
        always_whole(told[name])
    return {**asked, **told, ANY_JSON: free_json(ANY_JSON, ("number", "boolean", "null"))}


def _refine(name: str, member: Schema) -> None:
    """Times are RFC 3339, and no text has a NUL in it."""
    if member.get("type") != "string":
        return
    if name.endswith(("_time", "_at")):
        member["format"] = "date-time"
    else:
        member.setdefault("pattern", NO_NUL)


# --- paths ------------------------------------------------------------------------------------


def _paths(schemas: Schema) -> Schema:
    order, create = refer(orders.Order), requests.CreateOrder
    return {
        "/developer/widgets/get-access-token": _post(
            "getAccessToken",
            requests.AccessKeys,
            an_object({"access_token": TEXT}),
            BY_ANYBODY,
            404,
        ),
        "/order/create": _post("createOrder", create, order, BY_BOTH, 403),
        "/order/preview": _post("previewOrder", create, refer(orders.Quote), BY_BOTH, 403),
        "/order/detail": _get("getOrder", order, BY_BOTH, [_order_id()], 400, 404),
        "/order/list": _get("listOrders", _list(), BY_BOTH, _search(), 400),
        "/order/payWithWallet": _post("payWithWallet", requests.OneOrder, order, BY_USER, 403, 404),
        "/order/payWithStripe": _post(
            "payWithStripe",
            requests.OneOrder,
            an_object({"clientSecret": TEXT}),
            BY_USER,
            403,
            404,
            503,
        ),
        "/order/pay-with-credit": _post("payWithCredit", create, order, BY_BOTH, 403),
        "/order/wallet-quick-pay": _post("walletQuickPay", create, order, BY_BOTH, 403),
        "/order/refund": _post("refundOrder", requests.Refund, order, BY_WIDGET, 403, 404),
        "/order/resend-callback": _post(
            "resendCallback", requests.ResendCallback, _called_back(), BY_BOTH, 403
        ),
        "/order/stripe/webhook": _stripe(),
        "/order/update-rewards": _post(
            "updateRewards", rewards.UpdateRewards, order, BY_WIDGET, 403, 404
        ),
        "/order/release-rewards": _post(
            "releaseRewards", requests.OneOrder, order, BY_WIDGET, 403, 404
        ),
        "/order/bind-reward-pool": _post(
            "bindRewardPool", rewards.BindRewardPool, order, BY_BOTH, 403, 404
        ),
        "/order/rewards-detail": _get(
            "getRewards", _rewards(schemas), BY_BOTH, [_order_id()], 400, 404
        ),
        "/app/auth/login": _post("logIn", login.HostLogin, an_object({"token": TEXT}), BY_ANYBODY),
        "/credit/top-up": _post("topUp", credit.TopUp, order, BY_USER, 403),
        "/credit/balance": _get("getBalance", _balance(), BY_USER, [], 400, 403),
    }


def _post(name: str, asks: Model, answer: Schema, by: list[Schema], *problems: int) -> Schema:
    told = _operation(name, asks.__doc__ or "", answer, by, (400, 413, *problems))
    return {"post": told | {"requestBody": body_of(refer(asks))}}


def _get(
    name: str, answer: Schema, by: list[Schema], parameters: list[Schema], *problems: int
) -> Schema:
    told = _operation(name, "", answer, by, problems)
    return {"get": told | {"parameters": told["parameters"] + parameters}}


def _operation(
    name: str, about: str, answer: Schema, by: list[Schema], problems: tuple[int, ...]
) -> Schema:
    refused = {*problems, 401, 429} if by or name == "logIn" else {*problems, 429}
    told: Schema = {
        "operationId": name,
        "parameters": [_app_id()] if by else [],
        "security": by,
        "responses": {"200": {"description": "Done.", "content": in_json(_enveloped(200, answer))}}
        | {str(status): _problem(status) for status in sorted(refused)},
    }
    return told | ({"description": about} if about else {})


def _problem(status: int) -> Schema:
    body = _enveloped(status, {"type": "null"})
    return {"description": PROBLEMS[status], "content": in_json(body)}


def _enveloped(code: int, data: Schema) -> Schema:
    return an_object({"code": {"const": code}, "msg": TEXT, "data": data}) | {
        "additionalProperties": False
    }


# --- what is no message of its own ------------------------------------------------------------


def _list() -> Schema:
    listed = {"type": "array", "items": refer(orders.Order)}
    return an_object({"orders": listed, "total": CENTS | {"description": "Of all that match."}})


def _balance() -> Schema:
    on_chains = {
        "wallet_balance": CENTS | {"description": "What is kept here, where chains are set up."},
        "account": CENTS | {"description": "What the user's account on the chains covers."},
    }
    here = {"wallet": CENTS, "credit": CENTS, "free_credit": CENTS}
    here["wallet"] = CENTS | {"description": "The most that one payment from it can take."}
    return an_object({**here, **on_chains}, optional=tuple(on_chains))


def _rewards(schemas: Schema) -> Schema:
    known = schemas["Order"]["properties"]
    when = {"type": ["string", "null"], "format": "date-time"}
    shown = {name: known[name] for name in rewards.SHOWN}
    return an_object(shown | {"rewards_released_at": when})


def _called_back() -> Schema:
    """The order with the proof of who says so (7)."""
    proof = {"jwt_verify": TEXT | {"description": "HS256 with the widget's secret key, or empty."}}
    return {"allOf": [refer(orders.Order), an_object(proof)]}


def _app_id() -> Schema:
    return _parameter("app-id", "header", TEXT, "The portal, when the token is of no widget.")


def _order_id() -> Schema:
    return _parameter("order_id", "query", TEXT) | {"required": True}


def _search() -> list[Schema]:
    page = TEXT | {"pattern": "^-?[0-9]{1,9}$"}
    return [
        _parameter("page", "query", page, "From 1.") | {"required": True},
        _parameter("page_size", "query", page, f"At most {requests.MOST_OF_A_LIST}.")
        | {"required": True},
        _parameter("status", "query", {"anyOf": [refer(orders.OrderStatus.__name__), NONE]}),
    ]


def _parameter(name: str, place: str, schema: Schema, about: str = "") -> Schema:
    told: dict[str, Any] = {"name": name, "in": place, "schema": schema}
    return told | ({"description": about} if about else {})


def _stripe() -> Schema:
    answer = an_object({"received": {"const": True}})
    told = _operation("hearStripe", "News of Stripe, signed by it.", answer, [], (400, 404, 413))
    told["parameters"] = [_parameter("Stripe-Signature", "header", TEXT)]
    return {"post": told | {"requestBody": body_of({"type": "object"})}}


def _callback() -> Schema:
    signature = _parameter(
        tokens.SIGNATURE_HEADER, "header", TEXT, "`sha256=` and the HMAC of the body, in hex."
    )
    return {
        "summary": "What is sent to an order's callback_url when it is paid, ends or is refunded.",
        "parameters": [signature],
        "security": [],
        "requestBody": body_of(_called_back()),
        "responses": {"2XX": {"description": "Taken."}},
    }
