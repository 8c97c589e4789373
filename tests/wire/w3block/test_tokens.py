"""Tokens: what is believed, by node's vector and by attack."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as new_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import assume, given
from hypothesis import strategies as st

from flask_till.errors import RequestError, Unauthenticated
from flask_till.wire.w3block.access import (
    ADMIN_ROUTES,
    BUYER_ROUTES,
    SUPER_ADMIN_ROUTES,
    Identity,
    Kind,
    Refreshed,
    RefreshToken,
    TenantRole,
    UserRole,
)
from flask_till.wire.w3block.keys import Jwks, from_pem, key_id, new_private_key, to_pem
from flask_till.wire.w3block.tokens import (
    EARLY,
    REFRESH_LIFE,
    SHORTEST_LIFE,
    TOKEN_LIFE,
    Renewal,
    expiry_of,
    issue_refresh_token,
    issue_token,
    verify_refresh_token,
    verify_token,
)
from tests.wire.w3block import vectors

KEY = from_pem(vectors.PRIVATE_KEY)
OTHER_KEY = new_private_key()
KEYS = Jwks.of(KEY).by_id()
NOW = datetime.fromtimestamp(vectors.TOKEN_ISSUED, UTC)
OTHER_COMPANY = "aaaaaaaa-3d44-4f6b-8a1d-52c0f8e7a901"
ADA = Identity.of_user(
    vectors.BUYER, vectors.COMPANY, ["user"], email="buyer@example.org", name="Ada",
    email_verified=True,
)  # fmt: skip
COMPANY = Identity.of_tenant(vectors.COMPANY, ["integration"])
RENEWAL = Renewal(vectors.BUYER, vectors.COMPANY, Kind.USER, "token-1")


def encoded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def mint(claims: Any = None, header: Any = None, key: Any = KEY, without: str = "") -> str:
    """A token made by hand; what is given replaces what belongs there."""
    issued = vectors.TOKEN_ISSUED
    said = ADA.to_data() | {"iat": issued, "exp": issued + 9000}
    if isinstance(claims, dict) or claims is None:
        claims = {n: v for n, v in (said | (claims or {})).items() if n != without}
    head = {"alg": "RS256", "typ": "JWT", "kid": vectors.KEY_ID} | (header or {})
    signing_input = f"{encoded(head)}.{encoded(claims)}"
    signature = jwt.algorithms.RSAAlgorithm(jwt.algorithms.RSAAlgorithm.SHA256).sign(
        signing_input.encode(), key
    )
    return f"{signing_input}.{encoded(signature)}"


def test_the_key_is_published_as_node_publishes_it() -> None:
    assert Jwks.of(KEY).to_data() == {
        "keys": [{"kty": "RSA", "kid": vectors.KEY_ID, "alg": "RS256", "n": vectors.N, "e": "AQAB"}]
    }
    assert vectors.E == "AQAB"
    read = Jwks.read(Jwks.of(KEY, OTHER_KEY).to_bytes()).by_id()
    assert read[vectors.KEY_ID].public_numbers() == KEY.public_key().public_numbers()
    assert set(read) == {vectors.KEY_ID, key_id(OTHER_KEY.public_key())}


def test_a_token_is_the_one_that_node_makes_and_is_believed() -> None:
    assert verify_token(vectors.TOKEN, KEYS, NOW).email == "buyer@example.org"
    mine = issue_token(ADA, KEY, NOW)
    for place in (0, 1):
        theirs, ours = vectors.TOKEN.split(".")[place], mine.split(".")[place]
        assert jwt.utils.base64url_decode(theirs) == jwt.utils.base64url_decode(ours) or (
            json.loads(jwt.utils.base64url_decode(theirs))
            == json.loads(jwt.utils.base64url_decode(ours))
        )
    identity = verify_token(mine, KEYS, NOW)
    assert identity.to_data() == ADA.to_data() | {
        "iat": vectors.TOKEN_ISSUED, "exp": vectors.TOKEN_ISSUED + 86400,
    }  # fmt: skip


def test_tokens_live_as_long_as_the_contract_says() -> None:
    assert timedelta(hours=24) == TOKEN_LIFE
    assert timedelta(days=7) == REFRESH_LIFE
    token, refresh = issue_token(COMPANY, KEY, NOW), issue_refresh_token(RENEWAL, KEY, NOW)
    moment = timedelta(milliseconds=1)
    assert verify_token(token, KEYS, NOW + TOKEN_LIFE - moment).type == Kind.TENANT
    assert verify_refresh_token(refresh, KEYS, NOW + REFRESH_LIFE - moment) == RENEWAL
    with pytest.raises(Unauthenticated):
        verify_token(token, KEYS, NOW + TOKEN_LIFE)
    with pytest.raises(Unauthenticated):
        verify_refresh_token(refresh, KEYS, NOW + REFRESH_LIFE)
    assert expiry_of(token) == vectors.TOKEN_ISSUED + 86400


def test_a_life_that_clients_take_for_over_is_not_given() -> None:
    life = SHORTEST_LIFE + timedelta(seconds=1)
    assert expiry_of(issue_token(ADA, KEY, NOW, life)) == vectors.TOKEN_ISSUED + 5001
    assert issue_refresh_token(RENEWAL, KEY, NOW, life)
    for issue, what in ((issue_token, ADA), (issue_refresh_token, RENEWAL)):
        with pytest.raises(ValueError, match="5000 s"):
            issue(what, KEY, NOW, SHORTEST_LIFE)  # type: ignore[operator]


def test_a_token_from_the_near_future_is_a_clock_and_no_more() -> None:
    token = issue_token(ADA, KEY, NOW + EARLY)
    assert verify_token(token, KEYS, NOW)
    with pytest.raises(Unauthenticated):
        verify_token(token, KEYS, NOW - timedelta(milliseconds=1))


def test_one_that_renews_opens_no_route_and_the_reverse() -> None:
    with pytest.raises(Unauthenticated):
        verify_token(issue_refresh_token(RENEWAL, KEY, NOW), KEYS, NOW)
    with pytest.raises(Unauthenticated):
        verify_refresh_token(issue_token(ADA, KEY, NOW), KEYS, NOW)
    with_roles = mint({"jti": "t", "roles": ["admin"]}, {"typ": "refresh+jwt"})
    assert verify_refresh_token(with_roles, KEYS, NOW).token_id == "t"


def test_keys_are_rotated() -> None:
    new = issue_token(ADA, OTHER_KEY, NOW)
    both = Jwks.of(OTHER_KEY, KEY).by_id()
    assert verify_token(new, both, NOW) == verify_token(issue_token(ADA, KEY, NOW), both, NOW)
    with pytest.raises(Unauthenticated):
        verify_token(new, KEYS, NOW)


PUBLIC_PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def confused() -> str:
    """Signed with HMAC, the public key being the secret."""
    head = encoded({"alg": "HS256", "typ": "JWT", "kid": vectors.KEY_ID})
    text = f"{head}.{mint().split('.')[1]}"
    made = hmac.new(PUBLIC_PEM, text.encode(), hashlib.sha256).digest()
    return f"{text}.{encoded(made)}"


HOSTILE = {
    "another key, this kid": mint(key=OTHER_KEY),
    "unknown kid": mint(header={"kid": "nobody"}),
    "kid no text": mint(header={"kid": 7}),
    "kid a list": mint(header={"kid": []}),
    "none": mint(header={"alg": "none"}),
    "none, unsigned": mint(header={"alg": "none"}).rpartition(".")[0] + ".",
    "RS512 said": mint(header={"alg": "RS512"}),
    "PS256 said": mint(header={"alg": "PS256"}),
    "confused": confused(),
    "crit": mint(header={"crit": ["x"], "x": 1}),
    "b64 false": mint(header={"b64": False}),
    "jku": mint(header={"jku": "https://evil.example"}),
    "jwk": mint(header={"jwk": {}}),
    "typ": mint(header={"typ": "at+jwt"}),
    "no exp": mint(without="exp"),
    "no iat": mint(without="iat"),
    "exp now": mint({"exp": vectors.TOKEN_ISSUED}),
    "exp a text": mint({"exp": "9999999999"}),
    "exp a float": mint({"exp": vectors.TOKEN_ISSUED + 60.5}),
    "exp true": mint({"exp": True}),
    "exp huge": mint({"exp": 10**300}),
    "exp negative": mint({"exp": -1}),
    "iat later": mint({"iat": vectors.TOKEN_ISSUED + 6}),
    "iat null": mint({"iat": None}),
    "no sub": mint(without="sub"),
    "sub no uuid": mint({"sub": "ada"}),
    "no roles": mint(without="roles"),
    "roles a text": mint({"roles": "admin"}),
    "51 roles": mint({"roles": ["user"] * 51}),
    "role with a space": mint({"roles": ["super admin"]}),
    "type unknown": mint({"type": "god"}),
    "aud a text": mint({"aud": vectors.COMPANY}),
    "aud two": mint({"aud": [vectors.COMPANY, OTHER_COMPANY]}),
    "aud none": mint({"aud": []}),
    "aud another": mint({"aud": [OTHER_COMPANY]}),
    "iss another": mint({"iss": OTHER_COMPANY}),
    "tenant another": mint({"tenantId": OTHER_COMPANY}),
    "claims a list": mint([1]),
    "claims no JSON": mint(b"{"),
    "claims deep": mint(b"[" * 4000),
    "empty": "",
    "dots": "..",
    "two parts": "a.b",
    "not ASCII": "ż.ż.ż",
    "NUL": mint() + "\x00",
    "a surrogate": "\ud800.a.b",
    "long": "x" * 8193,
    "many dots": "." * 8000,
    "short signature": mint()[:-2],
    "longer signature": mint() + "A",
    "padded": mint() + "==",
}


@pytest.mark.parametrize("token", HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_proven_is_refused(token: str) -> None:
    for verify in (verify_token, verify_refresh_token):
        with pytest.raises(Unauthenticated) as refused:
            verify(token, KEYS, NOW)
        assert (refused.value.status, refused.value.message) == (401, "Unauthorized")
    expiry_of(token)


def test_the_same_made_well_is_believed() -> None:
    assert verify_token(mint(), KEYS, NOW).sub == vectors.BUYER
    assert verify_token(mint({"roles": ["user"] * 50, "x": 1}), KEYS, NOW)


@pytest.mark.parametrize("claims", [{"jti": ""}, {"jti": 7}, {}, {"jti": "t", "sub": "x"}])
def test_a_token_that_renews_needs_its_id(claims: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        verify_refresh_token(mint(claims, {"typ": "refresh+jwt"}), KEYS, NOW)


@given(st.text(max_size=200))
def test_any_text_is_refused_and_nothing_else(text: str) -> None:
    with pytest.raises(Unauthenticated):
        verify_token(text, KEYS, NOW)
    assert expiry_of(text) is None


@given(st.integers(0, len(vectors.TOKEN) - 1), st.characters(codec="ascii"))
def test_any_change_of_one_character_is_refused(place: int, other: str) -> None:
    changed = vectors.TOKEN[:place] + other + vectors.TOKEN[place + 1 :]
    assume(changed != vectors.TOKEN)
    with pytest.raises(Unauthenticated):
        verify_token(changed, KEYS, NOW)


ROLES = [*UserRole, *TenantRole]


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_its_routes_and_no_others(role: str) -> None:
    identity = Identity.of_tenant(vectors.COMPANY, [str(role)])
    may = {
        name: role in roles
        for name, roles in {
            "buyer": {"user", "superAdmin", "integration"},
            "admin": {"administrator", "admin", "superAdmin", "integration"},
            "super": {"superAdmin"},
        }.items()
    }
    routes = {"buyer": BUYER_ROUTES, "admin": ADMIN_ROUTES, "super": SUPER_ADMIN_ROUTES}
    for name, roles in routes.items():
        if may[name]:
            identity.require(vectors.COMPANY, roles)
        else:
            with pytest.raises(Unauthenticated):
                identity.require(vectors.COMPANY, roles)
        with pytest.raises(Unauthenticated):
            identity.require(OTHER_COMPANY, roles)


def test_there_are_the_roles_of_the_contract() -> None:
    assert (len(UserRole), len(TenantRole)) == (8, 4)


@pytest.mark.parametrize("size", [1024, 2047])
def test_a_weak_key_is_no_key(size: int, refused: Any) -> None:
    weak = generate_private_key(65537, size)
    with pytest.raises(ValueError, match="2048"):
        from_pem(to_pem(weak))
    assert refused(Jwks.of(weak).by_id).code == "validation-error"


def test_a_key_of_another_kind_is_no_key() -> None:
    from cryptography.hazmat.primitives.serialization import NoEncryption, PrivateFormat

    curve = new_curve_key(SECP256R1())
    pem = curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    with pytest.raises(ValueError, match="RSA"):
        from_pem(pem)


GOOD_KEY = Jwks.of(KEY).to_data()["keys"][0]


@pytest.mark.parametrize(
    "change",
    [{"kty": "EC"}, {"alg": "HS256"}, {"n": "A"}, {"n": "+/=="}, {"n": "AQAB"}, {"e": "AA"},
     {"e": "Ag"}, {"n": "_" * 1368}, {"n": "_" * 2049}, {"kid": ""}, {"kid": "a b"},
     {"kid": "x" * 129}, {"n": None}],
    ids=lambda change: str(change)[:24],
)  # fmt: skip
def test_a_published_key_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RequestError) as caught:
        Jwks.of_data({"keys": [GOOD_KEY | change]}).by_id()
    assert caught.value.code == "validation-error"


def test_a_kid_stands_once_and_there_are_not_too_many(refused: Any) -> None:
    keys = [GOOD_KEY | {"kid": str(place)} for place in range(21)]
    assert Jwks.of_data({"keys": keys[:20]})
    refused(Jwks.of_data, {"keys": keys})
    refused(Jwks.of_data, {"keys": [GOOD_KEY, GOOD_KEY]})


def test_tokens_travel_in_their_messages(refused: Any) -> None:
    both = {"token": "a" * 8192, "refreshToken": "b"}
    assert Refreshed.of_data(both).to_data() == both
    assert RefreshToken.of_data({"refreshToken": "b"}).refresh_token == "b"
    for wrong in (both | {"token": "a" * 8193}, both | {"refreshToken": ""}, {"token": "a"}):
        refused(Refreshed.of_data, wrong)
    assert "bbb" not in repr(RefreshToken(refresh_token="bbb"))
