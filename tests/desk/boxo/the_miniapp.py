"""A miniapp's server and a host app's server, of the wire alone: stock crypto, nothing of ours."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from tests.desk.the_desk import TheDesk

EXAMPLES = Path(__file__).parents[2] / "wire" / "boxo" / "examples"
NOW = 1772445600
APP, HOST = "app36902", "host_client_1"
CREATE = "/api/v1/orders/create-order-payment/"
STATUS = "/api/v1/orders/get-payment-status/"
COMPLETE = "/api/v1/orders/complete-order/"
SECRET = "mini-secret-1"
HMAC_SECRET = "boxo-example-hmac-secret"
LISTED = "127.0.0.1"
ELSEWHERE = "198.51.100.7"
Sign = Callable[[str, bytes], Mapping[str, str]]


def example(name: str) -> dict[str, Any]:
    """A payload of the contract, as it is."""
    data: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return data


def an_order(miniapp_order_id: str | None = "TEA-1", **more: Any) -> dict[str, Any]:
    named = {} if miniapp_order_id is None else {"miniapp_order_id": miniapp_order_id}
    return {"currency": "USD", "amount": "110.00", **named, **more}


def hmac_headers(
    path: str, body: bytes, *, by: str = APP, secret: str = HMAC_SECRET, at: int = NOW
) -> dict[str, str]:
    """The default scheme of the contract (2.2), by hand."""
    text = f"{at}.POST.{path}.".encode() + body
    made = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return {
        "X-Client-Id": by,
        "X-Timestamp": str(at),
        "X-Signature": base64.b64encode(made).decode(),
    }


@dataclass
class TheMiniapp:
    """One server, the miniapp's or the host's: where it calls from and how it signs."""

    desk: TheDesk
    address: str = LISTED
    sign: Sign | None = None

    def post(self, path: str, body: Any, **more: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = dict(self.sign(path, raw)) if self.sign else {}
        return self.desk.browserless.post(
            f"/boxo{path}",
            data=raw,
            headers=headers | more.pop("headers", {}),
            content_type=more.pop("content_type", "application/json"),
            environ_overrides={"REMOTE_ADDR": self.address},
            **more,
        )

    def create(self, order: Any = None, *, client: str = HOST, app: str = APP) -> Any:
        order = an_order() if order is None else order
        return self.post(CREATE, {"app_id": app, "client_id": client, "order": order})

    def created(self, order: Any = None, **more: Any) -> str:
        answer = self.create(order, **more)
        assert answer.status_code == 200, answer.text
        payment_id: str = answer.json["order_payment_id"]
        return payment_id

    def status(self, payment_id: str, *, client: str = HOST, app: str = APP) -> Any:
        told = {"app_id": app, "client_id": client, "order_payment_id": payment_id}
        return self.post(STATUS, told)

    def state(self, payment_id: str, **more: Any) -> tuple[str, str]:
        """Status and reason."""
        answer = self.status(payment_id, **more)
        assert answer.status_code == 200, answer.text
        return answer.json["payment_status"], answer.json["payment_fail_reason"]

    def complete(
        self, payment_id: str, status: str, *, reason: str | None = None, client: str = HOST
    ) -> Any:
        told = {"order_payment_id": payment_id, "app_id": APP, "client_id": client}
        told |= {"payment_status": status} | ({"payment_fail_reason": reason} if reason else {})
        return self.post(COMPLETE, told)


def code_of(answer: Any) -> str:
    """The code of a refusal, which is always a 400 with both members of the envelope."""
    assert answer.status_code == 400, (answer.status_code, answer.text)
    assert answer.mimetype == "application/json"
    assert set(answer.json) == {"error_code", "error_message"}
    assert answer.json["error_message"]
    code: str = answer.json["error_code"]
    return code


@dataclass
class TheHost:
    """An outside host app's server: it answers what the test says and remembers what came."""

    create_answer: Any = None
    status_answer: Any = None
    calls: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    made: int = 0

    def app(self) -> Flask:
        app = Flask("a_host")
        app.add_url_rule("/pay/create", "create", self._create, methods=["POST"])
        app.add_url_rule("/pay/status", "status", self._status, methods=["POST"])
        return app

    def _note(self, name: str) -> None:
        headers = {key.lower(): value for key, value in request.headers.items()}
        self.calls.append((name, headers, request.get_data()))

    def _create(self) -> Any:
        self._note("create")
        self.made += 1
        return _said(self.create_answer, {"order_payment_id": f"their-{self.made}"})

    def _status(self) -> Any:
        self._note("status")
        return _said(self.status_answer, {"payment_status": "in_process"})

    def bodies(self, name: str) -> list[Any]:
        return [json.loads(body) for called, _, body in self.calls if called == name]


def _said(answer: Any, otherwise: Any) -> Any:
    if callable(answer):
        answer = answer()
    if isinstance(answer, Response):
        return answer
    return Response(
        json.dumps(otherwise if answer is None else answer), mimetype="application/json"
    )
