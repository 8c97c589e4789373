"""The wallet's public keys, by version, as a shop keeps them (3.1)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping

from ....base.logs import logger
from ....errors import RequestError
from ....wire.inpost.keys import SigningKeys, TrustedKey

log = logger(__name__)
KEEP = 86_400.0
"""Seconds after which the list is fetched anew; it serves as long again while that fails."""
REFRESH_EVERY = 60.0
"""Seconds between two fetches for versions that are not known: strangers can name any."""
RETRY_EVERY = 5.0
"""The same after a fetch that failed."""
PATIENCE = 5.0
"""Seconds to wait for a fetch that another thread makes."""


class KeyCache:
    """``fetch`` gets the list of live keys. ``now`` gives seconds that only grow."""

    def __init__(
        self, fetch: Callable[[], SigningKeys], *, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._fetch = fetch
        self._now = now
        self._keys: Mapping[str, TrustedKey] = {}
        self._fetched_at: float | None = None
        self._rest_until = float("-inf")
        self._fetching = threading.Lock()

    def find(self, version: str) -> TrustedKey | None:
        """The key of that version; None when the wallet has none, or does not say."""
        key = self._keys.get(version)
        if key is None:
            self._refresh(lambda: version in self._keys, PATIENCE)
        elif self._age() >= KEEP:
            self._refresh(lambda: self._age() < KEEP, 0)
        return self._keys.get(version) if self._age() < 2 * KEEP else None

    def _age(self) -> float:
        return float("inf") if self._fetched_at is None else self._now() - self._fetched_at

    def _refresh(self, is_settled: Callable[[], bool], patience: float) -> None:
        """One fetch, by one thread, and not soon after the last one."""
        if not self._fetching.acquire(timeout=patience):
            return
        try:
            if not is_settled() and self._now() >= self._rest_until:
                self._fetch_all()
        finally:
            self._fetching.release()

    def _fetch_all(self) -> None:
        try:
            found = self._fetch().trusted()
        except RequestError as error:
            log.warning("the wallet's signing keys cannot be fetched: %s", error)
            self._rest_until = self._now() + RETRY_EVERY
            return
        self._keys, self._fetched_at = found, self._now()
        self._rest_until = self._now() + REFRESH_EVERY
