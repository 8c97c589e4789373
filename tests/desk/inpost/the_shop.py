"""A shop of the wire alone: it knows the contract's paths and JSON, and nothing of our code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

EXAMPLES = Path(__file__).parents[2] / "wire" / "inpost" / "examples"
TOKEN = "/inpost/auth/realms/external/protocol/openid-connect/token"


def example(name: str) -> dict[str, Any]:
    """A payload of the contract, as it is."""
    data: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return data


def basket(**summary: Any) -> dict[str, Any]:
    """The contract's basket, with members of its summary changed."""
    data = example("basket_put")
    data["summary"] |= summary
    return data


def trusted_basket(browser_id: str) -> dict[str, Any]:
    return example("basket_put_trusted_browser") | {"browser_id": browser_id}


class TheShop:
    """One merchant: its credentials, its token, and a call for each line of contract 2.3."""

    def __init__(self, client: FlaskClient, client_id: str, client_secret: str) -> None:
        self.client = client
        self.client_id = client_id
        self.client_secret = client_secret
        self.token: str | None = None
        self.renews = True
        """Asks for a new token on a 401 and sends the request once more, as real shops do."""
        self.merchant_id = ""
        self.credentials: Any = None

    def ask_for_token(self, path: str = TOKEN, **form: str) -> Any:
        given = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        return self.client.post(path, data=given | form)

    def sign_in(self) -> None:
        answer = self.ask_for_token()
        assert answer.status_code == 200, answer.data
        self.token = answer.json["access_token"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self._send(method, path, body, headers)
        if answer.status_code == 401 and self.renews:
            self.sign_in()
            answer = self._send(method, path, body, headers)
        return answer

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        if self.token is None:
            self.sign_in()
        sent = {"Authorization": f"Bearer {self.token}"} | headers
        given: dict[str, Any] = {}
        if body is not None:
            given["data"] = body if isinstance(body, bytes) else json.dumps(body)
            sent["Content-Type"] = "application/json"
        return self.client.open(f"/inpost{path}", method=method, headers=sent, **given)

    # --- bindings -------------------------------------------------------------------------

    def look(self, basket_id: str, browser_id: str | None = None) -> dict[str, Any]:
        query = "" if browser_id is None else f"?browser_id={browser_id}"
        answer = self.call("GET", f"/v1/izi/basket/{basket_id}/binding{query}")
        assert answer.status_code == 200, answer.data
        found: dict[str, Any] = answer.json
        return found

    def ask_phone(self, basket_id: str, phone: str = "501234567") -> Any:
        body = example("binding_post_phone")
        body["phone_number"]["phone"] = phone
        return self.call("POST", f"/v1/izi/basket/{basket_id}/binding", body)

    def ask_link(self, basket_id: str) -> Any:
        body = example("binding_post_deeplink")
        return self.call("POST", f"/v1/izi/basket/{basket_id}/binding", body)

    def ask_key(self, basket_id: str) -> Any:
        return self.call("PUT", f"/v2/izi/basket/{basket_id}/binding")

    def unlink(self, basket_id: str, query: str = "") -> Any:
        return self.call("DELETE", f"/v1/izi/basket/{basket_id}/binding{query}")

    # --- baskets --------------------------------------------------------------------------

    def put(self, basket_id: str, body: Any, *, version: int = 2) -> Any:
        return self.call("PUT", f"/v{version}/izi/basket/{basket_id}", body)

    def tell(self, order_id: str, body: Any) -> Any:
        return self.call("POST", f"/v1/izi/order/{order_id}/event", body)


def refused(answer: Any, status: int, code: str) -> bool:
    """Whether it is that refusal, in the shape of 2.2 and nothing else."""
    body = answer.json
    return (
        answer.status_code == status
        and answer.mimetype == "application/json"
        and set(body) == {"error_code", "error_message"}
        and body["error_code"] == code
        and isinstance(body["error_message"], str)
    )
