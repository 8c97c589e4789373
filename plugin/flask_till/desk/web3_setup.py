"""Puts together what a desk needs for chains: signer, nodes, and the gateways before them.

Imported only where a chain is set up: the libraries behind it are an extra.
"""

from __future__ import annotations

from ..base.database import Database
from ..errors import SettingsError
from ..settings import DeskSettings
from .gateways import Gateway
from .web3.web3_desk import Web3Desk


def web3_of(settings: DeskSettings, database: Database) -> tuple[Web3Desk, list[Gateway]]:
    """The parts, and gateways for live chains and for test chains. Raises `SettingsError`."""
    try:
        from .gateways.web3.account import AccountGateway
        from .gateways.web3.gateway import Web3Gateway
        from .gateways.web3.keys import SeedSigner, checksum
        from .gateways.web3.nodes import nodes_of
        from .gateways.web3.rates import FixedRates
    except ImportError as missing:
        raise SettingsError(
            f"TILL_WEB3_CHAINS is set and {missing.name} is not installed.",
            remedy="pip install 'flask-till[web3]'",
        ) from None
    treasury = settings.web3_treasury
    desk = Web3Desk(
        database,
        settings.chains,
        SeedSigner(settings.read_seed()),
        nodes_of,
        keys=settings.secret_keys,
        treasury=None if treasury is None else checksum(treasury),
    )
    rates = FixedRates(settings.rates)
    gateways: list[Gateway] = []
    for live in (True, False):
        chains = [chain for chain in settings.chains if chain.testnet != live]
        if chains:
            gateways.append(Web3Gateway(chains, desk.deposits, rates, live=live))
            gateways.append(AccountGateway(chains, desk.accounts, rates, live=live))
    return desk, gateways
