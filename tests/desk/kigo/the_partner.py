"""A partner of the wire alone: it knows the contract's paths and JSON, and stock crypto."""

from __future__ import annotations

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "wire" / "kigo" / "examples"
BASE = "/kigo/api/v1"
PARTNER = "c0ffee00-0000-4000-8000-000000000001"
OTHER = "c0ffee00-0000-4000-8000-000000000002"
LIVE = "c0ffee00-0000-4000-8000-000000000003"
PRODUCT = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a11"
SCARCE = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a12"
FOREIGN = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a13"
LIVE_PRODUCT = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a14"
SECRET = "kigo-webhook-secret"
WEBHOOK = "https://in-process.till/hooks/kigo"
USER = "member-4471"


def example(name: str) -> dict[str, Any]:
    """A payload of the contract, as it is."""
    data: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return data


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer is a refusal in the contract's form; returns what it says."""
    assert answer.status_code == status, answer.data
    assert set(answer.json) == {"error"}
    error: dict[str, Any] = answer.json["error"]
    assert set(error) == {"code", "message", "details"}
    assert error["code"] == code
    return error


def signature(secret: str, header: str, body: bytes) -> bool:
    """Whether the header is what the contract's sentence says (7)."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    made = hmac.new(secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256)
    return hmac.compare_digest(parts["v1"], made.hexdigest())


class Caller:
    """One kind of credentials, and a call for each method."""

    def __init__(self, app: Any, **headers: str) -> None:
        self.app = app
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        given = {"json": {} if body is None else body, "headers": self.headers} | options
        return self.app.test_client().post(BASE + path, **given)

    def get(self, path: str, **query: Any) -> Any:
        return self.app.test_client().get(BASE + path, query_string=query, headers=self.headers)

    # --- shorthands -----------------------------------------------------------------------

    def place(self, key: str = "boost-1", product: str = PRODUCT, **more: Any) -> Any:
        return self.post(f"/products/{product}/orders", {"external_order_id": key} | more)

    def placed(self, key: str = "boost-1", product: str = PRODUCT, **more: Any) -> dict[str, Any]:
        answer = self.place(key, product, **more)
        assert answer.status_code == 201, answer.data
        data: dict[str, Any] = answer.json
        return data

    def claim(self, code: str) -> Any:
        return self.post("/tokens/claim", {"claim_code": code})


class Partner:
    """The contract's partner on a desk, with its products; another one, and one in production."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.kigo = desk.desk.kigo
        self.keys = {
            PARTNER: self._add(PARTNER, "Boosts", webhook_url=WEBHOOK, webhook_secret=SECRET * 2),
            OTHER: self._add(OTHER, "Others"),
            LIVE: self._add(LIVE, "Boosts", live=True),
        }
        self.kigo.add_product(
            PARTNER,
            name="Spring boost",
            product_id=PRODUCT,
            type="offer_bundle",
            description="Ten offers near you",
            image_url="https://img.example.org/boost.png",
            parts=["Coffee for two"],
            actions=["reveal", "share", "hide"],
        )
        self.kigo.add_product(PARTNER, name="Mug", product_id=SCARCE, stock=1, claim_seconds=60)
        self.kigo.add_product(OTHER, name="Hat", product_id=FOREIGN)
        self.kigo.add_product(LIVE, name="Boost", product_id=LIVE_PRODUCT)

    def _add(self, partner_id: str, name: str, *, live: bool = False, **more: Any) -> str:
        merchant = self.desk.desk.add_merchant(name=name, live=live)
        made = self.kigo.add_partner(merchant.merchant_id, partner_id=partner_id, **more)
        key: str = made.api_key
        return key

    # --- who calls ------------------------------------------------------------------------

    def with_key(self, key: str) -> Caller:
        return Caller(self.desk.app, x_api_key=key)

    def bearer(self, token: str) -> Caller:
        return Caller(self.desk.app, Authorization=f"Bearer {token}")

    def session(self, partner_id: str = PARTNER) -> dict[str, Any]:
        answer = self.with_key(self.keys[partner_id]).post(
            "/auth/session", {"partner_id": partner_id}
        )
        assert answer.status_code == 201, answer.data
        data: dict[str, Any] = answer.json
        return data

    def server(self, partner_id: str = PARTNER) -> Caller:
        """The partner's server, with a fresh token."""
        return self.bearer(self.session(partner_id)["access_token"])

    def user_session(self, user: str = USER, partner_id: str = PARTNER) -> dict[str, Any]:
        answer = self.server(partner_id).post("/auth/user-session", {"external_user_id": user})
        assert answer.status_code == 201, answer.data
        data: dict[str, Any] = answer.json
        return data

    def user(self, user: str = USER, partner_id: str = PARTNER) -> Caller:
        return self.bearer(self.user_session(user, partner_id)["access_token"])

    def sso(self, user: str = USER, **more: Any) -> str:
        answer = self.server().post("/accounts/sso-sessions", {"external_user_id": user} | more)
        assert answer.status_code == 201, answer.data
        session_id: str = answer.json["session_id"]
        return session_id
