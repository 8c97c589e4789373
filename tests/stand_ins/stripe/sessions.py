"""Checkout Sessions: opened, paid on Stripe's page or in its frame, expired."""

from __future__ import annotations

from typing import Any

from .amounts import check_amount
from .books import Books, Thing, new_id
from .intents import Intents
from .refusals import Refusal

_SOONEST, _LATEST = 30 * 60, 24 * 60 * 60
_FORMS = {
    "hosted_page": ("success_url", ("return_url", "redirect_on_completion")),
    "embedded_page": ("return_url", ("success_url", "cancel_url")),
}


class Sessions:
    def __init__(self, books: Books, intents: Intents) -> None:
        self._books = books
        self._intents = intents
        self._asked: dict[str, dict[str, Any]] = {}
        self.page_at = ""

    def create(self, params: dict[str, Any]) -> Thing:
        _check_form(params)
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
            client_secret=None,
            currency=currency,
            expires_at=self._ending(params),
            invoice=None,
            invoice_creation=params.get("invoice_creation", {"enabled": False}),
            locale=params.get("locale"),
            metadata=dict(params.get("metadata") or {}),
            mode="payment",
            payment_intent=None,
            payment_status="unpaid",
            return_url=params.get("return_url"),
            status="open",
            success_url=params.get("success_url"),
            ui_mode=params["ui_mode"],
            url=None,
        )
        if params["ui_mode"] == "hosted_page":
            session["url"] = f"{self.page_at}/pay/{session['id']}"
        else:
            session["client_secret"] = f"{session['id']}_secret_{new_id('')}"
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
        word = "succeeded" if paid else "failed"
        if paid:
            session["payment_status"] = "paid"
        self._books.tell(f"checkout.session.async_payment_{word}", session)
        if paid:
            self._invoice(session)
        return session

    def back_to(self, session: Thing) -> str:
        """Where Stripe sends the shopper when the session is complete."""
        back: str = session["success_url"] or session["return_url"]
        return back.replace("{CHECKOUT_SESSION_ID}", session["id"])

    def _follow(self, session: Thing, intent: Thing) -> None:
        if intent["status"] not in ("succeeded", "processing"):
            return
        session |= {"status": "complete", "url": None}
        if intent["status"] == "succeeded":
            session["payment_status"] = "paid"
        self._books.tell("checkout.session.completed", session)
        if intent["status"] == "succeeded":
            self._invoice(session)

    def _invoice(self, session: Thing) -> None:
        """The paid invoice of a session that was asked to make one; it names no session."""
        asked = session["invoice_creation"]
        if not asked["enabled"]:
            return
        invoice = self._books.new(
            "invoice",
            "in_1",
            amount_due=session["amount_total"],
            amount_paid=session["amount_total"],
            amount_remaining=0,
            billing_reason="manual",
            currency=session["currency"],
            metadata=dict(asked.get("invoice_data", {}).get("metadata") or {}),
            parent=None,
            status="paid",
            total=session["amount_total"],
        )
        session["invoice"] = invoice["id"]
        self._books.tell("invoice.paid", invoice)

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


def _check_form(params: dict[str, Any]) -> None:
    """Each form of a session has its own addresses, and takes none of another form's."""
    form = params.get("ui_mode")
    if params.get("mode") != "payment" or form not in _FORMS:
        raise Refusal("This stand-in serves hosted and embedded payment sessions only.")
    needed, foreign = _FORMS[form]
    if not params.get(needed):
        raise Refusal(f"You must specify a {needed}.", param=needed)
    for name in foreign:
        if name in params:
            raise Refusal(f"You can not pass `{name}` when `ui_mode` is `{form}`.", param=name)


def _total(params: dict[str, Any]) -> tuple[int, str]:
    prices = [(line["price_data"], line.get("quantity", 1)) for line in params["line_items"]]
    currencies = {price["currency"] for price, _ in prices}
    if len(currencies) != 1:
        raise Refusal("All line items must have the same currency.", param="line_items")
    return sum(price["unit_amount"] * count for price, count in prices), currencies.pop()
