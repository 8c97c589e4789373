"""Tokens: what is believed, by a vector that another library made and by attack."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import Forbidden, SettingsError, Unauthenticated
from flask_till.wire.kigo.tokens import (
    CLAIM_LIFE,
    PARTNER_LIFE,
    REFRESH_LIFE,
    SSO_LIFE,
    USER_LIFE,
    Grant,
    Level,
    bearer,
    is_over,
    issue,
    read_api_key,
    read_bearer,
    renew_at,
    require,
    verify,
)

SECRET = "a secret of the desk"
NOW = 1772445600
GRANT = Grant(
    Level.USER, "par_1", 1772448000, "a8f1c2d3-0b4e-4c5f-9a6b-7c8d9e0f1a2b", "fam_1", "m1"
)
# node --input-type=module -e '
#   import { createHmac } from "node:crypto";
#   const made = (key, text) => createHmac("sha256", key).update(text);
#   const key = made("a secret of the desk", "till-kigo-token:kigo").digest();
#   const part = (o) => Buffer.from(JSON.stringify(o)).toString("base64url");
#   const signed = part({ alg: "HS256", typ: "JWT" }) + "." + part({ iss: "kigo", lvl: "user",
#     sub: "par_1", exp: 1772448000, acc: "a8f1c2d3-0b4e-4c5f-9a6b-7c8d9e0f1a2b", fam: "fam_1",
#     mrk: "m1" });
#   console.log(signed + "." + made(key, signed).digest("base64url"))'
VECTOR = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJraWdvIiwibHZsIjoidXNlciIsInN1YiI6InBhcl8xIiwi"
    "ZXhwIjoxNzcyNDQ4MDAwLCJhY2MiOiJhOGYxYzJkMy0wYjRlLTRjNWYtOWE2Yi03YzhkOWUwZjFhMmIiLCJmYW0iOiJm"
    "YW1fMSIsIm1yayI6Im0xIn0.5MIsfW0twAk5N15GNtktZnWzfXBMOIL1LiOADsJanrI"
)
KEY = hmac.digest(SECRET.encode(), b"till-kigo-token:kigo", "sha256")
HEADER = {"alg": "HS256", "typ": "JWT"}
CLAIMS: dict[str, Any] = {
    "iss": "kigo",
    "lvl": "user",
    "sub": "par_1",
    "exp": GRANT.expires_at,
    "acc": GRANT.account_id,
    "fam": "fam_1",
    "mrk": "m1",
}


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def mint(claims: Any, key: bytes = KEY, header: Any = None) -> str:
    """A token made without a library."""
    signed = f"{encoded(HEADER if header is None else header)}.{encoded(claims)}"
    return f"{signed}.{encoded(hmac.digest(key, signed.encode(), hashlib.sha256))}"


def refused(token: str, now: int = NOW, secrets: tuple[str, ...] = (SECRET,)) -> str:
    with pytest.raises(Unauthenticated) as error:
        verify(token, secrets, now)
    assert error.value.status == 401
    return error.value.code


def test_the_vector_is_made_and_believed() -> None:
    assert issue(GRANT, SECRET) == VECTOR
    assert verify(VECTOR, [SECRET], NOW) == GRANT
    assert verify(mint(CLAIMS), [SECRET], NOW) == GRANT


def test_the_lives_are_those_of_the_contract() -> None:
    assert (PARTNER_LIFE, USER_LIFE, SSO_LIFE) == (1800, 3600, 1800)
    assert (REFRESH_LIFE, CLAIM_LIFE) == (31536000, 90 * 24 * 3600)


@pytest.mark.parametrize(("late", "fits"), [(-9999, True), (0, True), (29, True), (30, False)])
def test_a_token_ends_thirty_seconds_after_its_end(late: int, fits: bool) -> None:
    if fits:
        assert verify(VECTOR, [SECRET], GRANT.expires_at + late) == GRANT
    else:
        assert refused(VECTOR, GRANT.expires_at + late) == "token_expired"


def test_a_stranger_learns_nothing_of_a_token_that_is_over() -> None:
    assert refused(VECTOR, GRANT.expires_at + 99, ("another secret",)) == "unauthorized"


def test_a_secret_that_is_being_changed_still_counts() -> None:
    assert verify(VECTOR, ["the new one", SECRET], NOW) == GRANT
    assert refused(VECTOR, secrets=("the new one",)) == "unauthorized"
    assert refused(VECTOR, secrets=()) == "unauthorized"


@pytest.mark.parametrize("place", [0, 30, 40, 90, 150, len(VECTOR) - 2])
def test_a_changed_letter_is_noticed(place: int) -> None:
    other = "A" if VECTOR[place] != "A" else "B"
    assert refused(VECTOR[:place] + other + VECTOR[place + 1 :]) == "unauthorized"


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "..",
        "ż.ż.ż",
        "\ud800",
        "a" * 100_000,
        VECTOR.rpartition(".")[0] + ".",
        mint(CLAIMS, SECRET.encode()),
        mint(CLAIMS, b""),
        mint(CLAIMS, header={"alg": "none"}),
        mint(CLAIMS, header={"alg": "HS512"}),
        mint(CLAIMS, header={"alg": "RS256"}),
        mint(CLAIMS, header=[]),
        mint(CLAIMS, header=b"[" * 50_000),
        jwt.encode(CLAIMS, hashlib.sha512(KEY).digest(), "HS512"),
        encoded({"alg": "none"}) + "." + encoded(CLAIMS) + ".",
        mint([]),
        mint(b"[" * 50_000),
        mint(b"\xff"),
        mint({}),
        mint(CLAIMS | {"iss": "ipos"}),
        mint(CLAIMS | {"lvl": "root"}),
        mint(CLAIMS | {"lvl": None}),
        mint(CLAIMS | {"sub": 5}),
        mint(CLAIMS | {"exp": "soon"}),
        mint(CLAIMS | {"exp": None}),
        mint(CLAIMS | {"exp": 1772448000.0}),
        mint(CLAIMS | {"exp": True}),
        mint(CLAIMS | {"acc": None}),
        mint(b'{"iss":"kigo","sub":"p","exp":1e999,"lvl":"user","acc":"","fam":"","mrk":""}'),
        mint(b'{"iss":"kigo","sub":"p","exp":NaN,"lvl":"user","acc":"","fam":"","mrk":""}'),
        *[mint({k: v for k, v in CLAIMS.items() if k != name}) for name in CLAIMS],
    ],
)
def test_what_is_no_token_of_ours_is_refused(token: str) -> None:
    assert refused(token) == "unauthorized"


@given(st.text(st.characters(), max_size=40))
def test_any_text_is_refused_and_nothing_else(token: str) -> None:
    assert refused(token) == "unauthorized"
    assert refused(f"{VECTOR}{token}x") == "unauthorized"


@given(
    st.sampled_from(Level),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9),
    st.integers(NOW, 2**40),
)
def test_any_grant_comes_back(level: Level, text: str, end: int) -> None:
    grant = Grant(level, text, end, text, text, text)
    assert verify(issue(grant, SECRET), [SECRET], NOW) == grant


def test_an_empty_secret_is_a_fault_of_the_settings() -> None:
    for act in (lambda: issue(GRANT, ""), lambda: verify(VECTOR, [""], NOW)):
        with pytest.raises(SettingsError):
            act()


def test_each_level_opens_its_own_calls() -> None:
    assert require(GRANT, Level.USER) is GRANT
    with pytest.raises(Forbidden) as error:
        require(GRANT, Level.PARTNER)
    assert (error.value.status, error.value.code) == (403, "forbidden")
    with pytest.raises(Forbidden):
        require(replace(GRANT, level=Level.PARTNER), Level.USER)


@pytest.mark.parametrize(
    ("header", "token"),
    [("Bearer abc", "abc"), ("bearer abc", "abc"), ("BEARER  a.b-c_~+/= ", "a.b-c_~+/="),
     ("Bearer " + "a" * 8192, "a" * 8192)],
)  # fmt: skip
def test_the_token_of_a_header_is_found(header: str, token: str) -> None:
    assert read_bearer(header) == token


def test_a_token_is_carried_in_the_header() -> None:
    assert bearer(VECTOR) == {"Authorization": f"Bearer {VECTOR}"}
    assert read_bearer(bearer(VECTOR)["Authorization"]) == VECTOR


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic abc", "Bearer a b", "Bearer ż", "Bearer a\r\nX: y",
     "Bearer a\x00", "Bearer a\n", " Bearer a", "Bearerabc", "Bearer " + "a" * 8193, "\ud800"],
)  # fmt: skip
def test_a_header_without_a_token_is_refused(header: str | None) -> None:
    with pytest.raises(Unauthenticated) as error:
        read_bearer(header)
    assert (error.value.status, error.value.code) == (401, "unauthorized")


def test_an_api_key_is_a_word() -> None:
    assert read_api_key("k" * 255) == "k" * 255
    for wrong in (None, "", "a b", "ż", "a\n", "\x00", "k" * 256):
        with pytest.raises(Unauthenticated) as error:
            read_api_key(wrong)
        assert error.value.code == "unauthorized"


END = datetime(2026, 3, 2, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("late", "over"), [(-1, False), (0, False), (29.999, False), (30, True), (31, True)]
)
def test_a_session_or_code_ends_with_the_allowed_skew(late: float, over: bool) -> None:
    assert is_over(END, END + timedelta(seconds=late)) is over
    assert is_over(None, END + timedelta(seconds=late)) is False


def test_a_client_renews_before_the_end_by_its_own_clock() -> None:
    assert renew_at(END, 1800) == END + timedelta(seconds=1770)
    assert renew_at(END, 5) == END
