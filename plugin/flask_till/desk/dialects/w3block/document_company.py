"""What the document says of calls that a company makes, and of the test gateway (8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ....wire.w3block import company_calls, orders, values, webhooks
from ....wire.w3block.error_codes import W3blockCode
from ..openapi import Message, Schema
from .document_parts import (
    BUYERS,
    BY_ANYBODY,
    BY_MEMBER,
    SORTED,
    asking,
    filters,
    listing,
    named,
    operation,
    reading,
)
from .document_words import MOMENT, UUID

BY_ITS_OWN = "/admin/companies/{company_id}/orders"
HOOKS = "/admin/companies/{company_id}/webhooks-configurations"
HOOK = f"{HOOKS}/{{hook_id}}"
ASKED: list[Message] = [
    (model, "validation")
    for model in (
        webhooks.ConfigureWebhook,
        webhooks.ChangeWebhook,
        webhooks.DispatchOrderEvent,
        company_calls.GatewayEvent,
    )
]
TOLD: list[Message] = [
    (model, "serialization") for model in (webhooks.WebhookConfiguration, webhooks.WebhookDelivery)
]
WRONG_STATUS = (W3blockCode.INVALID_ORDER_STATUS, W3blockCode.PAYMENT_PROVIDER_ERROR)
INVALID = W3blockCode.VALIDATION_ERROR
WRONG: Mapping[int, Sequence[W3blockCode]] = {
    400: (INVALID, W3blockCode.INVALID_ORDER_STATUS),
    404: (),
}
STAFFS: Schema = {
    "createdFrom": MOMENT,
    "createdUntil": MOMENT,
    "userId": UUID,
    "currencyId": UUID,
    "productId": UUID,
    "paymentMethod": {"enum": [str(one) for one in values.PaymentMethod]},
    "paymentProvider": {"enum": [str(one) for one in values.PaymentProvider]},
    "utmCampaign": {"type": "string", "pattern": "^[ -~]*$"},
}


def companys_calls() -> Schema:
    return {**_orders(), **_hooks(), **_events()}


def _orders() -> Schema:
    asked = [named("company_id"), *filters({**BUYERS, **STAFFS})]
    order = [named("company_id"), named("order_id")]
    return {
        BY_ITS_OWN: listing("listCompanyOrders", BY_MEMBER, orders.Order, asked),
        f"{BY_ITS_OWN}/{{order_id}}": reading("getCompanyOrder", orders.Order, order, by=BY_MEMBER),
        f"{BY_ITS_OWN}/{{order_id}}/cancel": _move("cancelOrder"),
        f"{BY_ITS_OWN}/{{order_id}}/force-deliver": _move("forceDeliver"),
        f"{BY_ITS_OWN}/{{order_id}}/approve-payment": _move("approvePayment"),
    }


def _move(name: str) -> Schema:
    """Without a body: clients send an empty form (2)."""
    order = [named("company_id"), named("order_id")]
    return {"patch": operation(name, BY_MEMBER, 204, None, {400: WRONG_STATUS, 404: ()}, order)}


def _hooks() -> Schema:
    made, hook = webhooks.WebhookConfiguration, [named("company_id"), named("hook_id")]
    delivery = [*hook, named("delivery_id")]
    by_company = [named("company_id")]
    create = operation("createWebhook", BY_MEMBER, 201, made, WRONG, by_company)
    return {
        HOOKS: {"post": asking(create, webhooks.ConfigureWebhook)}
        | listing("listWebhooks", BY_MEMBER, made, [*by_company, *filters(SORTED)]),
        HOOK: reading("getWebhook", made, hook, by=BY_MEMBER) | _change(hook),
        f"{HOOK}/enable": _switch("enableWebhook", hook),
        f"{HOOK}/disable": _switch("disableWebhook", hook),
        f"{HOOK}/webhooks": listing(
            "listDeliveries", BY_MEMBER, webhooks.WebhookDelivery, [*hook, *filters(SORTED)]
        ),
        f"{HOOK}/webhooks/{{delivery_id}}": reading(
            "getDelivery", webhooks.WebhookDelivery, delivery, by=BY_MEMBER
        ),
    }


def _change(hook: list[Schema]) -> Schema:
    """What is not given stays, so even an empty body is one."""
    refused = {400: (INVALID,), 404: ()}
    told = operation("changeWebhook", BY_MEMBER, 200, webhooks.WebhookConfiguration, refused, hook)
    told = asking(told, webhooks.ChangeWebhook)
    told["requestBody"]["required"] = False
    return {"patch": told}


def _switch(name: str, hook: list[Schema]) -> Schema:
    return {"patch": operation(name, BY_MEMBER, 204, None, {404: ()}, hook)}


def _events() -> Schema:
    dispatch = operation("dispatchEvent", BY_MEMBER, 204, None, WRONG)
    said = operation("playGateway", BY_ANYBODY, 204, None, WRONG, [named("transaction_id")])
    return {
        "/super-admin/orders/dispatch-order-event": {
            "post": asking(dispatch, webhooks.DispatchOrderEvent)
        },
        "/test-gateway/{transaction_id}/events": {"post": asking(said, company_calls.GatewayEvent)},
    }
