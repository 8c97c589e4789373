"""Stripe's errors, in Stripe's shape."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """An answer other than 200; ``stored`` when a repeat of the same key gets it again."""

    def __init__(
        self,
        message: str,
        *,
        status: int = 400,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        decline_code: str | None = None,
        about: dict[str, Any] | None = None,
        stored: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.stored = stored
        error = {
            "type": kind,
            "message": message,
            "code": code,
            "param": param,
            "decline_code": decline_code,
        }
        self.body = {"error": {k: v for k, v in error.items() if v is not None} | (about or {})}


def missing(kind: str, reference: str) -> Refusal:
    return Refusal(
        f"No such {kind}: '{reference}'", status=404, code="resource_missing", param="id"
    )


def wrong_state(verb: str, intent: dict[str, Any]) -> Refusal:
    return Refusal(
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}.",
        code="payment_intent_unexpected_state",
        about={"payment_intent": dict(intent)},
        stored=True,
    )
