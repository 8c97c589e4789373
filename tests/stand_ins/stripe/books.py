"""Everything the stand-in holds to be true: objects, events, and a double-entry ledger."""

from __future__ import annotations

import copy
import secrets
import threading
from collections.abc import Callable
from typing import Any

from .refusals import missing

Thing = dict[str, Any]

API_VERSION = "2026-10-28.endive"
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"


class Books:
    """The state of one account. Every change happens under ``lock``, all of it or none."""

    def __init__(self, account: str, clock: Callable[[], float]) -> None:
        self.account = account
        self.clock = clock
        self.lock = threading.RLock()
        self.things: dict[str, Thing] = {}
        self.events: list[Thing] = []
        self.entries: list[tuple[str, str, int]] = []
        self.heard: Callable[[Thing], None] = lambda event: None

    def now(self) -> int:
        return int(self.clock())

    def new(self, kind: str, prefix: str, **members: Any) -> Thing:
        thing: Thing = {
            "id": new_id(prefix),
            "object": kind,
            "created": self.now(),
            "livemode": False,
        } | members
        self.things[thing["id"]] = thing
        return thing

    def get(self, kind: str, reference: str) -> Thing:
        """The live object. Raises the refusal Stripe gives for an unknown one."""
        thing = self.things.get(reference)
        if thing is None or thing["object"] != kind:
            raise missing(kind.rpartition(".")[2], reference)
        return thing

    def post(self, source: str, target: str, amount: int, currency: str) -> None:
        """Move money in the ledger: two entries, sum zero."""
        self.entries.append((source, currency, -amount))
        self.entries.append((target, currency, amount))

    def balance(self, account: str, currency: str) -> int:
        """What an account of the ledger holds: ``platform``, ``shoppers``, or an ``acct_...``."""
        with self.lock:
            return sum(n for who, coin, n in self.entries if (who, coin) == (account, currency))

    def tell(self, kind: str, thing: Thing, account: str | None = None) -> Thing:
        """Record an event with a snapshot of the object as it is now, and pass it on."""
        event: Thing = {
            "id": new_id("evt_"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now(),
            "data": {"object": copy.deepcopy(thing)},
            "livemode": False,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": kind,
        }
        if account is not None:
            event["account"] = account
        self.events.append(event)
        self.heard(event)
        return event

    def expanded(self, thing: Thing, paths: list[str]) -> Thing:
        """A copy of an object with the named references replaced by what they name."""
        copied = copy.deepcopy(thing)
        for path in paths:
            self._expand(copied, path.split("."))
        return copied

    def _expand(self, thing: Thing, path: list[str]) -> None:
        if path[0] not in thing:
            return
        value = thing[path[0]]
        if isinstance(value, str):
            thing[path[0]] = value = copy.deepcopy(self.things[value])
        if len(path) > 1 and isinstance(value, dict):
            self._expand(value, path[1:])


def new_id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(24))
