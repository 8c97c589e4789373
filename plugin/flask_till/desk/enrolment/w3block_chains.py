"""Companies of the W3block protocol on chains: coins to pay in, contracts to deliver in."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from ...base.database import Database, Work
from ...errors import Conflict, InvalidRequest
from ...money import exponent, is_coin
from ...wire.eip55 import checksummed
from ...wire.w3block.values import read_id
from ..actions import w3block_companies, w3block_contracts
from ..onchain import OPERATOR, Sending
from ..w3block_company import Coin
from ..w3block_token import Contract

if TYPE_CHECKING:
    from ..web3.web3_desk import Web3Desk


class W3blockChains:
    """``web3`` is None where no chain is set up: then all of it raises `Conflict` (NO_CHAINS)."""

    def __init__(self, database: Database, web3: Web3Desk | None) -> None:
        self._database = database
        self._web3 = web3

    def add_coin(
        self, code: str, *, name: str | None = None, currency_id: str | None = None
    ) -> Coin:
        """Let companies have prices in a coin that a chain of this desk has.

        Raises `InvalidRequest` (NO_CURRENCY), `Conflict` (CURRENCY_EXISTS).
        """
        web3 = self._here()
        known = [coin for chain in web3.chains for coin in chain.coins if coin.code == code]
        if not known or not is_coin(code):
            codes = {coin.code for chain in web3.chains for coin in chain.coins}
            raise InvalidRequest(
                f"No chain has a coin {code!r}. Known: {', '.join(sorted(codes))}.",
                code="NO_CURRENCY",
            )
        coin = Coin(
            id=str(uuid.uuid4()) if currency_id is None else read_id(currency_id),
            code=code,
            symbol=code,
            name=name or known[0].name or code,
            is_crypto=True,
            decimals=exponent(code),
        )
        return self._database.write(_add_currency, coin)

    def set_contract(self, company_id: str, chain_id: int, address: str) -> Contract:
        """Deliver the company's tokens in a contract that is there. Its operator must be ours.

        Raises `NotFound` for chain and company, `InvalidRequest` (ADDRESS_INVALID, NO_CONTRACT),
        `Conflict` as `w3block_contracts.name_contract`, `GatewayUnavailable`.
        """
        web3 = self._here()
        try:
            address = checksummed(address)
        except ValueError as error:
            raise InvalidRequest(f"{address!r} {error}.", code="ADDRESS_INVALID") from None
        live = not web3.chain(chain_id).testnet
        if web3.nodes(chain_id).code(address) == "0x":
            raise InvalidRequest(f"There is no contract at {address}.", code="NO_CONTRACT")
        contract = Contract(company_id, chain_id, address)
        return self._database.write(w3block_contracts.name_contract, contract, live=live)

    def deploy_contract(
        self, company_id: str, chain_id: int, *, name: str, symbol: str, base: str = ""
    ) -> Contract:
        """Put a contract of ours on the chain, and deliver the company's tokens there.

        It is sent by whatever follows the chain; deliveries wait for it. The same words again
        are the same contract. Raises as `set_contract`, and `Conflict` (NO_FACTORY).
        """
        from ..gateways.web3.deployment import FACTORY, token_contract

        web3 = self._here()
        live, nodes = not web3.chain(chain_id).testnet, web3.nodes(chain_id)
        if nodes.code(FACTORY) == "0x":
            raise Conflict(
                f"This chain does not have the contract {FACTORY} that makes others.",
                code="NO_FACTORY",
                remedy="Put one there in another way, and name it with --address.",
            )
        salt = uuid.UUID(company_id).bytes.rjust(32, b"\0")
        owner = web3.signer.address(OPERATOR)
        made = token_contract(name, symbol, base, owner=owner, salt=salt)
        if nodes.code(made.address) != "0x":
            return self.set_contract(company_id, chain_id, made.address)
        sending = Sending(
            id=f"contract_{chain_id}_{made.address}",
            chain_id=chain_id,
            purpose="deploy",
            path=OPERATOR,
            recipient=FACTORY,
            coin_id=None,
            units=0,
            data=made.data,
        )
        contract = Contract(company_id, chain_id, made.address, sending.id)
        return self._database.write(
            w3block_contracts.name_contract, contract, live=live, deploying=sending
        )

    def drop_contract(self, company_id: str) -> None:
        """Deliver the company's tokens in the desk's own book. Raises `NotFound`, `Conflict`."""
        self._database.write(w3block_contracts.forget_contract, company_id)

    def contract(self, company_id: str) -> Contract | None:
        return self._database.read(w3block_contracts.find_contract, company_id)

    def _here(self) -> Web3Desk:
        if self._web3 is None:
            raise Conflict(
                "No chain is set up at this desk.", code="NO_CHAINS", remedy="Set TILL_WEB3_CHAINS."
            )
        return self._web3


def _add_currency(work: Work, coin: Coin) -> Coin:
    for known in w3block_companies.read_currencies(work).values():
        if known.code == coin.code:
            raise Conflict(f"{coin.code} is there already, as {known.id}.", code="CURRENCY_EXISTS")
    w3block_companies.ensure_currency(work, coin)
    found = w3block_companies.read_currencies(work).get(coin.id)
    if found != coin:
        raise Conflict(f"{coin.id} is another currency's.", code="CURRENCY_EXISTS")
    return found
