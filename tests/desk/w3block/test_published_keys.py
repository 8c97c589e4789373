"""Tokens are checked by whoever wants to: with PyJWT, and the keys as they are published."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from tests.desk.the_desk import TheDesk
from tests.desk.w3block.the_company import COMPANY, PASSWORD, USER, Storefront, TheCompany


@pytest.fixture
def keys(desk: TheDesk, serve: Any) -> jwt.PyJWKClient:
    return jwt.PyJWKClient(f"{serve(desk.app)}/w3block/auth/jwks.json", cache_jwk_set=False)


def checked(keys: jwt.PyJWKClient, token: str, company: str = COMPANY) -> dict[str, Any]:
    """The clock of the machine is not the desk's, so only the rest is checked here."""
    key = keys.get_signing_key_from_jwt(token)
    leave = {"verify_exp": False, "verify_iat": False}
    read: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=company, issuer=company, options=leave
    )
    return read


def test_a_token_is_the_desks_and_tells_who_somebody_is(
    keys: jwt.PyJWKClient, company: TheCompany, ann: Storefront
) -> None:
    signed_in = company.sign_in().json
    seen = checked(keys, signed_in["token"])
    assert seen == signed_in["data"]
    assert (seen["sub"], seen["roles"]) == (USER, ["user"])
    assert seen["exp"] - seen["iat"] > 5000, "clients drop what does not live that long"
    renewal = checked(keys, signed_in["refreshToken"])
    assert renewal["exp"] - renewal["iat"] > 5000


def test_tokens_of_before_and_after_a_new_key_are_the_desks(
    keys: jwt.PyJWKClient, company: TheCompany, ann: Storefront, desk: TheDesk
) -> None:
    former = company.sign_in().json["token"]
    desk.desk.w3block.rotate_keys()
    present = company.sign_in().json["token"]
    kids = [jwt.get_unverified_header(token)["kid"] for token in (former, present)]
    assert len(set(kids)) == 2
    for token in (former, present):
        assert checked(keys, token)["sub"] == USER
    desk.clock.advance(days=8)
    assert [one.key_id for one in keys.get_signing_keys()] == [kids[1]], "its tokens are over"


def test_a_token_of_elsewhere_or_of_another_company_is_not(
    keys: jwt.PyJWKClient, company: TheCompany, ann: Storefront
) -> None:
    token = company.sign_in(password=PASSWORD).json["token"]
    with pytest.raises((jwt.InvalidAudienceError, jwt.InvalidIssuerError)):
        checked(keys, token, USER)
    head, body, signature = token.split(".")
    with pytest.raises(jwt.InvalidSignatureError):
        checked(keys, f"{head}.{body}.{'A' * len(signature)}")
