"""Enrolling Boxo partners: miniapps, host apps, their pairs, and users of hosts that we play."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from ...base.database import Database
from ...base.http import check_url
from ...base.sealing import Seal, digest, new_secret
from ...errors import Conflict, InvalidRequest, SettingsError
from ...money import Money
from ..actions import boxo_partners as actions
from ..actions.balances import grant
from ..actions.boxo_used_once import add_auth_code
from ..balance import KINDS, WALLET
from ..boxo_payment import (
    BUILT_IN,
    HOST_KINDS,
    BoxoHost,
    BoxoMiniapp,
    Partnership,
    Proof,
    payer_of,
)
from ..boxo_signing import Signing, read_signing
from ..host_sessions import HostSessions, SetsCookies
from ..origins import as_origin

SHORTEST_SECRET = 8
_ID = re.compile(r"[A-Za-z0-9_.-]{1,250}")
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,30}")


@dataclass(frozen=True, slots=True)
class BoxoCredentials:
    """``id`` is an ``app_id`` or a ``client_id``. The secret is shown once; ``public_key`` checks
    the signatures of our own calls (PEM), None without signing or with a shared secret."""

    id: str
    secret_key: str | None = field(default=None, repr=False)
    public_key: str | None = None


class BoxoEnrolment:
    """``allowed_hosts`` are those of partners that may be private or plain http."""

    def __init__(
        self,
        database: Database,
        seal: Seal,
        allowed_hosts: Iterable[str],
        sessions: HostSessions,
    ) -> None:
        self._database = database
        self._seal = seal
        self._allowed_hosts = tuple(allowed_hosts)
        self.sessions = sessions

    # --- miniapps -------------------------------------------------------------------------

    def add_miniapp(
        self,
        merchant_id: str,
        *,
        url: str | None = None,
        webhook_url: str | None = None,
        name: str | None = None,
        app_id: str | None = None,
        secret_key: str | None = None,
        addresses: Sequence[str] = (),
        signing: Mapping[str, Any] | None = None,
        must_sign: bool = False,
    ) -> BoxoCredentials:
        """A merchant of this desk as a miniapp; ids and secrets are random unless given.

        ``url`` is what host apps show, ``webhook_url`` where its server is told (4). Its server is
        known by ``addresses`` (networks such as ``203.0.113.0/24``) or by ``signing``, the
        settings of 2.2 with their ``key``. Raises `InvalidRequest`, `NotFound`, `Conflict`.
        """
        made = new_secret("boxo_") if secret_key is None else _checked_secret(secret_key)
        read = None if signing is None else read_signing(signing)
        app_id = _checked_id("app_id", app_id or f"app_{new_secret()[:12].replace('-', '_')}")
        miniapp = BoxoMiniapp(
            app_id=app_id,
            merchant_id=merchant_id,
            name=_checked_name(name or app_id),
            url=self._checked_url("url", url),
            webhook_url=self._checked_url("webhook_url", webhook_url),
            secret_key=self._seal.close(made),
            proof=self._proof(addresses, read, must_sign=must_sign),
            is_on=True,
        )
        self._database.write(actions.add_miniapp, miniapp)
        return BoxoCredentials(app_id, made, _public(read))

    def ensure_miniapp(self, merchant_id: str, *, app_id: str, **fixed: Any) -> BoxoCredentials:
        """As `add_miniapp` with fixed values, or that miniapp brought up to date with them.

        Raises `SettingsError` when the id belongs to another merchant, or the merchant to
        another id.
        """
        try:
            return self.add_miniapp(merchant_id, app_id=app_id, **fixed)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(actions.find_miniapp, app_id)
        if kept is None or kept.merchant_id != merchant_id:
            raise SettingsError(
                f"{app_id} is another merchant's miniapp, or {merchant_id} is another one.",
                remedy="Choose another id.",
            )
        return self.change_miniapp(app_id, **fixed)

    def change_miniapp(self, app_id: str, **values: Any) -> BoxoCredentials:
        """Change ``name``, ``url``, ``webhook_url``, ``secret_key``, ``is_on``, ``addresses``,
        ``signing`` (None: off) or ``must_sign``; what is not named stays."""
        kept = self._database.read(actions.read_miniapp, app_id)
        for name in ("url", "webhook_url"):
            if name in values:
                values[name] = self._checked_url(name, values[name])
        secret, public, changes = self._changes(kept.proof, values)
        change = partial(actions.change_miniapp, app_id=app_id, **changes)
        self._database.write(change)
        return BoxoCredentials(app_id, secret, public)

    # --- hosts ----------------------------------------------------------------------------

    def add_host(
        self,
        *,
        name: str | None = None,
        kind: str = BUILT_IN,
        client_id: str | None = None,
        secret_key: str | None = None,
        create_url: str | None = None,
        status_url: str | None = None,
        auth_prefix: str = "Token",
        origins: Sequence[str] = (),
        addresses: Sequence[str] = (),
        signing: Mapping[str, Any] | None = None,
        must_sign: bool = False,
    ) -> BoxoCredentials:
        """A host app. ``built_in``: this desk takes the money and shows the confirmation;
        ``outside``: the host's server is asked at the two URLs (7).

        ``origins`` are those of its pages; without any, pages from everywhere may call (6).
        Raises `InvalidRequest`, `Conflict`.
        """
        if kind not in HOST_KINDS:
            raise InvalidRequest(f"A host app is {' or '.join(HOST_KINDS)}, not {kind!r}.")
        made = new_secret("boxo_") if secret_key is None else _checked_secret(secret_key)
        read = None if signing is None else read_signing(signing)
        client_id = _checked_id(
            "client_id", client_id or f"host_{new_secret()[:12].replace('-', '_')}"
        )
        host = BoxoHost(
            client_id=client_id,
            kind=kind,
            name=_checked_name(name or client_id),
            create_url=self._checked_url("create_url", create_url),
            status_url=self._checked_url("status_url", status_url),
            auth_prefix=_checked_prefix(auth_prefix),
            secret_key=self._seal.close(made),
            proof=self._proof(addresses, read, must_sign=must_sign),
            origins=tuple(as_origin(origin) for origin in origins),
            is_on=True,
        )
        self._database.write(actions.add_host, host)
        return BoxoCredentials(client_id, made, _public(read))

    def ensure_host(self, *, client_id: str, **fixed: Any) -> BoxoCredentials:
        """As `add_host` with fixed values, or that host brought up to date with them.

        Raises `SettingsError` when it is there as a host of the other kind.
        """
        try:
            return self.add_host(client_id=client_id, **fixed)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(actions.read_host, client_id)
        if kept.kind != fixed.pop("kind", BUILT_IN):
            raise SettingsError(
                f"The host app {client_id} is {kept.kind}.", remedy="Choose another id."
            )
        return self.change_host(client_id, **fixed)

    def change_host(self, client_id: str, **values: Any) -> BoxoCredentials:
        """Change whatever `add_host` takes but ``kind``, or ``is_on``; what is not named stays."""
        kept = self._database.read(actions.read_host, client_id)
        for name in ("create_url", "status_url"):
            if name in values:
                values[name] = self._checked_url(name, values[name])
        if "origins" in values:
            values["origins"] = [as_origin(origin) for origin in values["origins"]]
        if "auth_prefix" in values:
            _checked_prefix(values["auth_prefix"])
        secret, public, changes = self._changes(kept.proof, values)
        change = partial(actions.change_host, client_id=client_id, **changes)
        self._database.write(change)
        return BoxoCredentials(client_id, secret, public)

    # --- pairs ----------------------------------------------------------------------------

    def add_partnership(
        self, app_id: str, client_id: str, *, payments_on: bool = True
    ) -> Partnership:
        """Pair a miniapp with a host app, or change the pair. Raises `NotFound`."""
        return self._database.write(
            actions.add_partnership, app_id, client_id, payments_on=payments_on
        )

    ensure_partnership = add_partnership

    def switch_payments(self, app_id: str, client_id: str, *, on: bool) -> Partnership:
        """Raises `NotFound` (NO_INTEGRATION) for two that are no pair."""
        return self._database.write(actions.switch_payments, app_id, client_id, on=on)

    # --- users of a host app --------------------------------------------------------------

    def issue_auth_code(self, client_id: str, user_reference: str) -> str:
        """A code that a miniapp shown to that user exchanges once, within five minutes (6)."""
        self._database.read(actions.read_host, client_id)
        code = new_secret()
        self._database.write(add_auth_code, client_id, _checked_user(user_reference), digest(code))
        return code

    def sign_in(self, response: SetsCookies, client_id: str, user_reference: str) -> None:
        """This browser is that user's of a built-in host app, for 12 hours. Raises `NotFound`."""
        self._database.read(actions.read_host, client_id)
        self.sessions.sign_in(response, client_id, _checked_user(user_reference))

    def grant(
        self,
        client_id: str,
        user_reference: str,
        amount: Money,
        *,
        kind: str = WALLET,
        live: bool = False,
    ) -> None:
        """Give money to a host's user; ``live`` False is test money. Raises `InvalidRequest`."""
        if kind not in KINDS or amount.minor <= 0:
            raise InvalidRequest(f"Grant more than nothing to one of {', '.join(KINDS)}.")
        self._database.read(actions.read_host, client_id)
        owner = payer_of(client_id, _checked_user(user_reference))
        self._database.write(grant, owner, kind, amount, live=live)

    # --- what they have in common ---------------------------------------------------------

    def _changes(
        self, kept: Proof, values: dict[str, Any]
    ) -> tuple[str | None, str | None, dict[str, Any]]:
        """The new secret, our new public key, and what changes in the database."""
        changes = dict(values)
        if "name" in changes:
            _checked_name(changes["name"])
        secret = changes.pop("secret_key", None)
        if secret is not None:
            changes["secret_key"] = self._seal.close(_checked_secret(secret))
        addresses = changes.pop("addresses", kept.addresses)
        must_sign = changes.pop("must_sign", kept.must_sign)
        signing = changes.pop("signing", kept)
        if signing is kept:
            own = Proof(_networks(addresses), kept.scheme, kept.key, kept.own_key, must_sign)
            return secret, None, changes | {"proof": own}
        read = None if signing is None else read_signing(signing)
        proof = self._proof(addresses, read, must_sign=must_sign)
        return secret, _public(read), changes | {"proof": proof}

    def _proof(
        self, addresses: Sequence[str], signing: Signing | None, *, must_sign: bool
    ) -> Proof:
        networks = _networks(addresses)
        if signing is None:
            return Proof(networks, must_sign=must_sign)
        own_key = None if signing.own_key is None else self._seal.close(signing.own_key)
        key = self._seal.close(signing.key)
        return Proof(networks, signing.scheme, key, own_key, must_sign)

    def _checked_url(self, field: str, url: str | None) -> str | None:
        if url is None:
            return None
        return check_url(url, allowed_hosts=self._allowed_hosts, field=field)


def _public(signing: Signing | None) -> str | None:
    return None if signing is None else signing.own_public_key


def _networks(addresses: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(_network(text)) for text in addresses)


def _network(text: str) -> IPv4Network | IPv6Network:
    """An address or a network; IPv4 in IPv6's clothes is IPv4. Raises `InvalidRequest`."""
    try:
        network = ip_network(text.strip())
    except ValueError as error:
        raise InvalidRequest(f"{text!r} is no address and no network: {error}.") from None
    mapped = getattr(network.network_address, "ipv4_mapped", None)
    if mapped is not None and network.prefixlen >= 96:
        network = ip_network((mapped, network.prefixlen - 96))
    if not network.prefixlen:
        raise InvalidRequest(f"{text!r} is everybody's address, which proves nothing.")
    return network


def _checked_id(name: str, text: str) -> str:
    if not _ID.fullmatch(text):
        raise InvalidRequest(f"{name} is 1 to 250 letters, digits, dots, dashes, underscores.")
    return text


def _checked_secret(secret: str) -> str:
    if len(secret) < SHORTEST_SECRET or not (secret.isascii() and secret.isprintable()):
        raise InvalidRequest(f"A secret has at least {SHORTEST_SECRET} ASCII characters.")
    return secret


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > 250 or not name.isprintable():
        raise InvalidRequest("A name is 1 to 250 printable characters.")
    return name


def _checked_prefix(prefix: str) -> str:
    if not _PREFIX.fullmatch(prefix):
        raise InvalidRequest(f"{prefix!r} cannot stand before credentials.")
    return prefix


def _checked_user(reference: str) -> str:
    if not 0 < len(reference) <= 250 or not reference.isprintable():
        raise InvalidRequest("A user's reference is 1 to 250 printable characters.")
    return reference
