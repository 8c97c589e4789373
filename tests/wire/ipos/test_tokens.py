"""Tokens and proofs: what is believed, by the contract's example and by attack."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from flask_till.errors import Unauthenticated
from flask_till.wire.ipos.login import HostLogin, checksum, verify_login
from flask_till.wire.ipos.orders import read_callback
from flask_till.wire.ipos.tokens import (
    User,
    is_widget_token,
    issue_user_token,
    issue_widget_token,
    new_access_key,
    new_secret_key,
    prove,
    sign_body,
    verify_body,
    verify_proof,
    verify_user_token,
    verify_widget_token,
)

TOLD = json.loads((Path(__file__).parent / "examples/callback-completed.json").read_text())
NOW = datetime.fromtimestamp(TOLD["now"], UTC)
ACCESS, SECRET = TOLD["access_key"], TOLD["secret_key"]
BODY = TOLD["request"]["raw_body"].encode()


def mint(claims: dict[str, Any], secret: str = SECRET, header: Any = None) -> str:
    """A token made without a library."""

    def part(value: Any) -> str:
        text = json.dumps(value, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(text).rstrip(b"=").decode()

    signed = f"{part(header or {'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
    made = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def test_the_contracts_callback_is_believed_and_made_alike() -> None:
    order, proof = read_callback(BODY)
    assert order.current_status == "completed"
    verify_proof(proof, ACCESS, SECRET, NOW)
    unproven = {"verify_signature": False}
    made = prove(ACCESS, SECRET, NOW)
    assert jwt.decode(made, options=unproven) == jwt.decode(proof, options=unproven)
    assert jwt.get_unverified_header(made)["typ"] == "callback+jwt"
    signature = TOLD["request"]["headers"]["X-IPOS-Signature"]
    verify_body(SECRET, BODY, signature)
    assert sign_body(SECRET, BODY) == signature


@pytest.mark.parametrize("seconds", [-6, 300, 3000])
def test_a_proof_has_its_time(seconds: int) -> None:
    proof = prove(ACCESS, SECRET, NOW)
    with pytest.raises(Unauthenticated):
        verify_proof(proof, ACCESS, SECRET, NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-5, 0, 299])
def test_and_within_it_it_is_believed(seconds: int) -> None:
    verify_proof(prove(ACCESS, SECRET, NOW), ACCESS, SECRET, NOW + timedelta(seconds=seconds))


def test_a_changed_body_and_a_strange_signature_are_refused() -> None:
    for body, signature in [(BODY + b" ", sign_body(SECRET, BODY)), (BODY, "sha256=ż"), (BODY, "")]:
        with pytest.raises(Unauthenticated):
            verify_body(SECRET, body, signature)


def test_a_widget_token_from_the_desk_or_self_minted_speaks_for_its_widget() -> None:
    secrets_of = {ACCESS: SECRET}.get
    for token in (issue_widget_token(ACCESS, SECRET, NOW), mint({"iss": ACCESS})):
        assert is_widget_token(token)
        assert verify_widget_token(token, secrets_of, NOW) == ACCESS


LATER = TOLD["now"] + 60
HOSTILE = [
    mint({"iss": ACCESS, "exp": LATER}, "another secret of some length, really"),
    mint({"iss": ACCESS, "exp": TOLD["now"]}),
    mint({"iss": ACCESS, "exp": "soon"}),
    mint({"iss": ACCESS, "exp": True}),
    mint({"iss": ACCESS, "nbf": LATER}),
    mint({"iss": "wgt_ak_unknown", "exp": LATER}),
    mint({"iss": ["wgt_ak_"], "exp": LATER}),
    mint({"exp": LATER}),
    mint({"iss": ACCESS}, header={"alg": "none", "typ": "JWT"}),
    mint({"iss": ACCESS}, header={"alg": "HS512", "typ": "JWT"}),
    jwt.encode({"iss": ACCESS}, SECRET, "HS384"),
    "a.b.c",
    "",
    "x" * 9000,
    "..",
    "ż.ż.ż",
    mint({"iss": ACCESS})[:-2],
]


@pytest.mark.parametrize("token", HOSTILE)
def test_a_widget_token_that_is_not_proven_is_refused(token: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        verify_widget_token(token, {ACCESS: SECRET}.get, NOW)
    assert refused.value.status == 401


def test_a_user_token_says_whom_it_speaks_for_for_seven_days() -> None:
    ada = User("u1", "Ada Byron", "u_ada01", "ada@example.org", widget_session_id="s1")
    token = issue_user_token(ada, SECRET, NOW)
    assert not is_widget_token(token)
    assert verify_user_token(token, SECRET, NOW + timedelta(days=6)) == ada
    with pytest.raises(Unauthenticated):
        verify_user_token(token, SECRET, NOW + timedelta(days=7))
    with pytest.raises(Unauthenticated):
        verify_user_token(mint({"username": "no id"}), SECRET, NOW)


def test_keys_have_the_form_that_clients_know() -> None:
    assert len(new_access_key()) == len("wgt_ak_") + 25
    assert len(new_secret_key()) == len("wgt_sk_") + 57


def test_a_host_vouches_for_its_user_within_five_minutes() -> None:
    fields = {"email": "a@b.org", "timestamp": TOLD["now"], "app_id": "app_1", "note": None}
    text = f"app_id=app_1,email=a@b.org,timestamp={TOLD['now']},key=k"
    made = hashlib.md5(text.encode()).hexdigest().upper()  # the protocol's own
    assert checksum(fields, "k") == made
    login = HostLogin.read(fields | {"sign": made})
    verify_login(login, fields, "k", NOW + timedelta(seconds=300))
    for secret, off in (("other", 0), ("k", 301), ("k", -301)):
        with pytest.raises(Unauthenticated):
            verify_login(login, fields, secret, NOW + timedelta(seconds=off))
