"""The wallet's signing keys: the documents that publish them, and the keys themselves (3.1)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.rsa import (
    RSAPrivateKey,
    RSAPublicKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
)
from pydantic import StringConstraints, model_validator

from .message import Message

SMALLEST_KEY = 2048
"""Bits. A shorter key is refused."""

KeyVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
"""A label; it also stands in a header and in a path."""
KeyText = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9+/]{1,8192}={0,2}$")]
"""base64 of a DER SubjectPublicKeyInfo."""
MerchantId = Annotated[str, StringConstraints(pattern=r"^[\x21-\x2b\x2d-\x7e]{1,255}$")]
"""Printable ASCII without the comma that joins the signed text."""


def key_hash(public_key_base64: str) -> str:
    """Lowercase hex SHA-256 of the key's base64 text, not of its DER bytes (3.1)."""
    return hashlib.sha256(public_key_base64.encode("ascii")).hexdigest()


@dataclass(frozen=True)
class TrustedKey:
    """A public key of the wallet, as a shop keeps it after fetching (3.1)."""

    merchant_external_id: str
    version: str
    public_key_base64: str

    @property
    def hash(self) -> str:
        return key_hash(self.public_key_base64)

    @cached_property
    def rsa(self) -> RSAPublicKey:
        """The key itself. Raises `ValueError` if the text holds no RSA key of 2048 bits or more."""
        der = base64.b64decode(self.public_key_base64, validate=True)
        key = load_der_public_key(der)
        if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
            raise ValueError(f"not an RSA key of {SMALLEST_KEY} bits or more")
        return key


class PublicKey(Message):
    """One public key (3.1)."""

    public_key_base64: KeyText
    version: KeyVersion


class SigningKeys(Message):
    """GET signing-keys/public: all live keys (3.1). No version stands twice."""

    merchant_external_id: MerchantId
    public_keys: list[PublicKey]

    @model_validator(mode="after")
    def _each_version_once(self) -> SigningKeys:
        versions = [key.version for key in self.public_keys]
        if len(set(versions)) != len(versions):
            raise ValueError("a key version stands more than once")
        return self

    def trusted(self) -> dict[str, TrustedKey]:
        """The keys by version; `signature.verify` takes the ``get`` of it."""
        return {key.version: _trusted(self.merchant_external_id, key) for key in self.public_keys}


class SigningKey(Message):
    """GET signing-keys/public/{version}: that one key (3.1)."""

    merchant_external_id: MerchantId
    public_key: PublicKey

    def trusted(self) -> TrustedKey:
        """The key; `signature.verify` checks that its version is the one asked for."""
        return _trusted(self.merchant_external_id, self.public_key)


def _trusted(merchant_external_id: str, key: PublicKey) -> TrustedKey:
    return TrustedKey(merchant_external_id, key.version, key.public_key_base64)


# --- The wallet's side --------------------------------------------------------------------------


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


def public_text(key: RSAPrivateKey) -> str:
    """Its public half as ``public_key_base64`` (3.1)."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode("ascii")


def published(key: RSAPrivateKey, version: str) -> PublicKey:
    """Its public half as the key documents have it (3.1)."""
    return PublicKey(public_key_base64=public_text(key), version=version)
