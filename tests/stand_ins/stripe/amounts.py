"""What Stripe accepts as an amount, written down apart from the plugin's own table."""

from __future__ import annotations

from .refusals import Refusal

_ENDS_IN = {"bhd": 10, "jod": 10, "kwd": 10, "omr": 10, "tnd": 10, "isk": 100, "ugx": 100}
_LARGEST = {
    "idr": 999_999_999_999,
    "lbp": 99_999_999_999,
    "cop": 9_999_999_999,
    "huf": 9_999_999_999,
    "jpy": 9_999_999_999,
    "inr": 999_999_999,
}
_SMALLEST = {"usd": 50, "eur": 50, "pln": 200, "gbp": 30, "jpy": 50, "huf": 17_500, "czk": 1_500}
_UNKNOWN = frozenset({"iqd", "lyd", "irr", "kpw", "cup", "syp", "sdg", "xau", "xts", "xxx", "clf"})


def check_amount(amount: int, currency: str, *, smallest: bool = True) -> None:
    """Raise the refusal Stripe would give for an amount it cannot charge."""
    if currency != currency.lower() or len(currency) != 3 or currency in _UNKNOWN:
        raise Refusal(f"Invalid currency: {currency}.", param="currency")
    if amount < 1:
        raise Refusal("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > _LARGEST.get(currency, 99_999_999):
        raise Refusal("Amount is too large.", code="amount_too_large", param="amount")
    if amount % _ENDS_IN.get(currency, 1):
        raise Refusal("Invalid amount for this currency.", param="amount")
    if smallest and amount < _SMALLEST.get(currency, 1):
        raise Refusal("Amount is too small.", code="amount_too_small", param="amount")
