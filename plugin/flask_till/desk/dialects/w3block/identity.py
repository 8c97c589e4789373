"""``/auth``: signing in, renewing, and the keys that prove it (2.1)."""

from __future__ import annotations

from flask import Response

from ....web.callers import caller, limit_caller
from ....wire.w3block.access import RefreshToken, SignIn, SignInTenant
from .answers import body_of, say
from .front import Front


def sign_in(front: Front) -> Response:
    asked = body_of(SignIn)
    limit_caller(front.parts.limits, "w3block_sign_in")
    front.parts.limits.require("w3block_password", f"{caller()} {asked.email.lower()}")
    return say(front.identities.sign_in(asked), 201)


def sign_in_tenant(front: Front) -> Response:
    limit_caller(front.parts.limits, "w3block_sign_in")
    return say(front.identities.sign_in_tenant(body_of(SignInTenant)), 201)


def refresh(front: Front) -> Response:
    limit_caller(front.parts.limits, "w3block_sign_in")
    return say(front.identities.refresh(body_of(RefreshToken).refresh_token), 201)


def jwks(front: Front) -> Response:
    return say(front.identities.jwks())
