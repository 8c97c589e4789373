"""Enrolling merchants: their addresses are checked, their secrets made, hashed and sealed."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from ...base.database import Database, Work
from ...base.http import check_url
from ...base.sealing import Seal, digest, new_secret
from ...errors import Conflict, InvalidRequest, SettingsError, Unauthenticated
from ..actions import merchants as merchant_actions
from ..merchant import Credentials, Merchant
from ..origins import as_origin


class Enrolment:
    """``allowed_hosts`` are those of callbacks that may be private or plain http."""

    def __init__(self, database: Database, seal: Seal, allowed_hosts: Iterable[str]) -> None:
        self._database = database
        self._seal = seal
        self._allowed_hosts = tuple(allowed_hosts)

    def add(
        self,
        *,
        name: str,
        callback_url: str | None = None,
        origins: Sequence[str] = (),
        live: bool = False,
        merchant_id: str | None = None,
        api_key: str | None = None,
        callback_secret: str | None = None,
    ) -> Credentials:
        """A new merchant; its credentials are shown this once.

        ``origins`` are its shop's, such as ``https://shop.example``: redirects go only there. Ids
        and secrets are random unless they are given, which is for demos. Raises `InvalidRequest`
        for an address that the desk would not call, `Conflict` for an id that is taken.
        """
        api_key = api_key or new_secret("till_key_")
        callback_secret = _checked_secret(callback_secret or new_callback_secret())
        merchant = self._database.write(
            merchant_actions.add_merchant,
            name=_checked_name(name),
            live=live,
            callback_url=self._checked_url(callback_url),
            origins=[as_origin(origin) for origin in origins],
            key_digest=digest(api_key),
            sealed_secret=self._seal.close(callback_secret),
            merchant_id=merchant_id,
        )
        return Credentials(merchant.id, api_key, callback_secret)

    def ensure(
        self,
        *,
        merchant_id: str,
        name: str,
        api_key: str,
        callback_secret: str,
        callback_url: str | None = None,
        origins: Sequence[str] = (),
        live: bool = False,
    ) -> Credentials:
        """As `add` with fixed values, or that merchant brought up to date with them."""
        given = Credentials(merchant_id, api_key, callback_secret)
        try:
            return self.add(
                name=name,
                callback_url=callback_url,
                origins=origins,
                live=live,
                merchant_id=merchant_id,
                api_key=api_key,
                callback_secret=callback_secret,
            )
        except Conflict:
            pass  # it is there already
        self._refuse_other_credentials(given)
        self.change(merchant_id, name=name, callback_url=callback_url, origins=origins)
        return given

    def change(self, merchant_id: str, **values: Any) -> Merchant:
        """Change ``name``, ``callback_url`` or ``origins``; a new address is called again."""
        if "name" in values:
            _checked_name(values["name"])
        if "callback_url" in values:
            self._checked_url(values["callback_url"])
        if "origins" in values:
            values["origins"] = [as_origin(origin) for origin in values["origins"]]
        change = partial(merchant_actions.change_merchant, merchant_id=merchant_id, **values)
        return self._database.write(change)

    def rotate(self, merchant_id: str) -> Credentials:
        """A new key and callback secret; the present ones hold for another 24 hours."""
        fresh = Credentials(merchant_id, new_secret("till_key_"), new_callback_secret())
        self._database.write(
            merchant_actions.rotate_merchant,
            merchant_id,
            key_digest=digest(fresh.api_key),
            sealed_secret=self._seal.close(fresh.callback_secret),
        )
        return fresh

    def _refuse_other_credentials(self, given: Credentials) -> None:
        def holds(work: Work) -> bool:
            merchant = merchant_actions.merchant_of_key(work, digest(given.api_key))
            sealed = merchant_actions.sealed_secrets(work, given.merchant_id)
            opened = [self._seal.open(secret) for secret in sealed]
            return merchant.id == given.merchant_id and given.callback_secret in opened

        try:
            holding = self._database.read(holds)
        except Unauthenticated:
            holding = False
        if not holding:
            raise SettingsError(
                f"The merchant {given.merchant_id} exists with another key or secret.",
                remedy="Choose another id, or `flask till merchants rotate` it.",
            )

    def _checked_url(self, url: str | None) -> str | None:
        if url is None:
            return None
        return check_url(url, allowed_hosts=self._allowed_hosts, field="callback_url")


def new_callback_secret() -> str:
    """A Standard Webhooks secret of 256 random bits."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _checked_secret(secret: str) -> str:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError:
        key = b""
    if not secret.startswith("whsec_") or len(key) < 16:
        raise InvalidRequest("A callback secret is whsec_ and at least 16 bytes in base64.")
    return secret


def _checked_name(name: str) -> str:
    if not name.strip() or len(name) > 250 or not name.isprintable():
        raise InvalidRequest("A merchant's name is 1 to 250 printable characters.")
    return name
