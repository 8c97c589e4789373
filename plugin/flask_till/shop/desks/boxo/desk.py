"""A Boxo platform: payments inside the app that shows the shop. Sections are of the Boxo contract.

A webhook is a hint that comes with a password; what it says is believed once the platform says the
same when it is asked.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import httpx

from ....errors import BadSignature, NotFound, RequestError, SettingsError
from ....money import exponent
from ....wire.boxo.amounts import PLACES
from ....wire.boxo.messages import (
    GetPaymentStatus,
    OrderPaymentCreated,
    OrderWebhook,
    PaymentState,
    basic_authorization,
    read_body,
    read_message,
)
from ....wire.boxo.sdk import PaymentStatus
from ....wire.boxo.signing import Call, Scheme
from ...order import CANCELLED, EXPIRED, PENDING, DeskSnapshot, Order
from .. import DeskOrder, PageKey
from ..exchange import (
    IN_CALLBACK,
    TOTAL,
    Exchange,
    check_money,
    require_address,
    unavailable,
    understood,
    utc_now,
)
from .answers import data_of
from .proof import Proof
from .words import (
    GIVEN_UP,
    LIFE,
    PATIENCE,
    answer_of,
    create_body,
    snapshot_of,
)

API, ORDERS = "/api/v1", "/api/v1/orders"


class BoxoDesk:
    """Sells as the miniapp ``app_id`` inside the host app ``client_id``, through a platform.

    ``base_url`` is the platform's, with or without ``/api/v1``; ``secret_key`` the miniapp's, with
    which its webhooks come to ``/till/callbacks/boxo``. ``scheme`` and ``key`` sign our calls (a
    secret, or a private key as PEM or DER) where our address is not on the platform's list (2.1).
    With them, or with the platform's public ``webhook_key``, a webhook's signature is checked, and
    must be there with ``require_signature``. ``hostapp_user_id`` gives the host's reference of who
    buys an order. ``live``: real money is taken, which the protocol itself does not say.
    ``transport`` replaces the network, ``clock`` gives the time in UTC.

    Raises `SettingsError` for addresses, keys and schemes that cannot work.
    """

    name = "boxo"

    def __init__(
        self,
        base_url: str,
        *,
        app_id: str,
        client_id: str,
        secret_key: str,
        scheme: Scheme | None = None,
        key: str | bytes | None = None,
        webhook_key: str | bytes | None = None,
        require_signature: bool = False,
        hostapp_user_id: Callable[[Order], str | None] | None = None,
        live: bool = True,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if not app_id or not client_id or not secret_key or ":" in app_id:
            raise SettingsError("BoxoDesk needs app_id, client_id and the miniapp's secret_key.")
        self._app_id, self._client_id = app_id, client_id
        self._password = basic_authorization(app_id, secret_key).partition(" ")[2].encode()
        self._proof = Proof.of(scheme, key, webhook_key, required=require_signature)
        self._hostapp_user_id = hostapp_user_id
        self._live = live
        self._clock = clock
        base = require_address("base_url", base_url).removesuffix(API)
        self._exchange = Exchange(base, transport=transport)

    def __repr__(self) -> str:
        return f"BoxoDesk({self._exchange.base!r})"

    def close(self) -> None:
        self._exchange.close()

    def check_shop(self, *, currency: str, live_only: bool) -> None:
        """Raises `SettingsError` for a currency of three decimals, or one that is not for play."""
        if exponent(currency) > PLACES:
            raise SettingsError(
                f"Boxo's amounts have {PLACES} decimals, and those of {currency} more.",
                remedy="Price the catalog in another currency, or sell through another desk.",
            )
        check_money("BoxoDesk", live=self._live, live_only=live_only)

    # ---- the desk's port ----

    def create(self, order: Order) -> DeskOrder:
        user = None if self._hostapp_user_id is None else self._hostapp_user_id(order)
        asked = create_body(order, self._app_id, self._client_id, user or None)
        answer = self._ask("create-order-payment", asked)
        payment_id = understood(read_message, OrderPaymentCreated, answer).order_payment_id
        expires_at = self._clock() + LIFE
        told = self._snapshot(order.id, payment_id, PaymentStatus.IN_PROCESS)
        return DeskOrder(replace(told, expires_at=expires_at), self._key(payment_id))

    def token(self, order: Order) -> PageKey:
        return self._key(_payment_of(order))

    def get(self, order: Order) -> DeskSnapshot:
        """A payment that is in process long after its time counts as expired; money revives it."""
        payment_id = _payment_of(order)
        state = self._state(payment_id)
        told = self._snapshot(order.id, payment_id, state.payment_status, state.payment_fail_reason)
        ends = order.expires_at
        if told.status == PENDING and ends is not None and self._clock() > ends + PATIENCE:
            return _given_up(told, EXPIRED)
        return told

    def cancel(self, order: Order) -> DeskSnapshot:
        """A miniapp has no word for it (3): a payment still in process is given up."""
        told = self.get(order)
        return _given_up(told, CANCELLED) if told.status == PENDING else told

    def host_payment(self, order: Order, key: PageKey) -> dict[str, Any]:
        """What the SDK's ``pay`` needs (8); the token is the payment's id, which is no secret."""
        return {
            "amount": _number(order.total.decimal),
            "currency": order.total.currency,
            "miniapp_order_id": order.id,
            "transaction_token": key.token,
        }

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        """Proves who called, then asks how the payment is: both must say the same (4).

        Raises `BadSignature`, `NotFound` for a payment that is not of this shop, `Unavailable`
        when the platform does not say what its webhook says.
        """
        self._check_caller(headers, body, now)
        webhook = read_message(OrderWebhook, _with_values(read_body(body)))
        if webhook.hostapp_client_id != self._client_id or not webhook.miniapp_order_id:
            raise NotFound("That is no payment of this shop.", code="ORDER_NOT_FOUND")
        payment_id, status = webhook.hostapp_order_payment_id, webhook.payment_status
        state = self._confirmed(payment_id)
        if state.payment_status != status:
            raise unavailable(f"{payment_id} is {state.payment_status}, not {status} as it called")
        reason = state.payment_fail_reason
        told = self._snapshot(webhook.miniapp_order_id, payment_id, status, reason)
        return f"{payment_id}:{status}", told

    def answer_callback(self, error: RequestError | None) -> tuple[int, dict[str, str]]:
        """200 in all cases; the body says what happened (4)."""
        return 200, answer_of(error)

    # ---- how ----

    def _check_caller(self, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
        kind, _, password = headers.get("authorization", "").partition(" ")
        given = password.strip().encode("utf-8", "replace")
        if not hmac.compare_digest(given, self._password) or kind.lower() != "basic":
            raise BadSignature("The webhook does not come with the miniapp's secret.")
        call = Call("POST", headers.get(":path", "/"), body)
        self._proof.check(call, headers, (self._app_id, self._client_id), int(now.timestamp()))

    def _confirmed(self, payment_id: str) -> PaymentState:
        try:
            return self._state(payment_id, within=IN_CALLBACK)
        except NotFound:
            raise
        except RequestError as error:  # a refusal of our question: not what the caller did wrong
            raise unavailable(f"it does not say how {payment_id} is: {error.code}") from error

    def _state(self, payment_id: str, *, within: float = TOTAL) -> PaymentState:
        asked = GetPaymentStatus(
            app_id=self._app_id, client_id=self._client_id, order_payment_id=payment_id
        ).to_data()
        answer = self._ask("get-payment-status", asked, within=within)
        state = understood(read_message, PaymentState, answer)
        if any(getattr(state, name) != value for name, value in asked.items()):
            raise unavailable(f"it tells of another payment than {payment_id}")
        return state

    def _ask(self, verb: str, asked: Mapping[str, Any], *, within: float = TOTAL) -> dict[str, Any]:
        call = Call("POST", f"{ORDERS}/{verb}/", json.dumps(asked).encode())
        headers = self._proof.headers(call, self._app_id, int(self._clock().timestamp()))
        return data_of(
            self._exchange.send(call.method, call.url, call.body, headers, within=within)
        )

    def _snapshot(
        self, order_id: str, payment_id: str, status: PaymentStatus, reason: str = ""
    ) -> DeskSnapshot:
        url = self._key(payment_id).order_url
        return snapshot_of(order_id, payment_id, status, reason, live=self._live, order_url=url)

    def _key(self, payment_id: str) -> PageKey:
        path = quote(payment_id, safe="")
        return PageKey(f"{self._exchange.base}/hostapp/pay/{path}", payment_id)


def _payment_of(order: Order) -> str:
    """The order's payment; who has none was answered by nobody yet."""
    if order.desk_order_id is None:
        raise unavailable(f"{order.number} has no payment there yet")
    return order.desk_order_id


def _given_up(told: DeskSnapshot, status: str) -> DeskSnapshot:
    return replace(told, status=status, version=GIVEN_UP, may_be_paid=True)


def _with_values(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value is not None}


def _number(amount: Decimal) -> int | float:
    """A JSON number with just these digits: up to 15 of them survive as a float (10.8)."""
    return int(amount) if amount == amount.to_integral() else float(amount)
