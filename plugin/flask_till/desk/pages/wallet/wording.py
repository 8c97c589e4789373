"""The wallet's words that no template spells out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ....errors import RequestError
from ..wording import N_


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that did not work: what, and what helps."""

    title: str
    remedy: str
    fields: Mapping[str, str]


PROBLEMS: Mapping[str, tuple[str, str]] = {
    "PHONE_INVALID": (
        N_("This is not a phone number"),
        N_("Type the digits of your mobile number, such as 501 234 567."),
    ),
    "CODE_WRONG": (
        N_("This code does not fit"),
        N_("Check the digits, or have a new code sent to you."),
    ),
    "TOO_MANY_REQUESTS": (
        N_("That was too often"),
        N_("Wait a minute, then try again."),
    ),
    "BASKET_CHANGED": (
        N_("The basket changed meanwhile"),
        N_("Below is how it is now. Look it over, then order."),
    ),
    "TOTAL_CHANGED": (
        N_("The total changed"),
        N_("Below is the new one. Look it over, then order."),
    ),
    "EDIT_WAITING": (
        N_("The shop has not answered your last change yet"),
        N_("Wait a moment, then order."),
    ),
    "BASKET_NOT_BOUND": (
        N_("This basket is not in your wallet any more"),
        N_("Link it again in the shop."),
    ),
    "ORDER_EXISTS": (
        N_("This basket is ordered already"),
        N_("You find it among your orders."),
    ),
    "MERCHANT_DISABLE": (
        N_("This shop cannot be reached right now"),
        N_("Nothing was changed. Try again later."),
    ),
    "TOO_MANY_EDITS": (
        N_("The shop is still busy with your last changes"),
        N_("Wait a moment, then try again."),
    ),
    "ORDER_STATE": (
        N_("The order changed meanwhile"),
        N_("Below is how it stands now."),
    ),
    "INVALID_REQUEST": (
        N_("Something is missing"),
        N_("Fill in what is marked below."),
    ),
    "ORDER_INCOMPLETE": (
        N_("Something is missing"),
        N_("Fill in what is marked below."),
    ),
    "PROFILE_INVALID": (
        N_("Something is not right"),
        N_("Correct what is marked below."),
    ),
}
"""Code of an error -> headline and remedy, above the page as it stands."""
FAULTS: Mapping[str, str] = {
    "is needed": N_("Please fill this in."),
    "must be accepted": N_("Without this the shop cannot take the order."),
    "is no mail address": N_("This is not an e-mail address."),
}
"""What is wrong with a field -> words for the shopper; others are shown as they are."""
FIELDS: Mapping[str, str] = {"digital_delivery_email": "digital_mail"}
OTHER_PROBLEM = (N_("That did not work"), N_("Nothing was changed. Please try again."))

REASONS: Mapping[str, str] = {
    "BASKET_CHANGED": N_("The shop changed the basket before you ordered. Look it over again."),
    "ORDER_NOT_CREATE": N_("The shop did not take the order. Look the basket over again."),
    "OUT_OF_STOCK": N_("Something in the basket is sold out."),
    "MERCHANT_UNAVAILABLE": N_("The shop did not answer in time."),
    "MERCHANT_ANSWER_UNUSABLE": N_("The shop's answer did not add up, so nothing was ordered."),
    "REJECTED": N_("You gave it up before paying."),
    "EXPIRED": N_("It was not paid in time."),
}
"""Code of what went wrong at the shop -> a sentence."""
OTHER_REASON = N_("The shop could not do it.")

DEAD_ENDS: Mapping[str, tuple[str, str]] = {
    "NOT_FOUND": (N_("There is nothing here"), N_("It may be gone, or belong to somebody else.")),
    "BASKET_NOT_FOUND": (
        N_("This basket is not in your wallet"),
        N_("It may have been taken out or bought in the shop. You can link it again there."),
    ),
    "PROMPT_NOT_FOUND": (
        N_("This link does not work"),
        N_("Ask the shop's page for a new one."),
    ),
    "PROMPT_EXPIRED": (N_("This link is too old"), N_("Ask the shop's page for a new one.")),
    "FOREIGN_ORIGIN": (
        N_("That request came from another page"),
        N_("To keep you safe, nothing was done. Open your wallet and try there."),
    ),
    "FAULT": (
        N_("Something broke on our side"),
        N_("It was noted. Wait a moment, then load this page again."),
    ),
}
"""Code of an error -> headline and remedy, of a page of its own."""
OTHER_DEAD_END = (N_("That did not work"), N_("Go back to your wallet and try again."))

DELIVERIES: Mapping[str, str] = {
    "APM": N_("Parcel locker"),
    "COURIER": N_("Courier"),
    "DIGITAL": N_("By e-mail"),
}
"""Delivery type -> its name."""

ORDER_STATES: Mapping[str, str] = {
    "placing": N_("The shop is confirming your order"),
    "processing": N_("Waiting for your payment"),
    "paid": N_("Ordered and paid"),
    "rejected": N_("Cancelled before payment"),
    "completed": N_("Finished by the shop"),
    "failed": N_("The shop did not take this order"),
}
"""Status of an order in the wallet -> its headline."""


def problem(error: RequestError | None) -> Problem | None:
    """What to show above the page for an error."""
    if error is None:
        return None
    code = "TOO_MANY_REQUESTS" if error.status == 429 else error.code
    title, remedy = PROBLEMS.get(code, OTHER_PROBLEM)
    fields = {field_of(name): FAULTS.get(told, told) for name, told in error.fields.items()}
    return Problem(title, remedy, fields)


def field_of(name: str) -> str:
    """The form's field that a fault is about: ``delivery.delivery_point``, ``address.city``."""
    first, _, rest = name.partition(".")
    last = rest.rpartition(".")[2] or first
    if first == "consents":
        return name
    return f"invoice_{last}" if first == "invoice_details" else FIELDS.get(last, last)


def reason(code: str | None) -> str:
    """Why an order or a change came to nothing."""
    return REASONS.get(code or "", OTHER_REASON)
