"""The languages of the pages, and the texts that no template spells out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime, format_skeleton

from ...money import Money

LANGUAGES = ("en", "pl")
"""English is in the sources themselves; the others have a catalog under ``translations/``."""
DOMAIN = "order_page"


def N_(text: str) -> str:  # noqa: N802  # what gettext calls it
    """Marks a text for the catalogs; it is translated where it is shown."""
    return text


@dataclass(frozen=True)
class Language:
    """``code`` names the catalog, ``locale`` also the region, for money and dates."""

    code: str
    locale: str

    @property
    def translations(self) -> NullTranslations:
        return _translations(self.code)

    def text(self, message: str) -> str:
        return self.translations.gettext(message)

    def label(self, adjustment: str) -> str:
        return self.text(adjustment) if adjustment in ADJUSTMENTS else adjustment

    def money(self, amount: Money) -> str:
        return amount.format(self.locale)

    def moment(self, when: datetime) -> str:
        """Date and time in UTC, said so; the page's script shows the shopper's own zone."""
        return f"{format_datetime(when, 'd MMMM y, HH:mm', locale=self.locale)} UTC"

    def day(self, when: datetime) -> str:
        """A day in UTC: ``Tuesday, 24 November``."""
        return format_skeleton("MMMMEEEEd", when, locale=self.locale)


def choose_language(wishes: Iterable[str]) -> Language:
    """The first wish that we speak, else English."""
    for wish in wishes:
        try:
            locale = Locale.parse(wish.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            continue
        if locale.language in LANGUAGES:
            return Language(locale.language, str(locale))
    return Language("en", "en")


@cache
def _translations(code: str) -> NullTranslations:
    if code == "en":
        return NullTranslations()
    path = files(__package__) / "translations" / code / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with path.open("rb") as file:
        return GNUTranslations(file)


METHOD_LABELS = (
    N_("Sandbox"),
    N_("Card, Apple Pay, Google Pay"),
    N_("Wallet balance"),
    N_("Credit"),
    N_("Bank transfer"),
    N_("Crypto: wallet or QR code"),
    N_("Crypto account"),
)
"""What gateways call their methods."""

ADJUSTMENTS = (N_("Service fee"), N_("Network fee"), N_("Paid separately"))
"""What the desk itself adds to a total, or takes off it; merchants have labels of their own."""

ACCOUNT: Mapping[str, str] = {
    "holder": N_("Recipient"),
    "pix_key": N_("PIX key"),
    "bank_code": N_("Bank"),
    "agency": N_("Branch"),
    "account": N_("Account"),
    "reference": N_("Reference"),
}
"""Where a bank transfer goes, in the order in which banks ask for it."""

CANNOT_PAY: Mapping[str, str] = {
    "declined": N_("You were not charged. Try again or choose another way to pay."),
    "insufficient_funds": N_("There is not enough money on this card. Try another one."),
    "expired_card": N_("This card is past its date. Try another one."),
    "incorrect_cvc": N_("The security code is not right. Check it and try again."),
    "incorrect_number": N_("The card number is not right. Check it and try again."),
    "card_velocity_exceeded": N_("This card is over its limit. Try another one."),
    "authentication_required": N_("Your bank wants you to confirm the payment. Try again."),
    "payment_intent_authentication_failure": N_(
        "Your bank did not get your confirmation. Try again or choose another way to pay."
    ),
    "The balance does not cover it.": N_(
        "There was not enough in your balance, so nothing was taken from it."
        " Top it up, or choose another way to pay."
    ),
    "The account does not cover it.": N_(
        "There was not enough in your account, so nothing was taken from it."
        " Top it up, or choose another way to pay."
    ),
    "The sandbox declined it, as asked.": N_(
        "The sandbox declined it, as asked. You were not charged; try again."
    ),
}
"""Why a payment failed, in a gateway's words -> what the shopper can do about it."""

PROBLEMS: Mapping[str, tuple[str, str]] = {
    "TOO_MANY_ATTEMPTS": (
        N_("This order was tried too often"),
        N_("To keep you safe, it takes no more payments. Go back to the shop and order again."),
    ),
    "GATEWAY_UNAVAILABLE": (
        N_("The payment service does not answer"),
        N_("Wait a moment and try again. You will not be charged twice."),
    ),
    "GATEWAY_REFUSED": (
        N_("This payment was refused"),
        N_("You were not charged. Try again or choose another way to pay."),
    ),
    "PAYMENT_IN_PROGRESS": (
        N_("Another payment is under way"),
        N_("Finish it where you began it, or wait a moment and try again."),
    ),
    "INSUFFICIENT_BALANCE": (
        N_("There is not enough in your balance"),
        N_("Nothing was taken from it. Top it up, or choose another way to pay."),
    ),
    "NO_PAYER": (
        N_("Sign in to pay from your account"),
        N_("Nothing was taken. Sign in with your phone below, then pay."),
    ),
    "METHOD_NOT_OFFERED": (
        N_("That way to pay is not offered any more"),
        N_("Choose one of those below."),
    ),
    "ORDER_STATE": (
        N_("The order changed meanwhile"),
        N_("Below is how it stands now."),
    ),
}
"""Code of an error -> headline and remedy, above the order."""
OTHER_PROBLEM = (N_("That did not work"), N_("You were not charged. Please try again."))

DEAD_ENDS: Mapping[str, tuple[str, str]] = {
    "ORDER_ID_MISSING": (
        N_("This address is not complete"),
        N_("It does not say which order to show. Go back to the shop and open the order again."),
    ),
    "ORDER_NOT_FOUND": (
        N_("There is no such order"),
        N_("The address may be mistyped. Go back to the shop and open the order again."),
    ),
    "ORDER_NOT_YOURS": (
        N_("This order is open in another browser"),
        N_(
            "Only the browser that placed an order may see it."
            " Go back to the shop there and open it again."
        ),
    ),
    "TOKEN_USED": (
        N_("This link was used before"),
        N_(
            "It opens the order once, to keep it private."
            " Nothing was charged by opening it. Go back to the shop and open the order again."
        ),
    ),
    "TOKEN_EXPIRED": (
        N_("This link is too old"),
        N_("It works for one minute. Go back to the shop and open the order again."),
    ),
    "FOREIGN_ORIGIN": (
        N_("That request came from another page"),
        N_("To keep you safe, nothing was done. Open your order from the shop and try there."),
    ),
    "PAGE_NOT_FOUND": (
        N_("There is no such page"),
        N_("The address may be mistyped. Go back to the shop and open the order again."),
    ),
    "FAULT": (
        N_("Something broke on our side"),
        N_("It was noted. Wait a moment, then load this page again: your order is safe."),
    ),
}
"""Code of an error -> headline and remedy, of a page without an order."""
NOT_YOUR_ORDER = (
    N_("This order is not yours"),
    N_(
        "Only the person who placed it may see it."
        " Sign in where you placed the order and open it again from there."
    ),
)
"""As ORDER_NOT_YOURS, where people and not browsers place orders."""
OTHER_DEAD_END = (
    N_("That did not work"),
    N_("Go back to the shop and open the order again."),
)

SCRIPT_TEXTS = (
    N_("Less than five minutes left to pay."),
    N_("Less than one minute left to pay."),
    N_("One moment…"),
    N_("Paying…"),
    N_("Pay now"),
    N_("Payment"),
    N_("Try again"),
    N_("or pay by card"),
    N_("The payment did not go through. Please try again or choose another way to pay."),
    N_("The payment form could not be loaded. Check your connection."),
    N_("Something went wrong. You were not charged twice; please try again."),
    N_("No connection. Check your network and try again: you will not be charged twice."),
    N_("What changed"),
    N_("%s was added"),
    N_("%s was removed"),
    N_("%s: quantity %s instead of %s"),
    N_("%s: price %s instead of %s"),
    N_("Good for %s more"),
    N_("This question is over."),
    N_("No connection. What you see may be old."),
    N_("Add this network in your wallet, or pay with the QR code."),
    N_("Address"),
    N_("Amount"),
    N_("Checking that it would go through…"),
    N_("Choose %s in your wallet, then try again."),
    N_("Choose an account in %s"),
    N_("Confirm %s in %s"),
    N_("Confirmed"),
    N_("Copy the address"),
    N_("Copy the amount"),
    N_("Did your wallet send it?"),
    N_("Final"),
    N_("How do you send it?"),
    N_(
        "If you made it faster, wait here: the new one shows by itself. If you cancelled "
        "it, pay again."
    ),
    N_("In a block: counting confirmations"),
    N_("It has a question open already. Open the wallet, answer it, and try again."),
    N_("It holds %s, and %s are needed. Choose another account or another coin."),
    N_("It was not sent: try again"),
    N_(
        "It was not taken into a block, so nothing was paid. If your wallet does not show"
        " it any more either, pay again."
    ),
    N_("Network"),
    N_("No wallet was found in this browser"),
    N_("Not enough %s in this account"),
    N_("Not enough for the network fee"),
    N_("Nothing was sent."),
    N_("Open in a wallet app"),
    N_("Open this page in the browser of your wallet app, or pay with the QR code."),
    N_("Own wallet"),
    N_("Pay %s with %s"),
    N_("Pay again"),
    N_("Pay with coins"),
    N_("QR code or address"),
    N_("QR code: send %s on %s"),
    N_("Scan it with your wallet, or copy what is below."),
    N_(
        "Send only %s, and only on %s. Other coins and other networks do not arrive here "
        "and may be lost."
    ),
    N_("The fee on %s is paid in its own coin: put some into this account, or choose another one."),
    N_("Sent to the network"),
    N_("Signed in %s"),
    N_("Switch to %s in %s"),
    N_("The account in your wallet changed"),
    N_("The address is copied."),
    N_("The amount is copied."),
    N_("The network dropped the transaction"),
    N_("The network says that it would not go through. Choose another account or another coin."),
    N_("The transaction failed on the network"),
    N_("The transaction was replaced in your wallet"),
    N_("This payment would fail"),
    N_("Try again to pay from the account that is chosen now."),
    N_("Try again whenever you like."),
    N_("Try another wallet, or pay with the QR code."),
    N_("Unlock it, let this page see an account, and try again."),
    N_("Waiting for the next block"),
    N_(
        "We cannot tell. Look into your wallet: if the payment is there, wait here and it"
        " shows by itself. Pay again only if it is not."
    ),
    N_("Which coin?"),
    N_("You said no in your wallet"),
    N_(
        "Your coins are still yours; only the network fee was spent. Try again, with a "
        "higher gas limit if your wallet asks."
    ),
    N_("Your wallet did not understand"),
    N_("Your wallet does not know %s"),
    N_("Your wallet is locked or shows no account"),
    N_("Your wallet is not on %s"),
    N_("Your wallet waits for you"),
    N_("on %s"),
    N_("rate fixed for %s"),
    N_("your wallet"),
)
"""What the scripts under ``static/`` say; the page hands them the translations."""
