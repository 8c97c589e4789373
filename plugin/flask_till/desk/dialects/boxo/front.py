"""What every part of this dialect needs of the desk that it speaks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from ....base.database import Database
from ....base.pace import Pace
from ...dialect_parts import DialectParts
from .host_calls import HostCalls

MOST = {
    "boxo_wrong_proof": "300/minute",
    "boxo_wrong_code": "60/minute",
}
"""How often an address may fail to prove who it is, or be wrong about an authorization code."""


@dataclass(frozen=True, slots=True)
class Front:
    parts: DialectParts
    calls: HostCalls
    pace: Pace = field(default_factory=Pace)

    @property
    def database(self) -> Database:
        return self.parts.database
