"""`StripeGateway`: cards and wallets through Stripe, on the order page or on Stripe's own page."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, Final, Literal

from flask_till.desk.gateways import (
    Charge,
    Evidence,
    Method,
    Notice,
    PagePart,
    RefundResult,
    Share,
    Started,
)
from flask_till.errors import GatewayRefused, SettingsError
from flask_till.money import Money

from . import requests
from .amounts import takes
from .api import RETRIES, TIMEOUT, Answer, StripeApi, mode_of, not_understood, text
from .evidence import Unexpected, Witness, amount_of
from .notices import REFUND_STATUS, notice_of
from .opening import EMBEDDED, Opening, Way, check_way
from .webhook import EventReader

SCRIPT: Final = "https://js.stripe.com/endive/stripe.js"
"""Stripe.js of the API version that `api.API_VERSION` pins."""

_PUBLISHABLE = re.compile(r"pk_(live|test)_[A-Za-z0-9_]+\Z")
_ACCOUNT = re.compile(r"acct_[A-Za-z0-9_]+\Z")
_CHANNEL = re.compile(r"[\x21-\x7e]{1,100}\Z")
_STARTED_STATUS = {"cancelled": "failed"}

Mode = Literal["elements", "checkout"]


class StripeGateway:
    """A `Gateway` for one Stripe account.

    ``mode`` "elements" shows the Payment Element and the wallets' buttons on the order page;
    "checkout" sends the shopper to Stripe's own page. Whoever starts a payment may ask for
    Stripe's page inside another one instead (``ui`` "embedded"), and with ``invoices`` Stripe
    makes a paid invoice of each such payment. ``channel`` names this desk among those that share
    the account: news of another channel is ignored. ``webhook_secrets`` are all those active now:
    two while one is being rotated. ``account`` is the account's id (``acct_...``), asked of Stripe
    once when not given; give it when the key is restricted. ``timeout`` is in seconds, for each
    of ``1 + retries`` tries. Raises `SettingsError`.
    """

    name = "stripe"
    late_look = timedelta(minutes=30)

    def __init__(
        self,
        secret_key: str,
        publishable_key: str,
        *,
        webhook_secrets: Sequence[str],
        mode: Mode = "elements",
        account: str | None = None,
        channel: str = "till",
        invoices: bool = False,
        api_base: str | None = None,
        timeout: float = TIMEOUT,
        retries: int = RETRIES,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if mode not in ("elements", "checkout"):
            raise SettingsError(f"{mode!r} is no mode.", remedy='Use "elements" or "checkout".')
        if account is not None and not _ACCOUNT.match(account):
            raise SettingsError(f"{account!r} is not an account id.", remedy="It is acct_...")
        if not _CHANNEL.match(channel):
            raise SettingsError(f"{channel!r} names no desk.", remedy="Use one plain word.")
        self.mode = mode
        self._api = StripeApi(secret_key, api_base=api_base, timeout=timeout, retries=retries)
        self.livemode = self._api.livemode
        self._events = EventReader(webhook_secrets, clock)
        self._publishable_key = publishable_key
        self._given_account = account
        self._channel = channel
        self._opening = Opening(self._api, mode, channel, invoices, clock)
        self._check_publishable_key()

    def close(self) -> None:
        """Close the connections to Stripe; the next call opens new ones."""
        self._api.close()

    def __repr__(self) -> str:
        return f"StripeGateway(mode={self.mode!r}, livemode={self.livemode})"

    @cached_property
    def account(self) -> str:
        """The account the money goes to. Raises `GatewayUnavailable` when it must be asked for."""
        return self._given_account or self._api.account_id()

    def methods(self, currency: str) -> Sequence[Method]:
        """One method, behind which Stripe offers what the account has turned on."""
        if not takes(currency):
            return ()
        return (Method(self.name, "card", "Card, Apple Pay, Google Pay"),)

    def page(self) -> PagePart:
        """What the order page needs: nothing in checkout mode."""
        if self.mode == "checkout":
            return PagePart()
        return PagePart(
            script_origins=("https://js.stripe.com", "https://*.js.stripe.com"),
            frame_origins=(
                "https://js.stripe.com",
                "https://*.js.stripe.com",
                "https://hooks.stripe.com",
                "https://checkout.stripe.com",
            ),
            connect_origins=("https://api.stripe.com", "https://checkout.stripe.com"),
            module="gateways/stripe.js",
        )

    def start(self, charge: Charge, inputs: Mapping[str, str]) -> Started:
        """Make the payment at Stripe, or find it again: the payment id is the idempotency key.

        With ``ui`` "embedded" it is a session for `createEmbeddedCheckoutPage`, and stays one.
        Raises `GatewayRefused` and `GatewayUnavailable`; `Conflict` (PAYMENT_IN_PROGRESS) when
        such a session is asked for and the payment is open in another form.
        """
        wanted: Way | None = "embedded" if inputs.get("ui") == "embedded" else None
        if charge.provider_ref is None:
            return self._started(self._opening.open(charge, wanted), charge)
        found = self._fetched(charge.provider_ref)
        check_way(found, wanted)
        return self._started(found, charge)

    def act(self, charge: Charge, inputs: Mapping[str, str]) -> Evidence:
        """The shopper acts between the page and Stripe, without us; so this only looks."""
        return self.look(charge)

    def look(self, charge: Charge) -> Evidence:
        """What Stripe says about the payment now. Raises `GatewayUnavailable`."""
        return self._seen(self._found(charge))

    def cancel(self, charge: Charge) -> Evidence:
        """Try to cancel, then look: only Stripe's word that it is cancelled is "cancelled".

        A charge that no reply ever came back for is first found again by its idempotency key, so
        that nothing payable is left behind. Raises `GatewayUnavailable`: then nothing is known.
        """
        thing = self._found(charge)
        evidence = self._seen(thing)
        if evidence.status in ("succeeded", "cancelled", "failed"):
            return evidence
        reference = text(thing, "id")
        try:
            if reference.startswith("cs_"):
                self._api.expire_session(reference)
            else:
                self._api.cancel_intent(reference)
        except GatewayRefused:
            pass  # It moved on meanwhile; the look below says where to.
        return self._seen(self._fetched(reference))

    def refund(self, refund_id: str, charge: Charge, amount: Money) -> RefundResult:
        """Give back all or part; the refund id is the idempotency key.

        Stripe forgets keys after a day, so what was made under this one is looked for first.
        Raises `GatewayRefused` (nothing was given back) and `GatewayUnavailable` (unknown: ask
        again with the same id).
        """
        intent_id = self._paid_intent(charge)
        refund = _marked(self._api.refunds(intent_id), requests.REFUND, refund_id)
        if refund is None:
            params = requests.refund(refund_id, intent_id, amount, self._channel)
            refund = self._api.create_refund(params, refund_id)
        return _refund_result(refund, amount)

    def look_refund(self, refund_id: str, provider_ref: str, amount: Money) -> RefundResult:
        """What Stripe says about the refund now. Raises `GatewayRefused`, `GatewayUnavailable`."""
        answer = self._api.refund(provider_ref)
        metadata = answer.get("metadata")
        named = isinstance(metadata, dict) and metadata.get(requests.REFUND) == refund_id
        if not named or answer.get("id") != provider_ref:
            raise not_understood()
        return _refund_result(answer, amount)

    def transfer(self, share: Share, charge: Charge) -> str:
        """Pass a share of a paid charge on (Connect); returns Stripe's id of the transfer.

        Idempotent by the share's id: Stripe forgets keys after a day, so what was made under this
        one is looked for first. Raises `GatewayRefused` and `GatewayUnavailable`.
        """
        earlier = _marked(self._api.transfers(charge.order_id), requests.SHARE, share.share_id)
        if earlier is not None:
            return text(earlier, "id")
        intent = self._api.intent(self._paid_intent(charge))
        paid_by = intent.get("latest_charge")
        if intent.get("status") != "succeeded" or not isinstance(paid_by, dict):
            raise GatewayRefused("There is no money to share before the charge succeeded.")
        params = requests.transfer(
            share.share_id, charge.order_id, share.account, share.amount, text(paid_by, "id")
        )
        return text(self._api.create_transfer(params, share.share_id), "id")

    def reverse_transfer(self, reversal_id: str, transfer_ref: str, amount: Money) -> str:
        """Take back all or part of a share, for a refund; idempotent by ``reversal_id``."""
        earlier = _marked(self._api.reversals(transfer_ref), requests.REVERSAL, reversal_id)
        if earlier is not None:
            return text(earlier, "id")
        params = requests.reversal(reversal_id, amount)
        return text(self._api.reverse_transfer(transfer_ref, params, reversal_id), "id")

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> Notice:
        """The news in a webhook. Raises `BadSignature` and `Unreadable`, and nothing else.

        (And `GatewayUnavailable` when ``account`` was not given and cannot be asked for.)
        """
        event = self._events.read(body, headers)
        return notice_of(event, event.get("account") or self.account, self._channel)

    # How a payment is found, and what is said about it

    def _found(self, charge: Charge) -> Answer:
        if charge.provider_ref is not None:
            return self._fetched(charge.provider_ref)
        # A replayed answer is as old as the first one; only a fetched one is news.
        return self._fetched(text(self._opening.open(charge), "id"))

    def _fetched(self, reference: str) -> Answer:
        session = reference.startswith("cs_")
        found = self._api.session(reference) if session else self._api.intent(reference)
        if text(found, "id") != reference:
            raise not_understood()
        return found

    def _seen(self, thing: Answer) -> Evidence:
        witness = Witness(self.account)
        try:
            if text(thing, "id").startswith("cs_"):
                return witness.of_session(thing)
            return witness.of_intent(thing)
        except Unexpected as error:
            raise not_understood() from error

    def _started(self, thing: Answer, charge: Charge) -> Started:
        evidence = self._seen(thing)
        url = thing.get("url")
        return Started(
            provider_ref=evidence.provider_ref,
            status=_STARTED_STATUS.get(evidence.status, evidence.status),
            client=self._client_of(thing, charge),
            redirect_url=url if isinstance(url, str) else None,
            evidence=evidence,
        )

    def _client_of(self, thing: Answer, charge: Charge) -> dict[str, Any]:
        """What the page's script needs; nothing for Stripe's own page."""
        secret = thing.get("client_secret")
        if not isinstance(secret, str):
            return {}
        client = {
            "script": SCRIPT,
            "publishable_key": self._publishable_key,
            "client_secret": secret,
            "return_url": charge.return_url,
            "locale": charge.locale,
        }
        return client | ({"ui": "embedded"} if thing.get("ui_mode") == EMBEDDED else {})

    def _paid_intent(self, charge: Charge) -> str:
        """The PaymentIntent that took the money; a session names it only after it was paid."""
        if charge.provider_ref is None:
            raise GatewayRefused("There is nothing at Stripe to give back.")
        if not _is_session(charge):
            return charge.provider_ref
        intent = self._fetched(charge.provider_ref).get("payment_intent")
        if not isinstance(intent, dict):
            raise GatewayRefused("Nothing was paid in this session.")
        return text(intent, "id")

    # Checks

    def _check_publishable_key(self) -> None:
        if self.mode == "checkout" and not self._publishable_key:
            return
        live = mode_of(self._publishable_key, _PUBLISHABLE, "publishable key (pk_...)")
        if live != self.livemode:
            raise SettingsError(
                "One Stripe key is for live payments and the other for test payments.",
                remedy="Take both from the same page of the dashboard.",
            )


def _marked(found: list[Answer], mark: str, ours: str) -> Answer | None:
    """The one in a list whose metadata names our id."""
    for thing in found:
        metadata = thing.get("metadata")
        if isinstance(metadata, dict) and metadata.get(mark) == ours:
            return thing
    return None


def _refund_result(answer: Answer, amount: Money) -> RefundResult:
    status, reason = answer.get("status"), answer.get("failure_reason")
    try:
        same_amount = amount_of(answer) == amount
    except Unexpected:
        same_amount = False
    if not same_amount or status not in REFUND_STATUS:
        raise not_understood()
    return RefundResult(text(answer, "id"), REFUND_STATUS[status], reason)


def _is_session(charge: Charge) -> bool:
    return charge.provider_ref is not None and charge.provider_ref.startswith("cs_")
