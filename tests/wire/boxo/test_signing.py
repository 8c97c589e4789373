"""Signing by every setting, against vectors that another library made."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flask_till.errors import RequestError, SettingsError
from flask_till.wire.boxo.signing import Call, HeaderNames, Scheme, check_key, sign, verify

HERE = Path(__file__).parent
KNOWN = json.loads((HERE / "signature_vectors.json").read_text())
NOW, CLIENT = KNOWN["now"], KNOWN["client_id"]
CALL = Call("post", KNOWN["url"], KNOWN["body"].encode())
ENCODED: dict[str, Callable[[bytes], str]] = {
    "base64": lambda made: base64.b64encode(made).decode(),
    "hex": bytes.hex,
    "plain": lambda made: "".join(f"%{byte:02X}" for byte in made),
}


def scheme_of(vector: dict[str, Any], **more: Any) -> Scheme:
    return Scheme(
        algorithm=vector["algorithm"],
        hash=vector["hash"],
        payload_template=vector["template"],
        nonce_length=len(KNOWN["nonce"]),
        identity=KNOWN["identity"],
        merchant_id=KNOWN["merchant_id"],
        **more,
    )


def key_of(vector: dict[str, Any], part: str, form: str) -> bytes:
    keys = KNOWN["keys"][vector["algorithm"]]
    if vector["algorithm"] == "HMAC":
        return str(keys["secret"]).encode()
    if form == "DER":
        return base64.b64decode(keys[f"{part}_der"])
    return str(keys[f"{part}_pem"]).encode()


def headers_of(vector: dict[str, Any], encoding: str) -> dict[str, str]:
    signature = ENCODED[encoding](bytes.fromhex(vector["signature_hex"]))
    return {
        "x-signature": signature,
        "X-TIMESTAMP": str(NOW),
        "X-Nonce": KNOWN["nonce"],
        "X-Identity": KNOWN["identity"],
        "X-Client-Id": CLIENT,
    }


@pytest.mark.parametrize("form", ["PEM", "DER"])
@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("vector", KNOWN["vectors"], ids=lambda v: f"{v['algorithm']}-{v['hash']}")
def test_a_vector_is_verified_and_made(vector: dict[str, Any], encoding: Any, form: str) -> None:
    scheme = scheme_of(vector, encoding=encoding)
    public, private = (key_of(vector, part, form) for part in ("public", "private"))
    headers = headers_of(vector, encoding)
    assert verify(scheme, public, CALL, headers, client_id=CLIENT, now=NOW) == KNOWN["nonce"]
    made = sign(scheme, private, CALL, client_id=CLIENT, now=NOW, nonce=KNOWN["nonce"])
    verify(scheme, public, CALL, made, client_id=CLIENT, now=NOW)
    if vector["algorithm"] != "ECDSA" and encoding != "plain":
        assert made["X-Signature"] == headers["x-signature"]


def test_the_contracts_own_example_is_made_and_verified() -> None:
    example = json.loads((HERE / "examples/create-order-payment.json").read_text())
    asked, secret = example["request"], example["hmac_secret"].encode()
    call = Call(asked["method"], asked["path"], asked["raw_body"].encode())
    made = sign(Scheme(), secret, call, client_id="app36902", now=example["now"])
    assert made == {k: v for k, v in asked["headers"].items() if k.startswith("X-")}
    verify(Scheme(), secret, call, asked["headers"], client_id="app36902", now=example["now"] + 300)


SIGNED = sign(Scheme(), b"secret", CALL, client_id=CLIENT, now=NOW)


@pytest.mark.parametrize(
    "change",
    [
        {"X-Signature": "A" * 44},
        {"X-Signature": ""},
        {"X-Signature": "não" * 10},
        {"X-Signature": "A" * 5000},
        {"X-Timestamp": "x"},
        {"X-Timestamp": "١٧٧٢٤٤٥٦٠٠"},
        {"X-Timestamp": "9" * 40},
        {"X-Timestamp": str(NOW + 1)},
        {"X-Client-Id": "app2"},
    ],
)
def test_headers_that_were_tampered_with_are_refused(change: dict[str, str]) -> None:
    with pytest.raises(RequestError) as refused:
        verify(Scheme(), b"secret", CALL, SIGNED | change, client_id=CLIENT, now=NOW)
    assert (refused.value.code, refused.value.status) == ("INVALID_SIGNATURE", 400)


@pytest.mark.parametrize(
    "call",
    [replace(CALL, body=CALL.body + b" "), replace(CALL, method="PUT"), replace(CALL, url="/x")],
)
def test_another_request_is_refused(call: Call) -> None:
    with pytest.raises(RequestError, match="does not fit"):
        verify(Scheme(), b"secret", call, SIGNED, client_id=CLIENT, now=NOW)


@pytest.mark.parametrize("name", ["X-Signature", "X-Timestamp"])
def test_a_missing_header_is_named(name: str) -> None:
    sent = {key: value for key, value in SIGNED.items() if key != name}
    with pytest.raises(RequestError, match=name) as refused:
        verify(Scheme(), b"secret", CALL, sent, client_id=CLIENT, now=NOW)
    assert refused.value.code == "MISSING_HEADER"


@pytest.mark.parametrize("timespec", ["seconds", "milliseconds"])
@pytest.mark.parametrize(("off", "fits"), [(300, True), (-300, True), (301, False), (-301, False)])
def test_the_clock_may_be_off_by_five_minutes(timespec: Any, off: int, fits: bool) -> None:
    scheme = Scheme(timespec=timespec)
    made = sign(scheme, b"secret", CALL, client_id=CLIENT, now=NOW)
    if fits:
        verify(scheme, b"secret", CALL, made, client_id=CLIENT, now=NOW + off)
    else:
        with pytest.raises(RequestError):
            verify(scheme, b"secret", CALL, made, client_id=CLIENT, now=NOW + off)


def test_headers_and_the_signature_itself_take_the_partners_form() -> None:
    names = HeaderNames(signature="X-Sig", timestamp="X-When", client_id="X-Who")
    scheme = Scheme(headers=names, signature_template="v1={signature};", encoding="hex")
    made = sign(scheme, b"secret", CALL, client_id=CLIENT, now=NOW)
    assert set(made) == {"X-Sig", "X-When", "X-Who"}
    assert made["X-Sig"].startswith("v1=")
    assert made["X-Sig"].endswith(";")
    verify(scheme, b"secret", CALL, made, client_id=CLIENT, now=NOW)
    bare = made | {"X-Sig": made["X-Sig"][3:-1]}
    with pytest.raises(RequestError):
        verify(scheme, b"secret", CALL, bare, client_id=CLIENT, now=NOW)


@pytest.mark.parametrize(
    "settings",
    [
        {"algorithm": "none"},
        {"hash": "SHA-0"},
        {"payload_template": "{timestamp}"},
        {"payload_template": "{payload}{secret}"},
        {"signature_template": "fixed"},
        {"encoding": "base32"},
        {"timespec": "days"},
        {"nonce_length": -1},
    ],
)
def test_settings_that_cannot_work_are_refused_when_they_are_made(settings: Any) -> None:
    with pytest.raises(SettingsError):
        Scheme(**settings)


@pytest.mark.parametrize(
    ("algorithm", "key"),
    [("HMAC", b""), ("RSA2", b"x"), ("ECDSA", KNOWN["keys"]["RSA2"]["public_pem"].encode())],
)
def test_a_key_that_does_not_fit_is_refused(algorithm: Any, key: bytes) -> None:
    with pytest.raises(SettingsError):
        check_key(Scheme(algorithm=algorithm), key, private=False)
