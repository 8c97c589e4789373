"""The OpenAPI 3.1 document of ``/w3block``, made of the very models of its messages.

Which call asks for what, what it answers, by which words it refuses, and who may make it.
"""

from __future__ import annotations

import json
from functools import lru_cache

from ....wire.w3block import (
    access,
    basket,
    keys,
    orders,
    paging,
    preview,
    products,
    webhooks,
)
from ....wire.w3block.error_codes import W3blockCode
from ..openapi import (
    VERSION,
    Message,
    Model,
    Schema,
    an_object,
    body_of,
    free_json,
    open_to_unknown,
    refer,
    schemas_of,
)
from . import document_company
from .document_parts import (
    BUYERS,
    BY_ANYBODY,
    BY_MEMBER,
    REFUSAL,
    SCHEMES,
    asking,
    filters,
    listing,
    named,
    operation,
    problem,
    reading,
)
from .document_words import ANY_JSON, MOMENT, TEXT, refine_asked, refine_told, say_what_is_checked

TITLE = "W3block commerce orders"
ABOUT = """Signing in, products, previews and orders. Amounts are decimal texts, times ISO 8601 in
UTC. A refusal is `{"statusCode", "error", "message", "errorCode", "timestamp", "path"}`."""
_C = W3blockCode
ASKED: list[Message] = [
    (model, "validation")
    for model in (
        access.SignIn,
        access.SignInTenant,
        access.RefreshToken,
        basket.PreviewOrder,
        basket.CreateOrder,
        basket.PayOrder,
    )
]
TOLD: list[Message] = [
    (model, "serialization")
    for model in (
        access.SignedIn,
        access.Refreshed,
        keys.Jwks,
        preview.Preview,
        orders.Order,
        orders.Receipt,
        products.CanPurchase,
        paging.PageMeta,
        paging.PageLinks,
        webhooks.OrderEvent,
    )
]
WRONG_PRODUCT = (
    _C.PRODUCT_NOT_AVAILABLE,
    _C.PRODUCT_TOKEN_NOT_AVAILABLE,
    _C.INSUFFICIENT_STOCK,
    _C.PURCHASE_LIMIT,
)
WRONG_WAY = (_C.PAYMENTS_NOT_COVERING_TOTAL, _C.PAYMENT_PROVIDER_NOT_FOUND)
NOT_OPENED = _C.PAYMENT_PROVIDER_ERROR
WRONG_ORDER = (
    *WRONG_PRODUCT,
    *WRONG_WAY,
    NOT_OPENED,
    _C.CURRENCY_NOT_ENABLED,
    _C.COUPON_NOT_APPLICABLE,
    _C.PRICE_CHANGED,
    _C.GAS_FEE_SIGNATURE_EXPIRED,
    _C.GAS_FEE_SIGNATURE_INVALID,
    _C.SIMILAR_ORDER_NOT_ACCEPTED,
)
COMPANY = "/companies/{company_id}"


@lru_cache(maxsize=4)
def openapi(base_url: str) -> str:
    """The document as JSON, for a ``/w3block`` that is served at ``base_url``."""
    document = {
        "openapi": VERSION,
        "info": {"title": TITLE, "version": "1", "description": ABOUT},
        "servers": [{"url": base_url}],
        "paths": calls(),
        "webhooks": {"order": {"post": _webhook()}},
        "components": {"securitySchemes": SCHEMES, "schemas": _schemas()},
    }
    return json.dumps(document, ensure_ascii=False)


def _schemas() -> Schema:
    asked = schemas_of([*ASKED, *document_company.ASKED], refine_asked)
    told = schemas_of([*TOLD, *document_company.TOLD], refine_told)
    say_what_is_checked(asked)
    open_to_unknown(asked, ANY_JSON)
    shared = {ANY_JSON: free_json(ANY_JSON, ("number", "boolean", "null")), REFUSAL: _refusal()}
    return {**asked, **told, **shared}


def _refusal() -> Schema:
    told = {
        "statusCode": {"type": "integer"},
        "error": TEXT,
        "message": TEXT,
        "errorCode": {"enum": [*map(str, W3blockCode), None]},
        "timestamp": MOMENT,
        "path": TEXT,
    }
    return an_object(told) | {"additionalProperties": False}


# --- paths ------------------------------------------------------------------------------------


def calls() -> Schema:
    """What is called, and how."""
    return {**_identity(), **_catalog(), **_buyers(), **document_company.companys_calls()}


def _identity() -> Schema:
    def signing(name: str, asks: Model, answer: Model) -> Schema:
        told = operation(name, BY_ANYBODY, 201, answer, {400: (_C.VALIDATION_ERROR,), 401: ()})
        return {"post": asking(told, asks)}

    published = operation("getKeys", BY_ANYBODY, 200, keys.Jwks, {})
    return {
        "/auth/signin": signing("signIn", access.SignIn, access.SignedIn),
        "/auth/signin/tenant": signing("signInTenant", access.SignInTenant, access.SignedIn),
        "/auth/refresh-token": signing("refreshToken", access.RefreshToken, access.Refreshed),
        "/auth/jwks.json": {"get": published},
    }


def _catalog() -> Schema:
    product = [named("company_id"), named("product_id")]
    by_slug = [named("company_id"), named("slug")]
    return {
        "/globals/currencies": listing("listCurrencies", BY_ANYBODY, products.Currency, []),
        f"{COMPANY}/products": listing(
            "listProducts", BY_ANYBODY, products.Product, [named("company_id")]
        ),
        f"{COMPANY}/products/{{product_id}}": reading("getProduct", products.Product, product),
        f"{COMPANY}/products/get-by-slug/{{slug}}": reading(
            "getProductBySlug", products.Product, by_slug
        ),
        f"{COMPANY}/products/{{product_id}}/can-purchase": reading(
            "canPurchase", products.CanPurchase, product
        ),
    }


def _buyers() -> Schema:
    company, order = [named("company_id")], [named("company_id"), named("order_id")]
    newest = {"name": "fetchNewestStatus", "in": "query", "schema": {"type": "boolean"}}
    one = reading("getOrder", orders.Order, [*order, newest], by=BY_MEMBER)
    one["get"]["responses"]["400"] = problem(400, [_C.VALIDATION_ERROR])
    own = listing("listOrders", BY_MEMBER, orders.Order, [*company, *filters(BUYERS)])
    return {
        f"{COMPANY}/orders/preview": _preview(company),
        f"{COMPANY}/orders": _create(company) | own,
        f"{COMPANY}/orders/{{order_id}}": one,
        f"{COMPANY}/orders/{{order_id}}/pay": _pay(order),
        f"{COMPANY}/orders/get-by-deliver-id/{{deliver_id}}": reading(
            "getReceipt", orders.Receipt, [*company, named("deliver_id")]
        ),
    }


def _preview(company: list[Schema]) -> Schema:
    wrong = (
        *WRONG_PRODUCT,
        _C.CURRENCY_NOT_ENABLED,
        _C.PAYMENTS_NOT_COVERING_TOTAL,
        _C.GAS_FEE_NOT_AVAILABLE,
    )
    refused = {400: (_C.VALIDATION_ERROR, *wrong), 404: (_C.PRODUCT_NOT_AVAILABLE,)}
    told = operation("previewOrder", BY_MEMBER, 201, preview.Preview, refused, company)
    return {"post": asking(told, basket.PreviewOrder)}


def _create(company: list[Schema]) -> Schema:
    refused = {
        400: (_C.VALIDATION_ERROR, *WRONG_ORDER),
        404: (_C.PRODUCT_NOT_AVAILABLE,),
        409: (_C.PRODUCT_TOKEN_NOT_AVAILABLE,),
    }
    told = operation("createOrder", BY_MEMBER, 201, orders.Order, refused, company)
    return {"post": asking(told, basket.CreateOrder)}


def _pay(order: list[Schema]) -> Schema:
    wrong = (_C.VALIDATION_ERROR, _C.ORDER_NOT_PAYABLE, *WRONG_WAY, NOT_OPENED)
    refused = {400: wrong, 404: ()}
    told = operation("payOrder", BY_MEMBER, 200, orders.Order, refused, order)
    return {"patch": asking(told, basket.PayOrder)}


def _webhook() -> Schema:
    signature = {
        "name": webhooks.SIGNATURE,
        "in": "header",
        "required": True,
        "schema": TEXT,
        "description": "Hex HMAC-SHA256 of the raw body with the configuration's `signatureKey`.",
    }
    return {
        "summary": "What a company is told of its orders.",
        "parameters": [signature],
        "security": [],
        "requestBody": body_of(refer(webhooks.OrderEvent)),
        "responses": {"2XX": {"description": "Taken; within 10 seconds."}},
    }
