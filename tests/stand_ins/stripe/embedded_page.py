"""What Stripe's embedded page says to Stripe: it shows a session, pays it and answers the bank.

The real one is a frame with an interface that nobody else may use. This one has what the stand-in
of Stripe.js needs, and holds it to the same keys.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.routing import Rule
from werkzeug.wrappers import Request, Response

from .refusals import Refusal

if TYPE_CHECKING:
    from .account import Account
    from .books import Thing


class EmbeddedPage:
    def __init__(self, account: Account) -> None:
        self._account = account
        path = "/v1/payment_pages/<reference>"
        self.rules = [Rule(path, endpoint="page frame", methods=["GET", "POST"])]

    def respond(self, request: Request, reference: str) -> Response:
        with self._account.books.lock:
            try:
                session = self._session(request, reference)
                if request.method == "POST":
                    session = self._submit(session, request)
            except Refusal as refusal:
                return _json(refusal.body, refusal.status)
            return _json(self._shown(session))

    def _session(self, request: Request, reference: str) -> Thing:
        session = self._account.sessions.get(reference)
        if request.values.get("key") != self._account.publishable_key:
            raise Refusal("Invalid API Key provided", status=401)
        if request.values.get("client_secret") != session["client_secret"]:
            raise Refusal("The client_secret provided does not match.", status=401)
        return session

    def _submit(self, session: Thing, request: Request) -> Thing:
        answer = request.form.get("authentication")
        if answer:
            return self._account.sessions.authenticate(session["id"], success=answer == "success")
        number = request.form.get("number", "")
        kind = {"sepa_debit": {"iban": number}} if number[:1].isalpha() else {}
        data = kind or {"card": {"number": number}}
        return self._account.sessions.pay(session["id"], {"payment_method_data": data})

    def _shown(self, session: Thing) -> dict[str, Any]:
        shown = {name: session[name] for name in ("id", "status", "amount_total", "currency")}
        shown["asks_bank"] = self._asks_bank(session)
        if session["status"] == "complete":
            shown["back_to"] = self._account.sessions.back_to(session)
        return shown

    def _asks_bank(self, session: Thing) -> bool:
        intent = session["payment_intent"]
        if intent is None or session["status"] != "open":
            return False
        return bool(self._account.intents.get(intent)["status"] == "requires_action")


def _json(body: dict[str, Any], status: int = 200) -> Response:
    response = Response(json.dumps(body), status, content_type="application/json")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response
