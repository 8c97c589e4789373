"""Calls and webhooks that are signed, judged by a stand-in and by stock cryptography."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from flask_till import BoxoHeaders, BoxoScheme
from flask_till.errors import BadSignature, SettingsError, Unauthenticated
from flask_till.shop.desks.boxo.proof import Proof
from flask_till.wire.boxo.signing import Call
from tests.shop.dollars import ORDER
from tests.stand_ins.boxo_platform import APP_ID, CLIENT_ID, SIGNING_SECRET, password

PATH = "/till/callbacks/boxo"
FIRST = f"op_{1:026d}"
KEYS = {
    "RSA2": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ECDSA": ec.generate_private_key(ec.SECP256R1()),
}


def test_a_platform_that_wants_signatures_gets_them(new_desk, platform):
    platform.wants_signatures = True
    desk = new_desk(key=SIGNING_SECRET)
    desk.create(ORDER)
    assert desk.get(replace(ORDER, desk_order_id=FIRST)).status == "pending"
    assert [one.headers["x-client-id"] for one in platform.asked] == [APP_ID] * 2
    with pytest.raises(Unauthenticated) as refused:
        new_desk(key="another secret").create(ORDER)
    assert refused.value.code == "INVALID_SIGNATURE"
    with pytest.raises(Unauthenticated):
        new_desk().create(ORDER)


def test_the_contracts_own_example_is_signed_the_same():
    name = Path(__file__).parents[2] / "wire/boxo/examples/create-order-payment.json"
    example = json.loads(name.read_bytes())
    asked = example["request"]
    proof = Proof.of(None, example["hmac_secret"], None, required=False)
    call = Call(asked["method"], asked["path"], asked["raw_body"].encode())
    made = proof.headers(call, "app36902", example["now"])
    assert made == {n: v for n, v in asked["headers"].items() if n != "Content-Type"}


def test_the_platforms_mount_is_not_signed(new_desk, platform):
    platform.wants_signatures = True

    def unmounted(environ, start_response):
        assert environ["PATH_INFO"].startswith("/boxo/api/v1/")
        environ["PATH_INFO"] = environ["PATH_INFO"].removeprefix("/boxo")
        return platform.app(environ, start_response)

    desk = new_desk(
        "https://desk.example/boxo",
        key=SIGNING_SECRET,
        transport=httpx.WSGITransport(app=unmounted),
    )
    assert desk.create(ORDER).key.order_url == f"https://desk.example/boxo/hostapp/pay/{FIRST}"


@pytest.mark.parametrize("encoding", [Encoding.PEM, Encoding.DER])
@pytest.mark.parametrize("algorithm", ["RSA2", "ECDSA"])
def test_a_private_key_signs_what_stock_cryptography_verifies(
    new_desk, platform, clock, algorithm, encoding
):
    private = KEYS[algorithm]
    scheme = BoxoScheme(
        algorithm=algorithm,
        headers=BoxoHeaders(signature="X-Sign"),
        nonce_length=20,
        payload_template="{nonce}|{request_method}|{url}|{payload}",
    )
    key = private.private_bytes(encoding, PrivateFormat.PKCS8, NoEncryption())
    new_desk(scheme=scheme, key=key).create(ORDER)
    (asked,) = platform.asked
    nonce = asked.headers["x-nonce"]
    text = f"{nonce}|POST|/api/v1/orders/create-order-payment/|".encode() + asked.raw
    signature = base64.b64decode(asked.headers["x-sign"])
    assert len(nonce) == 20
    if algorithm == "RSA2":
        private.public_key().verify(signature, text, padding.PKCS1v15(), SHA256())
    else:
        private.public_key().verify(signature, text, ec.ECDSA(SHA256()))


# ---- webhooks ----


@pytest.fixture
def told(platform):
    """A webhook as bytes, and its headers without a signature."""

    def tell(**odd):
        raw, headers = platform.webhook(FIRST, **odd)
        return raw, {name.lower(): value for name, value in headers.items()} | {":path": PATH}

    return tell


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize("caller", [APP_ID, CLIENT_ID])
def test_a_signed_webhook_is_taken_from_either_name(new_desk, platform, told, clock, caller):
    desk = new_desk(key=SIGNING_SECRET, require_signature=True)
    desk.create(ORDER)
    platform.move(FIRST, "paid")
    raw, headers = told()
    signed = lower(platform.signed(PATH, raw, **{"X-Client-Id": caller}))
    assert desk.verify_callback(headers | signed, raw, clock())[1].status == "paid"


def test_a_wrong_signature_is_refused_and_a_missing_one_when_it_must_be_there(
    new_desk, platform, told, clock
):
    desk = new_desk(key=SIGNING_SECRET)
    strict = new_desk(key=SIGNING_SECRET, require_signature=True)
    desk.create(ORDER)
    platform.move(FIRST, "paid")
    platform.asked.clear()
    raw, headers = told()
    good = lower(platform.signed(PATH, raw))
    for signed, body in (
        ({**good, "x-signature": "AAAA"}, raw),
        ({**good, "x-signature": ""}, raw),
        ({**good, "x-signature": "\xe9"}, raw),
        ({**good, "x-timestamp": "1"}, raw),
        ({name: value for name, value in good.items() if name != "x-timestamp"}, raw),
        ({**good, "x-client-id": "somebody"}, raw),
        (good, raw + b" "),
        (lower(platform.signed("/elsewhere", raw)), raw),
    ):
        with pytest.raises(BadSignature):
            desk.verify_callback(headers | signed, body, clock())
    with pytest.raises(BadSignature):
        strict.verify_callback(headers, raw, clock())
    assert platform.asked == []
    assert desk.verify_callback(headers, raw, clock())[1].status == "paid"


def test_a_signature_is_no_password(new_desk, platform, told, clock):
    desk = new_desk(key=SIGNING_SECRET)
    desk.create(ORDER)
    raw, headers = told()
    signed = lower(platform.signed(PATH, raw))
    for word in ("", password(secret="wrong"), password(APP_ID + "x")):
        with pytest.raises(BadSignature):
            desk.verify_callback(headers | signed | {"authorization": word}, raw, clock())


def test_a_platform_with_a_key_of_its_own_is_verified_with_its_public_key(
    new_desk, platform, told, clock
):
    theirs = KEYS["ECDSA"]
    public = theirs.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    scheme = BoxoScheme(algorithm="ECDSA", payload_template="{timestamp}.{url}.{payload}")
    desk = new_desk(scheme=scheme, webhook_key=public, require_signature=True)
    desk.create(ORDER)
    platform.move(FIRST, "paid")
    raw, headers = told()
    at = str(int(clock().timestamp()))
    made = theirs.sign(f"{at}.{PATH}.".encode() + raw, ec.ECDSA(SHA256()))
    signed = {"x-signature": base64.b64encode(made).decode(), "x-timestamp": at}
    assert desk.verify_callback(headers | signed, raw, clock())[1].status == "paid"
    with pytest.raises(BadSignature):
        desk.verify_callback(headers | signed, raw + b" ", clock())
    assert "x-signature" not in platform.asked[0].headers, "there is no key of ours to sign with"


# ---- keys that do not fit ----


def test_a_key_that_does_not_fit_its_scheme_is_refused_at_once(new_desk):
    rsa_pem = KEYS["RSA2"].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for wrong in (
        {"scheme": BoxoScheme()},
        {"scheme": BoxoScheme(algorithm="ECDSA"), "key": rsa_pem},
        {"scheme": BoxoScheme(algorithm="RSA2"), "key": "no key"},
        {"scheme": BoxoScheme(algorithm="RSA2"), "key": rsa_pem, "webhook_key": "no key"},
        {"scheme": BoxoScheme(algorithm="RSA2"), "key": rsa_pem, "require_signature": True},
    ):
        with pytest.raises(SettingsError):
            new_desk(**wrong)
