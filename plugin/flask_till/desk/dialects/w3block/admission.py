"""Who calls (2.1): a user, or a company's server. Whoever shows something wrong is nobody."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request

from ....errors import Unauthenticated
from ....web.callers import limit_caller
from ....wire.w3block.access import Identity, TenantKey, credentials, unauthorized
from ....wire.w3block.values import path_id
from ...actions.w3block_companies import read_company
from ...w3block_company import Company
from .front import Front


@dataclass(frozen=True, slots=True)
class Caller:
    """Who he is, and the company of the path, which is his own."""

    identity: Identity
    company: Company

    @property
    def id(self) -> str:
        return self.identity.sub


def admitted(front: Front, company_id: str, roles: frozenset[str]) -> Caller:
    """Raises `Unauthenticated`, also for another company and without a role that fits (2.1);
    `NotFound` for what is no id; `TooMany`."""
    company_id = path_id(company_id)
    return _let_in(front, identified(front), company_id, roles)


def admitted_at_home(front: Front, roles: frozenset[str]) -> Caller:
    """As `admitted`, where the path names no company: to his own."""
    identity = identified(front)
    return _let_in(front, identity, identity.tenant_id, roles)


def _let_in(front: Front, identity: Identity, company_id: str, roles: frozenset[str]) -> Caller:
    front.parts.limits.require("w3block_call", identity.sub)
    identity.require(company_id, roles)
    front.parts.remember_address()
    return Caller(identity, front.database.read(read_company, company_id))


def identified(front: Front) -> Identity:
    """Whoever it is. Raises `Unauthenticated`; `TooMany` for who is wrong again and again."""
    try:
        return _identity(front)
    except Unauthenticated:
        limit_caller(front.parts.limits, "w3block_wrong_token")
        raise


def company_of(front: Front, company_id: str) -> Company:
    """The company of a public path. Raises `NotFound`."""
    limit_caller(front.parts.limits, "w3block_public")
    return front.database.read(read_company, path_id(company_id))


def _identity(front: Front) -> Identity:
    shown = credentials(dict(request.headers.items()))
    if shown is None:
        raise unauthorized()
    if isinstance(shown, TenantKey):
        return front.identities.of_tenant_key(shown)
    return front.identities.verify(shown)
