"""Checkout Sessions: opened, paid on Stripe's page, expired."""

from __future__ import annotations

from typing import Any

from .amounts import check_amount
from .books import Books, Thing
from .intents import Intents
from .refusals import Refusal

_SOONEST, _LATEST = 30 * 60, 24 * 60 * 60


class Sessions:
    def __init__(self, books: Books, intents: Intents) -> None:
        self._books = books
        self._intents = intents
        self._asked: dict[str, dict[str, Any]] = {}
        self.page_at = ""

    def create(self, params: dict[str, Any]) -> Thing:
        if params.get("mode") != "payment" or params.get("ui_mode") != "hosted_page":
            raise Refusal("This stand-in serves hosted payment sessions only.")
        if not params.get("success_url"):
            raise Refusal("You must specify a success_url.", param="success_url")
        amount, currency = _total(params)
        check_amount(amount, currency)
        session = self._books.new(
            "checkout.session",
            "cs_test_",
            adaptive_pricing=params.get("adaptive_pricing", {"enabled": True}),
            amount_subtotal=amount,
            amount_total=amount,
            cancel_url=params.get("cancel_url"),
            client_reference_id=params.get("client_reference_id"),
            currency=currency,
            expires_at=self._ending(params),
            locale=params.get("locale"),
            metadata=dict(params.get("metadata") or {}),
            mode="payment",
            payment_intent=None,
            payment_status="unpaid",
            status="open",
            success_url=params["success_url"],
            ui_mode="hosted_page",
            url=None,
        )
        session["url"] = f"{self.page_at}/pay/{session['id']}"
        self._asked[session["id"]] = dict(params.get("payment_intent_data") or {})
        return session

    def get(self, reference: str) -> Thing:
        session = self._books.get("checkout.session", reference)
        if session["status"] == "open" and session["expires_at"] <= self._books.now():
            self._close(session)
        return session

    def expire(self, reference: str) -> Thing:
        session = self.get(reference)
        if session["status"] != "open":
            raise Refusal(
                f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
                f"Session has a status of {session['status']}.",
                stored=True,
            )
        self._close(session)
        return session

    def pay(self, reference: str, params: dict[str, Any]) -> Thing:
        """What the shopper's submit on Stripe's page does. A decline is a 402, as on an intent."""
        session = self.get(reference)
        if session["status"] != "open":
            raise Refusal("This session is over.")
        if session["payment_intent"] is None:
            asked = {"amount": session["amount_total"], "currency": session["currency"]}
            made = self._intents.create(asked | self._asked[reference], of_session=True)
            session["payment_intent"] = made["id"]
        intent = self._intents.confirm(session["payment_intent"], params)
        self._follow(session, intent)
        return session

    def authenticate(self, reference: str, *, success: bool) -> Thing:
        session = self.get(reference)
        intent = self._intents.authenticate(session["payment_intent"], success=success)
        self._follow(session, intent)
        return session

    def finish(self, reference: str) -> Thing:
        """What a late payment of a session comes to in the end."""
        session = self.get(reference)
        intent = self._intents.finish(session["payment_intent"])
        paid = intent["status"] == "succeeded"
        if paid:
            session["payment_status"] = "paid"
        word = "succeeded" if paid else "failed"
        self._books.tell(f"checkout.session.async_payment_{word}", session)
        return session

    def _follow(self, session: Thing, intent: Thing) -> None:
        if intent["status"] not in ("succeeded", "processing"):
            return
        session |= {"status": "complete", "url": None}
        if intent["status"] == "succeeded":
            session["payment_status"] = "paid"
        self._books.tell("checkout.session.completed", session)

    def _close(self, session: Thing) -> None:
        session |= {"status": "expired", "url": None}
        if session["payment_intent"] is not None:
            self._intents.close(self._intents.get(session["payment_intent"]), "expired")
        self._books.tell("checkout.session.expired", session)

    def _ending(self, params: dict[str, Any]) -> int:
        now = self._books.now()
        ends = params.get("expires_at", now + _LATEST)
        if not _SOONEST <= ends - now <= _LATEST:
            raise Refusal(
                "The `expires_at` timestamp must be between 30 minutes and 24 hours from Checkout "
                "Session creation.",
                param="expires_at",
            )
        return int(ends)


def _total(params: dict[str, Any]) -> tuple[int, str]:
    prices = [(line["price_data"], line.get("quantity", 1)) for line in params["line_items"]]
    currencies = {price["currency"] for price, _ in prices}
    if len(currencies) != 1:
        raise Refusal("All line items must have the same currency.", param="line_items")
    return sum(price["unit_amount"] * count for price, count in prices), currencies.pop()
