"""How often one caller may do what costs us or others something.

Counted in this process, or in a Redis that several share. When that does not answer nobody is
turned away: a limit protects the service, and must not be what ends it.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.errors import ConfigurationError
from limits.storage import Storage, storage_from_string
from limits.strategies import MovingWindowRateLimiter

from ..errors import SettingsError, TooMany
from .logs import logger

log = logger(__name__)
MEMORY = "memory://"
HOUSEHOLD = 64
"""Bits of an IPv6 address that one customer of a provider cannot choose; the rest it can."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Of ``limit``, how many are left; in ``reset`` seconds there are more."""

    limit: int
    remaining: int
    reset: int


class Limits:
    """``most`` says how often each thing may be done: ``{"wrong_key": "50/minute"}``.

    Raises `SettingsError` for a ``storage`` that cannot be used. One that is not ``enabled``
    lets everything pass.
    """

    def __init__(self, storage: str, most: Mapping[str, str], *, enabled: bool = True) -> None:
        self._storage_url = storage
        self._most: dict[str, RateLimitItem] = {name: parse(text) for name, text in most.items()}
        self.enabled = enabled
        if enabled and storage != MEMORY:
            self._storage  # noqa: B018  # a wrong one is said at the start

    def hit(self, name: str, caller: str) -> bool:
        """Count one more; False when the caller is past the limit of that name."""
        if not self.enabled:
            return True
        try:
            return self._window.hit(self._most[name], "till", name, caller)
        except self._failures as error:
            log.warning("limits are not counted, their storage fails: %s", error)
            return True

    def require(self, name: str, caller: str) -> None:
        """Count one more; raises `TooMany` past the limit, with the seconds until there is room."""
        if not self.hit(name, caller):
            raise TooMany("That is too often; slow down.", retry_after=self._seconds(name, caller))

    def is_full(self, name: str, caller: str) -> bool:
        """Whether one more would be past the limit; counts nothing."""
        if not self.enabled:
            return False
        try:
            return not self._window.test(self._most[name], "till", name, caller)
        except self._failures as error:
            log.warning("limits are not counted, their storage fails: %s", error)
            return False

    def standing(self, name: str, caller: str) -> Standing:
        """What is left to the caller."""
        most = self._most[name].amount
        if not self.enabled:
            return Standing(most, most, 0)
        try:
            stats = self._window.get_window_stats(self._most[name], "till", name, caller)
        except self._failures:
            return Standing(most, most, 0)
        seconds = max(0, math.ceil(stats.reset_time - time.time()))
        return Standing(most, stats.remaining, seconds)

    def _seconds(self, name: str, caller: str) -> int:
        try:
            stats = self._window.get_window_stats(self._most[name], "till", name, caller)
        except self._failures:
            return 1
        return max(1, math.ceil(stats.reset_time - time.time()))

    # The storage in memory starts a thread, so it is not made before somebody is counted.

    @cached_property
    def _storage(self) -> Storage:
        try:
            made = storage_from_string(self._storage_url)
        except (ConfigurationError, ValueError):
            made = None
        if not isinstance(made, Storage):
            raise SettingsError(
                "The storage of limits cannot be used.",
                remedy="Name memory:// or a Redis URL (flask-till[redis]).",
            )
        return made

    @cached_property
    def _window(self) -> MovingWindowRateLimiter:
        return MovingWindowRateLimiter(self._storage)

    @property
    def _failures(self) -> tuple[type[Exception], ...]:
        kinds = self._storage.base_exceptions
        return kinds if isinstance(kinds, tuple) else (kinds,)


@lru_cache(4096)
def household(address: str) -> str:
    """Who an address belongs to, as far as limits go: all of an IPv6 customer is one caller."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(ip, IPv6Address):
        return str(ip)
    if ip.ipv4_mapped is not None:
        return str(ip.ipv4_mapped)
    return str(ip_network((ip, HOUSEHOLD), strict=False))
