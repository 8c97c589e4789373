"""The OpenAPI 3.1 document of ``/v1``, made of the very models that read and write its messages."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from ...wire import till
from .answers import PROBLEM
from .openapi import (
    NAME,
    NO_NUL,
    REF,
    VERSION,
    Message,
    Model,
    Schema,
    body_of,
    currencies,
    free_json,
    in_json,
    refer,
    schemas_of,
)
from .till_words import CURSOR, LARGEST_PAGE

TITLE = "Order desk"
ABOUT = """Orders, their payment on the desk's page, refunds, and what happened to them. Amounts are
whole minor units. Callbacks are signed as Standard Webhooks (https://www.standardwebhooks.com)."""

PROBLEMS = {
    400: "The body is no strict JSON.",
    401: "No API key, or one that is not known.",
    404: "Unknown, or another merchant's: the two look alike.",
    409: "The present state does not allow it.",
    410: "The quote is over; ask for a new one.",
    413: "More than 64 kB.",
    415: "Another content type than application/json.",
    422: "Readable, and not acceptable; `fields` says why.",
    429: "Too many wrong API keys from one address.",
    503: "A payment provider does not answer; nothing is lost, try again.",
}
METADATA = "MetadataValue"
ALWAYS = (401, 429)
WITH_BODY = (400, 413, 415, 422)
MESSAGES: list[Message] = [
    (till.QuoteCreate, "validation"),
    (till.OrderCreate, "validation"),
    (till.RefundCreate, "validation"),
    (till.CreatedOrder, "serialization"),
    (till.Order, "serialization"),
    (till.Quote, "serialization"),
    (till.OrderList, "serialization"),
    (till.Token, "serialization"),
    (till.Refund, "serialization"),
    (till.Event, "serialization"),
    (till.EventList, "serialization"),
    (till.Problem, "serialization"),
]
EXAMPLE = {
    "external_id": "T-000042",
    "amount": 7900,
    "currency": "PLN",
    "lines": [{"product_id": "mug", "name": "Mug", "quantity": 1, "unit_amount": 7900}],
}


@lru_cache(maxsize=4)
def openapi(base_url: str) -> str:
    """The document as JSON, for a ``/v1`` that is served at ``base_url``."""
    document = {
        "openapi": VERSION,
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": base_url}],
        "security": [{"key": []}],
        "paths": _paths(),
        "webhooks": {"event": {"post": _callback()}},
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }
    return json.dumps(document, ensure_ascii=False)


def _schemas() -> Schema:
    schemas = schemas_of(MESSAGES, _refine)
    schemas["OrderCreate"]["examples"] = [EXAMPLE]
    metadata = schemas["OrderCreate"]["properties"]["metadata"]
    metadata |= {"additionalProperties": refer(METADATA), "propertyNames": NAME}
    schemas[METADATA] = {
        "description": "Any JSON without fractions; give those as text.",
        **free_json(METADATA, ("integer", "boolean", "null")),
    }
    return schemas


def _refine(name: str, member: dict[str, Any]) -> None:
    """Say what is checked in code: known currencies, times as RFC 3339, and no NUL in any text."""
    if name == "currency" and "pattern" in member:
        member["enum"] = currencies()
    elif member.get("type") == "string" and name.endswith("_at"):
        member["format"] = "date-time"
    elif member.get("type") == "string":
        member.setdefault("pattern", NO_NUL)


def _paths() -> dict[str, Any]:
    order, event = _in_path("order_id"), _in_path("event_id")
    return {
        "/quotes": {
            "post": _operation(
                "createQuote",
                "What an order would cost, and a promise of it for ten minutes.",
                {201: till.Quote},
                asks=till.QuoteCreate,
            )
        },
        "/orders": {
            "post": _operation(
                "createOrder",
                "Create an order, or find the one with the same external_id and contents.",
                {201: till.CreatedOrder, 200: till.CreatedOrder},
                asks=till.OrderCreate,
                problems=(409, 410),
                once=True,
            ),
            "get": _operation(
                "listOrders",
                "The merchant's orders, newest first.",
                {200: till.OrderList},
                parameters=_search_parameters(),
                problems=(422,),
            ),
        },
        "/orders/{order_id}": {
            "get": _operation(
                "getOrder", "One order.", {200: till.Order}, parameters=[order], problems=(404,)
            )
        },
        "/orders/{order_id}/token": {
            "post": _operation(
                "createToken",
                "A new token that opens the order's page once, within 60 seconds.",
                {200: till.Token},
                parameters=[order],
                problems=(404, *WITH_BODY),
                once=True,
            )
        },
        "/orders/{order_id}/cancel": {
            "post": _operation(
                "cancelOrder",
                "Cancel an unpaid order. Money that comes first wins (409).",
                {200: till.Order},
                parameters=[order],
                problems=(404, 409, 503, *WITH_BODY),
                once=True,
            )
        },
        "/orders/{order_id}/refunds": {
            "post": _operation(
                "createRefund",
                "Give money back: an amount, or without one all that is left.",
                {201: till.Refund},
                asks=till.RefundCreate,
                parameters=[order],
                problems=(404, 409),
                once=True,
            )
        },
        "/orders/{order_id}/events": {
            "get": _operation(
                "listEvents",
                "What happened to an order, oldest first.",
                {200: till.EventList},
                parameters=[order],
                problems=(404,),
            )
        },
        "/events/{event_id}/replay": {
            "post": _operation(
                "replayEvent",
                "Send an event's callback once more.",
                {200: till.Event},
                parameters=[event],
                problems=(404, *WITH_BODY),
                once=True,
            )
        },
    }


def _operation(
    name: str,
    summary: str,
    answers: dict[int, Model],
    *,
    asks: Model | None = None,
    parameters: list[dict[str, Any]] | None = None,
    problems: tuple[int, ...] = (),
    once: bool = False,
) -> dict[str, Any]:
    given = [*(parameters or []), *([_idempotency_key()] if once else [])]
    refused = {*problems, *ALWAYS, *(WITH_BODY if asks else ())}
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "parameters": given,
        "responses": {str(status): _answer(model) for status, model in answers.items()}
        | {str(status): _problem(status) for status in sorted(refused)},
    }
    if asks is not None:
        operation["requestBody"] = body_of(refer(asks))
    return operation


def _answer(model: Model) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": (model.__doc__ or "").strip(),
        "content": in_json(refer(model)),
    }
    if model is till.CreatedOrder:
        answer["links"] = {
            name: {"operationId": name, "parameters": {"order_id": "$response.body#/id"}}
            for name in ("getOrder", "createToken", "cancelOrder", "createRefund", "listEvents")
        }
    if model is till.EventList:
        parameters = {"event_id": "$response.body#/events/0/id"}
        answer["links"] = {"replayEvent": {"operationId": "replayEvent", "parameters": parameters}}
    return answer


def _problem(status: int) -> dict[str, Any]:
    return {"description": PROBLEMS[status], "content": in_json(refer(till.Problem), PROBLEM)}


def _in_path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _search_parameters() -> list[dict[str, Any]]:
    limit = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": 20}
    return [
        {"name": "status", "in": "query", "schema": {"$ref": REF.format(model="OrderStatus")}},
        {"name": "after", "in": "query", "schema": {"type": "string", "pattern": f"^{CURSOR}$"},
         "description": "`next` of the page before."},
        {"name": "limit", "in": "query", "schema": limit},
    ]  # fmt: skip


def _idempotency_key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "schema": {"type": "string", "pattern": r"^[\x21-\x7e]{1,255}$"},
        "description": "The same key with the same body gets the same answer and does nothing new.",
    }


def _callback() -> dict[str, Any]:
    signed = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}}
        for name in ("webhook-id", "webhook-timestamp", "webhook-signature")
    ]
    return {
        "summary": "What the desk sends to the merchant's callback_url.",
        "parameters": signed,
        "security": [],
        "requestBody": body_of(refer(till.Event)),
        "responses": {
            "2XX": {"description": "Taken."},
            "410": {"description": "Send nothing here any more."},
        },
    }
