"""A wallet that the test plays, from the contract alone: its own signing, its own JSON.

Nothing of `flask_till.wire` is used here, so that both cannot share a mistake.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from flask import Flask

from flask_till.wire.inpost.keys import TrustedKey

EXAMPLES = Path(__file__).parents[2] / "wire" / "inpost" / "examples"
MERCHANT = "merchant-external-7"
BASE = "/till/merchant/v1/izi"
_ticks = count(1)


def example(name: str, /, **replaced: Any) -> dict[str, Any]:
    """A payload of the contract as it is, top members replaced."""
    found: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    return {**found, **replaced}


@cache
def private_key(version: str) -> rsa.RSAPrivateKey:
    assert version
    return rsa.generate_private_key(65537, 2048)


def public_text(version: str) -> str:
    """base64 of the DER SubjectPublicKeyInfo (3.1)."""
    der = (
        private_key(version)
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return base64.b64encode(der).decode()


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def signed(
    body: bytes, at: datetime, version: str = "3", merchant: str = MERCHANT
) -> dict[str, str]:
    """The four headers, by hand (3.1)."""
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    text = f"{digest},{merchant},{version},{stamp(at)}"
    message = base64.b64encode(text.encode())
    signature = private_key(version).sign(message, padding.PKCS1v15(), hashes.SHA256())
    return {
        "x-signature": base64.b64encode(signature).decode(),
        "x-signature-timestamp": stamp(at),
        "x-public-key-ver": version,
        "x-public-key-hash": hashlib.sha256(public_text(version).encode()).hexdigest(),
    }


class PlayedKeys:
    """What the shop has fetched; ``asked`` are the versions it looked for."""

    def __init__(self, *versions: str) -> None:
        self.versions = set(versions or ("3",))
        self.asked: list[str] = []

    def find(self, version: str) -> TrustedKey | None:
        self.asked.append(version)
        if version not in self.versions:
            return None
        return TrustedKey(MERCHANT, version, public_text(version))


class PlayedWallet:
    """Calls one shop. Every call has a timestamp of its own, as a real wallet's would."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.front = app.extensions["till"]
        self.client = app.test_client()

    def now(self) -> datetime:
        """The shop's time, and a little that differs from call to call."""
        return self.front.database.clock() + timedelta(milliseconds=next(_ticks) % 1000)

    def call(
        self,
        method: str,
        path: str,
        payload: Any = None,
        *,
        at: datetime | None = None,
        version: str = "3",
        headers: dict[str, str] | None = None,
        **odd: str,
    ) -> Any:
        """``payload`` is JSON, or bytes that are sent as they are; ``odd`` replaces a header."""
        raw = payload if isinstance(payload, bytes) else b""
        if payload is not None and not isinstance(payload, bytes):
            raw = json.dumps(payload, ensure_ascii=False).encode()
        given = headers if headers is not None else signed(raw, at or self.now(), version)
        given = {**given, **{name.replace("_", "-"): value for name, value in odd.items()}}
        return self.app.test_client().open(
            BASE + path, method=method, data=raw, headers=given, content_type="application/json"
        )

    # ---- baskets ----

    def get(self, basket_id: str) -> dict[str, Any]:
        return good(self.call("GET", f"/basket/{basket_id}"))

    def confirm(self, basket_id: str, **replaced: Any) -> dict[str, Any]:
        payload = example("basket_confirmation_success", **replaced)
        return good(self.call("POST", f"/basket/{basket_id}/confirmation", payload))

    def send(self, basket_id: str, event: dict[str, Any]) -> Any:
        return self.call("POST", f"/basket/{basket_id}/event", event)

    def quantity(
        self, basket_id: str, product_id: Any, quantity: Any, **more: Any
    ) -> dict[str, Any]:
        return good(self.send(basket_id, quantity_event(product_id, quantity, **more)))

    def codes(self, basket_id: str, *codes: str) -> dict[str, Any]:
        return good(self.send(basket_id, codes_event(*codes)))

    def delete(self, basket_id: str) -> Any:
        return self.call("DELETE", f"/basket/{basket_id}/binding")

    # ---- orders ----

    def order(self, basket_id: str, payload: dict[str, Any] | None = None) -> Any:
        return self.call("POST", "/order", order_request(basket_id, payload))

    def tell(self, order_id: str, name: str = "order_event_from_wallet_paid", **more: Any) -> Any:
        """An order event of the contract, with an id of its own unless one is given."""
        more = {"event_id": str(uuid4()), **more}
        return self.call("POST", f"/order/{order_id}/event", example(name, **more))


def good(answer: Any, status: int = 200) -> dict[str, Any]:
    assert answer.status_code == status, (answer.status_code, answer.get_data(as_text=True))
    found: dict[str, Any] = answer.get_json()
    return found


def refused(answer: Any) -> tuple[int, str]:
    """Status and code of a refusal, which has its body as the contract says (3.2)."""
    body = answer.get_json()
    assert set(body) == {"error_code", "error_message"}, body
    return answer.status_code, body["error_code"]


def quantity_event(product_id: Any, quantity: Any, **more: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid4()),
        "event_data_time": stamp(datetime.now(UTC)),
        "event_type": "PRODUCTS_QUANTITY",
        "quantity_event_data": [{"product_id": product_id, "quantity": {"quantity": quantity}}],
        **more,
    }


def codes_event(*codes: str, **more: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid4()),
        "event_data_time": stamp(datetime.now(UTC)),
        "event_type": "PROMO_CODES",
        "promo_codes_event_data": [{"promo_code_value": code} for code in codes],
        **more,
    }


def related_event(product_id: Any, quantity: Any = 1, **more: Any) -> dict[str, Any]:
    return {
        "event_id": str(uuid4()),
        "event_data_time": stamp(datetime.now(UTC)),
        "event_type": "RELATED_PRODUCTS",
        "related_products_event_data": [
            {"product_id": product_id, "quantity": {"quantity": quantity}}
        ],
        **more,
    }


def order_request(basket_id: str, payload: dict[str, Any] | None = None) -> dict[str, Any]:
    """The contract's order of a locker, for this basket."""
    wanted = payload or example("order_create")
    return {**wanted, "order_details": {**wanted["order_details"], "basket_id": basket_id}}


def changed(payload: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """A copy of the payload with one member replaced; `...` takes it away."""
    copy: dict[str, Any] = json.loads(json.dumps(payload))
    *parents, last = path.split(".")
    part = copy
    for name in parents:
        part = part[name]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return copy
