"""Who may call: listed networks, signatures by every setting, replays, proxies (2.1, 2.2)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from werkzeug.middleware.proxy_fix import ProxyFix

from tests.desk.boxo.the_miniapp import (
    APP,
    COMPLETE,
    CREATE,
    ELSEWHERE,
    HMAC_SECRET,
    HOST,
    LISTED,
    NOW,
    TheMiniapp,
    an_order,
    code_of,
    hmac_headers,
)

BODY = json.dumps({"app_id": APP, "client_id": HOST, "order": an_order()}).encode()
HASHES = {
    "MD5": hashes.MD5,
    "SHA-1": hashes.SHA1,
    "SHA-224": hashes.SHA224,
    "SHA-256": hashes.SHA256,
    "SHA-384": hashes.SHA384,
    "SHA-512": hashes.SHA512,
}
ENCODED = {
    "base64": lambda made: base64.b64encode(made).decode(),
    "hex": bytes.hex,
    "plain": lambda made: "".join(f"%{byte:02X}" for byte in made),
}
SECRET = "a secret with ünicode"
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC_KEY = ec.generate_private_key(ec.SECP256R1())


def public(key: Any, form: str) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    made: bytes = key.public_key().public_bytes(getattr(serialization.Encoding, form), kind)
    return made.decode() if form == "PEM" else base64.b64encode(made).decode()


def made(algorithm: str, name: str, text: bytes) -> bytes:
    if algorithm == "HMAC":
        return hmac.new(SECRET.encode(), text, name.replace("-", "").lower()).digest()
    if algorithm == "RSA2":
        return RSA_KEY.sign(text, padding.PKCS1v15(), HASHES[name]())
    return EC_KEY.sign(text, ec.ECDSA(HASHES[name]()))


SAMPLES = [
    ("HMAC", "MD5", "hex", "PEM"),
    ("HMAC", "SHA-1", "plain", "PEM"),
    ("HMAC", "SHA-224", "base64", "PEM"),
    ("HMAC", "SHA-384", "hex", "PEM"),
    ("HMAC", "SHA-512", "base64", "PEM"),
    ("RSA2", "MD5", "base64", "PEM"),
    ("RSA2", "SHA-256", "hex", "DER"),
    ("RSA2", "SHA-512", "plain", "PEM"),
    ("ECDSA", "SHA-1", "base64", "DER"),
    ("ECDSA", "SHA-224", "plain", "DER"),
    ("ECDSA", "SHA-256", "hex", "PEM"),
    ("ECDSA", "SHA-384", "base64", "PEM"),
]


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough to know who calls; what is stored of it is in test_nonces."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


@pytest.fixture
def strangers(partners: Any, desk: Any) -> Any:
    """Nobody's address is listed; `sign_with` says how the miniapp signs."""
    partners.change_miniapp(APP, addresses=[])
    return TheMiniapp(desk, ELSEWHERE)


@pytest.mark.parametrize(("algorithm", "name", "encoding", "form"), SAMPLES)
def test_each_way_of_signing_opens_the_door_and_one_bit_closes_it(
    partners, strangers, algorithm, name, encoding, form
):
    keys = {"HMAC": SECRET, "RSA2": public(RSA_KEY, form), "ECDSA": public(EC_KEY, form)}
    settings = {"algorithm": algorithm, "hash": name, "encoding": encoding}
    partners.change_miniapp(APP, signing=settings | {"key": keys[algorithm]})
    text = f"{NOW}.POST.{CREATE}.".encode() + BODY
    signature = ENCODED[encoding](made(algorithm, name, text))
    headers = {"X-Timestamp": str(NOW), "X-Signature": signature}
    assert strangers.post(CREATE, BODY, headers=headers).status_code == 200
    assert code_of(strangers.post(CREATE, BODY + b" ", headers=headers)) == "INVALID_SIGNATURE"


def test_templates_header_names_nonce_identity_and_milliseconds(partners, strangers):
    settings = {
        "headers": {
            "signature": "Authorization",
            "timestamp": "T",
            "nonce": "N",
            "identity": "Who",
            "client_id": "App",
            "merchant_id": "M",
        },
        "payload_template": "{nonce}|{identity}|{client_id}|{merchant_id}|{timestamp}|"
        "{request_method}|{url}|{payload}",
        "signature_template": "Sig {signature}",
        "timespec": "milliseconds",
        "nonce_length": 8,
        "identity": "me",
        "merchant_id": "m-1",
        "encoding": "hex",
    }
    partners.change_miniapp(APP, signing=settings | {"key": SECRET})
    text = f"nonce-01|me|{APP}|m-1|{NOW}000|POST|{CREATE}|".encode() + BODY
    signature = hmac.new(SECRET.encode(), text, hashlib.sha256).hexdigest()
    headers = {
        "Authorization": f"Sig {signature}",
        "T": f"{NOW}000",
        "N": "nonce-01",
        "Who": "me",
        "App": APP,
        "M": "m-1",
    }
    for wrong in ({"Who": "you"}, {"App": "app2"}, {"M": "m-2"}, {"N": "nonce-02"}):
        assert code_of(strangers.post(CREATE, BODY, headers=headers | wrong)) == "INVALID_SIGNATURE"
    assert strangers.post(CREATE, BODY, headers=headers).status_code == 200


@pytest.mark.parametrize("name", ["sha256", "sha512"])
def test_a_signature_made_by_openssl_is_accepted(partners, strangers, tmp_path, name):
    def run(*words: str) -> bytes:
        return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout

    private = tmp_path / "private.pem"
    private.write_bytes(run("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"))
    key = run("pkey", "-in", str(private), "-pubout").decode()
    text = tmp_path / "text"
    text.write_bytes(f"{NOW}.POST.{CREATE}.".encode() + BODY)
    signature = run("dgst", f"-{name}", "-sign", str(private), str(text))
    settings = {"algorithm": "RSA2", "hash": name.upper().replace("SHA", "SHA-"), "key": key}
    partners.change_miniapp(APP, signing=settings)
    headers = {
        "X-Timestamp": str(NOW),
        "X-Signature": base64.b64encode(signature).decode(),
    }
    assert strangers.post(CREATE, BODY, headers=headers).status_code == 200


@pytest.fixture
def signs(partners: Any, strangers: Any) -> Any:
    partners.change_miniapp(APP, signing={"key": HMAC_SECRET})
    return strangers


@pytest.mark.parametrize("off", [301, -301, 3600, -3600])
def test_a_timestamp_out_of_tolerance_is_refused(signs, off):
    headers = hmac_headers(CREATE, BODY, at=NOW + off)
    assert code_of(signs.post(CREATE, BODY, headers=headers)) == "INVALID_SIGNATURE"


@pytest.mark.parametrize("off", [300, -300])
def test_a_timestamp_within_tolerance_is_accepted(signs, off):
    headers = hmac_headers(CREATE, BODY, at=NOW + off)
    assert signs.post(CREATE, BODY, headers=headers).status_code == 200


@pytest.mark.parametrize("value", ["", "not a signature", "A" * 44, "\xff", "A" * 9000])
def test_nonsense_as_a_signature_is_refused(signs, value):
    headers = hmac_headers(CREATE, BODY) | {"X-Signature": value}
    assert code_of(signs.post(CREATE, BODY, headers=headers)) == "INVALID_SIGNATURE"


def test_the_id_of_the_client_is_the_callers_own(signs):
    headers = hmac_headers(CREATE, BODY) | {"X-Client-Id": HOST}
    assert code_of(signs.post(CREATE, BODY, headers=headers)) == "INVALID_SIGNATURE"


def test_a_signature_holds_for_one_path_whatever_the_query_and_the_mount(signs):
    headers = hmac_headers(CREATE, BODY)
    assert signs.post(f"{CREATE}?a=1", BODY, headers=headers).status_code == 200
    other = CREATE.replace("create-order-payment", "get-payment-status")
    assert code_of(signs.post(other, BODY, headers=headers)) == "INVALID_SIGNATURE"
    bare = CREATE.rstrip("/")
    assert code_of(signs.post(bare, BODY, headers=headers)) == "INVALID_SIGNATURE"
    assert signs.post(bare, BODY, headers=hmac_headers(bare, BODY)).status_code == 200


def test_a_desk_that_is_mounted_elsewhere_checks_the_same_path(new_desk):
    desk = new_desk(url_prefix="/api/v1/desk")
    desk.desk.boxo.add_miniapp(desk.merchant.id, app_id=APP, signing={"key": HMAC_SECRET})
    desk.desk.boxo.add_host(client_id=HOST)
    desk.desk.boxo.add_partnership(APP, HOST)
    answer = desk.browserless.post(
        f"/api/v1/desk/boxo{CREATE}",
        data=BODY,
        headers=hmac_headers(CREATE, BODY),
        content_type="application/json",
    )
    assert answer.status_code == 200, answer.text


def test_half_a_signature_says_what_is_missing(signs):
    whole = hmac_headers(CREATE, BODY)
    for name in ("X-Signature", "X-Timestamp"):
        headers = {key: value for key, value in whole.items() if key != name}
        answer = signs.post(CREATE, BODY, headers=headers)
        assert code_of(answer) == "MISSING_HEADER"
        assert name in answer.json["error_message"]


def test_no_signature_at_all_is_a_stranger(signs):
    assert code_of(signs.post(CREATE, BODY)) == "NOT_A_WHITELISTED_IP"
    only_named = signs.post(CREATE, BODY, headers={"X-Client-Id": APP})
    assert code_of(only_named) == "NOT_A_WHITELISTED_IP"


def test_a_wrong_signature_is_refused_even_from_a_listed_address(partners, desk, signs):
    partners.change_miniapp(APP, addresses=[LISTED])
    server = TheMiniapp(desk)
    assert server.post(CREATE, BODY).status_code == 200
    headers = hmac_headers(CREATE, BODY, secret="another")
    assert code_of(server.post(CREATE, BODY, headers=headers)) == "INVALID_SIGNATURE"


def test_who_must_sign_does_so_from_listed_addresses_too(partners, desk, signs):
    partners.change_miniapp(APP, addresses=[LISTED], must_sign=True)
    server = TheMiniapp(desk)
    assert code_of(server.post(CREATE, BODY)) == "MISSING_HEADER"
    assert server.post(CREATE, BODY, headers=hmac_headers(CREATE, BODY)).status_code == 200


def test_signing_that_is_demanded_but_not_set_up_is_named(partners, desk, strangers):
    headers = hmac_headers(CREATE, BODY)
    wanted = "MISSING_REQUEST_SIGNATURE_SETTINGS"
    assert code_of(strangers.post(CREATE, BODY, headers=headers)) == wanted
    partners.change_miniapp(APP, addresses=[LISTED], must_sign=True)
    assert code_of(TheMiniapp(desk).post(CREATE, BODY)) == wanted


def test_a_key_that_cannot_be_opened_any_more_is_our_fault_not_a_crash(desk, signs):
    from sqlalchemy import update

    from flask_till.desk.tables.boxo import boxo_miniapps

    desk.database.write(
        lambda work: work.execute(update(boxo_miniapps).values(signing_key="rotten"))
    )
    answer = signs.post(CREATE, BODY, headers=hmac_headers(CREATE, BODY))
    assert code_of(answer) == "SIGNATURE_VALIDATION_ERROR"
    assert "rotten" not in answer.text


# --- addresses --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("listed", "address", "is_in"),
    [
        ("203.0.113.0/24", "203.0.113.255", True),
        ("203.0.113.0/24", "203.0.114.1", False),
        ("172.25.0.0/16", "172.250.0.1", False),
        ("203.0.113.7", "203.0.113.7", True),
        ("203.0.113.7", "203.0.113.70", False),
        ("203.0.113.0/24", "::ffff:203.0.113.9", True),
        ("::ffff:203.0.113.0/120", "203.0.113.9", True),
        ("::ffff:203.0.113.0/120", "203.0.114.9", False),
        ("2001:db8::/32", "2001:db8:1::1", True),
        ("2001:db8::/32", "2001:db9::1", False),
        ("fe80::/10", "fe80::1%eth0", True),
        ("203.0.113.0/24", "unix:", False),
        ("203.0.113.0/24", "", False),
    ],
)
def test_networks_are_networks(partners, desk, listed, address, is_in):
    partners.change_miniapp(APP, addresses=["192.0.2.1", listed])
    answer = TheMiniapp(desk, address).create()
    assert (answer.status_code == 200) == is_in, answer.text
    if not is_in:
        assert code_of(answer) == "NOT_A_WHITELISTED_IP"


FORWARDED = {
    "X-Forwarded-For": "203.0.113.7",
    "X-Real-IP": "203.0.113.7",
    "CF-Connecting-IP": "203.0.113.7",
    "True-Client-IP": "203.0.113.7",
    "Forwarded": "for=203.0.113.7",
}


@pytest.mark.parametrize("name", FORWARDED)
def test_nobody_names_his_own_address(partners, desk, name):
    partners.change_miniapp(APP, addresses=["203.0.113.7"])
    answer = TheMiniapp(desk, ELSEWHERE).post(CREATE, BODY, headers={name: FORWARDED[name]})
    assert code_of(answer) == "NOT_A_WHITELISTED_IP"


def test_a_proxy_that_was_set_up_is_believed_and_only_the_hop_it_added(partners, desk):
    desk.app.wsgi_app = ProxyFix(desk.app.wsgi_app, x_for=1)
    partners.change_miniapp(APP, addresses=["203.0.113.7"])
    server = TheMiniapp(desk, "10.0.0.1")
    through = {"X-Forwarded-For": "198.51.100.1, 203.0.113.7"}
    assert server.post(CREATE, BODY, headers=through).status_code == 200
    forged = {"X-Forwarded-For": "203.0.113.7, 198.51.100.1"}
    assert code_of(server.post(CREATE, BODY, headers=forged)) == "NOT_A_WHITELISTED_IP"


def test_a_miniapp_and_its_host_prove_themselves_each_with_their_own(partners, desk):
    partners.change_miniapp(APP, addresses=["192.0.2.1"])
    partners.change_host(HOST, addresses=["192.0.2.2"])
    app, host = TheMiniapp(desk, "192.0.2.1"), TheMiniapp(desk, "192.0.2.2")
    payment_id = app.created()
    assert code_of(host.status(payment_id)) == "NOT_A_WHITELISTED_IP"
    assert code_of(app.complete(payment_id, "paid")) == "NOT_A_WHITELISTED_IP"
    assert host.complete(payment_id, "paid").status_code == 200
    assert app.state(payment_id) == ("paid", "")


def test_a_hosts_signature_carries_its_own_id(partners, desk):
    payment_id = TheMiniapp(desk).created()
    partners.change_host(HOST, addresses=[], signing={"key": HMAC_SECRET})
    told = {"app_id": APP, "client_id": HOST, "order_payment_id": payment_id}
    body = json.dumps(told | {"payment_status": "paid"}).encode()
    host = TheMiniapp(desk, ELSEWHERE)
    as_miniapp = hmac_headers(COMPLETE, body, by=APP)
    assert code_of(host.post(COMPLETE, body, headers=as_miniapp)) == "INVALID_SIGNATURE"
    assert host.post(COMPLETE, body, headers=hmac_headers(COMPLETE, body, by=HOST)).json == {
        "code": "SUCCESS"
    }
