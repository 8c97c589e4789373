"""What every part of this dialect needs of the desk that it speaks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ....base.database import Database
from ....wire.kigo.paths import HUB
from ....wire.kigo.rates import ORDERS_A_SECOND, ORDERS_AT_ONCE, STRANGERS_A_SECOND
from ...dialect_parts import DialectParts
from ...kigo_desk import MOST as GUESSES
from ...kigo_desk import KigoClaims
from ...kigo_partner import DIALECT

PARTNER, STRANGER, USER = "kigo_partner", "kigo_stranger", "kigo_user"
MOST: Mapping[str, str] = {
    # 50 a second in the long run and 100 at once: the same bound, without a bucket.
    PARTNER: f"{ORDERS_AT_ONCE} per {ORDERS_AT_ONCE // ORDERS_A_SECOND} seconds",
    STRANGER: f"{STRANGERS_A_SECOND} per second",
    USER: "600 per minute",
    **GUESSES,
}
"""How often a partner may call, an address without a token, a user; and guess codes (5, 10)."""


@dataclass(frozen=True, slots=True)
class Front:
    parts: DialectParts
    claims: KigoClaims

    @property
    def database(self) -> Database:
        return self.parts.database

    def now(self) -> datetime:
        return self.parts.clock()

    def hub(self) -> str:
        """The address of the hub page (5)."""
        return f"{self.parts.base_address()}/{DIALECT}{HUB}"
