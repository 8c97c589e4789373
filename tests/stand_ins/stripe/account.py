"""One Stripe account: its keys, its books, and what each endpoint does to them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .books import Books, Thing, new_id
from .intents import Intents
from .refusals import missing
from .sessions import Sessions
from .transfers import Refunds, Transfers

Params = dict[str, Any]


class Account:
    def __init__(self, account: str, clock: Callable[[], float]) -> None:
        self.id = account
        self.secret_key = f"sk_test_{new_id('')}"
        self.publishable_key = f"pk_test_{new_id('')}"
        self.books = Books(account, clock)
        self.intents = Intents(self.books)
        self.sessions = Sessions(self.books, self.intents)
        self.refunds = Refunds(self.books)
        self.transfers = Transfers(self.books)
        self._verbs: dict[str, Callable[[str, Params], Thing]] = {
            "POST /v1/payment_intents": lambda _, params: self.intents.create(params),
            "GET /v1/payment_intents/{id}": self._intent,
            "POST /v1/payment_intents/{id}/confirm": self._confirm,
            "POST /v1/payment_intents/{id}/cancel": self.intents.cancel,
            "POST /v1/checkout/sessions": lambda _, params: self.sessions.create(params),
            "GET /v1/checkout/sessions/{id}": lambda ref, _: self.sessions.get(ref),
            "POST /v1/checkout/sessions/{id}/expire": lambda ref, _: self.sessions.expire(ref),
            "POST /v1/refunds": lambda _, params: self.refunds.create(params),
            "GET /v1/refunds": lambda _, params: self.refunds.of_intent(params),
            "GET /v1/refunds/{id}": lambda ref, _: self.refunds.get(ref),
            "POST /v1/transfers": lambda _, params: self.transfers.create(params),
            "GET /v1/transfers": lambda _, params: self.transfers.of_group(params),
            "GET /v1/transfers/{id}/reversals": self.transfers.reversals,
            "GET /v1/transfers/{id}": lambda ref, _: self.transfers.get(ref),
            "POST /v1/transfers/{id}/reversals": self.transfers.reverse,
            "GET /v1/events": lambda _, params: self._events(params),
            "GET /v1/events/{id}": lambda ref, _: self._event(ref),
            "GET /v1/account": lambda *_: self._itself(),
        }

    def handle(self, endpoint: str, reference: str, params: Params) -> Thing:
        """Do what the endpoint does. Raises `Refusal`."""
        expand = params.pop("expand", [])
        return self.books.expanded(self._verbs[endpoint](reference, params), expand)

    def _intent(self, reference: str, params: Params) -> Thing:
        intent = self.intents.get(reference)
        return _public(intent) if params.get("browser") else intent

    def _confirm(self, reference: str, params: Params) -> Thing:
        if not params.pop("browser", False):
            return self.intents.confirm(reference, params)
        answer = params.get("authentication")
        if answer is not None:
            return _public(self.intents.authenticate(reference, success=answer == "success"))
        return _public(self.intents.confirm(reference, params))

    def _events(self, params: Params) -> Thing:
        kinds = params.get("types") or [params["type"]] if params.get("type") else None
        newest_first = list(reversed(self.books.events))
        found = [event for event in newest_first if kinds is None or event["type"] in kinds]
        size = params.get("limit", 10)
        return {
            "object": "list",
            "url": "/v1/events",
            "has_more": len(found) > size,
            "data": found[:size],
        }

    def _event(self, reference: str) -> Thing:
        for event in self.books.events:
            if event["id"] == reference:
                return event
        raise missing("event", reference)

    def _itself(self) -> Thing:
        return {"id": self.id, "object": "account", "charges_enabled": True, "country": "PL"}


def _public(intent: Thing) -> Thing:
    """What Stripe.js may see of an intent."""
    return {name: value for name, value in intent.items() if name != "metadata"}
