"""Stripe's way of writing amounts: whole numbers in units that are mostly, not always, ISO 4217's.

Stripe counts most currencies in hundredths, some in whole units, five in thousandths. Two
currencies without cents are still written with two digits, and the thousandths must end in zero.
Amounts cross this border exactly or not at all. The table follows
https://docs.stripe.com/currencies.
"""

from __future__ import annotations

from flask_till.errors import GatewayRefused, MoneyError
from flask_till.money import Money, exponent

_HUNDREDTHS = frozenset(
    """
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BWP BYN BZD
    CAD CDF CHF CNY COP CRC CVE CZK DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GTQ GYD
    HKD HNL HTG HUF IDR ILS INR ISK JMD KES KGS KHR KYD KZT LAK LBP LKR LRD LSL MAD MDL MKD
    MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR
    RON RSD RUB SAR SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TOP TRY TTD TWD TZS UAH UGX
    USD UYU UZS WST XCD XCG YER ZAR ZMW
    """.split()
)
_WHOLE = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THOUSANDTHS = frozenset("BHD JOD KWD OMR TND".split())

# ISK and UGX lost their cents but kept two digits on Stripe's wire: 5 ISK is 500. So they stand
# with the hundredths. So do HUF and TWD, which are charged with cents; only payouts are whole.
_STEP = dict.fromkeys(_THOUSANDTHS, 10)

_MOST_DIGITS = {"IDR": 12, "LBP": 11, "COP": 10, "HUF": 10, "JPY": 10, "INR": 9}


def _digits(currency: str) -> int | None:
    """Digits after the point in Stripe's amounts; None where Stripe takes no such currency."""
    if currency in _HUNDREDTHS:
        return 2
    if currency in _WHOLE:
        return 0
    return 3 if currency in _THOUSANDTHS else None


def takes(currency: str) -> bool:
    """Whether Stripe charges in this currency and we can count it."""
    try:
        return _digits(currency) is not None and exponent(currency) >= 0
    except MoneyError:
        return False


def to_stripe(money: Money) -> int:
    """Stripe's amount for this money, exact. Raises `GatewayRefused` where Stripe has none."""
    digits = _digits(money.currency)
    if digits is None:
        raise _refused(money, f"it takes no {money.currency}")
    amount = _shift(money.minor, digits - exponent(money.currency))
    step = _STEP.get(money.currency, 1)
    if amount is None or amount % step:
        raise _refused(money, "it has too many digits after the point for it")
    if not 0 < amount < 10 ** _MOST_DIGITS.get(money.currency, 8):
        raise _refused(money, "it is outside what it charges at once")
    return amount


def from_stripe(amount: int, currency: str) -> Money:
    """The money that Stripe's amount means. Raises `MoneyError` when it is not exact money."""
    code = currency.upper()
    digits = _digits(code)
    if digits is None:
        raise MoneyError(f"Stripe has no currency {code!r}.")
    if isinstance(amount, bool) or not isinstance(amount, int):
        raise MoneyError(f"{amount!r} is not a whole number of Stripe's units.")
    minor = _shift(amount, exponent(code) - digits)
    if minor is None:
        raise MoneyError(f"{amount} of Stripe's {code} units are no whole number of minor units.")
    return Money.of_minor(minor, code)


def _shift(number: int, places: int) -> int | None:
    """``number`` times ten to the ``places``; None when that is not whole."""
    if places >= 0:
        return int(number * 10**places)
    whole, rest = divmod(number, 10**-places)
    return None if rest else whole


def _refused(money: Money, why: str) -> GatewayRefused:
    return GatewayRefused(
        f"Stripe cannot charge {money} {money.currency}: {why}.",
        code="AMOUNT_NOT_SUPPORTED",
        remedy="Offer another payment method for this amount, or another currency.",
    )
