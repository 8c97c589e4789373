"""Coins and tokens on chains in the protocol's words (5, 6)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from ....wire.w3block.amounts import shortest
from ....wire.w3block.orders import CoinToSend, CryptoPayment, TokenOnChain
from ...onchain import Standing
from ...w3block_token import ARRIVED, FAILED, UNDER_WAY, Move

if TYPE_CHECKING:
    from ...web3.web3_desk import Web3Desk

STATUS = {UNDER_WAY: "delivering", ARRIVED: "delivered", FAILED: "failed"}


def payment(web3: Web3Desk, standing: Standing, until: datetime) -> CryptoPayment:
    """What is still to be sent, in each coin that would do alone."""
    asked = []
    for chain in web3.chains:
        for coin in chain.offered:
            missing = standing.dues.get(coin.id, 0) - standing.seen(coin.id)
            if missing <= 0 or standing.covering is not None:
                continue
            asked.append(
                CoinToSend(
                    chain_id=chain.id,
                    chain=chain.name,
                    code=coin.code,
                    contract=coin.contract,
                    decimals=coin.decimals,
                    amount=shortest(coin.amount(missing)),
                    units=str(missing),
                    uri=web3.links.payment_uri(coin, standing.address, missing),
                )
            )
    return CryptoPayment(address=standing.address, expires_at=until, coins=asked)


def token(web3: Web3Desk | None, move: Move) -> TokenOnChain:
    """A token on its way to a chain, or there."""
    chains = () if web3 is None else web3.chains
    chain = next((one for one in chains if one.id == move.chain_id), None)
    return TokenOnChain(
        product_token_id=move.token_id,
        contract_address=move.contract,
        chain_id=move.chain_id,
        token_id=str(move.number),
        tx_hash=move.tx_hash,
        tx_url=None if chain is None or not move.tx_hash else chain.transaction_page(move.tx_hash),
        status=STATUS[move.state],
    )
