"""A whole desk on a real chain: orders are paid by transactions, and a step reads what they did."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask_till.chains import Coin
from flask_till.desk.onchain import Standing
from flask_till.desk.order import Order
from flask_till.desk.web3.web3_desk import Web3Desk
from tests.desk.the_desk import TheDesk
from tests.stand_ins.chain import TheChain

RATES = {
    "ETH": {"PLN": "10000", "USD": "2500"},
    "USDC": {"PLN": "4", "USD": "1"},
    "DAI": {"PLN": "4"},
    "POINTS": {"PLN": "1"},
    "FEE": {"PLN": "4"},
    "FALSE": {"PLN": "4"},
}
CRYPTO = {"gateway": "test_web3", "method": "crypto"}
ACCOUNT = {"gateway": "test_web3_account", "method": "account"}


class ChainDesk(TheDesk):
    """``people[0]`` of the chain pays, unless somebody else is named."""

    def __init__(
        self, url: str, clock: Any, folder: Path, chain: TheChain, signer: Any, **changes: Any
    ) -> None:
        self.chain = chain
        super().__init__(
            url,
            clock,
            folder,
            chains=[chain.chain(**changes)],
            signer=signer,
            web3_rates=RATES,
        )
        here: Web3Desk | None = self.app.extensions["till_desk"].web3
        assert here is not None
        self.web3 = here
        self.follower = here.follower(chain.eth.chain_id)
        self.follow()

    # --- paying ---------------------------------------------------------------------------

    def open(self, order: Order) -> Standing:
        """Begin to pay by crypto; what is due, and where to."""
        self.cashier.pay(order.id, **CRYPTO, inputs={})
        return self.standing(order)

    def standing(self, order: Order) -> Standing:
        payment = self.crypto_payment(order)
        return self.web3.standing(payment)

    def crypto_payment(self, order: Order) -> str:
        from flask_till.desk.actions.payments import payments_of

        made = self.database.read(payments_of, order.id)
        return next(one.id for one in made if one.gateway == CRYPTO["gateway"])

    def send(self, order: Order, coin: Coin, units: int | None = None, **more: Any) -> str:
        """Pay on the chain: what is due, or so many units; the transaction's hash."""
        standing = self.standing(order)
        due = standing.dues[coin.id] if units is None else units
        return self.chain.pay(coin, standing.address, due, **more)

    def follow(self, blocks: int = 0) -> None:
        """Let so many blocks come, and read to the end."""
        if blocks:
            self.chain.mine(blocks)
        while self.follower.step():
            pass

    def finish(self) -> None:
        """Until all that came is final, and all that is owed and sent for it is, too."""
        for _ in range(8):
            self.follow(1)
            self.desk.relay.drain()

    def pay_from_account(self, order: Order, owner: str) -> Order:
        return self.cashier.pay(order.id, **ACCOUNT, inputs={"payer": owner}).order

    def top_up(self, owner: str, coin: Coin, units: int) -> None:
        self.chain.pay(coin, self.web3.account(owner).address, units)
        self.finish()
