"""How a shop gets in: the token, and what the wallet can be paid with (2.1, 2.3)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from .message import Message
from .values import Label, PaymentName, Text

SCOPE = "api:inpostpay"
BEARER = "Bearer"
GRANT = "client_credentials"
TOKEN_LIFE = 300
"""Seconds a token lives (2.1)."""


class Token(Message):
    """The reply of the token endpoint (2.1); ``expires_in`` in seconds."""

    access_token: Annotated[
        str, StringConstraints(pattern=r"^[\x21-\x7e]{1,8192}$"), Field(repr=False)
    ]
    expires_in: Annotated[int, Field(ge=1)]
    refresh_expires_in: int = 0
    token_type: Annotated[str, StringConstraints(pattern="^[Bb]earer$")] = BEARER
    not_before_policy: Annotated[
        int,
        Field(validation_alias="not-before-policy", serialization_alias="not-before-policy"),
    ] = 0
    scope: Text | None = SCOPE


class TokenRefusal(Message):
    """Why there is no token: the usual OAuth body (2.1)."""

    error: Label
    error_description: Text | None = None


class PaymentMethods(Message):
    """What this merchant's shoppers may pay with (2.3); open set."""

    payment_type: list[PaymentName]
