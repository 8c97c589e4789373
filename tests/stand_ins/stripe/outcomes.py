"""Stripe's test cards, bank accounts and payment method tokens, and what becomes of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Outcome:
    """What happens to a confirmation: at once, after 3-D Secure, or after a while."""

    result: Literal["succeeds", "declined"] = "succeeds"
    decline_code: str | None = None
    message: str = "Your card was declined."
    three_d_secure: bool = False
    late: bool = False
    method: str = "card"
    wallet: str | None = None


_DECLINED = Outcome("declined", "generic_decline")
_POOR = Outcome("declined", "insufficient_funds", "Your card has insufficient funds.")
_SECURE = Outcome(three_d_secure=True)
_LATE = Outcome(late=True, method="sepa_debit")
_LATE_DECLINED = Outcome(
    "declined", "insufficient_funds", "The bank refused the debit.", late=True, method="sepa_debit"
)

OUTCOMES: dict[str, Outcome] = {
    "4242424242424242": Outcome(),
    "pm_card_visa": Outcome(),
    "4000000000000002": _DECLINED,
    "pm_card_chargeDeclined": _DECLINED,
    "4000000000009995": _POOR,
    "pm_card_chargeDeclinedInsufficientFunds": _POOR,
    "4000002760003184": _SECURE,
    "pm_card_authenticationRequired": _SECURE,
    "4000008260003178": Outcome(
        "declined", "insufficient_funds", "Your card has insufficient funds.", three_d_secure=True
    ),
    "AT321904300235473204": _LATE,
    "pm_sepa_late": _LATE,
    "AT861904300235473202": _LATE_DECLINED,
    "pm_sepa_late_declined": _LATE_DECLINED,
    "pm_google_pay": Outcome(wallet="google_pay"),
    "pm_apple_pay": Outcome(wallet="apple_pay"),
}


def outcome_of(params: dict[str, Any]) -> tuple[str, Outcome] | None:
    """The outcome that a confirmation's payment method stands for; None when unknown."""
    token = params.get("payment_method")
    data = params.get("payment_method_data") or {}
    number = (data.get("card") or {}).get("number") or (data.get("sepa_debit") or {}).get("iban")
    wanted = str(token or number or "").replace(" ", "")
    return (wanted, OUTCOMES[wanted]) if wanted in OUTCOMES else None
