"""The OpenAPI 3.1 document of ``/boxo``, made of the very models that read and write its messages.

Every refusal is a 400 with a code. A server proves itself by its address or by a signature, whose
headers are named here as they are unless a partner's settings say otherwise.
"""

from __future__ import annotations

import json
from functools import lru_cache

from ....wire.boxo import amounts, messages
from ....wire.boxo.error_codes import BoxoCode
from ....wire.boxo.signing import HeaderNames
from ..openapi import (
    NO_NUL,
    VERSION,
    Message,
    Schema,
    always_whole,
    an_object,
    body_of,
    currencies,
    free_json,
    in_json,
    open_to_unknown,
    refer,
    schemas_of,
)
from .browser_calls import LONGEST_CODE

TITLE = "Boxo payments"
ABOUT = """Payments between miniapps and host apps. Paths are answered with and without their final
slash. Amounts are decimals, as numbers or as texts; they are stored exactly."""
REFUSED = (
    "The code says why; `UNKNOWN_ERROR` may be tried again, after `Retry-After` if it is there."
)
ASKED: list[Message] = [
    (messages.CreateOrderPayment, "validation"),
    (messages.GetPaymentStatus, "validation"),
    (messages.CompleteOrder, "validation"),
]
TOLD: list[Message] = [
    (messages.OrderPaymentCreated, "serialization"),
    (messages.PaymentState, "serialization"),
    (messages.OrderWebhook, "serialization"),
]
ANY_JSON, REFUSAL = "AnyJson", "Refusal"
TEXT: Schema = {"type": "string"}
ID: Schema = {"type": "string", "pattern": r"^[\x21-\x7e]{1,250}$"}
DEGREES = ("latitude", "longitude")
MOST_WHOLE = 10**13 - 1
"""Of an amount, in whole units: money of two places ends there."""


@lru_cache(maxsize=4)
def openapi(base_url: str) -> str:
    """The document as JSON, for a ``/boxo`` that is served at ``base_url``."""
    document = {
        "openapi": VERSION,
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": f"{base_url}/api/v1"}],
        "paths": _paths(),
        "webhooks": {"order": {"post": _webhook()}},
        "components": {"schemas": _schemas()},
    }
    return json.dumps(document, ensure_ascii=False)


# --- schemas ----------------------------------------------------------------------------------


def _schemas() -> Schema:
    asked, told = schemas_of(ASKED, _refine), schemas_of(TOLD, _refine)
    open_to_unknown(asked, ANY_JSON)
    for model, _ in TOLD:
        always_whole(told[model.__name__])
    schemas = {**asked, **told}
    for name in ("OrderDetails", "CompleteOrder", "OrderWebhook"):
        schemas[name]["properties"]["custom_attributes"] = refer(ANY_JSON)
    details = schemas["OrderDetails"]["properties"]
    details["currency"]["enum"] = currencies()
    details["amount"] = _decimal(amounts.PLACES, least="0.01", most=MOST_WHOLE)
    schemas[ANY_JSON] = free_json(ANY_JSON, ("number", "boolean", "null"))
    schemas[REFUSAL] = an_object(
        {"error_code": {"enum": [str(code) for code in BoxoCode]}, "error_message": TEXT}
    )
    return schemas


def _refine(name: str, member: Schema) -> None:
    """No text has a NUL in it, and decimals have so many digits (2)."""
    kinds = [one.get("type") for one in member.get("anyOf", ())]
    if "number" in kinds:
        places = amounts.DEGREE_PLACES if name in DEGREES else amounts.PLACES
        most = 10 ** (amounts.MOST_DIGITS - places) - 1
        found = _decimal(places, least=str(-most), most=most)["anyOf"]
        member["anyOf"] = found + ([{"type": "null"}] if "null" in kinds else [])
    elif member.get("type") == "string":
        member.setdefault("pattern", NO_NUL)


def _decimal(places: int, *, least: str, most: int) -> Schema:
    sign = "-?" if least.startswith("-") else "(?![0.]+$)"
    digits = f"^{sign}[0-9]{{1,{len(str(most))}}}(\\.[0-9]{{1,{places}}})?$"
    smallest = float(least)
    return {
        "anyOf": [
            {"type": "integer", "minimum": max(1, int(smallest)) if smallest > 0 else int(least),
             "maximum": most},
            {"type": "number", "multipleOf": float(f"1e-{places}"), "minimum": smallest,
             "maximum": most},
            {"type": "string", "pattern": digits},
        ]
    }  # fmt: skip


# --- paths ------------------------------------------------------------------------------------


def _paths() -> Schema:
    done = an_object({"code": {"const": "SUCCESS"}})
    both = {"app_id": ID, "client_id": ID}
    return {
        "/orders/create-order-payment/": _by_server(
            "createOrderPayment",
            refer(messages.CreateOrderPayment),
            refer(messages.OrderPaymentCreated),
        ),
        "/orders/get-payment-status/": _by_server(
            "getPaymentStatus", refer(messages.GetPaymentStatus), refer(messages.PaymentState)
        ),
        "/orders/complete-order/": _by_server("completeOrder", refer(messages.CompleteOrder), done),
        "/miniapps/{app_id}/settings/": {"get": _settings()},
        "/authorize/": _by_page(
            "authorize",
            an_object(
                {"auth_code": _code(), **both, "user_reference": TEXT | {"pattern": NO_NUL}},
                optional=["user_reference"],
            ),
            an_object({"auth_token": TEXT, "refresh_token": TEXT}),
        ),
        "/partner/login/": _by_page(
            "logIn", an_object({"payload": _code(), **both}), an_object({"token": TEXT})
        ),
        "/analytics/track/": _by_page(
            "track", an_object(both), an_object({"message": TEXT, "status": TEXT})
        ),
    }


def _by_server(name: str, asks: Schema, answer: Schema) -> Schema:
    """A call that needs a proof of who makes it (2.1)."""
    told = _operation(name, answer) | {"requestBody": body_of(asks)}
    return {"post": told | {"parameters": _proof()}}


def _by_page(name: str, asks: Schema, answer: Schema) -> Schema:
    open_to_unknown({name: asks}, ANY_JSON)
    return {"post": _operation(name, answer) | {"requestBody": body_of(asks)}}


def _operation(name: str, answer: Schema) -> Schema:
    return {
        "operationId": name,
        "responses": {
            "200": {"description": "Done.", "content": in_json(answer)},
            "400": {"description": REFUSED, "content": in_json(refer(REFUSAL))},
        },
    }


def _settings() -> Schema:
    """Where a miniapp is."""
    url = an_object({"url": TEXT})
    asked = [
        {"name": "app_id", "in": "path", "required": True, "schema": ID},
        {"name": "client_id", "in": "query", "required": True, "schema": ID},
        {"name": "is_desktop", "in": "query", "schema": {"type": "boolean"}},
    ]
    return _operation("getSettings", an_object({"miniapp": url})) | {"parameters": asked}


def _proof() -> list[Schema]:
    """Needed where the caller's address is not listed; which of them, its settings say."""
    names = HeaderNames()
    told = {
        names.signature: "Of the text that the settings make of the others and the body.",
        names.timestamp: "Unix time; at most 300 seconds off.",
        names.nonce: "Never the same again.",
        names.identity: "A fixed text.",
        names.client_id: "The caller's own id.",
        names.merchant_id: "A fixed text.",
    }
    return [
        {"name": name, "in": "header", "schema": TEXT, "description": about}
        for name, about in told.items()
    ]


def _code() -> Schema:
    return {"type": "string", "minLength": 1, "maxLength": LONGEST_CODE, "pattern": NO_NUL}


def _webhook() -> Schema:
    authorization = {
        "name": "Authorization",
        "in": "header",
        "required": True,
        "schema": TEXT,
        "description": "Basic, with the miniapp's app_id and secret key.",
    }
    answer = an_object(
        {"code": {"const": "SUCCESS"}, "error_code": TEXT}, optional=["code", "error_code"]
    )
    return {
        "summary": "What a miniapp's server is sent when a payment is paid, failed or cancelled.",
        "parameters": [authorization, *_proof()],
        "requestBody": body_of(refer(messages.OrderWebhook)),
        "responses": {"200": {"description": "Taken.", "content": in_json(answer)}},
    }
