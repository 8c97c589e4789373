"""The wallet put together: its page's orchestrator, its calls to merchants and their errands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..base.database import Database
from ..base.limits import Limits
from ..settings import DeskSettings
from .actions.linking import end_what_is_over
from .actions.shoppers import forget_old_codes
from .basket_errands import BasketErrands
from .cashier import Cashier
from .dialects.inpost.calls import InpostCalls, SigningKey
from .dialects.inpost.order_words import InpostOrderWords
from .errands import Errands, Watched
from .order_errands import OrderErrands
from .signing_in import SigningIn
from .wallet import Wallet
from .wallet_port import MerchantCalls, OrderWords, SendCode


@dataclass(frozen=True, slots=True)
class WalletDesk:
    """``courier`` is for the relay."""

    database: Database
    wallet: Wallet
    calls: InpostCalls
    courier: Errands

    def sweep(self) -> int:
        """End what is over by the clock; returns how many things that were."""
        self.database.write(forget_old_codes)
        return self.database.write(end_what_is_over)


def wallet_desk_of(
    settings: DeskSettings,
    database: Database,
    cashier: Cashier,
    limits: Limits,
    *,
    signing_key: SigningKey,
    hosts: Iterable[str],
    base_address: Callable[[], str],
    send_code: SendCode | None,
) -> WalletDesk:
    """``hosts`` are those of merchants that may be private or plain http. Without ``send_code``
    nobody can sign in, except in development, where the page shows the code."""
    words = InpostOrderWords()
    calls = InpostCalls(signing_key, database.clock, allowed_hosts=hosts)
    signing_in = SigningIn(
        database,
        limits,
        settings.secret_keys,
        send=send_code,
        is_shown=settings.in_development,
    )
    wallet = Wallet(database, cashier, words, signing_in, base_address)
    return WalletDesk(database, wallet, calls, courier_of(database, calls, words))


def courier_of(database: Database, calls: MerchantCalls, words: OrderWords) -> Errands:
    """Carries whatever is to be said to merchants in this protocol."""
    watched = Watched(database)
    baskets = BasketErrands(database, calls, watched)
    orders = OrderErrands(database, calls, words, watched)
    return Errands(database, {**baskets.errands(), **orders.errands()})
