"""What a shopper is told in the wallet about a change or an order, in Polish or English. No I/O."""

from __future__ import annotations

from .binding import ATTENTION, ERROR, Notice

GONE = "GONE"
SOLD_OUT = "SOLD_OUT"
CAPPED = "CAPPED"
NOT_WHOLE = "NOT_WHOLE"
NOT_ADDED = "NOT_ADDED"
TOO_DEAR = "TOO_DEAR"
CODES_REFUSED = "CODES_REFUSED"

EMPTY = "EMPTY"
NOT_FROM_HERE = "NOT_FROM_HERE"
OTHER_TOTAL = "OTHER_TOTAL"
OTHER_CURRENCY = "OTHER_CURRENCY"
NO_DELIVERY = "NO_DELIVERY"
NO_SERVICE = "NO_SERVICE"
INCOMPLETE = "INCOMPLETE"
OTHER_COUNTRY = "OTHER_COUNTRY"
NO_PAYMENT = "NO_PAYMENT"
NO_CONSENT = "NO_CONSENT"
BELOW_MINIMUM = "BELOW_MINIMUM"
STOCK = "STOCK"
ORDERED_ELSEWHERE = "ORDERED_ELSEWHERE"
TOO_LATE = "TOO_LATE"
UNSETTLED = "UNSETTLED"

LONGEST = 1000
"""Characters of a notice."""
MOST_NAMED = 5

_TEXTS = {
    "en": {
        GONE: "{name} is no longer in the basket.",
        SOLD_OUT: "{name} is sold out.",
        CAPPED: "Only {most} of {name} can be had.",
        NOT_WHOLE: "{name} is sold by the piece.",
        NOT_ADDED: "{name} could not be added.",
        TOO_DEAR: "The basket would become too expensive.",
        CODES_REFUSED: "These codes cannot be used: {name}.",
        EMPTY: "The basket is empty.",
        NOT_FROM_HERE: "The basket is no longer linked.",
        OTHER_TOTAL: "The price of the basket changed. Please check it and order again.",
        OTHER_CURRENCY: "The shop sells in another currency.",
        NO_DELIVERY: "The chosen delivery is not available for this basket.",
        NO_SERVICE: "The chosen delivery service is not available.",
        INCOMPLETE: "Details are missing for this order: {name}.",
        OTHER_COUNTRY: "The shop does not deliver to this country.",
        NO_PAYMENT: "The chosen payment method is not available for this order.",
        NO_CONSENT: "A required consent is missing, or its text changed.",
        BELOW_MINIMUM: "The basket is below the minimum order value of {name}.",
        STOCK: "Something in the basket was sold meanwhile.",
        ORDERED_ELSEWHERE: "The basket is being bought in the shop.",
        TOO_LATE: "The order took too long. Please order again.",
        UNSETTLED: "The basket is changing. Please order again.",
    },
    "pl": {
        GONE: "Produktu {name} nie ma już w koszyku.",
        SOLD_OUT: "Produkt {name} jest wyprzedany.",
        CAPPED: "Dostępna liczba sztuk produktu {name}: {most}.",
        NOT_WHOLE: "Produkt {name} jest sprzedawany na sztuki.",
        NOT_ADDED: "Nie udało się dodać produktu {name}.",
        TOO_DEAR: "Wartość koszyka byłaby zbyt wysoka.",
        CODES_REFUSED: "Tych kodów nie można użyć: {name}.",
        EMPTY: "Koszyk jest pusty.",
        NOT_FROM_HERE: "Koszyk nie jest już połączony.",
        OTHER_TOTAL: "Wartość koszyka zmieniła się. Sprawdź ją i zamów ponownie.",
        OTHER_CURRENCY: "Sklep sprzedaje w innej walucie.",
        NO_DELIVERY: "Wybrana dostawa nie jest dostępna dla tego koszyka.",
        NO_SERVICE: "Wybrana usługa dostawy nie jest dostępna.",
        INCOMPLETE: "W zamówieniu brakuje danych: {name}.",
        OTHER_COUNTRY: "Sklep nie wysyła do tego kraju.",
        NO_PAYMENT: "Wybrana płatność nie jest dostępna dla tego zamówienia.",
        NO_CONSENT: "Brakuje wymaganej zgody lub jej treść się zmieniła.",
        BELOW_MINIMUM: "Minimalna wartość zamówienia to {name}.",
        STOCK: "Jeden z produktów został w międzyczasie sprzedany.",
        ORDERED_ELSEWHERE: "Ten koszyk jest właśnie kupowany w sklepie.",
        TOO_LATE: "Zamówienie trwało zbyt długo. Zamów ponownie.",
        UNSETTLED: "Koszyk się zmienia. Zamów ponownie.",
    },
}
_ERRORS = frozenset({CODES_REFUSED, NOT_ADDED, TOO_DEAR})


def say(kind: str, locale: str, *, name: str = "", most: int = 0) -> str:
    """The sentence for one kind of notice, in Polish or else in English."""
    texts = _TEXTS.get(locale, _TEXTS["en"])
    return texts[kind].format(name=name, most=most)


class Remarks:
    """What is remarked while a wallet's event is applied, joined into one notice at the end."""

    def __init__(self, locale: str) -> None:
        self._locale = locale
        self._texts: list[str] = []
        self._is_error = False

    def add(self, kind: str, *, name: str = "", most: int = 0) -> None:
        self._is_error |= kind in _ERRORS
        self._texts.append(say(kind, self._locale, name=name, most=most))

    def notice(self) -> Notice | None:
        """None when there was nothing to remark."""
        if not self._texts:
            return None
        texts = list(dict.fromkeys(self._texts))
        text = " ".join(texts[:MOST_NAMED]) + (" …" if len(texts) > MOST_NAMED else "")
        return (ERROR if self._is_error else ATTENTION), text[:LONGEST]
