"""PaymentIntents: made, confirmed, cancelled; declined ones may be tried again."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from .amounts import check_amount
from .books import Books, Thing, new_id
from .outcomes import Outcome, outcome_of
from .refusals import Refusal, wrong_state

_OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


class Intents:
    def __init__(self, books: Books) -> None:
        self._books = books
        self._pending: dict[str, tuple[str, Outcome]] = {}
        self._of_sessions: set[str] = set()

    def create(self, params: dict[str, Any], *, of_session: bool = False) -> Thing:
        check_amount(params["amount"], params["currency"])
        if "automatic_payment_methods" not in params and not of_session:
            raise Refusal("This stand-in serves automatic_payment_methods only.")
        intent = self._books.new(
            "payment_intent",
            "pi_3",
            amount=params["amount"],
            amount_capturable=0,
            amount_received=0,
            automatic_payment_methods=params.get("automatic_payment_methods"),
            canceled_at=None,
            cancellation_reason=None,
            capture_method="automatic_async",
            client_secret=None,
            confirmation_method="automatic",
            currency=params["currency"],
            description=params.get("description"),
            last_payment_error=None,
            latest_charge=None,
            metadata=dict(params.get("metadata") or {}),
            next_action=None,
            payment_method=None,
            payment_method_types=["card", "link", "sepa_debit"],
            status="requires_payment_method",
            transfer_group=params.get("transfer_group"),
        )
        intent["client_secret"] = f"{intent['id']}_secret_{new_id('')}"
        if of_session:
            self._of_sessions.add(intent["id"])
        self._books.tell("payment_intent.created", intent)
        return intent

    def get(self, reference: str) -> Thing:
        return self._books.get("payment_intent", reference)

    def confirm(self, reference: str, params: dict[str, Any]) -> Thing:
        """Try to charge. A decline is a 402 whose intent is ready for the next attempt."""
        intent = self.get(reference)
        if intent["status"] not in _OPEN:
            raise wrong_state("confirm", intent)
        found = outcome_of(params)
        if found is None:
            raise Refusal("No such PaymentMethod", code="resource_missing", param="payment_method")
        method, outcome = found
        intent["last_payment_error"] = None
        intent["payment_method"] = method if method.startswith("pm_") else new_id("pm_")
        if outcome.three_d_secure:
            self._ask_for_3ds(intent, found)
        elif outcome.late:
            self._pending[reference] = found
            self._move(intent, "processing")
        else:
            self._conclude(intent, outcome)
        return intent

    def authenticate(self, reference: str, *, success: bool) -> Thing:
        """The shopper's answer to the 3-D Secure question."""
        intent = self.get(reference)
        if intent["status"] != "requires_action":
            raise wrong_state("authenticate", intent)
        intent["next_action"] = None
        _, outcome = self._pending.pop(reference)
        if not success:
            outcome = Outcome(
                "declined",
                "authentication_required",
                "We are unable to authenticate your payment method. "
                "Please choose a different payment method and try again.",
            )
        self._conclude(intent, outcome, code=None if success else _AUTHENTICATION)
        return intent

    def finish(self, reference: str) -> Thing:
        """What a late payment comes to in the end."""
        intent = self.get(reference)
        if intent["status"] != "processing":
            raise AssertionError(f"{reference} is {intent['status']}, not processing")
        with suppress(Refusal):  # A late decline has nobody to answer; the event tells it.
            self._conclude(intent, self._pending.pop(reference)[1])
        return intent

    def cancel(self, reference: str, params: dict[str, Any]) -> Thing:
        intent = self.get(reference)
        if intent["status"] not in _OPEN:
            raise wrong_state("cancel", intent)
        if reference in self._of_sessions:
            raise Refusal("Expire the Checkout Session instead.", stored=True)
        return self.close(intent, params.get("cancellation_reason"))

    def close(self, intent: Thing, reason: str | None) -> Thing:
        intent |= {"canceled_at": self._books.now(), "cancellation_reason": reason}
        intent["next_action"] = None
        self._move(intent, "canceled")
        return intent

    def _ask_for_3ds(self, intent: Thing, found: tuple[str, Outcome]) -> None:
        self._pending[intent["id"]] = found
        intent["next_action"] = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "3ds2"}}
        self._move(intent, "requires_action")

    def _conclude(self, intent: Thing, outcome: Outcome, code: str | None = None) -> None:
        charge = self._charge(intent, outcome)
        if outcome.result == "succeeds":
            intent["amount_received"] = intent["amount"]
            self._books.post("shoppers", "platform", intent["amount"], intent["currency"])
            self._books.tell("charge.succeeded", charge)
            self._move(intent, "succeeded")
            return
        error = {
            "type": "card_error",
            "code": code or "card_declined",
            "decline_code": outcome.decline_code,
            "message": outcome.message,
            "charge": charge["id"],
        }
        intent |= {"last_payment_error": error, "payment_method": None}
        intent["status"] = "requires_payment_method"
        self._books.tell("charge.failed", charge)
        self._books.tell("payment_intent.payment_failed", intent)
        raise Refusal(
            outcome.message,
            status=402,
            kind="card_error",
            code=error["code"],
            decline_code=outcome.decline_code,
            about={"payment_intent": dict(intent)},
            stored=True,
        )

    def _charge(self, intent: Thing, outcome: Outcome) -> Thing:
        paid = outcome.result == "succeeds"
        details: dict[str, Any] = {"type": outcome.method, outcome.method: {}}
        if outcome.method == "card":
            wallet = {"type": outcome.wallet} if outcome.wallet else None
            details["card"] = {"brand": "visa", "last4": "4242", "wallet": wallet}
        charge = self._books.new(
            "charge",
            "ch_3" if outcome.method == "card" else "py_3",
            amount=intent["amount"],
            amount_captured=intent["amount"] if paid else 0,
            amount_refunded=0,
            currency=intent["currency"],
            captured=paid,
            metadata=dict(intent["metadata"]),
            paid=paid,
            payment_intent=intent["id"],
            payment_method_details=details,
            refunded=False,
            status="succeeded" if paid else "failed",
            transfer_group=intent["transfer_group"],
        )
        intent["latest_charge"] = charge["id"]
        return charge

    def _move(self, intent: Thing, status: str) -> None:
        intent["status"] = status
        self._books.tell(f"payment_intent.{status}", intent)


_AUTHENTICATION = "payment_intent_authentication_failure"
