"""A wallet that the test plays, written from the contract (section 2) with nothing but JSON.

It keeps baskets, trusted browsers and orders in memory, and everything that it was asked. What
the shopper does on the phone are the methods `confirm`, `trust`, `expire` and the like.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import uuid4

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask, Response, request

CLIENT = ("shop-client", "shop-client-secret")
MERCHANT_ID = "3d1b1f0e-11aa-4a4e-8e57-9d6b0e7a0c55"
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQ"
    "AAAABJRU5ErkJggg=="
)
STATUSES = {
    "BAD_REQUEST": 400,
    "UNAUTHORIZED": 401,
    "FORBIDDEN": 403,
    "MERCHANT_DISABLE": 403,
    "BASKET_NOT_FOUND": 404,
    "ORDER_NOT_FOUND": 404,
    "PUBLIC_KEY_NOT_FOUND": 404,
    "PRODUCT_NOT_FOUND": 404,
    "BASKET_IS_BINDED": 409,
    "PHONE_BINDING_METHOD_UNAVAILABLE": 409,
    "BASKET_NOT_BOUND": 409,
    "BASKET_EXPIRED": 409,
    "STATUS_ORDER_ERROR": 409,
    "PRODUCT_EXISTS": 409,
    "MAX_LIMIT_PRODUCTS": 409,
    "INTERNAL_SERVER_ERROR": 500,
}


@dataclass
class Asked:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    raw: bytes

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass
class Kept:
    """One basket as the wallet has it."""

    inpost_basket_id: str = field(default_factory=lambda: str(uuid4()))
    linked: bool = False
    phone: dict[str, str] | None = None
    content: dict[str, Any] | None = None
    prompts: list[dict[str, Any]] = field(default_factory=list)
    realized: bool = False


class InpostWallet:
    """``app`` answers as the wallet; the shop's client is pointed at where it is served."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.baskets: dict[str, Kept] = {}
        self.trusted: dict[str, dict[str, str]] = {}
        """browser id -> phone"""
        self.orders: dict[str, list[Any]] = {}
        self.products: dict[str, Any] = {}
        self.token_life = 300
        self.tokens: set[str] = set()
        self.token_requests = 0
        self.refuse: list[str] = []
        """Error codes for the next requests to the API, one each."""
        self.answer_with: Callable[[], Response] | None = None
        """Answers everything in its place: garbage, something huge."""
        self.down = False
        self.slow = 0.0
        self.before_answer: Callable[[Asked], None] | None = None
        """Called while the shop waits for an answer."""
        self.keys = {"1": first_key()}
        self._lock = threading.RLock()
        self.app = self._app()

    # ---- the hands of the test ----

    def calls(self, what: str) -> list[Asked]:
        """What was asked, by method and the end or the middle of the path: ``"PUT /v1/izi"``."""
        method, _, part = what.partition(" ")
        return [one for one in self.asked if one.method == method and part in one.path]

    @property
    def api_calls(self) -> list[Asked]:
        return [one for one in self.asked if one.path != "/token"]

    def link(self, basket_id: str, phone: str = "501234567") -> Kept:
        kept = self.baskets.setdefault(basket_id, Kept())
        kept.linked, kept.phone = True, {"country_prefix": "+48", "phone": phone}
        return kept

    def trust(self, browser_id: str, phone: str = "501234567") -> None:
        self.trusted[browser_id] = {"country_prefix": "+48", "phone": phone}

    def forget_tokens(self) -> None:
        self.tokens.clear()

    def signed(self, body: bytes, version: str = "1", at: datetime | None = None) -> dict[str, str]:
        """The four headers of a call to the shop (3.1)."""
        moment = (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        text = base64.b64encode(f"{digest},{MERCHANT_ID},{version},{moment}".encode())
        signature = self.keys[version].sign(text, PKCS1v15(), SHA256())
        key = public(self.keys[version])
        return {
            "x-signature": base64.b64encode(signature).decode(),
            "x-signature-timestamp": moment,
            "x-public-key-ver": version,
            "x-public-key-hash": hashlib.sha256(key.encode()).hexdigest(),
            "content-type": "application/json",
        }

    # ---- the API ----

    def _app(self) -> Flask:
        app = Flask("inpost-wallet")

        @app.route("/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
        def anything(rest: str) -> Response:
            raw = request.get_data()
            form = request.form.to_dict() if request.mimetype != "application/json" else None
            body = json.loads(raw) if raw and form is None else form
            headers = {name.lower(): value for name, value in request.headers.items()}
            # As it came: Flask has decoded what was quoted.
            path = str(request.environ.get("RAW_URI") or request.path).partition("?")[0]
            asked = Asked(request.method, path, request.args.to_dict(), headers, body, raw)
            with self._lock:
                self.asked.append(asked)
            if self.before_answer is not None:
                self.before_answer(asked)
            if self.slow:
                time.sleep(self.slow)
            if self.down:
                return refused("INTERNAL_SERVER_ERROR", 503)
            if self.answer_with is not None:
                return self.answer_with()
            with self._lock:
                return self._token(asked) if rest == "token" else self._api(asked)

        return app

    def _token(self, asked: Asked) -> Response:
        self.token_requests += 1
        given = (asked.body.get("client_id"), asked.body.get("client_secret"))
        if given != CLIENT or asked.body.get("grant_type") != "client_credentials":
            why = {"error": "invalid_client", "error_description": "Invalid client secret"}
            return said(why, 401)
        token = f"token-{self.token_requests}-{uuid4()}"
        self.tokens.add(token)
        return said(
            {
                "access_token": token,
                "expires_in": self.token_life,
                "refresh_expires_in": 0,
                "token_type": "Bearer",
                "not-before-policy": 0,
                "scope": "api:inpostpay",
            }
        )

    def _api(self, asked: Asked) -> Response:
        if asked.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return refused("UNAUTHORIZED")
        if self.refuse:
            return refused(self.refuse.pop(0))
        version, _izi, *where = asked.path.strip("/").split("/")
        match (asked.method, version, *where):
            case "GET", "v1", "basket", basket_id, "binding":
                return self._look(basket_id, asked.query.get("browser_id"))
            case "POST", "v1", "basket", basket_id, "binding":
                return self._bind(basket_id, asked.body)
            case "PUT", "v2", "basket", basket_id, "binding":
                self.baskets.setdefault(basket_id, Kept())
                return said({"basket_binding_api_key": f"key-{uuid4().hex}"})
            case "DELETE", "v1", "basket", basket_id, "binding":
                return self._unlink(basket_id, asked.query)
            case "PUT", version, "basket", basket_id:
                return self._put(basket_id, asked.body, version)
            case "DELETE", "v1", "browser", browser_id, "binding":
                known = self.trusted.pop(browser_id, None)
                return said(None, 204) if known else refused("NOT_FOUND", 404)
            case "POST", "v1", "order", order_id, "event":
                self.orders.setdefault(order_id, []).append(asked.body)
                return said({}, 201)
        return self._documents(asked, where)

    def _documents(self, asked: Asked, where: list[str]) -> Response:
        match (asked.method, *where):
            case "GET", "signing-keys", "public":
                keys = [published(version, key) for version, key in self.keys.items()]
                return said({"merchant_external_id": MERCHANT_ID, "public_keys": keys})
            case "GET", "signing-keys", "public", version:
                if version not in self.keys:
                    return refused("PUBLIC_KEY_NOT_FOUND")
                one = published(version, self.keys[version])
                return said({"merchant_external_id": MERCHANT_ID, "public_key": one})
            case "GET", "payment-methods":
                return said({"payment_type": ["CARD", "BLIK_CODE", "A_NEW_ONE"]})
        return self._goods(asked, where)

    def _goods(self, asked: Asked, where: list[str]) -> Response:
        match (asked.method, *where):
            case "GET", "baskets" | "orders" | "transaction":
                return said({"content": [], "asked": asked.query})
            case "POST", "transaction", _, "refund":
                return self._refund(asked)
            case "POST", "products":
                return self._promote(asked.body["content"])
            case "GET", "products":
                found = list(self.products.values())
                page = {"page_index": 0, "page_size": 20, "total_items": len(found)}
                return said({"content": found} | page)
            case "PUT" | "DELETE", "product", product_id if product_id in self.products:
                if asked.method == "DELETE":
                    del self.products[product_id]
                    return said(None, 204)
                self.products[product_id] = asked.body | {"status": "ACTIVE"}
                return said(self.products[product_id])
            case "PUT" | "DELETE", "product", _:
                return refused("PRODUCT_NOT_FOUND")
        return refused("NOT_FOUND", 404)

    def _look(self, basket_id: str, browser_id: str | None) -> Response:
        kept = self.baskets.get(basket_id) or Kept()
        trusted = self.trusted.get(browser_id or "")
        answer: dict[str, Any] = {
            "basket_linked": kept.linked,
            "browser_trusted": trusted is not None,
        }
        if kept.linked or trusted:
            phone = kept.phone if kept.linked else trusted
            assert phone is not None
            answer["client_details"] = details(phone)
        if kept.linked:
            answer["inpost_basket_id"] = kept.inpost_basket_id
        return said(answer)

    def _bind(self, basket_id: str, body: dict[str, Any]) -> Response:
        kept = self.baskets.setdefault(basket_id, Kept())
        if kept.linked:
            return refused("BASKET_IS_BINDED")
        if not {"user_agent", "data_time", "customer_ip", "port"} <= set(body["browser"]):
            return refused("BAD_REQUEST", 400)
        kept.prompts.append(body)
        if body["binding_method"] == "PHONE":
            return said(None, 202)
        link = f"inpostsandbox://izilink?basket_id={kept.inpost_basket_id}"
        hms = f"https://link.example.test/hms/izilink?basket_id={kept.inpost_basket_id}"
        return said({"qr_code": PIXEL, "deep_link": link, "deep_link_hms": hms})

    def _put(self, basket_id: str, body: dict[str, Any], version: str) -> Response:
        kept, browser_id = self.baskets.get(basket_id), body.pop("browser_id", None)
        if version == "v2" and browser_id is not None:
            return refused("BAD_REQUEST", 400)
        if browser_id in self.trusted and (kept is None or not kept.linked):
            kept = self.link(basket_id, self.trusted[browser_id]["phone"])
        if kept is None:
            return refused("BASKET_NOT_FOUND")
        if not kept.linked:
            return refused("BASKET_NOT_BOUND")
        kept.content = body
        return said({"inpost_basket_id": kept.inpost_basket_id})

    def _unlink(self, basket_id: str, query: dict[str, str]) -> Response:
        kept = self.baskets.get(basket_id)
        if kept is None or not kept.linked:
            return refused("BASKET_NOT_FOUND")
        kept.linked, kept.phone, kept.content = False, None, None
        kept.realized = query.get("if_basket_realized") in ("true", "1")
        return said(None, 204)

    def _refund(self, asked: Asked) -> Response:
        return said(
            {
                "external_refund_id": asked.body["external_refund_id"],
                "status": "PENDING",
                "refund_amount": asked.body["refund_amount"],
            }
        )

    def _promote(self, products: list[dict[str, Any]]) -> Response:
        if any(one["product_id"] in self.products for one in products):
            return refused("PRODUCT_EXISTS")
        self.products |= {one["product_id"]: one for one in products}
        links = [{"product_id": one["product_id"], "deep_link": "inpost://x"} for one in products]
        return said({"content": links}, 201)


@cache
def first_key() -> RSAPrivateKey:
    """Made once, for that takes a while."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def said(body: Any, status: int = 200) -> Response:
    if body is None:
        return Response(status=status)
    return Response(json.dumps(body), status, mimetype="application/json")


def refused(code: str, status: int | None = None) -> Response:
    return said({"error_code": code, "error_message": f"{code} it is"}, status or STATUSES[code])


def details(phone: dict[str, str]) -> dict[str, Any]:
    number = phone["phone"]
    return {
        "phone_number": phone,
        "masked_phone_number": f"{number[:2]}*****{number[-2:]}",
        "name": "Anna",
        "surname": "Nowak",
    }


def public(key: RSAPrivateKey) -> str:
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def published(version: str, key: RSAPrivateKey) -> dict[str, str]:
    return {"public_key_base64": public(key), "version": version}
