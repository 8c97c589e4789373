"""How a payment is opened at Stripe, or found again when nobody heard that it was.

The payment's id is the idempotency key of whatever is opened for it. So one payment is never
opened in two ways, and what was opened in one way is found by asking in each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Literal

from flask_till.desk.gateways import Charge
from flask_till.errors import Conflict, GatewayRefused

from . import requests
from .api import Answer, KeyTaken, StripeApi, not_understood
from .evidence import Unexpected, amount_of

Way = Literal["elements", "checkout", "embedded"]
"""On our page, on Stripe's page, or Stripe's page inside another."""

WAYS: Final[tuple[Way, ...]] = ("elements", "checkout", "embedded")
Request = Callable[[], Answer]
_OVER: Final = ("complete", "expired", "processing", "requires_capture", "succeeded", "canceled")

EMBEDDED: Final = "embedded_page"
"""Stripe's word for the last one, in the pinned version."""


@dataclass(frozen=True)
class Opening:
    """``channel`` marks all that is opened; ``usual`` is how, when nobody asks for another way."""

    api: StripeApi
    usual: Way
    channel: str
    invoices: bool
    clock: Callable[[], datetime]

    def open(self, charge: Charge, wanted: Way | None = None) -> Answer:
        """What stands for the payment at Stripe, opened if it was not. May be as old as that.

        Raises `GatewayRefused`, `GatewayUnavailable`; `Conflict` (PAYMENT_IN_PROGRESS) when it
        is open in another way than the ``wanted`` one.
        """
        ways = self._all_ways(charge, wanted or self.usual)
        try:
            found = next(ways)()
        except KeyTaken as refusal:
            found = _first_found(ways, refusal)
        self._check_ours(found, charge)
        check_way(found, wanted)
        return found

    def _all_ways(self, charge: Charge, first: Way) -> Iterator[Request]:
        for way in sorted(WAYS, key=lambda one: one != first):
            yield from self._requests(charge, way)

    def _requests(self, charge: Charge, way: Way) -> Iterator[Request]:
        """The requests that open it that way: the right one now, then those right before."""
        if way == "elements":
            params = requests.intent(charge, self.channel)
            yield partial(self.api.create_intent, params, charge.payment_id)
        elif way == "checkout":
            for ends in requests.hosted_ends(charge, self.clock()):
                yield self._session(charge, requests.hosted(charge, self.channel, ends))
        else:
            for ends in requests.embedded_ends(charge, self.clock()):
                params = requests.embedded(charge, self.channel, ends, invoice=self.invoices)
                yield self._session(charge, params)

    def _session(self, charge: Charge, params: requests.Params) -> Request:
        return partial(self.api.create_session, params, charge.payment_id)

    def _check_ours(self, thing: Answer, charge: Charge) -> None:
        """An answer about another payment than the one we asked about is no answer."""
        metadata = thing.get("metadata")
        named = isinstance(metadata, dict) and metadata.get(requests.PAYMENT) == charge.payment_id
        amount = thing.get("amount_total" if "ui_mode" in thing else "amount")
        same = {"amount": amount, "currency": thing.get("currency")}
        try:
            same_amount = amount_of(same) == charge.amount
        except Unexpected:
            same_amount = False
        if not (named and same_amount and thing.get("livemode") is self.api.livemode):
            raise not_understood()


def check_way(thing: Answer, wanted: Way | None) -> None:
    """Raises `Conflict` (PAYMENT_IN_PROGRESS) for a payment that is open in another way."""
    is_embedded = thing.get("ui_mode") == EMBEDDED
    if wanted == "embedded" and not is_embedded and thing.get("status") not in _OVER:
        raise Conflict("The payment is open in another form.", code="PAYMENT_IN_PROGRESS")


def _first_found(ways: Iterator[Request], refusal: KeyTaken) -> Answer:
    """What one of the requests opened before. Raises the first ``refusal`` when none did."""
    for request in ways:
        try:
            return request()
        except GatewayRefused:
            continue
    raise refusal
