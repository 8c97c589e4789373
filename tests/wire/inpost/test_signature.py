"""The signature of the wallet: the contract's vectors, and everything that only looks like one."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import BadSignature, RequestError
from flask_till.wire.inpost import keys
from flask_till.wire.inpost.keys import SigningKey, SigningKeys, TrustedKey
from flask_till.wire.inpost.signature import HEADERS, digest, sign, signed_text, verify
from flask_till.wire.inpost.values import read_moment

FILE = Path(__file__).with_name("examples") / "signature_vectors.json"
VECTORS = json.loads(FILE.read_bytes())
KEY = TrustedKey(VECTORS["merchant_external_id"], VECTORS["version"], VECTORS["public_key_base64"])
ONE = VECTORS["vectors"][1]
BODY = ONE["body"].encode()
NOW = read_moment(ONE["headers"]["x-signature-timestamp"])
SIGNED, STAMP, VERSION, HASH = HEADERS

MINE = keys.new_private_key()
MY_KEY = TrustedKey("merchant-1", "7", keys.public_text(MINE))


def only(key):
    return {key.version: key}.get


def check(headers, body=BODY, key=KEY, now=NOW):
    return verify(headers, body, only(key), now)


def refused(headers, body=BODY, key=KEY, now=NOW):
    with pytest.raises(BadSignature) as caught:
        check(headers, body, key, now)
    assert (caught.value.code, caught.value.status) == ("INVALID_SIGNATURE", 401)
    return caught.value.message


@pytest.mark.parametrize("vector", VECTORS["vectors"], ids=lambda vector: vector["body"][:12])
def test_the_contracts_vectors_hold(vector):
    body, headers, expected = vector["body"].encode(), vector["headers"], vector["expected"]
    assert digest(body) == expected["digest"]
    text = signed_text(body, KEY.merchant_external_id, KEY.version, headers[STAMP])
    assert text == expected["signed_text"]
    assert base64.b64decode(text).decode() == expected["string_before_base64"]
    assert KEY.hash == headers[HASH]
    now = read_moment(headers[STAMP])
    assert check(headers, body, now=now) == now


@given(st.binary(max_size=100), st.datetimes(timezones=st.just(UTC)))
def test_what_is_signed_is_verified_from_both_ends(body, at):
    headers = sign(MINE, "merchant-1", "7", at, body)
    assert tuple(headers) == HEADERS
    assert at - verify(headers, body, only(MY_KEY), at) < timedelta(milliseconds=1)


def test_a_plain_reading_of_the_contract_agrees():
    """The recipe of 3.1 with nothing of ours: digest, commas, base64, PKCS#1 v1.5, SHA-256."""
    headers = sign(MINE, "merchant-1", "7", NOW, BODY)
    body_digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    text = f"{body_digest},merchant-1,7,2025-05-12T08:21:07.500Z"
    der = MINE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    MINE.public_key().verify(
        base64.b64decode(headers[SIGNED]),
        base64.b64encode(text.encode()),
        padding.PKCS1v15(),
        SHA256(),
    )
    assert headers[HASH] == hashlib.sha256(base64.b64encode(der)).hexdigest()


@pytest.mark.parametrize("seconds", [0, 239.999, 240, -240])
def test_within_240_seconds_either_way_it_holds(seconds):
    assert check(ONE["headers"], now=NOW + timedelta(seconds=seconds)) == NOW


@pytest.mark.parametrize("seconds", [240.001, -240.001, 86400, -86400, 10**9])
def test_outside_240_seconds_it_does_not(seconds):
    assert "old" in refused(ONE["headers"], now=NOW + timedelta(seconds=seconds))


@given(st.data())
def test_any_one_changed_byte_breaks_it(data):
    where = data.draw(st.sampled_from(["body", SIGNED, STAMP, VERSION, HASH]))
    given = BODY if where == "body" else ONE["headers"][where].encode()
    place = data.draw(st.integers(0, len(given) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != given[place]))
    broken = given[:place] + bytes([byte]) + given[place + 1 :]
    if where == "body":
        refused(ONE["headers"], broken)
    else:
        refused(ONE["headers"] | {where: broken.decode("latin-1")})


def test_every_other_last_character_of_the_signature_is_refused():
    """Four bits of it are no part of the signature: a lenient reader takes sixteen spellings."""
    text = ONE["headers"][SIGNED]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for letter in set(alphabet) - {text[-3]}:
        refused(ONE["headers"] | {SIGNED: text[:-3] + letter + "=="})


@pytest.mark.parametrize("name", HEADERS)
def test_each_header_must_be_there(name):
    headers = {key: value for key, value in ONE["headers"].items() if key != name}
    assert "four" in refused(headers)


def test_header_names_may_be_in_any_case_but_only_once():
    assert check({name.title(): value for name, value in ONE["headers"].items()}) == NOW
    refused(ONE["headers"] | {SIGNED.upper(): ONE["headers"][SIGNED]})


HOSTILE = ["", " ", "\x00", "\n", "ż", "\ud800", "null", "-1", "=", "====", "A", "A===", "%00",
           "../2", "2,", "2 ", " 2", "２", "2\r\nx: y", "'; drop", "A" * 2049, "é" * 400,
           "2025-05-12T08:21:07.500+00:00", "2025-05-12T08:21:07,500Z", "9999-99-99T99:99:99Z",
           "1747038067", "NaN", "2025-05-12T08:21:07.500z"]  # fmt: skip


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_headers_are_a_bad_signature_and_nothing_else(name, value):
    refused(ONE["headers"] | {name: value})


@pytest.mark.parametrize("name", HEADERS)
@pytest.mark.parametrize("value", [None, 2, b"2", [], True])
def test_headers_of_another_kind_are_a_bad_signature(name, value):
    refused(ONE["headers"] | {name: value})


@given(st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=50)), st.binary(max_size=50))
def test_any_headers_are_a_bad_signature(headers, body):
    refused(headers, body)


@pytest.mark.parametrize("spoil", [str.upper, str.strip, lambda text: text + "\n"])
def test_the_key_hash_is_lowercase_hex_and_compared_whole(spoil):
    given = ONE["headers"][HASH]
    broken = spoil(given)
    if broken != given:
        refused(ONE["headers"] | {HASH: broken})
    refused(ONE["headers"] | {HASH: given[:-1]})


def test_the_hash_is_of_the_text_not_of_the_der():
    der = base64.b64decode(KEY.public_key_base64)
    assert "another" in refused(ONE["headers"] | {HASH: hashlib.sha256(der).hexdigest()})


def test_the_signature_may_not_be_wrapped_in_lines():
    text = ONE["headers"][SIGNED]
    refused(ONE["headers"] | {SIGNED: text[:76] + "\n" + text[76:]})
    refused(ONE["headers"] | {SIGNED: text.rstrip("=")})
    refused(ONE["headers"] | {SIGNED: text.replace("+", "-").replace("/", "_")})


def test_another_merchant_key_or_padding_does_not_fit():
    refused(ONE["headers"], key=replace(KEY, merchant_external_id="another"))
    refused(sign(MINE, KEY.merchant_external_id, "2", NOW, BODY))
    headers = sign(MINE, "merchant-1", "7", NOW, BODY)
    message = signed_text(BODY, "merchant-1", "7", headers[STAMP]).encode()
    for scheme, algorithm in [
        (padding.PSS(padding.MGF1(SHA256()), 32), SHA256()),
        (padding.PKCS1v15(), SHA1()),
    ]:
        forged = base64.b64encode(MINE.sign(message, scheme, algorithm)).decode()
        refused(headers | {SIGNED: forged}, key=MY_KEY)


def test_a_reencoded_body_does_not_fit():
    vector = VECTORS["vectors"][2]
    now = read_moment(vector["headers"][STAMP])
    again = json.dumps(json.loads(vector["body"])).encode()
    assert again != vector["body"].encode()
    refused(vector["headers"], again, now=now)


# --- Which key ------------------------------------------------------------------------------


def test_the_key_is_chosen_by_version_alone():
    old, new = keys.new_private_key(), MINE
    document = SigningKeys(
        merchant_external_id="m",
        public_keys=[keys.published(new, "10"), keys.published(old, "1")],
    )
    find = SigningKeys.read(document.to_bytes()).trusted().get
    for private, version in [(old, "1"), (new, "10")]:
        assert verify(sign(private, "m", version, NOW, b""), b"", find, NOW) == NOW
        for other in {"1", "10", "01", "1.0", "2"} - {version}:
            with pytest.raises(BadSignature):
                verify(sign(private, "m", other, NOW, b""), b"", find, NOW)


def test_the_checks_come_in_the_contracts_order():
    asked = []

    def find(version):
        asked.append(version)
        return KEY if version == KEY.version else None

    def said(headers, now=NOW):
        with pytest.raises(BadSignature) as caught:
            verify(headers, BODY, find, now)
        return caught.value.message

    late = NOW + timedelta(days=1)
    all_wrong = {SIGNED: "AAAA", STAMP: "never", VERSION: "3", HASH: "00"}
    assert "four" in said({VERSION: "3"}, late)
    assert asked == []
    assert "not known" in said(all_wrong, late)
    assert "another one" in said(all_wrong | {VERSION: "2"}, late)
    assert "cannot be checked" in said(all_wrong | {VERSION: "2", HASH: KEY.hash}, late)
    assert "too old" in said(ONE["headers"], late)
    assert asked == ["3", "2", "2", "2"]


@pytest.mark.parametrize("version", ["", "../../x", "a/b", "2?x=1", "2 ", "v" * 65, "ż"])
def test_a_strange_version_is_never_looked_up(version):
    asked = []
    with pytest.raises(BadSignature):
        verify(ONE["headers"] | {VERSION: version}, BODY, asked.append, NOW)
    assert asked == []


@pytest.mark.parametrize("fault", [KeyError("2"), OSError("down"), RuntimeError(), ValueError()])
def test_whatever_the_key_store_raises_is_a_bad_signature(fault):
    def find(version):
        raise fault

    with pytest.raises(BadSignature):
        verify(ONE["headers"], BODY, find, NOW)


def test_a_store_that_hands_out_another_version_is_not_believed():
    with pytest.raises(BadSignature):
        verify(ONE["headers"], BODY, lambda version: replace(KEY, version="3"), NOW)


def spki(private):
    raw = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(raw).decode()


@pytest.mark.parametrize(
    "text",
    [
        spki(ec.generate_private_key(ec.SECP256R1())),
        spki(rsa.generate_private_key(65537, 1024)),
        "AAAA",
        "nonsense!",
        "",
        "ż",
    ],
    ids=["elliptic", "short", "no der", "no base64", "empty", "no ascii"],
)
def test_a_key_that_is_no_good_rsa_key_signs_nothing(text):
    key = replace(KEY, public_key_base64=text)
    good_hash = hashlib.sha256(text.encode()).hexdigest()
    refused(ONE["headers"] | {HASH: good_hash}, key=key)


def test_a_clock_without_a_zone_accepts_nothing():
    refused(ONE["headers"], now=NOW.replace(tzinfo=None))


# --- Key documents -----------------------------------------------------------------------------


def test_the_key_documents_name_the_same_key(example):
    assert SigningKeys.read(example("signing_keys")).trusted() == {"2": KEY}
    assert SigningKey.read(example("signing_key_by_version")).trusted() == KEY


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("signing_keys", {"merchant_external_id": ...}),
        ("signing_keys", {"merchant_external_id": "a,b"}),
        ("signing_keys", {"public_keys": {}}),
        ("signing_keys", {"public_keys.0.version": "../3"}),
        ("signing_keys", {"public_keys.0.version": 2}),
        ("signing_keys", {"public_keys.0.public_key_base64": "-----BEGIN"}),
        ("signing_keys", {"public_keys": VECTORS["vectors"]}),
    ],
)
def test_an_odd_key_document_is_refused(name, change, changed):
    with pytest.raises(RequestError):
        SigningKeys.read(changed(name, change))


def test_a_version_that_stands_twice_is_refused(example):
    data = json.loads(example("signing_keys"))
    data["public_keys"] *= 2
    with pytest.raises(RequestError):
        SigningKeys.read(json.dumps(data).encode())


def test_a_private_key_is_kept_as_pem():
    again = keys.from_pem(keys.to_pem(MINE))
    assert keys.public_text(again) == MY_KEY.public_key_base64
    for text in ["", "nonsense", spki(MINE)]:
        with pytest.raises(ValueError):  # noqa: PT011 - the class is the promise
            keys.from_pem(text)
