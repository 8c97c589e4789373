"""The one way to Stripe's API: a client of our own, plain dicts back, our errors out.

Never the SDK's module globals: two desks with two accounts live in one process.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from flask_till.errors import GatewayRefused, GatewayUnavailable, SettingsError

if TYPE_CHECKING:
    import stripe

API_VERSION: Final = "2026-10-28.endive"
"""Pinned, so that an upgrade of the SDK or of the account changes nothing by itself."""

TIMEOUT: Final = 10.0
"""Seconds for one try."""

RETRIES: Final = 2
_KEY = re.compile(r"(?:sk|rk)_(live|test)_[A-Za-z0-9_]+\Z")

Params = dict[str, Any]
Answer = dict[str, Any]


class KeyTaken(GatewayRefused):
    """The idempotency key belongs to another request: something was opened under it before."""


class StripeApi:
    """Calls for one account. The SDK is imported and connected at the first call."""

    def __init__(
        self, secret_key: str, *, api_base: str | None, timeout: float, retries: int
    ) -> None:
        self.livemode = mode_of(secret_key, _KEY, "secret key (sk_... or rk_...)")
        self._secret_key = secret_key
        self._api_base = api_base
        self._timeout = timeout
        self._retries = retries

    def __repr__(self) -> str:
        return f"StripeApi(livemode={self.livemode})"

    @cached_property
    def _http(self) -> stripe.RequestsClient:
        import stripe

        return stripe.RequestsClient(timeout=self._timeout)

    @cached_property
    def _client(self) -> stripe.StripeClient:
        import stripe

        return stripe.StripeClient(
            self._secret_key,
            stripe_version=API_VERSION,
            base_addresses={"api": self._api_base} if self._api_base else None,
            max_network_retries=self._retries,
            http_client=self._http,
        )

    def close(self) -> None:
        """Close this thread's connections."""
        if "_http" in vars(self):
            self._http.close()  # type: ignore[no-untyped-call]  # because the SDK types no close

    def create_intent(self, params: Params, key: str) -> Answer:
        return self._call(self._client.v1.payment_intents.create, params=params, key=key)

    def intent(self, intent_id: str) -> Answer:
        params = {"expand": ["latest_charge"]}
        return self._call(self._client.v1.payment_intents.retrieve, intent_id, params=params)

    def cancel_intent(self, intent_id: str) -> Answer:
        # No key of ours: a stored refusal must not be replayed to a later, winning cancel.
        params = {"cancellation_reason": "abandoned"}
        return self._call(self._client.v1.payment_intents.cancel, intent_id, params=params)

    def create_session(self, params: Params, key: str) -> Answer:
        return self._call(self._client.v1.checkout.sessions.create, params=params, key=key)

    def session(self, session_id: str) -> Answer:
        params = {"expand": ["payment_intent.latest_charge"]}
        return self._call(self._client.v1.checkout.sessions.retrieve, session_id, params=params)

    def expire_session(self, session_id: str) -> Answer:
        return self._call(self._client.v1.checkout.sessions.expire, session_id)

    def create_refund(self, params: Params, key: str) -> Answer:
        return self._call(self._client.v1.refunds.create, params=params, key=key)

    def refund(self, refund_id: str) -> Answer:
        return self._call(self._client.v1.refunds.retrieve, refund_id)

    def refunds(self, intent_id: str) -> list[Answer]:
        return self._whole(self._client.v1.refunds.list, payment_intent=intent_id)

    def create_transfer(self, params: Params, key: str) -> Answer:
        return self._call(self._client.v1.transfers.create, params=params, key=key)

    def reverse_transfer(self, transfer_id: str, params: Params, key: str) -> Answer:
        call = self._client.v1.transfers.reversals.create
        return self._call(call, transfer_id, params=params, key=key)

    def transfers(self, group: str) -> list[Answer]:
        return self._whole(self._client.v1.transfers.list, transfer_group=group)

    def reversals(self, transfer_id: str) -> list[Answer]:
        return self._whole(self._client.v1.transfers.reversals.list, transfer_id)

    def account_id(self) -> str:
        """The account the key belongs to, from Stripe."""
        answer = self._call(self._client.v1.accounts.retrieve_current)
        return text(answer, "id")

    def _whole(self, function: Callable[..., object], *where: str, **params: str) -> list[Answer]:
        """All pages of a list."""
        found: list[Answer] = []
        while True:
            after = {"starting_after": text(found[-1], "id")} if found else {}
            page = self._call(function, *where, params={**params, **after, "limit": 100})
            things = page.get("data")
            if not isinstance(things, list) or not all(isinstance(one, dict) for one in things):
                raise not_understood()
            found += things
            if not page.get("has_more") or not things:
                return found

    def _call(
        self,
        function: Callable[..., object],
        *where: str,
        params: Params | None = None,
        key: str | None = None,
    ) -> Answer:
        """One request; ``key`` is its idempotency key.

        Raises `GatewayRefused` when Stripe said no and `GatewayUnavailable` for all else.
        """
        import stripe

        options = {"idempotency_key": key} if key else {}
        try:
            answer = function(*where, params=params or {}, options=options)
        except stripe.StripeError as error:
            raise translated(error) from error
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise not_understood() from error
        if not isinstance(answer, stripe.StripeObject):
            raise not_understood()
        return answer.to_dict()


def mode_of(key: str, shape: re.Pattern[str], name: str) -> bool:
    """Whether a key is for live payments. Raises `SettingsError` when it is no such key."""
    match = shape.match(key or "")
    if match is None:
        raise SettingsError(
            f"That is not a Stripe {name}.", remedy="Copy it from Stripe's dashboard, whole."
        )
    return match[1] == "live"


def text(answer: Answer, member: str) -> str:
    """A member that must be text. Raises `GatewayUnavailable` when it is not."""
    value = answer.get(member)
    if not isinstance(value, str):
        raise not_understood()
    return value


def not_understood() -> GatewayUnavailable:
    return GatewayUnavailable("The answer did not look like one of Stripe's.")


def translated(error: stripe.StripeError) -> GatewayRefused | GatewayUnavailable:
    """Our error for one of the SDK's.

    A refusal is final. Anything that leaves open whether Stripe acted, and anything that the
    operator can mend (a wrong key, a limit reached), is unavailability: nothing is concluded.
    """
    import stripe

    final = (stripe.InvalidRequestError, stripe.CardError, stripe.IdempotencyError)
    passing = ("lock_timeout", "idempotency_key_in_use", "rate_limit")
    if isinstance(error, final) and error.code not in passing:
        taken = isinstance(error, stripe.IdempotencyError)
        return (KeyTaken if taken else GatewayRefused)(f"Stripe refused: {_said(error)}")
    if isinstance(error, (stripe.AuthenticationError, stripe.PermissionError)):
        return GatewayUnavailable("Stripe did not accept the desk's key for this.")
    return GatewayUnavailable("Stripe does not answer as it should.")


def _said(error: stripe.StripeError) -> str:
    message = error.user_message or error.code or "no reason given"
    return message[:300]
