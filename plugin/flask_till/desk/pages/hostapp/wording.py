"""Texts of the confirmation page that no template spells out."""

from __future__ import annotations

from collections.abc import Mapping

from ..wording import N_

TITLES: Mapping[str, str] = {
    "confirm": N_("Confirm the payment"),
    "processing": N_("Your payment is on its way"),
    "paid": N_("Paid"),
    "refunded": N_("You have your money back"),
    "failed": N_("The payment failed"),
    "cancelled": N_("The payment was cancelled"),
    "expired": N_("The time to pay is over"),
}
"""view -> its headline."""

REASONS: Mapping[str, str] = {
    "Insufficient balance": N_("There was not enough in your balance. You were not charged."),
    "The payment was declined": N_("It was declined. You were not charged."),
}
"""Why it failed, as the desk noted it -> what the user reads."""
OTHER_REASON = N_("You were not charged.")

PARTS: Mapping[str, str] = {
    "subtotal_amount": N_("Subtotal"),
    "discount_amount": N_("Discount"),
    "shipping_amount": N_("Shipping"),
    "tax_amount": N_("Tax"),
}
"""The parts of a total that a miniapp may name, in the order in which they are shown."""

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "HOST_SIGN_IN_NEEDED": (
        N_("Nobody is signed in who could pay this"),
        N_("Sign in to the app that this payment belongs to, and open it again from there."),
    ),
    "GATEWAY_UNAVAILABLE": (
        N_("The payment service does not answer"),
        N_("Wait a moment and try again. You will not be charged twice."),
    ),
    "FOREIGN_ORIGIN": (
        N_("That request came from another page"),
        N_("To keep you safe, nothing was done. Try again on this page."),
    ),
    "TOO_MANY_ATTEMPTS": (
        N_("This payment was tried too often"),
        N_("To keep you safe, it takes no more tries. Go back and order again."),
    ),
}
"""Code of an error -> headline and remedy, above the payment."""
OTHER_PROBLEM = (N_("That did not work"), N_("You were not charged. Please try again."))

DEAD_ENDS: Mapping[str, tuple[str, str]] = {
    "ORDER_NOT_FOUND": (
        N_("There is no such payment"),
        N_("The address may be mistyped. Close this page and start paying again."),
    ),
    "PAGE_NOT_FOUND": (
        N_("There is no such page"),
        N_("The address may be mistyped. Close this page and start paying again."),
    ),
    "FAULT": (
        N_("Something broke on our side"),
        N_("It was noted. Wait a moment, then load this page again: your order is safe."),
    ),
}
"""Code of an error -> headline and remedy, of a page without a payment."""
OTHER_DEAD_END = (N_("That did not work"), N_("Close this page and start paying again."))
