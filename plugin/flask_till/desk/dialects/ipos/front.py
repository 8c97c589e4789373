"""What every part of this dialect needs of the desk that it speaks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ....base.database import Database
from ...cashier import Cashier
from ...dialect_parts import DialectParts
from ...ipos_portal import Widget
from ...ipos_user_tokens import UserTokens
from ..till_words import page_url

MOST = {
    "ipos_wrong_token": "120/minute",
    "ipos_wrong_keys": "50/minute",
    "ipos_wrong_login": "60/minute",
    "ipos_call_user": "600/minute",
    "ipos_call_widget": "6000/minute",
    "ipos_create_user": "120/minute",
    "ipos_create_widget": "3000/minute",
    "ipos_resend": "30/minute",
}
"""How often an address may be wrong about a token, a pair of keys or a login, and how often one
user or widget may call, create orders, and have a callback sent again."""


@dataclass(frozen=True, slots=True)
class Front:
    parts: DialectParts
    tokens: UserTokens

    @property
    def database(self) -> Database:
        return self.parts.database

    @property
    def cashier(self) -> Cashier:
        return self.parts.cashier

    def now(self) -> datetime:
        return self.parts.clock()

    def order_url(self, order_id: str) -> str:
        """Where the user pays (4)."""
        return page_url(self.parts.page_address(), order_id)

    def secret_of(self, widget: Widget) -> str:
        """The widget's secret key, opened."""
        return self.parts.seal.open(widget.secret_key)
