"""A small desk for miniapps, written from the contract: what a page that embeds one asks for.

A miniapp's address, tokens for an auth code, and the page that confirms a payment. What a test
wants to be different is an attribute; what it was asked is in `calls`.
"""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, jsonify, request

CONFIRM = """<!doctype html><html lang="en"><head><title>Confirm</title>
<meta name="viewport" content="width=device-width,initial-scale=1"></head>
<body><h1>Confirm the payment</h1><button id="success">Pay</button>
<button id="failed">Fail</button> <button id="cancelled">Cancel</button>
<button id="nonsense">Babble</button> <button id="other">Another's</button>
<script src="/boxo/hostapp/confirm.js"></script></body></html>"""
SCRIPT = """
const own = location.pathname.split('/').pop();
for (const button of document.querySelectorAll('button'))
  button.onclick = async () => {
    const status = button.id == 'other' ? 'success' : button.id;
    const order_payment_id = button.id == 'other' ? 'op_ANOTHER' : own;
    if (button.id == 'success') await fetch(`/boxo/settle/${own}`, { method: 'POST' });
    const told = { status, hostappOrderId: order_payment_id, transactionId: 'txn_5001' };
    parent.postMessage({ type: 'till.hostapp_result', order_payment_id, ...told }, HOST);
  };
"""


class BoxoStandIn:
    """The desk of one world. ``api`` is the base URL that a host page is given."""

    def __init__(self) -> None:
        self.forget()
        self.settle = lambda token: None
        self.routes = Blueprint("boxo_stand_in", __name__, url_prefix="/boxo")
        for rule, view, method in (
            ("/api/v1/miniapps/<app_id>/settings/", self.settings, "GET"),
            ("/api/v1/authorize/", self.authorize, "POST"),
            ("/hostapp/pay/<order_payment_id>", self.confirm, "GET"),
            ("/hostapp/confirm.js", self.script, "GET"),
            ("/hostapp/pay", self.decide, "POST"),
            ("/settle/<token>", self.take, "POST"),
        ):
            self.routes.add_url_rule(rule, view.__name__, view, methods=[method])
        self.routes.after_request(_let_pages_read)

    def forget(self) -> None:
        """Back to the first state, between two tests."""
        self.url: Any = None
        self.host = ""
        self.codes = {"code-1": "user-7", "code-2": "user-7"}
        self.calls: list[Any] = []
        self.paid: list[str] = []

    def settings(self, app_id: str) -> Any:
        self.calls.append(("settings", app_id, request.args.to_dict()))
        if self.url is None:
            return _refuse("MINIAPP_NOT_FOUND")
        return {"miniapp": {"url": self.url, "name": "Corner shop"}}

    def authorize(self) -> Any:
        asked = request.get_json()
        self.calls.append(("authorize", asked))
        user = self.codes.pop(asked["auth_code"], None)
        if user is None or asked.get("user_reference", user) != user:
            return _refuse("INVALID_AUTH_CODE")
        return {"auth_token": f"token of {user}", "refresh_token": f"refresh of {user}"}

    def confirm(self, order_payment_id: str) -> Any:
        self.calls.append(("confirm", order_payment_id, request.args.to_dict()))
        return CONFIRM

    def script(self) -> Response:
        return Response(SCRIPT.replace("HOST", json.dumps(self.host)), mimetype="text/javascript")

    def decide(self) -> Any:
        """As a host's own page asks, by JSON: ``action`` is pay, cancel or, here, fail."""
        asked = request.get_json()
        token, action = asked["order_payment_id"], asked["action"]
        if action == "pay":
            self.take(token)
        status = {"pay": "success", "cancel": "cancelled"}.get(action, "failed")
        return {"status": status, "hostappOrderId": token, "transactionId": "txn_5001"}

    def take(self, token: str) -> Any:
        self.paid.append(token)
        self.settle(token)
        return {}


def _refuse(code: str) -> tuple[Response, int]:
    return jsonify({"error_code": code, "error_message": "Refused by the stand-in."}), 400


def _let_pages_read(response: Response) -> Response:
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Allow-Headers"] = "content-type"
    return response
