"""Signing in, who somebody is, and what that allows (2.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import Field, StringConstraints, model_validator

from ...errors import Unauthenticated
from .message import Message
from .values import Label, Mail, Uuid, Word

TENANT_HEADER, KEY_HEADER, SECRET_HEADER = (
    "x-w3block-id",
    "x-w3block-api-key",
    "x-w3block-secret",
)
MOST_ROLES = 50
LONGEST_TOKEN = 8192
LONGEST_SECRET = 1024

_BEARER = re.compile(r"[Bb]earer ([A-Za-z0-9_.-]{1,8192})")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,1024}")


class Kind(StrEnum):
    """Whom a token stands for: a buyer or staff, or a company's server (2.1)."""

    USER = "user"
    TENANT = "tenant"


class UserRole(StrEnum):
    """Roles of a user (2.1)."""

    SUPER_ADMIN = "superAdmin"
    ADMIN = "admin"
    OPERATOR = "operator"
    USER = "user"
    LOYALTY_OPERATOR = "loyaltyOperator"
    ORDER_RECEIVER = "commerce.orderReceiver"
    KYC_APPROVER = "kyc.approver"
    ERC20_RECEIVER = "key.erc20Receiver"


class TenantRole(StrEnum):
    """Roles of a tenant (2.1)."""

    APPLICATION = "application"
    ADMINISTRATOR = "administrator"
    INTEGRATION = "integration"
    CONTEXT_APPLICATION = "contextApplication"


BUYER_ROUTES: frozenset[str] = frozenset({"user", "superAdmin", "integration"})
ADMIN_ROUTES: frozenset[str] = frozenset({"administrator", "admin", "superAdmin", "integration"})
SUPER_ADMIN_ROUTES: frozenset[str] = frozenset({"superAdmin"})
"""Roles that fit a route (2.1, 8)."""

Role = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_SECRET)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TOKEN)]


class Identity(Message):
    """Who somebody is: the payload of a token, and ``data`` of a sign-in (2.1).

    ``exp`` and ``iat`` in seconds since 1970.
    """

    sub: Uuid
    iss: Uuid
    aud: Annotated[list[Uuid], Field(min_length=1, max_length=1)]
    tenant_id: Uuid
    type: Word[Kind]
    roles: Annotated[list[Role], Field(max_length=MOST_ROLES)]
    email: Mail | None = None
    name: Label | None = None
    verified: bool | None = None
    email_verified: bool | None = None
    phone_verified: bool | None = None
    exp: int | None = None
    iat: int | None = None

    @model_validator(mode="after")
    def _one_company(self) -> Identity:
        if not self.iss == self.aud[0] == self.tenant_id:
            raise ValueError("iss, aud and tenantId must be the same company")
        return self

    @classmethod
    def of_user(
        cls, user_id: str, tenant_id: str, roles: list[str], *, email: str, name: str,
        email_verified: bool, phone_verified: bool = False,
    ) -> Identity:  # fmt: skip
        """A user of a company; verified when the e-mail address is."""
        return cls(
            sub=user_id,
            iss=tenant_id,
            aud=[tenant_id],
            tenant_id=tenant_id,
            type=Kind.USER,
            roles=roles,
            email=email,
            name=name,
            verified=email_verified,
            email_verified=email_verified,
            phone_verified=phone_verified,
        )

    @classmethod
    def of_tenant(cls, tenant_id: str, roles: list[str]) -> Identity:
        """The company itself: its server."""
        return cls(
            sub=tenant_id,
            iss=tenant_id,
            aud=[tenant_id],
            tenant_id=tenant_id,
            type=Kind.TENANT,
            roles=roles,
        )

    def require(self, company_id: str, roles: frozenset[str]) -> None:
        """Raises `Unauthenticated` for another company, or when no role fits (2, 2.1)."""
        if self.tenant_id != company_id or not roles.intersection(self.roles):
            raise unauthorized()


class SignIn(Message):
    """POST ``/auth/signin`` (2.1)."""

    email: Mail
    password: Annotated[Secret, Field(repr=False)]
    tenant_id: Uuid | None = None


class SignInTenant(Message):
    """POST ``/auth/signin/tenant`` (2.1)."""

    key: Secret
    secret: Annotated[Secret, Field(repr=False)]
    tenant_id: Uuid


class RefreshToken(Message):
    """POST ``/auth/refresh-token`` (2.1)."""

    refresh_token: Annotated[Token, Field(repr=False)]


class Refreshed(Message):
    """Its answer, 201 (2.1)."""

    token: Annotated[Token, Field(repr=False)]
    refresh_token: Annotated[Token, Field(repr=False)]


class SignedIn(Refreshed):
    """The answer of both sign-ins, 201 (2.1)."""

    data: Identity
    profile: dict[str, Any] | None = None
    is_new_user: bool | None = None


@dataclass(frozen=True, slots=True)
class TenantKey:
    """What the three tenant headers say; together they stand for a tenant token (2.1)."""

    tenant_id: str
    key: str
    secret: str = field(repr=False)

    def headers(self) -> dict[str, str]:
        """The three headers to send."""
        return {TENANT_HEADER: self.tenant_id, KEY_HEADER: self.key, SECRET_HEADER: self.secret}


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def credentials(headers: Mapping[str, str]) -> str | TenantKey | None:
    """The token of ``Authorization``, else the tenant headers, else None (2.1). Unproven.

    Names in any case. Raises `Unauthenticated` for a header that has no such form, for one or two
    of the three, and for a header given twice.
    """
    names = ("authorization", TENANT_HEADER, KEY_HEADER, SECRET_HEADER)
    found = [(name.lower(), text) for name, text in headers.items() if name.lower() in names]
    given = dict(found)
    if len(given) != len(found):
        raise unauthorized()
    if "authorization" in given:
        match = _BEARER.fullmatch(given["authorization"])
        if not match:
            raise unauthorized()
        return match[1]
    return _tenant_key(given) if given else None


def _tenant_key(given: Mapping[str, str]) -> TenantKey:
    texts = [given.get(name, "") for name in (TENANT_HEADER, KEY_HEADER, SECRET_HEADER)]
    if not _UUID.fullmatch(texts[0]) or not all(map(_VISIBLE.fullmatch, texts[1:])):
        raise unauthorized()
    return TenantKey(texts[0].lower(), texts[1], texts[2])


def unauthorized() -> Unauthenticated:
    """401, for whatever reason: no hint which (2)."""
    return Unauthenticated("Unauthorized")
