"""What every part of this dialect needs of the desk that it speaks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from ....base.database import Database
from ....base.limits import Limits
from ....base.sealing import Seal
from ....settings import DeskSettings
from ...actions.prompts import Allowance
from ...cashier import Cashier
from .keyring import Keyring
from .tokens import AccessTokens

MOST = {
    "inpost_wrong_client": "50/minute",
    "inpost_wrong_token": "120/minute",
    "inpost_ask": "1200/minute",
}
"""How often an address may be wrong about a secret or a token, and a merchant ask for bindings."""


@dataclass(frozen=True, slots=True)
class Front:
    """``base_address`` is the desk's own as browsers see it, without a final slash."""

    settings: DeskSettings
    database: Database
    cashier: Cashier
    seal: Seal
    limits: Limits
    keyring: Keyring
    tokens: AccessTokens
    base_address: Callable[[], str]
    remember_address: Callable[[], None]

    @property
    def prompt_life(self) -> timedelta:
        return timedelta(seconds=self.settings.wallet_prompt_seconds)

    @property
    def allowance(self) -> Allowance:
        """How long a prompt waits, and how many of them a phone gets."""
        settings = self.settings
        return Allowance(
            self.prompt_life, settings.wallet_prompts_per_phone, settings.wallet_prompts_per_shop
        )

    def link_to(self, code: str) -> str:
        """Where scanning or following a binding leads: the wallet, with the prompt open (1.4)."""
        return f"{self.base_address()}/wallet/link/{code}"
