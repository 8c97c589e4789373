"""Requests as Stripe reads them: bracketed forms, checked with the SDK's own parameter types."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from functools import cache
from typing import Any

from pydantic import ConfigDict, TypeAdapter, ValidationError

import stripe
import stripe._stripe_context

from .refusals import Refusal

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)\Z")

PARAMETERS: dict[str, str] = {
    "POST /v1/payment_intents": "PaymentIntentCreateParams",
    "GET /v1/payment_intents/{id}": "PaymentIntentRetrieveParams",
    "POST /v1/payment_intents/{id}/confirm": "PaymentIntentConfirmParams",
    "POST /v1/payment_intents/{id}/cancel": "PaymentIntentCancelParams",
    "POST /v1/checkout/sessions": "checkout.SessionCreateParams",
    "GET /v1/checkout/sessions/{id}": "checkout.SessionRetrieveParams",
    "POST /v1/checkout/sessions/{id}/expire": "checkout.SessionExpireParams",
    "POST /v1/refunds": "RefundCreateParams",
    "GET /v1/refunds": "RefundListParams",
    "GET /v1/refunds/{id}": "RefundRetrieveParams",
    "POST /v1/transfers": "TransferCreateParams",
    "GET /v1/transfers": "TransferListParams",
    "GET /v1/transfers/{id}/reversals": "TransferListReversalsParams",
    "GET /v1/transfers/{id}": "TransferRetrieveParams",
    "POST /v1/transfers/{id}/reversals": "TransferCreateReversalParams",
    "GET /v1/events": "EventListParams",
    "GET /v1/events/{id}": "EventRetrieveParams",
    "GET /v1/account": "AccountRetrieveCurrentParams",
}


def decoded(pairs: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """``a[b]=1&c[0]=2&d[]=3`` as ``{"a": {"b": "1"}, "c": ["2"], "d": ["3"]}``."""
    tree: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.match(name)
        if match is None:
            raise Refusal(f"Invalid parameter name: {name}", code="parameter_unknown")
        place = tree
        path = [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])]
        for step in path[:-1]:
            place = place.setdefault(step or str(len(place)), {})
        place[path[-1] or str(len(place))] = value
    return {name: _lists(value) for name, value in tree.items()}


def checked(endpoint: str, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with their types; refused where the SDK has no such parameter or type."""
    try:
        return dict(_adapter(PARAMETERS[endpoint]).validate_python(params))
    except ValidationError as error:
        first = error.errors()[0]
        name = "".join(f"[{step}]" if at else str(step) for at, step in enumerate(first["loc"]))
        unknown, missing = first["type"] == "extra_forbidden", first["type"] == "missing"
        if unknown:
            raise Refusal(
                f"Received unknown parameter: {name}", code="parameter_unknown", param=name
            ) from None
        if missing:
            raise Refusal(
                f"Missing required param: {name}.", code="parameter_missing", param=name
            ) from None
        raise Refusal(f"Invalid {name}: {first['msg']}", param=name) from None


@cache
def _adapter(name: str) -> TypeAdapter[Any]:
    """A strict reader for one of the SDK's parameter classes, such as ``RefundCreateParams``."""
    options = sys.modules["stripe._request_options"]
    options.StripeContext = stripe._stripe_context.StripeContext  # type: ignore[attr-defined]
    cls: Any = stripe.params
    for step in name.split("."):
        cls = getattr(cls, step)
    module = sys.modules[cls.__module__]
    for part in vars(module).values():
        if isinstance(part, type) and hasattr(part, "__total__"):
            config = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
            part.__pydantic_config__ = config  # type: ignore[attr-defined]
    adapter: TypeAdapter[Any] = TypeAdapter(cls)
    names = {**vars(stripe), **vars(options), **vars(module)}
    adapter.rebuild(force=True, raise_errors=True, _types_namespace=names)
    return adapter


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(step.isdigit() for step in value):
        return [_lists(value[step]) for step in sorted(value, key=int)]
    return {name: _lists(part) for name, part in value.items()}
