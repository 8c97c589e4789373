"""What the document says of single members: that which is checked in code, and not by a type."""

from __future__ import annotations

from typing import Any

from ....wire.w3block.values import MOST_OF_A_PRODUCT
from ..openapi import NAME, NO_NUL, Schema, refer

ANY_JSON = "AnyJson"
TEXT: Schema = {"type": "string"}
UUID: Schema = {"type": "string", "format": "uuid"}
DECIMAL: Schema = {
    "type": "string",
    "pattern": r"^(0|[1-9][0-9]{0,59})(\.[0-9]{1,18})?$",
}
MOMENT: Schema = {
    "type": "string",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?Z$",
    "format": "date-time",
}
QUANTITY: list[Schema] = [
    {"type": "integer", "minimum": 1, "maximum": MOST_OF_A_PRODUCT},
    {"type": "string", "pattern": r"^([1-9][0-9]{0,5}|1000000)$"},
]
CHECK_DIGITS = (
    "All in lower or all in upper case, or with the check digits of EIP-55: others are refused."
)
EMPTY: Schema = {"const": ""}
NUMBERS = frozenset({"installmentPrice", "interest"})
"""Amounts that are numbers on the wire (3)."""

MOMENTS = frozenset(
    {
        "createdAt",
        "updatedAt",
        "deliverDate",
        "expiresIn",
        "expirationDate",
        "startSaleAt",
        "endSaleAt",
    }
)
PERCENT: Schema = {
    "type": "string",
    "pattern": r"^(100(\.0{1,18})?|[1-9]?[0-9](\.[0-9]{1,18})?)$",
}


def refine_asked(name: str, member: Schema) -> None:
    """Amounts are decimal texts, what a buyer tells a gateway is any JSON, no text has a NUL."""
    if name == "quantity" and "anyOf" in member:
        member["anyOf"] = [*QUANTITY, {"type": "null"}]
    elif _is_decimal(member):
        _decimal(member)
    elif member.get("type") == "object":
        member |= {"additionalProperties": refer(ANY_JSON), "propertyNames": NAME}
    elif member.get("type") == "string" and "pattern" not in member and "$ref" not in member:
        member["pattern"] = NO_NUL


def refine_told(name: str, member: Schema) -> None:
    """Amounts are decimal texts, times end in Z."""
    if name in NUMBERS:
        member.pop("pattern", None)
        member |= {"type": "number"} if member.get("type") == "string" else {}
    elif name in MOMENTS and member.get("type") == "string":
        member |= MOMENT
    elif member.get("type") == "string" and name.endswith(("Price", "Amount", "Fee", "amount")):
        member |= DECIMAL


def say_what_is_checked(asked: Schema) -> None:
    """What is checked of several members together, and which empty texts are none (3, 4)."""
    _may_be_empty(asked["Part"]["properties"]["amount"])
    _may_be_empty(asked["PaidPart"]["properties"]["amount"])
    for name in ("CreateOrder", "PayOrder"):
        _may_be_empty(asked[name]["properties"]["successUrl"])
    for name in ("PreviewOrder", "CreateOrder"):
        asked[name]["properties"]["destinationWalletAddress"]["description"] = CHECK_DIGITS
    some: Schema = {"type": "array", "minItems": 1}
    shown = {"required": ["expectedPrice"], "properties": {"expectedPrice": DECIMAL}}
    asked["Ordered"]["anyOf"] = [
        {"required": ["expectedPrices"], "properties": {"expectedPrices": some}}, shown,
    ]  # fmt: skip
    older = {"required": ["currencyId"], "properties": {"currencyId": TEXT}}
    asked["CreateOrder"]["anyOf"] = [
        {"required": ["payments"], "properties": {"payments": some}}, older,
    ]  # fmt: skip
    for name in ("Part", "PaidPart"):
        asked[name]["anyOf"] = _amounts()


def _amounts() -> list[Schema]:
    """An amount is needed, at most a hundred if it is of percent, unless it is what remains (3)."""
    remaining: Schema = {"properties": {"amountType": {"const": "all_remaining"}}}
    return [remaining, _amount("fixed", DECIMAL), _amount("percentage", PERCENT)]


def _amount(kind: str, schema: Schema) -> Schema:
    members: Schema = {"amountType": {"const": kind}, "amount": schema}
    return {"required": ["amount"], "properties": members}


def _is_decimal(member: Schema) -> bool:
    kinds = [one.get("type") for one in member.get("anyOf", ())]
    return "number" in kinds and "string" in kinds


def _decimal(member: Schema) -> None:
    others: list[Any] = [
        one for one in member["anyOf"] if one.get("type") not in ("number", "string")
    ]
    member["anyOf"] = [DECIMAL, *others]


def _may_be_empty(member: Schema) -> None:
    member["anyOf"] = [*member["anyOf"], EMPTY]
