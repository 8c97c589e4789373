"""The OpenAPI 3.1 document of ``/kigo``, made of the very models that read and write its messages.

Which call asks for what, what it answers, by which codes it refuses, and who may make it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ....wire.kigo import claims, orders, paths, rates, sessions, tokens, webhooks
from ....wire.kigo.error_codes import STATUS_OF, KigoCode
from ....wire.kigo.values import Said
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

TITLE = "Kigo orders and claims"
ABOUT = """A partner orders claim codes here, and its users claim tokens. Times are ISO 8601 in UTC.
A refusal is `{"error": {"code", "message", "details"}}`."""
_C = KigoCode
PROBLEMS = {
    400: "Not acceptable; `details` names the fields.",
    401: "No token or key, or one that is not good now; `token_expired`: get another, then repeat.",
    403: "A token of the other level, another partner's product, or a code for another user.",
    404: "Unknown, or another partner's.",
    409: "Its status does not allow it.",
    410: "The code's time is over.",
    413: "The body is too long.",
    415: "The body is not sent as JSON.",
    422: "The product is switched off or out of stock.",
    429: "Too many; `Retry-After` says for how many seconds.",
    503: "Nothing is lost; safe to repeat.",
}
PARTNER, USER, KEY = "partner", "user", "key"
SCHEMES = {
    PARTNER: {"type": "http", "scheme": "bearer", "description": "A partner's token: 30 minutes."},
    USER: {"type": "http", "scheme": "bearer", "description": "A user's token: one hour."},
    KEY: {"type": "apiKey", "in": "header", "name": tokens.API_KEY},
}
ANY_JSON, REFUSAL = "AnyJson", "Refusal"
TEXT: Schema = {"type": "string"}
SECONDS: Schema = {"type": "string", "pattern": "^[0-9]+$"}
ASKED: list[Message] = [
    (model, "validation")
    for model in (
        sessions.AskSession,
        sessions.AskUserSession,
        sessions.AskRefresh,
        sessions.AskSsoSession,
        orders.PlaceOrder,
        claims.Claim,
    )
]
TOLD: list[Message] = [
    (model, "serialization")
    for model in (
        sessions.PartnerToken,
        sessions.UserTokens,
        sessions.SsoSession,
        orders.OrderList,
        claims.ClaimView,
        claims.Gallery,
        claims.TokenDetail,
        webhooks.Event,
    )
]
CLOSED = (_C.ALREADY_CLAIMED, _C.ORDER_CANCELLED)
UNKNOWN_CODE = (_C.CLAIM_CODE_NOT_FOUND,)


@lru_cache(maxsize=4)
def openapi(base_url: str) -> str:
    """The document as JSON, for a ``/kigo`` that is served at ``base_url``."""
    document = {
        "openapi": VERSION,
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": f"{base_url}{paths.PREFIX}"}],
        "paths": calls(),
        "webhooks": {"order": {"post": _webhook()}},
        "components": {"securitySchemes": SCHEMES, "schemas": _schemas()},
    }
    return json.dumps(document, ensure_ascii=False)


# --- schemas ----------------------------------------------------------------------------------


def _schemas() -> Schema:
    asked, told = schemas_of(ASKED, _refine), schemas_of(TOLD, _refine)
    for model, _ in ASKED:
        _leave_out_null(asked[model.__name__], model)
    open_to_unknown(asked, ANY_JSON)
    for schema in told.values():
        if schema.get("type") == "object":
            always_whole(schema)
    schemas = {**asked, **told, ANY_JSON: free_json(ANY_JSON, ("number", "boolean", "null"))}
    schemas[REFUSAL] = _refusal()
    return schemas


def _refine(name: str, member: Schema) -> None:
    """Times are RFC 3339, no text has a NUL in it, and a key has no blanks around it (4.2)."""
    if name == "external_order_id" and member.get("type") == "string":
        member["pattern"] = r"^(?!\s)[^\u0000]*(?<!\s)$"
    elif name.endswith("_at") and member.get("type") == "string":
        member["format"] = "date-time"
    elif member.get("type") == "string":
        member.setdefault("pattern", NO_NUL)
    elif member.get("type") == "object":
        member |= {"additionalProperties": refer(ANY_JSON), "propertyNames": NAME}


def _leave_out_null(schema: Schema, model: Model) -> None:
    """Some members may be left out, but not be null."""
    for name, field in model.model_fields.items():
        if Said in field.metadata:
            member = schema["properties"][name]
            member["anyOf"] = [one for one in member["anyOf"] if one.get("type") != "null"]
            member.pop("default", None)


def _refusal() -> Schema:
    detail = an_object({"field": TEXT, "message": TEXT})
    told = {
        "code": {"enum": [str(code) for code in KigoCode]},
        "message": TEXT,
        "details": {"type": "array", "items": detail},
    }
    return an_object({"error": an_object(told) | {"additionalProperties": False}})


# --- paths ------------------------------------------------------------------------------------


def calls() -> Schema:
    """What is called below ``/api/v1``, and how."""
    product, order, code, token = (
        _id("product_id"), _id("order_id"), _id("claim_code"), _id("token_id"),
    )  # fmt: skip
    no_order, placed = (_C.ORDER_NOT_FOUND,), (_C.PRODUCT_NOT_FOUND, _C.PRODUCT_UNAVAILABLE)
    return {
        "/auth/session": _post(
            "createSession", KEY, sessions.AskSession, {201: sessions.PartnerToken}
        ),
        "/auth/user-session": _post(
            "createUserSession", PARTNER, sessions.AskUserSession, {201: sessions.UserTokens}
        ),
        "/auth/refresh": _post("refresh", "", sessions.AskRefresh, {201: sessions.UserTokens}),
        "/accounts/sso-sessions": _post(
            "createSsoSession", PARTNER, sessions.AskSsoSession, {201: sessions.SsoSession}
        ),
        "/products/{product_id}/orders": _place(product, placed),
        "/orders": _get("listOrders", PARTNER, orders.OrderList, _search(orders.ListOrders)),
        "/orders/{order_id}": _get("getOrder", PARTNER, orders.Order, [order], *no_order),
        "/orders/{order_id}/cancel": _cancel(order),
        "/tokens/claim": _post(
            "claim", USER, claims.Claim, {200: claims.Token}, *UNKNOWN_CODE, *CLOSED,
            _C.CLAIM_CODE_EXPIRED,
        ),
        "/tokens/claim/{claim_code}": _get(
            "lookAtCode", USER, claims.ClaimView, [code], *UNKNOWN_CODE
        ),
        "/tokens": _get("listTokens", USER, claims.Gallery, _search(orders.Paging)),
        "/tokens/{token_id}": _get(
            "getToken", USER, claims.TokenDetail, [token], *UNKNOWN_CODE
        ),
    }  # fmt: skip


def _place(product: Schema, codes: tuple[KigoCode, ...]) -> Schema:
    answers: Mapping[int, Model] = {201: orders.Order, 200: orders.Order}
    told = _post("placeOrder", PARTNER, orders.PlaceOrder, answers, *codes, parameters=[product])
    replay = {"schema": {"const": "true"}, "required": True}
    first, repeat = (told["post"]["responses"][status] for status in ("201", "200"))
    first["description"] = "The order, with its code and link."
    repeat["description"] = "That key has an order: this one, whatever else the call says."
    repeat["headers"] = {orders.REPLAY: replay, **repeat["headers"]}
    return told


def _cancel(order: Schema) -> Schema:
    told = _operation("cancelOrder", PARTNER, {200: orders.Order}, (_C.ORDER_NOT_FOUND, *CLOSED))
    told["responses"]["409"] = _problem(409, (*CLOSED, _C.CLAIM_CODE_EXPIRED))
    told["responses"]["413"] = _problem(413, (_C.INVALID_REQUEST,))
    return {"post": told | {"parameters": [order]}}


def _post(
    name: str,
    by: str,
    asks: Model,
    answers: Mapping[int, Model],
    *codes: KigoCode,
    parameters: list[Schema] | None = None,
) -> Schema:
    told = _operation(name, by, answers, (_C.INVALID_REQUEST, *codes))
    for status in (413, 415):
        told["responses"][str(status)] = _problem(status, (_C.INVALID_REQUEST,))
    told["description"] = asks.__doc__ or ""
    return {"post": told | {"parameters": parameters or [], "requestBody": body_of(refer(asks))}}


def _get(name: str, by: str, answer: Model, parameters: list[Schema], *codes: KigoCode) -> Schema:
    asks = () if codes else (_C.INVALID_REQUEST,)
    told = _operation(name, by, {200: answer}, (*codes, *asks))
    return {"get": told | {"parameters": parameters}}


def _operation(
    name: str, by: str, answers: Mapping[int, Model], codes: tuple[KigoCode, ...]
) -> Schema:
    lacking = (_C.UNAUTHORIZED, _C.TOKEN_EXPIRED) if by in (PARTNER, USER) else (_C.UNAUTHORIZED,)
    level = (_C.FORBIDDEN,) if by in (PARTNER, USER) else ()
    always = (*lacking, *level, _C.RATE_LIMITED, _C.UNAVAILABLE)
    found: dict[int, list[KigoCode]] = {}
    for code in (*codes, *always):
        found.setdefault(STATUS_OF[code], []).append(code)
    done = {str(status): _answer(model, by) for status, model in answers.items()}
    refused = {str(status): _problem(status, of) for status, of in sorted(found.items())}
    return {
        "operationId": name,
        "security": [{by: []}] if by else [],
        "responses": {**done, **refused},
    }


def _answer(model: Model, by: str) -> Schema:
    """Users are not told what is left to them (10)."""
    rate = (rates.LIMIT, rates.REMAINING, rates.RESET) if by != USER else ()
    headers = {name: {"schema": SECONDS, "required": True} for name in rate}
    return {"description": "Done.", "headers": headers, "content": in_json(refer(model))}


def _problem(status: int, codes: Any) -> Schema:
    """What is behind an address that nobody knows is refused without a word of its own."""
    words = [str(code) for code in codes] + (["invalid_request"] if status == 404 else [])
    code = {"properties": {"error": {"properties": {"code": {"enum": words}}}}}
    told: Schema = {
        "description": PROBLEMS[status],
        "content": in_json({"allOf": [refer(REFUSAL), code]}),
    }
    if status in (429, 503):
        told["headers"] = {"Retry-After": {"schema": SECONDS, "required": True}}
    return told


def _search(question: type[orders.Paging]) -> list[Schema]:
    """The parameters behind the ``?`` of a list."""
    number: Schema = {"type": "integer", "minimum": 0, "maximum": orders.FARTHEST}
    known: dict[str, Schema] = {
        "offset": number,
        "limit": number | {"minimum": 1, "maximum": orders.LARGEST_PAGE},
        "external_order_id": {"type": "string", "minLength": 1},
        "status": {"enum": [str(status) for status in orders.Status]},
    }
    return [{"name": name, "in": "query", "schema": known[name]} for name in question.model_fields]


def _id(name: str) -> Schema:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _webhook() -> Schema:
    signature = {
        "name": webhooks.SIGNATURE,
        "in": "header",
        "required": True,
        "schema": TEXT,
        "description": "`t=<unix>,v1=<hex HMAC-SHA256 of '<t>.<raw body>'>`; 300 s either way.",
    }
    return {
        "summary": "What a partner is told of its orders; without code and link.",
        "parameters": [signature],
        "security": [],
        "requestBody": body_of(refer(webhooks.Event)),
        "responses": {"2XX": {"description": "Taken; within 10 seconds."}},
    }
