"""Giving merchants their place in InPost's protocol: ids, secrets, and where they are called."""

from __future__ import annotations

import hmac
import re
import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from ...base.database import Database
from ...base.http import check_url
from ...base.sealing import Seal, digest, new_secret
from ...errors import Conflict, InvalidRequest, SettingsError
from ..actions import inpost_merchants as actions
from ..linked_basket import InpostMerchant

SHORTEST_SECRET = 16
_ID = re.compile(r"[\x21-\x2b\x2d-\x7e]{1,255}")


@dataclass(frozen=True, slots=True)
class InpostCredentials:
    """What a shop is set up with (1.1). The secrets are shown once, when they are made."""

    merchant_id: str
    base_url: str
    client_id: str
    merchant_external_id: str
    pos_id: str
    merchant_client_id: str
    client_secret: str | None = field(default=None, repr=False)
    merchant_secret: str | None = field(default=None, repr=False)


class InpostEnrolment:
    """``allowed_hosts`` are those of shops that may be private or plain http."""

    def __init__(self, database: Database, seal: Seal, allowed_hosts: Iterable[str]) -> None:
        self._database = database
        self._seal = seal
        self._allowed_hosts = tuple(allowed_hosts)

    def add(
        self,
        merchant_id: str,
        *,
        base_url: str,
        client_id: str | None = None,
        client_secret: str | None = None,
        merchant_external_id: str | None = None,
        pos_id: str | None = None,
        merchant_client_id: str | None = None,
        merchant_secret: str | None = None,
    ) -> InpostCredentials:
        """Credentials for a merchant that the desk knows; random unless given, which is for demos.

        Raises `InvalidRequest` for an address that we would not call or an id that is none,
        `NotFound`, `Conflict` (INPOST_EXISTS).
        """
        made = InpostCredentials(
            merchant_id=merchant_id,
            base_url=self._checked_url(base_url),
            client_id=_checked_id("client_id", client_id or f"inpost_{secrets.token_hex(12)}"),
            merchant_external_id=_checked_id(
                "merchant_external_id", merchant_external_id or str(uuid.uuid4())
            ),
            pos_id=_checked_id("pos_id", pos_id or f"V{secrets.randbelow(10**9):09}"),
            merchant_client_id=_checked_id(
                "merchant_client_id", merchant_client_id or str(uuid.uuid4())
            ),
            client_secret=_checked_secret(client_secret or new_secret()),
            merchant_secret=_checked_secret(merchant_secret or new_secret()),
        )
        self._database.write(
            actions.add_inpost,
            _as_kept(made),
            sealed_secret=self._seal.close(str(made.merchant_secret)),
        )
        return made

    def ensure(self, merchant_id: str, *, base_url: str, **fixed: str) -> InpostCredentials:
        """As `add` with fixed values, or that merchant brought up to date with a new address.

        Raises `SettingsError` when it is there with other ids or secrets.
        """
        try:
            return self.add(merchant_id, base_url=base_url, **fixed)
        except Conflict:
            pass  # it is there already
        kept = self._database.read(actions.read_inpost, merchant_id)
        if not self._fits(kept, fixed):
            raise SettingsError(
                f"The merchant {merchant_id} has other InPost credentials.",
                remedy="Choose another id, or `flask till merchants inpost --renew` it.",
            )
        return self.change(merchant_id, base_url=base_url)

    def _fits(self, kept: InpostMerchant, fixed: dict[str, str]) -> bool:
        secret = fixed.pop("client_secret", None)
        merchant_secret = fixed.pop("merchant_secret", None)
        if secret is not None and not hmac.compare_digest(kept.secret_digest, digest(secret)):
            return False
        if merchant_secret is not None and merchant_secret != self.secret_of(kept.merchant_id):
            return False
        return all(getattr(kept, name) == value for name, value in fixed.items())

    def change(self, merchant_id: str, *, base_url: str) -> InpostCredentials:
        """Call it at another address from now on."""
        return _shown(self._change(merchant_id, base_url=self._checked_url(base_url)))

    def renew(self, merchant_id: str) -> InpostCredentials:
        """New secrets; the present ones, and tokens given for them, hold no more."""
        client_secret, merchant_secret = new_secret(), new_secret()
        kept = self._change(
            merchant_id,
            client_secret=digest(client_secret),
            merchant_secret=self._seal.close(merchant_secret),
        )
        return _shown(kept, client_secret, merchant_secret)

    def _change(self, merchant_id: str, **values: Any) -> InpostMerchant:
        change = partial(actions.change_inpost, merchant_id=merchant_id, **values)
        return self._database.write(change)

    def switch_on(self, merchant_id: str) -> bool:
        """After a merchant was switched off for its errors (3.2). True when it was off."""
        return self._database.write(actions.switch_on, merchant_id)

    def secret_of(self, merchant_id: str) -> str:
        """The ``merchant_secret``, opened."""
        return self._seal.open(self._database.read(actions.sealed_merchant_secret, merchant_id))

    def _checked_url(self, url: str) -> str:
        checked = check_url(url, allowed_hosts=self._allowed_hosts, field="base_url")
        if urlsplit(checked).query:
            raise InvalidRequest("base_url is refused: paths are put behind it, so no query.")
        return checked.rstrip("/")


def _as_kept(made: InpostCredentials) -> InpostMerchant:
    return InpostMerchant(
        merchant_id=made.merchant_id,
        client_id=made.client_id,
        secret_digest=digest(str(made.client_secret)),
        merchant_external_id=made.merchant_external_id,
        pos_id=made.pos_id,
        merchant_client_id=made.merchant_client_id,
        base_url=made.base_url,
        is_on=True,
        switched_off_at=None,
        reason=None,
    )


def _shown(
    kept: InpostMerchant, client_secret: str | None = None, merchant_secret: str | None = None
) -> InpostCredentials:
    return InpostCredentials(
        merchant_id=kept.merchant_id,
        base_url=kept.base_url,
        client_id=kept.client_id,
        merchant_external_id=kept.merchant_external_id,
        pos_id=kept.pos_id,
        merchant_client_id=kept.merchant_client_id,
        client_secret=client_secret,
        merchant_secret=merchant_secret,
    )


def _checked_id(name: str, text: str) -> str:
    """It also stands in signed texts, where a comma separates (3.1)."""
    if not _ID.fullmatch(text):
        raise InvalidRequest(f"{name} is 1 to 255 ASCII characters without spaces or commas.")
    return text


def _checked_secret(secret: str) -> str:
    if len(secret) < SHORTEST_SECRET or not secret.isprintable():
        raise InvalidRequest(f"A secret has at least {SHORTEST_SECRET} characters.")
    return secret
