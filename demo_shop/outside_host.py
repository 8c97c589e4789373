"""Sakiewka: a second host app, which takes the money itself. This is its server.

Like `host`, it lives beside the desk only so that it can be tried without another machine.
"""

from __future__ import annotations

import base64
import hmac
import secrets

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue


def host_server(client_id: str, secret_key: str) -> Blueprint:
    """The two addresses at which a desk asks a host app: for a payment, and how one stands."""
    server = Blueprint("host_server", __name__, url_prefix="/host/server")
    pair = base64.b64encode(f"{client_id}:{secret_key}".encode()).decode()

    @server.before_request
    def check_caller() -> None:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Token {pair}".encode()):
            abort(401)

    @server.post("/payment")
    def payment() -> ResponseReturnValue:
        """A real host would remember the order, and show it to its user."""
        return {"order_payment_id": f"sakiewka-{secrets.token_hex(8)}"}

    @server.post("/status")
    def status() -> ResponseReturnValue:
        """Its user takes all the time in the world: it is complete-order that ends the payment."""
        return {"payment_status": "in_process"}

    return server
