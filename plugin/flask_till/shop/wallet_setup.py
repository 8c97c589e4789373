"""The wallet of a shop, put together from its settings when they name one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..base.database import Database
from ..base.relay import Courier
from ..errors import RequestError
from ..inpost_settings import InpostSettings, require_wallet
from .catalog import Shelf
from .linking import Linking
from .order import WALLET
from .terms import Terms
from .wallet_courier import SCHEDULE, WalletCourier

if TYPE_CHECKING:
    from .desks.inpost.making import InpostParts

NO_CURRENCY = "The wallet takes PLN only; without TILL_INPOST_CLIENT_ID the buttons do without it."
NO_ANSWER = (
    "Check TILL_INPOST_API_URL, TILL_INPOST_TOKEN_URL, TILL_INPOST_CLIENT_ID and"
    " TILL_INPOST_CLIENT_SECRET; the log says more."
)
SCHEDULES = {WALLET: SCHEDULE}


@dataclass(frozen=True, slots=True)
class WalletHere:
    """``parts`` are for what a shop's own code may want of the wallet: payments, promotions."""

    linking: Linking
    couriers: Mapping[str, Courier]
    parts: InpostParts


def wallet_of(
    settings: InpostSettings, database: Database, shelf: Shelf, terms: Terms
) -> WalletHere | None:
    """None when no wallet is set up; raises `SettingsError` for one that is set up by half."""
    require_wallet(settings)
    if settings.inpost_client_id is None or settings.inpost_client_secret is None:
        return None
    from .desks.inpost.making import inpost_parts

    parts = inpost_parts(
        api_url=settings.wallet_api,
        token_url=settings.wallet_login,
        client_id=settings.inpost_client_id,
        client_secret=settings.inpost_client_secret,
        merchant_secret=settings.inpost_merchant_secret,
        terms=terms,
    )
    linking = Linking(
        database,
        shelf,
        terms,
        parts.wallet,
        parts.keys,
        prompt_seconds=settings.inpost_prompt_seconds,
    )
    courier: Courier = WalletCourier(database, shelf, terms, parts.wallet)
    return WalletHere(linking, {WALLET: courier}, parts)


def check_wallet(front: Any) -> tuple[str, str, str]:
    """How the shop and its wallet get on: a word, what was found, a remedy."""
    here: WalletHere = front.wallet
    if not here.linking.speaks_currency:
        return "bad", f"the shop sells in {front.shelf.currency}", NO_CURRENCY
    api = front.settings.wallet_api
    try:
        keys = here.parts.client.signing_keys()
    except RequestError as error:
        return "bad", f"the wallet at {api}: {error.message}", NO_ANSWER
    return "ok", f"the wallet at {api} signs for {keys.merchant_external_id}", ""
