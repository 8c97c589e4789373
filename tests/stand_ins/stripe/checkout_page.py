"""Stripe's hosted Checkout page, as plain forms that work without scripts."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkzeug.routing import Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from .refusals import Refusal

if TYPE_CHECKING:
    from .account import Account
    from .books import Thing

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Checkout (stand-in)</title>
<h1>Pay {amount} {currency}</h1>{notice}{form}
<p><a href="{back}">Back</a></p></html>"""
_CARD = """<form method="post"><label>Card number <input name="number" required></label>
<button>Pay</button></form>"""
_SECURE = """<form method="post"><p>Your bank wants to know that it is you.</p>
<button name="authentication" value="success">Complete</button>
<button name="authentication" value="failure">Fail</button></form>"""


class CheckoutPage:
    def __init__(self, account: Account) -> None:
        self._account = account
        self.rules = [Rule("/pay/<reference>", endpoint="page pay", methods=["GET", "POST"])]

    def respond(self, request: Request, reference: str) -> Response:
        notice = ""
        with self._account.books.lock:
            try:
                session = self._account.sessions.get(reference)
                if session["ui_mode"] != "hosted_page":
                    return Response("Not found", 404)
                if request.method == "POST":
                    session = self._submit(session, request)
            except Refusal as refusal:
                notice = f'<p role="alert">{escape(str(refusal))}</p>'
                if reference not in self._account.books.things:
                    return Response("Not found", 404)
            if session["status"] == "complete":
                return redirect(self._account.sessions.back_to(session), 303)
            return Response(self._render(session, notice), content_type="text/html")

    def _submit(self, session: Thing, request: Request) -> Thing:
        answer = request.form.get("authentication")
        if answer:
            return self._account.sessions.authenticate(session["id"], success=answer == "success")
        card = {"payment_method_data": {"card": {"number": request.form.get("number", "")}}}
        return self._account.sessions.pay(session["id"], card)

    def _render(self, session: Thing, notice: str) -> str:
        if session["status"] != "open":
            notice, form = "<p>This session is over.</p>", ""
        else:
            form = _SECURE if self._waits_for_3ds(session) else _CARD
        return _PAGE.format(
            amount=session["amount_total"],
            currency=escape(session["currency"].upper()),
            notice=notice,
            form=form,
            back=escape(session["cancel_url"] or "#"),
        )

    def _waits_for_3ds(self, session: Thing) -> bool:
        intent_id = session["payment_intent"]
        if intent_id is None:
            return False
        return bool(self._account.intents.get(intent_id)["status"] == "requires_action")
