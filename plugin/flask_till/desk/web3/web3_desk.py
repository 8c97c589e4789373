"""Money on chains at one desk: its parts, and what its news mean to the cashier.

The chains are followed by `flask till watch`, or by threads of the application; either way a
step of a chain is `Web3Desk.step`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol

from ...base.database import Database
from ...base.logs import logger
from ...chains import Chain, Coin
from ...errors import NotFound, RequestError
from ...money import Money
from ..actions import web3_addresses, web3_payments
from ..cashier import Cashier
from ..gateways import RefundNotice
from ..onchain import FINAL, Sending, Standing
from .accounts import Account, DeskAccounts
from .deposits import DeskDeposits
from .token_port import Calls, Links, Offers, Prices, Rates

if TYPE_CHECKING:
    from .sending import Sender
    from .watch_loop import WatchLoop
    from .watching import Progress, Watcher

log = logger(__name__)


class Signs(Protocol):
    """Holds the desk's keys, or reaches what holds them."""

    def address(self, path: str) -> str: ...

    def sign(self, path: str, transaction: Mapping[str, Any]) -> tuple[str, str]: ...


class Web3Desk:
    """``nodes_of`` reaches the nodes of a chain; it is asked once for each.

    ``rates`` and ``prices`` say what coins cost, ``calls`` how contracts of tokens are called,
    ``links`` how wallets are asked for money, ``offers`` how pages show that.
    """

    def __init__(
        self,
        database: Database,
        chains: Sequence[Chain],
        signer: Signs,
        nodes_of: Callable[[Chain], Any],
        *,
        keys: Sequence[str],
        rates: Rates,
        prices: Prices,
        calls: Calls,
        links: Links,
        offers: Offers,
        treasury: str | None = None,
    ) -> None:
        self.database = database
        self.chains = tuple(chains)
        self.signer = signer
        self.treasury = treasury
        self.rates = rates
        self.prices = prices
        self.calls = calls
        self.links = links
        self.offers = offers
        self.deposits = DeskDeposits(database, signer, keys)
        self.accounts = DeskAccounts(database, signer)
        self.cashier: Cashier | None = None
        self._nodes_of = nodes_of
        self._parts: dict[int, tuple[Any, Watcher, Sender]] = {}
        self._lock = Lock()

    # --- what there is --------------------------------------------------------------------

    def chain(self, chain_id: int) -> Chain:
        """Raises `NotFound` (CHAIN_NOT_FOUND)."""
        for chain in self.chains:
            if chain.id == chain_id:
                return chain
        raise NotFound(f"Chain {chain_id} is not set up here.", code="CHAIN_NOT_FOUND")

    def coin(self, coin_id: str) -> Coin:
        """Raises `NotFound` (COIN_NOT_FOUND)."""
        for chain in self.chains:
            coin = chain.coin(coin_id)
            if coin is not None:
                return coin
        raise NotFound(f"The coin {coin_id!r} is not set up here.", code="COIN_NOT_FOUND")

    def coins(self, *, live: bool) -> list[Coin]:
        """Those of live chains, or those of test chains."""
        return [coin for chain in self.chains if chain.testnet != live for coin in chain.offered]

    def dues(self, price: Money, *, live: bool) -> dict[str, int]:
        """The price in every coin that has one now: coin id -> base units."""
        reckoned = {
            coin.id: self.prices.due_in(coin, price, self.rates) for coin in self.coins(live=live)
        }
        return {coin: units for coin, units in reckoned.items() if units is not None}

    def account(self, owner: str) -> Account:
        """A shopper's account; made when it is asked for the first time."""
        return self.accounts.account(owner)

    def standing(self, payment_id: str) -> Standing:
        """How a payment stands. Raises `NotFound` (PAYMENT_NOT_FOUND)."""
        return self.database.read(web3_payments.standing_of, payment_id)

    # --- what follows a chain -------------------------------------------------------------

    def nodes(self, chain_id: int) -> Any:
        return self._parts_of(chain_id)[0]

    def watcher(self, chain_id: int) -> Watcher:
        return self._parts_of(chain_id)[1]

    def sender(self, chain_id: int) -> Sender:
        return self._parts_of(chain_id)[2]

    def _parts_of(self, chain_id: int) -> tuple[Any, Watcher, Sender]:
        from .sending import Sender
        from .watching import Watcher

        with self._lock:
            if chain_id not in self._parts:
                chain = self.chain(chain_id)
                nodes = self._nodes_of(chain)
                watcher = Watcher(self.database, nodes, chain, after=self.hear_of_deposits)
                sender = Sender(
                    self.database, nodes, self.signer, chain, after=self.hear_of_sending
                )
                self._parts[chain_id] = nodes, watcher, sender
            return self._parts[chain_id]

    def step(self, chain_id: int) -> bool:
        """Read on and send on; True when there is more to read at once."""
        more = self.watcher(chain_id).step()
        self.sender(chain_id).step()
        return more

    def follower(self, chain_id: int) -> Follower:
        """What a loop steps."""
        return Follower(self, chain_id)

    def loops(self) -> list[WatchLoop]:
        """A thread for each chain, not started yet."""
        from .watch_loop import WatchLoop

        return [WatchLoop(self.follower(chain.id)) for chain in self.chains]

    def close(self) -> None:
        """Let go of the nodes; the next use reaches them anew."""
        with self._lock:
            parts, self._parts = self._parts, {}
        for nodes, _, _ in parts.values():
            nodes.close()

    # --- what their news mean -------------------------------------------------------------

    def hear_of_deposits(self, addresses: Collection[str]) -> None:
        """Something changed at these addresses: their payments are looked at, and those whose
        news a crash may have swallowed."""
        assert self.cashier is not None
        touched = self.database.read(web3_addresses.payments_at, list(addresses))
        for payment_id in dict.fromkeys([*touched, *self.database.read(web3_payments.unsettled)]):
            try:
                self.cashier.paying.ask(payment_id)
            except RequestError as error:
                log.warning("payment %s cannot be settled: %s", payment_id, error.code)

    def hear_of_sending(self, sending: Sending) -> None:
        """A sending is final or failed; one of a refund tells the refund."""
        assert self.cashier is not None
        if sending.purpose != "refund":
            return
        status = "succeeded" if sending.status == FINAL else "failed"
        try:
            self.cashier.refunding.hear(
                RefundNotice(sending.id, status, refund_id=sending.id, reason=sending.reason)
            )
        except NotFound:
            log.info("sending %s is no refund of an order", sending.id)


class Follower:
    """The watcher and the sender of a chain, stepped together."""

    def __init__(self, desk: Web3Desk, chain_id: int) -> None:
        self.chain = desk.chain(chain_id)
        self._desk = desk

    @property
    def progress(self) -> Progress | None:
        return self._desk.watcher(self.chain.id).progress

    @property
    def is_paused(self) -> bool:
        return self._desk.watcher(self.chain.id).is_paused

    def step(self) -> bool:
        return self._desk.step(self.chain.id)
