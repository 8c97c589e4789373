"""Tokens that somebody made up, changed, took along or kept too long open nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.attacks.neighbourhood import (
    ACCESS_KEY,
    APP_ID,
    IPOS,
    LOGIN_SECRET,
    PORTAL,
    SECRET_KEY,
    Neighbourhood,
)

LIST = f"{IPOS}/order/list?page=1&page_size=1"


def now() -> int:
    """Seconds since 1970, at the time of the test: tests are collected long before."""
    return int(datetime.now(UTC).timestamp())


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough: what is refused here is refused before anything is read of an order."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


def part(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def made(header: Any, claims: Any, key: bytes = b"", name: str = "sha256") -> str:
    """A JWT by hand, signed with HMAC whatever its header says."""
    text = f"{part(header)}.{part(claims)}"
    return f"{text}.{part(hmac.new(key, text.encode(), name).digest()) if key else ''}"


def headers(key: bytes) -> Iterator[tuple[dict[str, Any], bytes, str]]:
    """Headers that must not be believed, the key they are signed with, and its hash."""
    for alg in ("none", "None", "NONE", "nOnE", ""):
        yield {"alg": alg}, b"", "sha256"
        yield {"alg": alg}, key, "sha256"
    yield {"alg": "HS384", "typ": "JWT"}, key, "sha384"
    yield {"alg": "HS512", "typ": "JWT"}, key, "sha512"
    for alg in ("RS256", "ES256", "PS256", "EdDSA", "hs256", "HS256 ", ["HS256"], None, 5, {}):
        yield {"alg": alg}, key, "sha256"
    for more in ({"kid": "../../dev/null"}, {"kid": "' or 1=1 --"}, {"jku": "https://evil.example"},
                 {"x5u": "https://evil.example"}, {"jwk": {"kty": "oct", "k": ""}}):  # fmt: skip
        yield {"alg": "HS256", **more}, b"\0", "sha256"
        yield {"alg": "HS256", **more}, b"evil", "sha256"
    yield {"alg": "HS256", "crit": ["b64"], "b64": False}, key, "sha256"


def is_nobody(neighbourhood: Neighbourhood, token: str) -> bool:
    answer = neighbourhood.bearer(token).get(LIST)
    assert answer.json == {"code": answer.status_code, **answer.json}
    return bool(answer.status_code == 401 and answer.json["data"] is None)


def test_no_other_algorithm_makes_a_widget(neighbourhood: Neighbourhood) -> None:
    claims = {"iss": ACCESS_KEY, "iat": now(), "exp": now() + 600}
    assert not is_nobody(neighbourhood, made({"alg": "HS256"}, claims, SECRET_KEY.encode()))
    for header, key, name in headers(SECRET_KEY.encode()):
        assert is_nobody(neighbourhood, made(header, claims, key, name)), header


def test_no_other_algorithm_makes_a_user(neighbourhood: Neighbourhood) -> None:
    """Not even with the very key that the desk signs with."""
    key = neighbourhood.desk.ipos._tokens._secrets[0].encode()
    claims = {"user_id": "usr_ada", "widget_session_id": "", "iat": now(), "exp": now() + 600}
    assert not is_nobody(neighbourhood, made({"alg": "HS256"}, claims, key))
    for header, signed, name in headers(key):
        assert is_nobody(neighbourhood, made(header, claims, signed, name)), header


def test_a_public_key_is_no_shared_secret(neighbourhood: Neighbourhood) -> None:
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    claims = {"iss": ACCESS_KEY, "user_id": "usr_ada", "exp": now() + 600}
    assert is_nobody(neighbourhood, jwt.encode(claims, private, "RS256"))
    assert is_nobody(neighbourhood, made({"alg": "HS256"}, claims, public))
    header = {"alg": "RS256", "jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}}
    assert is_nobody(neighbourhood, jwt.encode(claims, private, "RS256", headers=header))


def test_claims_that_were_changed_are_nobodys(neighbourhood: Neighbourhood) -> None:
    head, body, signature = neighbourhood.user_token("usr_eve").split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    for change in ({"user_id": "usr_ada"}, {"exp": now() + 10**6}, {"widget_session_id": ""},
                   {"user_id": ["usr_ada"]}, {"user_id": ""}, {"iss": ACCESS_KEY}):  # fmt: skip
        assert is_nobody(neighbourhood, f"{head}.{part(claims | change)}.{signature}")
    for cut in (signature[:-4], signature + "AAAA", "", signature.swapcase(), "=" * 43):
        assert is_nobody(neighbourhood, f"{head}.{body}.{cut}")
    assert is_nobody(neighbourhood, f"{head}.{body}")
    assert is_nobody(neighbourhood, f"{head}.{body}.{signature}.{signature}")


def test_one_kind_of_token_is_not_another(neighbourhood: Neighbourhood) -> None:
    """A widget's key makes no users, a user's token makes no widget, other tokens make neither."""
    who = {"user_id": "usr_ada", "exp": now() + 600}
    assert is_nobody(neighbourhood, jwt.encode(who, SECRET_KEY))
    keys = neighbourhood.desk.ipos._tokens._secrets
    assert is_nobody(neighbourhood, jwt.encode(who | {"iss": ACCESS_KEY}, keys[0]))
    code = neighbourhood.desk.boxo.issue_auth_code("tea_host", "usr_ada")
    body = {"auth_code": code, "app_id": "tea", "client_id": "tea_host"}
    tokens = neighbourhood.client().post("/boxo/api/v1/authorize/", json=body).json
    assert is_nobody(neighbourhood, tokens["auth_token"])
    assert is_nobody(neighbourhood, tokens["refresh_token"])


def test_a_proof_in_a_callback_opens_none_of_the_widgets_doors(
    neighbourhood: Neighbourhood,
) -> None:
    """Any user may have one sent to a place of his own, or read it in an answer."""
    order_id = neighbourhood.order()
    sent = neighbourhood.user.post(f"{IPOS}/order/resend-callback", json={"order_id": order_id})
    proof = sent.json["data"]["jwt_verify"]
    claims = jwt.decode(proof, SECRET_KEY, ["HS256"])
    assert claims["iss"] == ACCESS_KEY
    assert is_nobody(neighbourhood, proof)


def test_moments_that_are_none_end_nothing(neighbourhood: Neighbourhood) -> None:
    key = SECRET_KEY.encode()
    for name in ("exp", "nbf"):
        for moment in ("soon", True, [], {}, None, "9999999999", -1, 0, 1e-9):
            claims = {"iss": ACCESS_KEY, "exp": now() + 600, name: moment}
            if name == "nbf" and moment in (-1, 0, 1e-9):
                continue  # long ago
            assert is_nobody(neighbourhood, made({"alg": "HS256"}, claims, key)), (name, moment)
    later = {"iss": ACCESS_KEY, "exp": now() + 600, "nbf": now() + 60}
    assert is_nobody(neighbourhood, made({"alg": "HS256"}, later, key))
    assert is_nobody(neighbourhood, neighbourhood.mint(exp=datetime.now(UTC) - timedelta(hours=1)))


@pytest.mark.parametrize(
    "numbers",
    [
        b'{"iss":"%s","exp":NaN}',
        b'{"iss":"%s","exp":-Infinity}',
        b'{"iss":"%s","nbf":Infinity}',
        b'{"iss":"%s","nbf":NaN}',
        b'{"iss":"%s","nbf":9007199254740993}',
    ],
)
def test_numbers_that_are_none_are_no_moments(neighbourhood: Neighbourhood, numbers: bytes) -> None:
    token = made({"alg": "HS256"}, numbers % ACCESS_KEY.encode(), SECRET_KEY.encode())
    assert is_nobody(neighbourhood, token)


def test_a_user_who_was_signed_out_is_nobody_with_the_old_token(
    neighbourhood: Neighbourhood,
) -> None:
    token = neighbourhood.user_token()
    neighbourhood.desk.ipos.end_sessions("usr_ada", "skins")
    assert is_nobody(neighbourhood, token)
    session = {"user_id": "usr_eve", "exp": now() + 600}
    old = jwt.decode(token, options={"verify_signature": False})["widget_session_id"]
    key = neighbourhood.desk.ipos._tokens._secrets[0]
    assert is_nobody(neighbourhood, jwt.encode(session | {"widget_session_id": old}, key))


# --- signing in through a portal --------------------------------------------------------------


def signed(fields: dict[str, Any], secret: str = LOGIN_SECRET) -> dict[str, Any]:
    text = ",".join(f"{k}={v}" for k, v in sorted(fields.items()) if v is not None)
    digest = hashlib.md5(f"{text},key={secret}".encode()).hexdigest().upper()
    return fields | {"sign": digest}


def test_a_login_that_is_not_the_portals_is_nobodys(neighbourhood: Neighbourhood) -> None:
    client = neighbourhood.client(origin=PORTAL)
    right = {"email": "ada@example.org", "timestamp": now(), "app_id": APP_ID}
    wrong: list[dict[str, Any]] = [
        signed(right, "") | {"email": "eve@example.org"},
        signed(right) | {"email": "eve@example.org"},
        signed(right | {"timestamp": now() - 1000}),
        signed(right | {"timestamp": now() + 1000}),
        signed(right | {"app_id": "app_other"}),
        signed(right, ""),
        signed(right, "None"),
        {**right, "sign": signed(right)["sign"].lower()},
        {**right, "sign": ""},
        {**right, "sign": None},
        # One text for two sets of fields: the checksum does not tell them apart.
        {"email": f"ada@example.org,timestamp={right['timestamp']}", "app_id": APP_ID,
         "timestamp": right["timestamp"], "sign": signed(right)["sign"]},
    ]  # fmt: skip
    for body in wrong:
        answer = client.post(f"{IPOS}/app/auth/login", json=body)
        assert (answer.status_code, answer.json["data"]) == (401, None), body
    for origin in ("https://evil.example", "null", "", f"{PORTAL}.evil.example"):
        answer = neighbourhood.client(origin=origin).post(
            f"{IPOS}/app/auth/login", json=signed(right)
        )
        assert answer.status_code == 401, origin


def test_a_member_that_is_not_known_is_signed_along(neighbourhood: Neighbourhood) -> None:
    """What is not in the text that was signed cannot be added on the way."""
    client = neighbourhood.client(origin=PORTAL)
    right = {"email": "ada@example.org", "timestamp": now(), "app_id": APP_ID}
    answer = client.post(f"{IPOS}/app/auth/login", json=signed(right) | {"admin": True})
    assert answer.status_code == 401
    # "a=b,c=d" as one member or as two is the same text.
    stamp = {"timestamp": now()}
    fields = {"app_id": APP_ID, "email": "eve@example.org", **stamp}
    text = signed(fields)["sign"]
    smuggled = {"app_id": f"{APP_ID},email=eve@example.org", "email": None, **stamp}
    answer = client.post(f"{IPOS}/app/auth/login", json={**smuggled, "sign": text})
    assert answer.status_code == 401
