"""The identity service of the W3block protocol (2.1): who signs in, and what tokens say."""

from __future__ import annotations

import hmac
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from werkzeug.security import check_password_hash, generate_password_hash

from ...base.clock import Clock
from ...base.database import Database
from ...base.sealing import Seal, digest, new_secret
from ...wire.w3block import tokens
from ...wire.w3block.access import (
    Identity,
    Kind,
    Refreshed,
    SignedIn,
    SignIn,
    SignInTenant,
    TenantKey,
    unauthorized,
)
from ...wire.w3block.keys import Jwks, from_pem, key_id, new_private_key, to_pem
from ..actions import w3block_companies, w3block_tokens
from ..w3block_company import Company, CompanyUser, Renewable

NOBODY = digest("nobody has this key")


class Keyring:
    """The keys that sign tokens: made at first need, sealed at rest, replaced by an operator."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._opened: dict[str, RSAPrivateKey] = {}
        self._lock = threading.Lock()

    def live(self) -> list[RSAPrivateKey]:
        """Those whose tokens may be in use, newest first; the first one signs."""
        kept = self._database.read(w3block_tokens.live_keys, tokens.REFRESH_LIFE)
        if not any(one.retired_at is None for one in kept):
            self._database.write(w3block_tokens.add_first_key, *self._new())
            kept = self._database.read(w3block_tokens.live_keys, tokens.REFRESH_LIFE)
        return [self._open(one) for one in kept]

    def public(self) -> Mapping[str, RSAPublicKey]:
        return {key_id(key.public_key()): key.public_key() for key in self.live()}

    def rotate(self) -> None:
        """A new key signs from now on; the one before is published as long as its tokens live."""
        self._database.write(w3block_tokens.rotate_keys, *self._new())

    def _new(self) -> tuple[str, str]:
        key = new_private_key()
        return key_id(key.public_key()), self._seal.close(to_pem(key))

    def _open(self, kept: w3block_tokens.KeptKey) -> RSAPrivateKey:
        with self._lock:
            if kept.kid not in self._opened:
                self._opened[kept.kid] = from_pem(self._seal.open(kept.sealed))
            return self._opened[kept.kid]


@dataclass(frozen=True, slots=True)
class Identities:
    """Raises `Unauthenticated` for whoever is not who he says, without a hint why."""

    database: Database
    keyring: Keyring
    clock: Clock

    def sign_in(self, asked: SignIn) -> SignedIn:
        """A user by e-mail and password. An unknown address takes as long as a wrong password."""
        user = self.database.read(
            w3block_companies.find_user_by_mail, asked.email.lower(), asked.tenant_id
        )
        known = user.password if user is not None else _nobodys_password()
        if not check_password_hash(known, asked.password) or user is None:
            raise unauthorized()
        return self._signed_in(identity_of(user))

    def sign_in_tenant(self, asked: SignInTenant) -> SignedIn:
        """The company's server, by key and secret."""
        key = TenantKey(asked.tenant_id, asked.key, asked.secret)
        return self._signed_in(self.of_tenant_key(key))

    def of_tenant_key(self, key: TenantKey) -> Identity:
        """What the three headers stand for. One comparison also for an unknown company."""
        company = self.database.read(w3block_companies.find_company, key.tenant_id)
        known = (company.key_digest, company.secret_digest) if company else (NOBODY, NOBODY)
        fits = hmac.compare_digest(digest(key.key) + digest(key.secret), "".join(known))
        if not fits or company is None:
            raise unauthorized()
        return identity_of_company(company)

    def refresh(self, token: str) -> Refreshed:
        """A new pair for a token that was never used; one that comes again ends its family."""
        now = self.clock()
        renewal = tokens.verify_refresh_token(token, self.keyring.public(), now)
        following = new_secret()
        former = self.database.write(
            w3block_tokens.renew, digest(renewal.token_id), digest(following), tokens.REFRESH_LIFE
        )
        if former is None:
            raise unauthorized()
        return self._pair(self._identity(former), following, now)

    def verify(self, token: str) -> Identity:
        """Whom an access token speaks for."""
        return tokens.verify_token(token, self.keyring.public(), self.clock())

    def jwks(self) -> Jwks:
        """All keys that tokens in use may be signed with, newest first."""
        return Jwks.of(*self.keyring.live())

    def _identity(self, former: Renewable) -> Identity:
        """As it is now: roles may have changed since the last token."""
        if former.user_id is None:
            company = self.database.read(w3block_companies.read_company, former.company_id)
            return identity_of_company(company)
        user = self.database.read(w3block_companies.find_user, former.company_id, former.user_id)
        if user is None:
            raise unauthorized()
        return identity_of(user)

    def _signed_in(self, identity: Identity) -> SignedIn:
        now, token_id = self.clock(), new_secret()
        is_user = identity.type == Kind.USER
        renewable = Renewable(
            id=digest(token_id),
            family=digest(new_secret()),
            company_id=identity.tenant_id,
            user_id=identity.sub if is_user else None,
            expires_at=now + tokens.REFRESH_LIFE,
        )
        self.database.write(w3block_tokens.keep_renewable, renewable)
        pair = self._pair(identity, token_id, now)
        data = tokens.verify_token(pair.token, self.keyring.public(), now)
        return SignedIn(token=pair.token, refresh_token=pair.refresh_token, data=data)

    def _pair(self, identity: Identity, token_id: str, now: datetime) -> Refreshed:
        key = self.keyring.live()[0]
        renewal = tokens.Renewal(identity.sub, identity.tenant_id, Kind(identity.type), token_id)
        return Refreshed(
            token=tokens.issue_token(identity, key, now),
            refresh_token=tokens.issue_refresh_token(renewal, key, now),
        )


def identity_of(user: CompanyUser) -> Identity:
    return Identity.of_user(
        user.id,
        user.company_id,
        list(user.roles),
        email=user.email,
        name=user.name,
        email_verified=user.email_verified,
        phone_verified=user.phone_verified,
    )


def identity_of_company(company: Company) -> Identity:
    return Identity.of_tenant(company.id, list(company.roles))


@lru_cache(1)
def _nobodys_password() -> str:
    return generate_password_hash(new_secret())
