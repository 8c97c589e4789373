"""Who calls: headers as they may come, and sign-in bodies at their limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import Unauthenticated
from flask_till.wire.w3block.access import (
    SignedIn,
    SignIn,
    SignInTenant,
    TenantKey,
    bearer,
    credentials,
)
from tests.wire.w3block.vectors import COMPANY, TOKEN

KEY = TenantKey(COMPANY, "key", "s3cret")


def test_a_token_and_a_tenants_key_are_sent_and_read() -> None:
    assert credentials(bearer(TOKEN)) == TOKEN
    assert credentials(KEY.headers()) == KEY
    assert credentials({"Accept": "x"}) is None
    assert "s3cret" not in repr(KEY)


def test_names_come_in_any_case_and_a_token_goes_first() -> None:
    spelled = {name.title(): text for name, text in KEY.headers().items()}
    assert credentials(spelled) == KEY
    assert credentials({"AUTHORIZATION": f"bearer {TOKEN}"} | KEY.headers()) == TOKEN


@pytest.mark.parametrize("left_out", list(KEY.headers()))
def test_the_three_headers_come_together(left_out: str) -> None:
    some = {name: text for name, text in KEY.headers().items() if name != left_out}
    for wrong in (some, {left_out: KEY.headers()[left_out]}, some | {left_out: ""}):
        with pytest.raises(Unauthenticated):
            credentials(wrong)


@pytest.mark.parametrize(
    "text",
    ["", "Bearer", "Bearer ", f"Bearer  {TOKEN}", f"Bearer {TOKEN} ", f"Basic {TOKEN}", TOKEN,
     f"Bearer {TOKEN},{TOKEN}", "Bearer ż", "Bearer a\x00", "Bearer a\nb", "Bearer a\n",
     "Bearer \ud800", "Bearer " + "x" * 8193, "BearerX a"],
    ids=lambda text: repr(text)[:20],
)  # fmt: skip
def test_an_authorization_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(Unauthenticated):
        credentials({"Authorization": text})
    with pytest.raises(Unauthenticated):
        credentials({"Authorization": text} | KEY.headers())


def test_the_longest_token_is_read() -> None:
    assert credentials({"Authorization": "Bearer " + "x" * 8192}) == "x" * 8192


@pytest.mark.parametrize("secret", ["", " ", "a b", "ż", "a\x00", "a\n", "\x7f", "x" * 1025])
def test_a_secret_of_another_form_is_refused(secret: str) -> None:
    for key in (TenantKey(COMPANY, "key", secret), TenantKey(COMPANY, secret, "s")):
        with pytest.raises(Unauthenticated):
            credentials(key.headers())


def test_the_longest_secret_is_read() -> None:
    key = TenantKey(COMPANY, "k" * 1024, "s" * 1024)
    assert credentials(key.headers()) == key


@pytest.mark.parametrize("name", ["Authorization", *KEY.headers()])
def test_a_header_given_twice_is_refused(name: str) -> None:
    with pytest.raises(Unauthenticated):
        credentials(bearer(TOKEN) | KEY.headers() | {name.lower(): "a", name.upper(): "b"})


@given(st.dictionaries(
    st.sampled_from(["authorization", *KEY.headers()]), st.text(max_size=40), max_size=4
))  # fmt: skip
def test_any_headers_are_read_or_refused(headers: dict[str, str]) -> None:
    try:
        credentials(headers)
    except Unauthenticated:
        return


SIGN_IN = {"email": "a@b", "password": "p", "tenantId": COMPANY}
TENANT = {"key": "k", "secret": "s", "tenantId": COMPANY}


def test_a_company_may_be_left_out_by_a_user_only(refused: Any) -> None:
    assert SignIn.of_data({"email": "a@b", "password": "p"}).tenant_id is None
    assert SignIn.of_data(SIGN_IN | {"tenantId": None}).tenant_id is None
    refused(SignInTenant.of_data, {"key": "k", "secret": "s"})


@pytest.mark.parametrize(
    ("kind", "good", "name", "last", "beyond"),
    [
        (SignIn, SIGN_IN, "password", "p" * 1024, "p" * 1025),
        (SignIn, SIGN_IN, "password", "p", ""),
        (SignIn, SIGN_IN, "email", "a" * 252 + "@b", "a" * 253 + "@b"),
        (SignInTenant, TENANT, "key", "k" * 1024, "k" * 1025),
        (SignInTenant, TENANT, "secret", "k" * 1024, "k" * 1025),
        (SignInTenant, TENANT, "secret", "k", None),
    ],
)
def test_what_is_given_has_limits(
    kind: Any, good: Any, name: str, last: Any, beyond: Any, refused: Any
) -> None:
    assert kind.of_data(good | {name: last}).to_data() == good | {name: last}
    assert name in refused(kind.of_data, good | {name: beyond}).message


def test_an_answer_may_hold_a_profile(example: Any) -> None:
    data = example("signin")["cases"][0]["response"]["body"]
    data = data | {"profile": {"mainWallet": {"address": "0x"}}, "isNewUser": False}
    assert SignedIn.of_data(data).to_data() == data
