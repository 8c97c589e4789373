"""What every part of this dialect needs of the desk that it speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ....base.database import Database
from ...cashier import Cashier
from ...dialect_parts import DialectParts
from ...w3block.delivery import Deliveries
from ...w3block.hooks import Hooks
from ...w3block.identity import Identities
from ...w3block.legs import Legs
from ...w3block.placing import Placing

MOST = {
    "w3block_sign_in": "60/minute",
    "w3block_password": "10/minute",
    "w3block_wrong_token": "120/minute",
    "w3block_public": "600/minute",
    "w3block_receipt": "60/minute",
    "w3block_call": "600/minute",
    "w3block_create": "60/minute",
}
"""How often an address may sign in, in all and for one e-mail, be wrong about a token, look at what
is public and at receipts; and how often somebody who is known may call, and create orders."""


@dataclass(frozen=True, slots=True)
class Front:
    parts: DialectParts
    identities: Identities
    placing: Placing
    legs: Legs
    deliveries: Deliveries
    hooks: Hooks

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def cashier(self) -> Cashier:
        return self.parts.cashier

    def now(self) -> datetime:
        return self.parts.clock()
