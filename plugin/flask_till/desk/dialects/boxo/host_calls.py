"""Our calls to an outside host app's server (7): for a payment, and how one stands.

They are made outside of any transaction. What comes back is believed only when it reads as the
contract says; a refusal of the host's own is passed on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import httpx

from ....base.clock import Clock
from ....base.database import Database
from ....base.http import Answer, Outbound, check_url
from ....base.sealing import Seal
from ....errors import GatewayUnavailable, InvalidRequest, RequestError
from ....wire.boxo.error_codes import BoxoCode, refusal
from ....wire.boxo.messages import basic_authorization, read_body
from ....wire.boxo.sdk import PaymentStatus
from ...actions.boxo_completion import complete_payment
from ...actions.boxo_partners import read_host
from ...actions.boxo_payments import read_payment
from ...boxo_payment import IN_PROCESS, PAID, BoxoHost, BoxoPayment
from ...boxo_signing import signed_headers
from .exact_json import write

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from ...gateways import Charge

WITHIN = 10.0
"""Seconds for a call."""
LONGEST_ID = 250
JSON = "application/json"


class HostCalls:
    """Safe to share between threads; also fills the port `AsksHost` of the host gateway."""

    def __init__(
        self, database: Database, seal: Seal, clock: Clock, *, allowed_hosts: Iterable[str] = ()
    ) -> None:
        self._database = database
        self._seal = seal
        self._clock = clock
        self._allowed_hosts = tuple(allowed_hosts)
        self._outbound = Outbound(allowed_hosts=self._allowed_hosts)

    def connect(self, host: str, application: WSGIApplication) -> None:
        """Calls to that host name are handed to an application of this process."""
        self._outbound.mount(host, application)

    def close(self) -> None:
        self._outbound.close()

    def create(
        self, host: BoxoHost, app_id: str, order: Mapping[str, Any], user: str | None
    ) -> str:
        """Ask for a payment: the host's ``order_payment_id``.

        Raises `RequestError` with ENDPOINT_URL_NOT_SET, what `_read` raises, or the host's code.
        """
        said = self._ask(host, host.create_url, {"app_id": app_id, "order": order}, user)
        return _text(said, "order_payment_id")

    def ask(self, host: BoxoHost, payment: BoxoPayment) -> tuple[str, str | None]:
        """How a payment stands at the host, and why. Raises as `create` does, and
        INVALID_PAYMENT_STATUS_RESPONSE."""
        told = {
            "app_id": payment.app_id,
            "client_id": payment.client_id,
            "order_payment_id": payment.order_payment_id,
        }
        said = self._ask(host, host.status_url, told, None)
        for name, value in told.items():
            if said.get(name, value) != value:
                raise _wrong(BoxoCode.UNEXPECTED_RESPONSE_ERROR, f"speaks of another {name}")
        status = _text(said, "payment_status")
        if status not in set(PaymentStatus):
            raise _wrong(BoxoCode.INVALID_PAYMENT_STATUS_RESPONSE, "gave a status that is none")
        reason = said.get("payment_fail_reason")
        return status, reason[:LONGEST_ID] if isinstance(reason, str) and reason else None

    def status(self, charge: Charge) -> tuple[str, str | None]:
        """As the host gateway asks; what was not paid ends at once.

        Raises `GatewayUnavailable` when the host does not say. Once the payment's time is over
        its silence counts as one: no answer is what ends it (9).
        """
        payment = self._database.read(read_payment, charge.order_id)
        host = self._database.read(read_host, payment.client_id)
        if payment.is_built_in or host.status_url is None:
            return "processing", None
        try:
            status, reason = self.ask(host, payment)
        except RequestError as error:
            if self._clock() >= charge.expires_at:
                return "processing", None
            raise GatewayUnavailable(f"The host app: {error.message}") from None
        if status in (IN_PROCESS, PAID):
            return ("succeeded" if status == PAID else "processing"), None
        self._database.write(complete_payment, payment.id, status, reason)
        return "failed", reason

    # --- one call -------------------------------------------------------------------------

    def _ask(
        self, host: BoxoHost, url: str | None, message: Mapping[str, Any], user: str | None
    ) -> dict[str, Any]:
        if url is None:
            raise refusal(BoxoCode.ENDPOINT_URL_NOT_SET, f"{host.name} has no address for that.")
        body = write(message).encode()
        try:
            check_url(url, allowed_hosts=self._allowed_hosts)
            headers = self._headers(host, url, body, user)
            answer = self._outbound.send("POST", url, content=body, headers=headers, within=WITHIN)
        except InvalidRequest as error:
            raise _wrong(BoxoCode.UNEXPECTED_RESPONSE_ERROR, error.message) from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            why = f"does not answer ({type(error).__name__})"
            raise _wrong(BoxoCode.UNEXPECTED_RESPONSE_ERROR, why) from None
        return _read(answer)

    def _headers(self, host: BoxoHost, url: str, body: bytes, user: str | None) -> dict[str, str]:
        secret = self._seal.open(host.secret_key)
        headers = {
            "Content-Type": JSON,
            "Accept": JSON,
            "Authorization": basic_authorization(host.client_id, secret, host.auth_prefix),
        }
        if user is not None:
            # A header holds ASCII only; anything else is written as in an address.
            headers["X-User-ID"] = quote(user, safe="!#$&'()*+,/:;=?@[]|~ ")
        return headers | signed_headers(
            self._seal, self._clock, host.proof, host.client_id, url, body
        )


def _read(answer: Answer) -> dict[str, Any]:
    """The answer's object, unless it is a refusal. Raises `RequestError`."""
    if answer.status != 200:
        raise _wrong(BoxoCode.UNEXPECTED_RESPONSE_ERROR, f"answered with HTTP {answer.status}")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != JSON:
        raise _wrong(BoxoCode.INVALID_RESPONSE_CONTENT_TYPE, "did not answer with JSON")
    try:
        said = read_body(answer.body)
    except RequestError:
        raise _wrong(
            BoxoCode.FAILED_TO_PARSE_RESPONSE, "answered with what is no JSON object"
        ) from None
    if said.get("error_code"):
        raise _passed_on(said)
    return said


def _passed_on(said: Mapping[str, Any]) -> RequestError:
    """The host's own refusal; a code that nobody knows is a plain no, not to be tried again."""
    code, message = said["error_code"], said.get("error_message")
    text = message[:LONGEST_ID] if isinstance(message, str) else ""
    if isinstance(code, str) and code in BoxoCode.__members__:
        return refusal(BoxoCode[code], text or f"The host app said {code}.")
    return refusal(BoxoCode.PROCESS_FAIL, f"The host app said {str(code)[:64]}. {text}".strip())


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_ID:
        raise _wrong(BoxoCode.RESPONSE_ATTRIBUTE_MISSING, f"answered without {name}")
    return value


def _wrong(code: BoxoCode, why: str) -> RequestError:
    return refusal(code, f"The host app {why}.")
