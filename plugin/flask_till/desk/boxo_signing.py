"""Signing settings of Boxo partners: read, checked, kept as JSON, and used on our own calls (2.2).

A key is kept as text: the secret of HMAC, a PEM as it is, a DER in base64.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from ..base.clock import Clock
from ..base.sealing import Seal
from ..errors import InvalidRequest, SettingsError
from ..wire.boxo.signing import Call, HeaderNames, Scheme, check_key, sign
from .boxo_payment import Proof

_PEM = serialization.Encoding.PEM


@dataclass(frozen=True, slots=True)
class Signing:
    """A scheme with its keys, as they are given at enrolment."""

    scheme: Mapping[str, Any]
    key: str = field(repr=False)
    own_key: str | None = field(default=None, repr=False)

    @property
    def own_public_key(self) -> str | None:
        """What a partner checks our signatures with, as PEM; None for a shared secret."""
        if self.own_key is None:
            return None
        public = _load_private(self.own_key).public_key()
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        made: bytes = public.public_bytes(_PEM, kind)
        return made.decode()


def read_signing(given: Mapping[str, Any]) -> Signing:
    """Fields of the table in 2.2 (``headers`` a mapping), ``key``, and ``own_key`` or a new one.

    Raises `InvalidRequest` for settings that cannot work.
    """
    values = dict(given)
    key, own_key = values.pop("key", None), values.pop("own_key", None)
    values.pop("key_format", None)  # PEM and DER tell themselves apart
    try:
        scheme = _scheme(values)
        if not isinstance(key, str) or not key:
            raise SettingsError("The key is missing.")
        check_key(scheme, key_bytes(scheme, key), private=False)
        if scheme.algorithm != "HMAC":
            own_key = own_key or _new_key(scheme)
            check_key(scheme, key_bytes(scheme, own_key), private=True)
    except SettingsError as error:
        raise InvalidRequest(error.message, code="SIGNING_REFUSED") from None
    except (TypeError, AttributeError, ValueError):
        raise InvalidRequest(
            "A signing setting is of a wrong kind.", code="SIGNING_REFUSED"
        ) from None
    return Signing(asdict(scheme), key, None if scheme.algorithm == "HMAC" else own_key)


def scheme_of(kept: Mapping[str, Any]) -> Scheme:
    """The scheme that was kept as JSON."""
    return _scheme(kept)


def _scheme(values: Mapping[str, Any]) -> Scheme:
    known = {one.name for one in fields(Scheme)}
    names = {one.name for one in fields(HeaderNames)}
    headers = values.get("headers") or {}
    unknown = sorted((set(values) - known) | (set(headers) - names))
    if unknown:
        raise SettingsError(f"There is no signing setting called {', '.join(unknown)}.")
    return Scheme(**{**values, "headers": HeaderNames(**headers)})


def key_bytes(scheme: Scheme, text: str) -> bytes:
    """A key as `wire.boxo.signing` takes it. Raises `SettingsError`."""
    if scheme.algorithm == "HMAC" or text.lstrip().startswith("-----BEGIN"):
        return text.encode()
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (ValueError, binascii.Error):
        raise SettingsError("The key is neither a PEM nor a DER in base64.") from None


def signed_headers(
    seal: Seal, clock: Clock, proof: Proof, client_id: str, url: str, body: bytes
) -> dict[str, str]:
    """What proves a POST of ours to a partner; nothing when it has no signing settings.

    ``{url}`` of a call to a partner is the path of its URL.
    """
    if proof.scheme is None or proof.key is None:
        return {}
    scheme = scheme_of(proof.scheme)
    key = key_bytes(scheme, seal.open(proof.own_key or proof.key))
    call = Call("POST", urlsplit(url).path or "/", body)
    nonce = secrets.token_hex(64)[: scheme.nonce_length]
    return sign(scheme, key, call, client_id=client_id, now=int(clock().timestamp()), nonce=nonce)


def _new_key(scheme: Scheme) -> str:
    private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if scheme.algorithm == "RSA2":
        private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    else:
        private = ec.generate_private_key(ec.SECP256R1())
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return private.private_bytes(_PEM, kind, plain).decode()


def _load_private(text: str) -> Any:
    if text.lstrip().startswith("-----BEGIN"):
        return serialization.load_pem_private_key(text.encode(), None)
    return serialization.load_der_private_key(base64.b64decode("".join(text.split())), None)
