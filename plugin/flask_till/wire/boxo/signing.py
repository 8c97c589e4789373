"""Request signing as each partner sets it up (2.2): sign and verify by the same settings."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote_from_bytes, unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hmac import HMAC

from ...errors import RequestError, SettingsError
from .error_codes import BoxoCode, refusal

TOLERANCE = 300
"""Seconds that a timestamp may be off, either way."""
LONGEST_SIGNATURE = 4096

HASHES: Mapping[str, type[hashes.HashAlgorithm]] = {
    "MD5": hashes.MD5,
    "SHA-1": hashes.SHA1,
    "SHA-224": hashes.SHA224,
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
}
PARTS = frozenset(
    {"timestamp", "nonce", "identity", "client_id", "merchant_id", "request_method", "url",
     "payload"}
)  # fmt: skip
_PART = re.compile(rb"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class HeaderNames:
    """Which header carries what."""

    signature: str = "X-Signature"
    timestamp: str = "X-Timestamp"
    nonce: str = "X-Nonce"
    identity: str = "X-Identity"
    client_id: str = "X-Client-Id"
    merchant_id: str = "X-Merchant-Id"


@dataclass(frozen=True, slots=True)
class Scheme:
    """How one partner signs. Raises `SettingsError` for what cannot work.

    ``nonce_length`` 0 is no nonce; ``identity`` and ``merchant_id`` are fixed texts.
    """

    algorithm: Literal["HMAC", "RSA2", "ECDSA"] = "HMAC"
    hash: str = "SHA-256"
    headers: HeaderNames = field(default_factory=HeaderNames)
    payload_template: str = "{timestamp}.{request_method}.{url}.{payload}"
    signature_template: str = "{signature}"
    timespec: Literal["seconds", "milliseconds"] = "seconds"
    nonce_length: int = 0
    identity: str = ""
    merchant_id: str = ""
    encoding: Literal["base64", "hex", "plain"] = "base64"

    def __post_init__(self) -> None:
        if self.algorithm not in ("HMAC", "RSA2", "ECDSA") or self.hash not in HASHES:
            raise _cannot(f"algorithm {self.algorithm} with {self.hash} is not known")
        unknown = set(_PART.findall(self.payload_template.encode())) - {p.encode() for p in PARTS}
        if unknown or "{payload}" not in self.payload_template:
            raise _cannot("the payload template must have {payload} and only known parts")
        if self.signature_template.count("{signature}") != 1:
            raise _cannot("the signature template must have {signature} once")
        if self.encoding not in _ENCODINGS or self.timespec not in ("seconds", "milliseconds"):
            raise _cannot("its encoding or timespec is not known")
        if not 0 <= self.nonce_length <= 128:
            raise _cannot("a nonce has at most 128 letters")


@dataclass(frozen=True, slots=True)
class Call:
    """The request that is signed: its API path from ``/api/v1/`` on, and its body as sent."""

    method: str
    url: str
    body: bytes


def sign(
    scheme: Scheme, key: bytes, call: Call, *, client_id: str, now: int, nonce: str = ""
) -> dict[str, str]:
    """The headers that prove the call. ``key``: the secret, or a private key as PEM or DER.

    ``now`` in seconds; ``nonce`` when the scheme has one.
    """
    timestamp = str(now * 1000 if scheme.timespec == "milliseconds" else now)
    names = scheme.headers
    values = {
        names.timestamp: timestamp,
        names.client_id: client_id,
        names.nonce: nonce if scheme.nonce_length else "",
        names.identity: scheme.identity,
        names.merchant_id: scheme.merchant_id,
    }
    made = _make(scheme, key, _signed_text(scheme, call, timestamp, nonce, client_id))
    signature = scheme.signature_template.replace(
        "{signature}", _ENCODINGS[scheme.encoding][0](made)
    )
    return {name: value for name, value in values.items() if value} | {names.signature: signature}


def verify(
    scheme: Scheme, key: bytes, call: Call, headers: Mapping[str, str], *, client_id: str, now: int
) -> str:
    """Raises `RequestError` (MISSING_HEADER, INVALID_SIGNATURE) unless the call is the partner's.

    Returns the nonce: whoever calls keeps it for the tolerance and refuses it the second time.
    """
    sent = {name.lower(): value for name, value in headers.items()}
    names = scheme.headers
    signature = _header(sent, names.signature)
    timestamp = _header(sent, names.timestamp)
    nonce = _header(sent, names.nonce) if scheme.nonce_length else ""
    _same(sent.get(names.client_id.lower(), client_id), client_id)
    if scheme.identity:
        _same(_header(sent, names.identity), scheme.identity)
    if scheme.nonce_length and len(nonce) != scheme.nonce_length:
        raise _invalid()
    _check_time(scheme, timestamp, now)
    text = _signed_text(scheme, call, timestamp, nonce, client_id)
    _check(scheme, key, text, _bare(scheme, signature))
    return nonce


def _signed_text(scheme: Scheme, call: Call, timestamp: str, nonce: str, client_id: str) -> bytes:
    """The template filled in one pass, so that a value is never read as a template."""
    values = {
        b"timestamp": timestamp.encode(),
        b"nonce": nonce.encode(),
        b"identity": scheme.identity.encode(),
        b"client_id": client_id.encode(),
        b"merchant_id": scheme.merchant_id.encode(),
        b"request_method": call.method.upper().encode(),
        b"url": call.url.encode(),
        b"payload": call.body,
    }
    return _PART.sub(lambda part: values[part[1]], scheme.payload_template.encode())


def _make(scheme: Scheme, key: bytes, text: bytes) -> bytes:
    chosen = HASHES[scheme.hash]()
    if scheme.algorithm == "HMAC":
        return _digest(key, text, chosen)
    private = _load(scheme, key, private=True)
    if isinstance(private, rsa.RSAPrivateKey):
        return private.sign(text, padding.PKCS1v15(), chosen)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return private.sign(text, ec.ECDSA(chosen))


def _check(scheme: Scheme, key: bytes, text: bytes, signature: bytes) -> None:
    chosen = HASHES[scheme.hash]()
    if scheme.algorithm == "HMAC":
        if not hmac.compare_digest(_digest(key, text, chosen), signature):
            raise _invalid()
        return
    public = _load(scheme, key, private=False)
    try:
        if isinstance(public, rsa.RSAPublicKey):
            public.verify(signature, text, padding.PKCS1v15(), chosen)
        else:
            assert isinstance(public, ec.EllipticCurvePublicKey)
            public.verify(signature, text, ec.ECDSA(chosen))
    except InvalidSignature:
        raise _invalid() from None


def _digest(key: bytes, text: bytes, chosen: hashes.HashAlgorithm) -> bytes:
    if not key:
        raise _cannot("the secret is empty")
    maker = HMAC(key, chosen)
    maker.update(text)
    return maker.finalize()


def check_key(scheme: Scheme, key: bytes, *, private: bool) -> None:
    """Raises `SettingsError` unless the key fits the scheme's algorithm."""
    if scheme.algorithm == "HMAC":
        _digest(key, b"", HASHES[scheme.hash]())
    else:
        _load(scheme, key, private=private)


def _load(scheme: Scheme, key: bytes, *, private: bool) -> object:
    wanted = _KINDS[scheme.algorithm, private]
    for load in _PRIVATE if private else _PUBLIC:
        try:
            found = load(key)
        except (ValueError, TypeError):
            continue
        if isinstance(found, wanted):
            return found
    raise _cannot(f"the key is no {'private' if private else 'public'} {scheme.algorithm} key")


_PRIVATE = (
    lambda key: serialization.load_pem_private_key(key, None),
    lambda key: serialization.load_der_private_key(key, None),
)
_PUBLIC = (serialization.load_pem_public_key, serialization.load_der_public_key)
_KINDS: Mapping[tuple[str, bool], type] = {
    ("RSA2", True): rsa.RSAPrivateKey,
    ("RSA2", False): rsa.RSAPublicKey,
    ("ECDSA", True): ec.EllipticCurvePrivateKey,
    ("ECDSA", False): ec.EllipticCurvePublicKey,
}


def _check_time(scheme: Scheme, timestamp: str, now: int) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 16):
        raise _invalid()
    off = int(timestamp) - (now * 1000 if scheme.timespec == "milliseconds" else now)
    if abs(off) > TOLERANCE * (1000 if scheme.timespec == "milliseconds" else 1):
        raise _invalid()


def _bare(scheme: Scheme, signature: str) -> bytes:
    before, _, after = scheme.signature_template.partition("{signature}")
    fits = signature.startswith(before) and signature.endswith(after)
    if not fits or not len(before) + len(after) < len(signature) <= LONGEST_SIGNATURE:
        raise _invalid()
    inner = signature[len(before) : len(signature) - len(after)]
    try:
        return _ENCODINGS[scheme.encoding][1](inner)
    except (ValueError, binascii.Error):
        raise _invalid() from None


_ENCODINGS: Mapping[str, tuple[Callable[[bytes], str], Callable[[str], bytes]]] = {
    "base64": (
        lambda made: base64.b64encode(made).decode(),
        lambda text: base64.b64decode(text, validate=True),
    ),
    "hex": (bytes.hex, lambda text: binascii.unhexlify(text)),
    # The bytes themselves, those that no header can carry as %XX.
    "plain": (
        lambda made: quote_from_bytes(made, safe="!#$&'()*+,/:;=?@[]~"),
        lambda text: unquote_to_bytes(text.encode("latin-1")),
    ),
}


def _header(sent: Mapping[str, str], name: str) -> str:
    try:
        return sent[name.lower()]
    except KeyError:
        raise refusal(BoxoCode.MISSING_HEADER, f"The header {name} is missing.") from None


def _same(told: str, ours: str) -> None:
    if not hmac.compare_digest(told.encode(), ours.encode()):
        raise _invalid()


def _invalid() -> RequestError:
    return refusal(BoxoCode.INVALID_SIGNATURE, "The signature does not fit.")


def _cannot(why: str) -> SettingsError:
    return SettingsError(f"The signing settings cannot work: {why}.")
