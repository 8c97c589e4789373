"""The platform's RSA keys, and the document that publishes them (2.1)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Annotated, Literal

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    RSAPublicNumbers,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from pydantic import Field, StringConstraints, model_validator

from .message import Message, invalid

SMALLEST_KEY = 2048
"""Bits. A shorter key is refused."""

LARGEST_KEY = 8192
"""Bits. A longer one costs too much to verify."""

ALGORITHM = "RS256"

KeyId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,128}$")]
Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,2048}$")]


class Jwk(Message):
    """One public key (2.1)."""

    kty: Literal["RSA"]
    kid: KeyId
    alg: Literal["RS256"]
    n: Base64Url
    e: Base64Url

    @classmethod
    def of(cls, key: RSAPrivateKey | RSAPublicKey) -> Jwk:
        """The public half; its ``kid`` is `key_id`."""
        public = key.public_key() if isinstance(key, RSAPrivateKey) else key
        numbers = public.public_numbers()
        return cls(
            kty="RSA",
            kid=key_id(public),
            alg="RS256",
            n=_encoded(numbers.n),
            e=_encoded(numbers.e),
        )

    def public_key(self) -> RSAPublicKey:
        """The key itself. Raises `RequestError` (validation-error) when it is none, or weak."""
        modulus, exponent = _decoded(self.n), _decoded(self.e)
        if not SMALLEST_KEY <= modulus.bit_length() <= LARGEST_KEY:
            raise invalid(f"n: must have {SMALLEST_KEY} to {LARGEST_KEY} bits")
        try:
            return RSAPublicNumbers(exponent, modulus).public_key()
        except ValueError:
            raise invalid("n, e: no RSA key") from None


class Jwks(Message):
    """GET ``/auth/jwks.json`` (2.1). No ``kid`` stands twice."""

    keys: Annotated[list[Jwk], Field(max_length=20)]

    @model_validator(mode="after")
    def _each_once(self) -> Jwks:
        if len({key.kid for key in self.keys}) != len(self.keys):
            raise ValueError("a kid stands more than once")
        return self

    @classmethod
    def of(cls, *keys: RSAPrivateKey | RSAPublicKey) -> Jwks:
        """All that tokens in use may be signed with: the newest and those before it."""
        return cls(keys=[Jwk.of(key) for key in keys])

    def by_id(self) -> Mapping[str, RSAPublicKey]:
        """The keys by ``kid``. Raises `RequestError` as `Jwk.public_key` does."""
        return {key.kid: key.public_key() for key in self.keys}


def key_id(key: RSAPublicKey) -> str:
    """Its thumbprint by RFC 7638: the same key has the same ``kid`` everywhere."""
    numbers = key.public_numbers()
    members = {"e": _encoded(numbers.e), "kty": "RSA", "n": _encoded(numbers.n)}
    text = json.dumps(members, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(hashlib.sha256(text).digest()).rstrip(b"=").decode()


def new_private_key() -> RSAPrivateKey:
    """A fresh key pair; takes about a tenth of a second."""
    return generate_private_key(public_exponent=65537, key_size=SMALLEST_KEY)


def to_pem(key: RSAPrivateKey) -> str:
    """For keeping, PKCS #8. A secret: store it encrypted."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")


def from_pem(text: str) -> RSAPrivateKey:
    """Raises `ValueError` if the text holds no RSA private key of 2048 bits or more."""
    # It is one that `to_pem` wrote, and was sealed since: to prove it prime again takes 50 ms.
    key = load_pem_private_key(
        text.encode("ascii"), password=None, unsafe_skip_rsa_key_validation=True
    )
    if not isinstance(key, RSAPrivateKey) or key.key_size < SMALLEST_KEY:
        raise ValueError(f"not an RSA key of {SMALLEST_KEY} bits or more")
    return key


def _encoded(number: int) -> str:
    raw = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decoded(text: str) -> int:
    try:
        return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
    except ValueError:
        raise invalid("n, e: not base64url") from None
