"""Puts together what a desk needs for chains: signer, nodes, and the gateways before them.

Imported only where a chain is set up: the libraries behind it are an extra.
"""

from __future__ import annotations

from dataclasses import replace

from ..base.database import Database
from ..chains import Chain
from ..errors import InvalidRequest, SettingsError
from ..settings import DeskSettings
from .gateways import Gateway
from .web3.token_port import Rates
from .web3.web3_desk import Signs, Web3Desk


def web3_of(
    settings: DeskSettings, database: Database, signer: Signs | None, rates: Rates | None
) -> tuple[Web3Desk, list[Gateway]]:
    """The parts, and gateways for live chains and for test chains. Raises `SettingsError`."""
    try:
        return _put_together(settings, database, signer, rates)
    except ImportError as missing:
        raise SettingsError(
            f"TILL_WEB3_CHAINS is set and {missing.name} is not installed.",
            remedy="pip install 'flask-till[web3]'",
        ) from None


def _put_together(
    settings: DeskSettings, database: Database, signer: Signs | None, rates: Rates | None
) -> tuple[Web3Desk, list[Gateway]]:
    from .gateways.web3 import abi, offers, uri
    from .gateways.web3 import rates as prices
    from .gateways.web3.account import AccountGateway
    from .gateways.web3.gateway import Web3Gateway
    from .gateways.web3.keys import SeedSigner, checksum
    from .gateways.web3.nodes import nodes_of

    treasury = settings.web3_treasury
    rates = rates or prices.FixedRates(settings.rates)
    chains = [_checked(chain) for chain in settings.chains]
    desk = Web3Desk(
        database,
        chains,
        signer or SeedSigner(settings.read_seed()),
        nodes_of,
        keys=settings.secret_keys,
        rates=rates,
        prices=prices,
        calls=abi,
        links=uri,
        offers=offers,
        treasury=None if treasury is None else checksum(treasury),
    )
    gateways: list[Gateway] = []
    for live in (True, False):
        ours = [chain for chain in chains if chain.testnet != live]
        if ours:
            gateways.append(Web3Gateway(ours, desk.deposits, rates, live=live))
            gateways.append(AccountGateway(ours, desk.accounts, rates, live=live))
    return desk, gateways


def _checked(chain: Chain) -> Chain:
    """With its contracts as EIP-55 writes them. Raises `SettingsError` for a mistyped one."""
    from .gateways.web3.keys import checksum

    try:
        coins = [
            coin if coin.contract is None else replace(coin, contract=checksum(coin.contract))
            for coin in chain.coins
        ]
    except InvalidRequest as error:
        raise SettingsError(
            f"TILL_WEB3_CHAINS holds a contract that is none: {error.message}",
            remedy="Copy the address from the chain's explorer.",
        ) from None
    return replace(chain, coins=tuple(coins))
