"""Reading a webhook: whatever arrives, the answer is a genuine event or a 4xx, never a 5xx.

Order matters: sizes, then signature and age over the raw bytes, and only then the JSON. The HMAC
and the constant-time comparison are the SDK's; around them this module closes what the SDK
leaves open (events dated in the future, and hostile bytes that make it raise other errors).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

from flask_till.errors import BadSignature, SettingsError, Unreadable

LARGEST_BODY = 64 * 1024
LARGEST_HEADER = 4 * 1024
OLDEST = 300
NEWEST = 60
"""Seconds: how long ago, and how far ahead of our clock, an event may have been signed."""

_TIMESTAMP = re.compile(r"(?:^|,)t=([0-9]{1,12})(?=,|$)")
_PRINTABLE = re.compile(r"[\x21-\x7e]+\Z")
_SHORTEST_SECRET = 16


class EventReader:
    """Turns signed bytes into an event; knows the endpoint's secrets, newest first or not."""

    def __init__(self, secrets: Sequence[str], clock: Callable[[], datetime]) -> None:
        self._secrets = _checked(secrets)
        self._clock = clock

    def read(self, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
        """The event as plain JSON values.

        Raises `BadSignature` for anything not signed by Stripe within the last minutes, and
        `Unreadable` for signed bytes that are not an event.
        """
        header = _signature_header(headers)
        if len(body) > LARGEST_BODY:
            raise Unreadable(f"A webhook body has at most {LARGEST_BODY} bytes.")
        self._verify(body, header)
        self._check_age(header)
        return _event(body)

    def _verify(self, body: bytes, header: str) -> None:
        if not any(_made_with(secret, body, header) for secret in self._secrets):
            raise BadSignature("No active webhook secret made this signature.")

    def _check_age(self, header: str) -> None:
        stamps = _TIMESTAMP.findall(header)
        if len(stamps) != 1:
            raise BadSignature("The signature must carry one timestamp.")
        age = self._clock().timestamp() - int(stamps[0])
        if not -NEWEST <= age <= OLDEST:
            raise BadSignature(f"The signature was made {age:.0f} s ago by our clock.")


def _checked(secrets: Sequence[str]) -> tuple[str, ...]:
    if isinstance(secrets, str):
        raise _bad_secret("webhook_secrets is a list, so that two can be active during rotation.")
    if not secrets:
        raise _bad_secret("No webhook secret is set, so no payment could ever be believed.")
    for secret in secrets:
        if not secret or len(secret) < _SHORTEST_SECRET:
            raise _bad_secret("A webhook secret is empty or too short.")
        if not _PRINTABLE.match(secret):
            raise _bad_secret("A webhook secret has spaces or other characters that none has.")
    return tuple(secrets)


def _bad_secret(message: str) -> SettingsError:
    return SettingsError(
        message, remedy="Copy the endpoint's signing secret, whsec_..., from Stripe's dashboard."
    )


def _made_with(secret: str, body: bytes, header: str) -> bool:
    from stripe import WebhookSignature

    try:
        WebhookSignature.verify_header(body, header, secret)
    except Exception:  # noqa: BLE001 - the SDK raises all sorts of errors on hostile bytes
        return False
    return True


def _signature_header(headers: Mapping[str, str]) -> str:
    found = [value for name, value in headers.items() if name.lower() == "stripe-signature"]
    if len(found) != 1:
        raise BadSignature("The Stripe-Signature header is missing.")
    header = found[0]
    if len(header) > LARGEST_HEADER or not _PRINTABLE.match(header):
        raise BadSignature("The Stripe-Signature header is not one.")
    return header


def _event(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(
            body.decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_no_repeats
        )
    except (ValueError, RecursionError):
        raise Unreadable("The signed body is not strict JSON.") from None
    if not _is_event(event):
        raise Unreadable("The signed body is not a Stripe event.")
    return dict(event)


def _is_event(event: object) -> bool:
    if not isinstance(event, dict) or event.get("object") != "event":
        return False
    data = event.get("data")
    return (
        isinstance(event.get("id"), str)
        and isinstance(event.get("type"), str)
        and isinstance(event.get("livemode"), bool)
        and isinstance(event.get("account"), (str, type(None)))
        and isinstance(data, dict)
        and isinstance(data.get("object"), dict)
    )


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is there twice")
    return members
