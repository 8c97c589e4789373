"""A company's hooks: where it is told of its orders, each with a key of its own (8)."""

from __future__ import annotations

import uuid

from ...base.database import Database
from ...base.http import check_url
from ...base.sealing import Seal
from ...errors import Conflict
from ...wire.w3block.webhooks import TRIES, new_signature_key
from ..actions import w3block_hooks
from ..w3block_hook import Hook


class Hooks:
    """``hosts`` may be called although private or plain http."""

    def __init__(self, database: Database, seal: Seal, hosts: tuple[str, ...]) -> None:
        self._database = database
        self._seal = seal
        self._hosts = hosts

    def add(
        self,
        company_id: str,
        url: str,
        *,
        tries: int = TRIES,
        hook_id: str | None = None,
        key: str | None = None,
    ) -> Hook:
        """Id and key are random unless they are given, which is for demos.

        Raises `InvalidRequest` for an address that is not called, `Conflict` (HOOK_EXISTS).
        """
        return self._database.write(
            w3block_hooks.add_hook,
            hook_id or str(uuid.uuid4()),
            company_id,
            url=self._checked(url),
            sealed_key=self._seal.close(key or new_signature_key()),
            tries=tries,
        )

    def ensure(self, company_id: str, url: str, *, hook_id: str, key: str) -> Hook:
        """As `add`, or that hook at this address. A key that is there already stays."""
        try:
            return self.add(company_id, url, hook_id=hook_id, key=key)
        except Conflict:
            return self.change(company_id, hook_id, url=url)

    def change(
        self, company_id: str, hook_id: str, *, url: str | None = None, tries: int | None = None
    ) -> Hook:
        """What is None stays. Raises `InvalidRequest` as `add`, `NotFound`."""
        if url is not None:
            self._checked(url)
        return self._database.write(
            w3block_hooks.change_hook, company_id, hook_id, url=url, tries=tries
        )

    def key_of(self, hook: Hook) -> str:
        """What its messages are signed with."""
        return self._seal.open(hook.sealed_key)

    def _checked(self, url: str) -> str:
        return check_url(url, allowed_hosts=self._hosts, field="webhookUrl")
