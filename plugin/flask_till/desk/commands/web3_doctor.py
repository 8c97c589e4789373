"""What ``flask till doctor`` says of chains: keys, nodes, coins, who follows them, who pays gas."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ...base.database import Work
from ...chains import Chain, Coin
from ...errors import TillError
from ...web.this_machine import is_this_machine
from ...web3_settings import SEED
from ..actions.web3_chain import Head, find_head
from ..actions.web3_incidents import list_incidents
from ..assembly import DeskState
from ..onchain import OPERATOR

if TYPE_CHECKING:
    from ..web3.web3_desk import Web3Desk

Check = tuple[str, str, str]
SAFE_SECONDS = 144
"""Blocks of so much time are what most shops wait for: twelve of Ethereum's."""
SILENT_SECONDS = 120
SILENT_BLOCKS = 10
"""A chain that nobody read for this long, whichever is longer, is read by nobody."""
TRANSFERS = 20
TRANSFER_GAS = 65_000
"""The operator's account should be good for so many transfers of a token."""
DECIMALS = "0x313ce567"


def check_web3(state: DeskState) -> list[Check]:
    """Each check as (ok, warn or bad; what; remedy); none for a desk without chains."""
    desk = state.web3
    if desk is None:
        return []
    checks = [*_check_seed(state, desk), _check_treasury(desk)]
    for chain in desk.chains:
        checks += _check_chain(state, desk, chain)
    return checks


# --- keys -------------------------------------------------------------------------------------


def _check_seed(state: DeskState, desk: Web3Desk) -> Iterator[Check]:
    from ..gateways.web3.keys import SeedSigner

    if not isinstance(desk.signer, SeedSigner):
        yield "ok", f"keys are with {type(desk.signer).__name__}", ""
        return
    strict = not state.settings.in_development and any(not one.testnet for one in desk.chains)
    name = state.settings.web3_seed_file
    if name is None:
        word = "warn" if strict else "ok"
        remedy = "Put it into a file of its own, or the keys into a key service." if strict else ""
        yield word, f"the seed phrase is in the environment, as {SEED}", remedy
        return
    mode = stat.S_IMODE(Path(name).stat().st_mode)
    if mode & (stat.S_IRWXG | stat.S_IRWXO) and os.name == "posix":
        word = "bad" if strict else "warn"
        yield word, f"others may read the seed phrase in {name}", f"chmod 600 {name}"
    else:
        yield "ok", f"the seed phrase is in {name}", ""


def _check_treasury(desk: Web3Desk) -> Check:
    operator = desk.signer.address(OPERATOR)
    if desk.treasury is None:
        remedy = "Set TILL_WEB3_TREASURY to an address whose key is elsewhere."
        return "warn", "no treasury: what is paid cannot be swept", remedy
    if desk.treasury == operator:
        remedy = "Set TILL_WEB3_TREASURY to an address whose key is elsewhere."
        return "warn", "the treasury is the operator's account, whose key is here", remedy
    return "ok", f"the treasury is {desk.treasury}", ""


# --- a chain ----------------------------------------------------------------------------------


def _check_chain(state: DeskState, desk: Web3Desk, chain: Chain) -> Iterator[Check]:
    yield from _check_setting(chain)
    yield _check_reading(state, chain)
    yield from _check_incidents(state, chain)
    try:
        nodes = desk.nodes(chain.id)
        nodes.check()
        for coin in chain.coins[1:]:
            yield _check_coin(nodes, chain, coin)
        yield _check_operator(nodes, chain, desk.signer.address(OPERATOR))
    except TillError as error:
        what = error.message.rstrip(".")
        yield "bad", f"{chain.name}: {what}", "Check its nodes in TILL_WEB3_CHAINS."


def _check_setting(chain: Chain) -> Iterator[Check]:
    if len({urlsplit(url).netloc for url in chain.nodes}) < 2:
        remedy = "Name a second one, of somebody else: they have to agree."
        yield "warn", f"{chain.name} has one node, whose every word is believed", remedy
    for url in chain.nodes:
        parts = urlsplit(url)
        if parts.scheme == "http" and not is_this_machine(parts.netloc):
            remedy = "Use https: whoever is on the way can change what it says."
            yield "warn", f"{chain.name}: the node {parts.hostname} is reached by http", remedy
    counted = chain.confirmations
    seconds = 0 if counted is None else counted * chain.block_seconds
    if counted is not None and not chain.testnet and seconds < SAFE_SECONDS:
        blocks = f"{counted} confirmation{'' if counted == 1 else 's'}"
        remedy = 'Set more, or "finalized".'
        yield "warn", f"{chain.name}: money counts after {blocks}, {seconds:g} seconds", remedy


def _check_reading(state: DeskState, chain: Chain) -> Check:
    now, head = state.database.read(_head, chain.id)
    word = "warn" if state.settings.in_development else "bad"
    remedy = "Run `flask till watch`, or set TILL_WEB3_WATCH."
    if head is None:
        return word, f"{chain.name} was never read: nobody sees what is paid there", remedy
    if head.paused is not None:
        return word, f"{chain.name} is not read further: {head.paused.rstrip('.')}", ""
    silent = (now - head.read_at).total_seconds()
    if silent > max(SILENT_SECONDS, SILENT_BLOCKS * chain.block_seconds):
        return word, f"{chain.name} was last read at {head.read_at:%Y-%m-%d %H:%M:%S}", remedy
    return "ok", f"{chain.name} is read to block {head.number}, final to {head.final_number}", ""


def _head(work: Work, chain_id: int) -> tuple[datetime, Head | None]:
    return work.now, find_head(work, chain_id)


def _check_incidents(state: DeskState, chain: Chain) -> Iterator[Check]:
    found = state.database.read(list_incidents, chain_id=chain.id)
    if found:
        many = f"{len(found)} incidents are" if len(found) > 1 else "an incident is"
        remedy = "See `flask till web3 incidents`."
        yield "warn", f"{chain.name}: {many} open", remedy


def _check_coin(nodes: Any, chain: Chain, coin: Coin) -> Check:
    """That there is a contract, and that a unit of it is worth what the setting says."""
    assert coin.contract is not None
    where = f"{coin.code} on {chain.name}"
    remedy = "Copy contract and decimals from the chain's explorer into TILL_WEB3_CHAINS."
    if nodes.code(coin.contract) == "0x":
        return "bad", f"{where}: there is no contract at {coin.contract}", remedy
    said = _ask_decimals(nodes, coin.contract)
    if len(said) != 32:
        return "bad", f"{where}: the contract at {coin.contract} is no coin", remedy
    decimals = int.from_bytes(said, "big")
    if decimals != coin.decimals:
        return "bad", f"{where} has {decimals} decimals, the setting {coin.decimals}", remedy
    return "ok", f"{where} has {decimals} decimals", ""


def _ask_decimals(nodes: Any, contract: str) -> bytes:
    """Nothing where the contract does not know the question."""
    from ..gateways.web3.rpc import NodeRefused

    try:
        said: bytes = nodes.call(contract, DECIMALS)
    except NodeRefused:
        return b""
    return said


def _check_operator(nodes: Any, chain: Chain, operator: str) -> Check:
    held = nodes.balance(operator, None, nodes.head().number)
    needed = nodes.fees().max_fee * TRANSFER_GAS * TRANSFERS
    what = f"{chain.name}: the operator's account {operator} has {chain.native.show(held)}"
    if held >= needed:
        return "ok", what, ""
    many = held * TRANSFERS // needed if needed else 0
    return "warn", f"{what}, for about {many} transfers", "Send it some, for gas and refunds."
