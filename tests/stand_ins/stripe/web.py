"""The HTTP face: authentication, idempotency, parameters, one route per endpoint."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .account import Account
from .books import new_id
from .checkout_page import CheckoutPage
from .embedded_page import EmbeddedPage
from .faults import Fault, Faults, Gate
from .forms import PARAMETERS, checked, decoded
from .refusals import Refusal
from .repeats import Repeats

Params = dict[str, Any]
_BROWSER = {"key", "client_secret", "return_url", "payment_method", "payment_method_data",
            "authentication"}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A request the stand-in got, for tests to look at."""

    endpoint: str
    path: str
    params: Params
    key: str | None
    version: str | None


class Web:
    """A WSGI application that speaks for one account."""

    def __init__(self, account: Account, faults: Faults) -> None:
        self.asked: list[Asked] = []
        self.gates: list[Gate] = []
        self._account = account
        self._faults = faults
        self._repeats = Repeats()
        self._pages: dict[str, CheckoutPage | EmbeddedPage] = {
            "page pay": CheckoutPage(account),
            "page frame": EmbeddedPage(account),
        }
        rules = [rule for page in self._pages.values() for rule in page.rules]
        self._urls = Map([*map(_rule, PARAMETERS), *rules])

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, found = self._urls.bind_to_environ(environ).match()
        except HTTPException as error:
            refusal = Refusal(f"Unrecognized request URL ({request.path}).", status=404)
            body = _json(refusal.body)
            return Response(body, error.code, content_type="application/json")(
                environ, start_response
            )
        if endpoint in self._pages:
            return self._pages[endpoint].respond(request, **found)(environ, start_response)
        return self._respond(endpoint, request, found.get("id", ""))(environ, start_response)

    def _respond(self, endpoint: str, request: Request, reference: str) -> Response:
        fault = self._faults.take(endpoint)
        _suffer(fault, "before")
        self._hold(endpoint, "before")
        status, body, headers = self._answer(endpoint, request, reference, fault)
        self._hold(endpoint, "after")
        _suffer(fault, "after")
        if fault is not None and fault.kind == "garbage":
            body = b"<html>\xff gateway"
        elif fault is not None and fault.kind == "wrong":
            body = _json({"id": "xx_other", "object": "payment_method", "livemode": False})
        elif fault is not None and fault.kind == "twin":
            body = _twin(body)
        response = Response(body, status, content_type="application/json")
        response.headers["Request-Id"] = new_id("req_")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers.update(headers)
        return response

    def _answer(
        self, endpoint: str, request: Request, reference: str, fault: Fault | None
    ) -> tuple[int, bytes, dict[str, str]]:
        try:
            params = self._params(endpoint, request)
            self._log(endpoint, request, params)
            if fault is not None and fault.kind == "limited":
                raise Refusal("Too many requests.", status=429, code="rate_limit")
            key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
            if key is None:
                return (*self._do(endpoint, reference, params, fault)[:2], {})
            return self._once(key, endpoint, reference, params, fault)
        except Refusal as refusal:
            return refusal.status, _json(refusal.body), {}

    def _once(
        self, key: str, endpoint: str, reference: str, params: Params, fault: Fault | None
    ) -> tuple[int, bytes, dict[str, str]]:
        fingerprint = json.dumps(params, sort_keys=True)
        stored = self._repeats.claim(
            key, f"{endpoint} {reference}", fingerprint, self._account.books.clock()
        )
        if stored is not None:
            return (*stored, {"Idempotent-Replayed": "true", "Idempotency-Key": key})
        status, body, begun = self._do(endpoint, reference, params, fault)
        if begun:
            self._repeats.keep(key, (status, body))
        else:
            self._repeats.release(key)
        return status, body, {"Idempotency-Key": key}

    def _do(
        self, endpoint: str, reference: str, params: Params, fault: Fault | None
    ) -> tuple[int, bytes, bool]:
        """The answer, and whether the request began to act (Stripe stores only such answers)."""
        if fault is not None and fault.kind == "error":
            return 500, _json({"error": {"type": "api_error", "message": "Sorry."}}), True
        try:
            with self._account.books.lock:
                thing = self._account.handle(endpoint, reference, dict(params))
        except Refusal as refusal:
            return refusal.status, _json(refusal.body), refusal.stored
        return 200, _json(thing), True

    def _params(self, endpoint: str, request: Request) -> Params:
        raw = request.get_data() if request.method == "POST" else request.query_string
        params = decoded(parse_qsl(raw.decode(), keep_blank_values=True))
        if "key" in params:
            return self._browser_params(endpoint, request, params)
        self._authenticate(request)
        return checked(endpoint, params)

    def _browser_params(self, endpoint: str, request: Request, params: Params) -> Params:
        """Stripe.js has the publishable key and the client secret, and may do little with them."""
        if params.pop("key") != self._account.publishable_key:
            raise Refusal("Invalid API Key provided", status=401)
        if endpoint.split()[1] not in (
            "/v1/payment_intents/{id}",
            "/v1/payment_intents/{id}/confirm",
        ):
            raise Refusal("This API call cannot be made with a publishable API key.", status=401)
        unknown = set(params) - _BROWSER
        if unknown:
            raise Refusal(f"Received unknown parameter: {unknown.pop()}", code="parameter_unknown")
        intent_id = request.path.split("/")[3]
        intent = self._account.intents.get(intent_id)
        if params.pop("client_secret", None) != intent["client_secret"]:
            raise Refusal("The client_secret provided does not match.", status=401)
        return params | {"browser": True}

    def _authenticate(self, request: Request) -> None:
        if request.headers.get("Authorization") != f"Bearer {self._account.secret_key}":
            raise Refusal("Invalid API Key provided", status=401)
        if not request.headers.get("Stripe-Version"):
            raise Refusal("This stand-in wants a pinned Stripe-Version.")

    def _log(self, endpoint: str, request: Request, params: Params) -> None:
        self.asked.append(
            Asked(
                endpoint,
                request.path,
                params,
                request.headers.get("Idempotency-Key"),
                request.headers.get("Stripe-Version"),
            )
        )

    def _hold(self, endpoint: str, when: Literal["before", "after"]) -> None:
        for gate in self.gates:
            if (gate.endpoint, gate.when) == (endpoint, when):
                gate.pass_through()


def _rule(endpoint: str) -> Rule:
    method, path = endpoint.split()
    return Rule(path.replace("{id}", "<id>"), endpoint=endpoint, methods=[method])


def _suffer(fault: Fault | None, when: str) -> None:
    kinds: dict[str, Callable[[Fault], None]] = {
        "before lose_request": _drop,
        "after lose_reply": _drop,
        "before hang": lambda fault: time.sleep(fault.seconds),
    }
    if fault is not None and f"{when} {fault.kind}" in kinds:
        kinds[f"{when} {fault.kind}"](fault)


def _drop(fault: Fault) -> None:
    # werkzeug's server closes the connection without an answer on this one.
    raise ConnectionResetError(fault.kind)


def _twin(body: bytes) -> bytes:
    """An object as genuine as the one in ``body``, but of another payment and amount."""
    thing = json.loads(body)
    thing["id"] += "Twin"
    for member in ("amount", "amount_total"):
        if member in thing:
            thing[member] += 100
    return _json(thing)


def _json(thing: Any) -> bytes:
    return json.dumps(thing, indent=2).encode()
