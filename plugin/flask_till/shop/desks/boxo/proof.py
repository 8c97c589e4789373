"""Signatures of our calls to a Boxo platform, and of its webhooks (2.2 of the contract)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from ....errors import BadSignature, RequestError, SettingsError
from ....wire.boxo.signing import Call, Scheme, check_key, sign, verify

Key = str | bytes | None


@dataclass(frozen=True, slots=True)
class Proof:
    """Without a scheme nothing is signed, and no webhook's signature is looked at."""

    scheme: Scheme | None = None
    key: bytes = field(default=b"", repr=False)
    webhook_key: bytes = field(default=b"", repr=False)
    is_required: bool = False

    @classmethod
    def of(cls, scheme: Scheme | None, key: Key, webhook_key: Key, *, required: bool) -> Proof:
        """``key`` alone means the default scheme. Raises `SettingsError` for what cannot work."""
        ours, theirs = _bytes(key), _bytes(webhook_key)
        if scheme is None and (ours or theirs):
            scheme = Scheme()
        if scheme is not None:
            if ours or not theirs:
                check_key(scheme, ours, private=True)
            if scheme.algorithm == "HMAC":
                theirs = theirs or ours  # one secret, both ways
            if theirs:
                check_key(scheme, theirs, private=False)
        if required and not theirs:
            raise SettingsError(
                "Webhooks must be signed, and nothing is there to check that with.",
                remedy="Give BoxoDesk the secret as key=, or the platform's public webhook_key=.",
            )
        return cls(scheme, ours, theirs, required)

    def headers(self, call: Call, app_id: str, now: int) -> dict[str, str]:
        """What proves a call of ours; ``now`` in unix seconds."""
        if self.scheme is None or not self.key:
            return {}
        nonce = secrets.token_hex(64)[: self.scheme.nonce_length]
        return sign(self.scheme, self.key, call, client_id=app_id, now=now, nonce=nonce)

    def check(
        self, call: Call, headers: Mapping[str, str], callers: tuple[str, ...], now: int
    ) -> None:
        """Raises `BadSignature` for a webhook whose signature is wrong, or missing though required.

        ``callers`` are the ids that the platform may call as, the likeliest first.
        """
        if self.scheme is None or not self.webhook_key:
            return
        names = self.scheme.headers
        if names.signature.lower() not in headers and not self.is_required:
            return
        told = headers.get(names.client_id.lower())
        client_id = told if told in callers else callers[0]
        try:
            verify(self.scheme, self.webhook_key, call, headers, client_id=client_id, now=now)
        except RequestError as error:
            raise BadSignature("The webhook's signature does not fit.") from error


def _bytes(key: Key) -> bytes:
    return key.encode() if isinstance(key, str) else key or b""
