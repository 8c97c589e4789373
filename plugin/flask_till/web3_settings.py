"""How a desk reaches chains: which, through whose nodes, with which keys and rates."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from . import setting_values as values
from .chains import MOST_DECIMALS, Chain, Coin
from .errors import MoneyError, SettingsError
from .money import declare_coin
from .setting_fields import Both, setting

SEED = "TILL_WEB3_SEED"
"""The variable of the environment that may hold the phrase itself; no configuration may."""
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_CHAIN = {"id", "name", "nodes", "native", "coins", "confirmations", "explorer", "testnet"}
_CHAIN |= {"block_seconds", "public_nodes"}
_COIN = {"code", "decimals", "contract", "name"}
_NEEDED = {"id", "name", "nodes", "native"}
FINALIZED = "finalized"

Rates = Mapping[str, Mapping[str, Decimal]]
"""code of a coin -> code of a currency -> what one coin costs in it."""


def read_chains(value: Any) -> tuple[Chain, ...]:
    """From JSON, or from Python: a list of chains. Raises `ValueError` with what is needed."""
    listed = _read_json(value, list, "a list of chains")
    chains = tuple(_chain(one) for one in listed)
    if len({chain.id for chain in chains}) != len(chains):
        raise ValueError("each chain may be there once")
    return chains


def read_rates(value: Any) -> Rates:
    """From JSON, or from Python. Raises `ValueError` with what is needed."""
    table = _read_json(value, dict, "rates by the code of the coin")
    return MappingProxyType(
        {
            str(coin): MappingProxyType(
                {str(currency): _rate(rate) for currency, rate in _object(row).items()}
            )
            for coin, row in table.items()
        }
    )


def _read_json(value: Any, kind: type, needed: str) -> Any:
    try:
        read = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"{needed} in JSON is needed") from None
    if not isinstance(read, kind) and not (kind is list and isinstance(read, tuple)):
        raise ValueError(f"{needed} is needed")
    return read


def _object(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(f"an object is needed where {value!r} is")
    return value


def _rate(value: Any) -> Decimal:
    try:
        rate = Decimal(value) if isinstance(value, str | int | Decimal) else Decimal("nan")
    except InvalidOperation:
        rate = Decimal("nan")
    if not rate.is_finite() or not 0 < rate < 10**15:
        raise ValueError(f"a rate is a decimal text above zero, not {value!r}")
    return rate


def _chain(given: Any) -> Chain:
    if isinstance(given, Chain):
        for coin in given.coins:
            _declare(coin)
        return given
    made = _known(given, _CHAIN, _NEEDED, "chain")
    number = values.whole(1, 2**53)(made["id"])
    nodes = tuple(_node(one) for one in _many(made["nodes"], "nodes"))
    if not nodes:
        raise ValueError(f"chain {number} needs the URL of a node; two are safer")
    native = _coin(number, {"decimals": 18, **_object(made["native"])})
    tokens = [_coin(number, one) for one in _many(made.get("coins", ()), "coins")]
    if native.contract or any(one.contract is None for one in tokens):
        raise ValueError("coins have a contract, and the native one has none")
    coins = (native, *tokens)
    if len({one.code for one in coins}) != len(coins) or len({one.id for one in coins}) < len(
        coins
    ):
        raise ValueError(f"chain {number} has two coins of one name or contract")
    confirmations = made.get("confirmations", FINALIZED)
    explorer = made.get("explorer")
    return Chain(
        id=number,
        name=values.text(made["name"]),
        nodes=nodes,
        coins=coins,
        confirmations=None
        if confirmations == FINALIZED
        else values.whole(1, 100_000)(confirmations),
        explorer=None if explorer is None else values.url(explorer).rstrip("/"),
        testnet=values.flag(made.get("testnet", False)),
        block_seconds=_seconds(made.get("block_seconds", 12)),
        public_nodes=tuple(_node(one) for one in _many(made.get("public_nodes", ()), "nodes")),
    )


def _known(given: Any, known: set[str], needed: set[str], what: str) -> Mapping[str, Any]:
    made = _object(given)
    for name in made:
        if name not in known:
            raise ValueError(f"a {what} has no {name!r}: {', '.join(sorted(known))} are known")
    for name in sorted(needed - set(made)):
        raise ValueError(f"a {what} needs {name!r}")
    return made


def _many(value: Any, what: str) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise ValueError(f"a list of {what} is needed")
    return value


def _node(value: Any) -> str:
    if not isinstance(value, str) or not re.match(r"https?://[^\s]+\Z", value):
        raise ValueError("a node is an http or https URL")
    return value


def _seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("block_seconds is a number of seconds")
    seconds = float(value)
    if not 0.05 <= seconds <= 3600:
        raise ValueError("block_seconds is from 0.05 to 3600")
    return seconds


def _coin(chain_id: int, given: Any) -> Coin:
    made = _known(given, _COIN, {"code", "decimals"}, "coin")
    contract = made.get("contract")
    if contract is not None and not (isinstance(contract, str) and _ADDRESS.match(contract)):
        raise ValueError(f"{contract!r} is not the address of a contract")
    coin = Coin(
        chain_id=chain_id,
        code=values.text(made["code"]),
        decimals=values.whole(0, MOST_DECIMALS)(made["decimals"]),
        contract=contract,
        name=str(made.get("name", "")),
    )
    _declare(coin)
    return coin


def _declare(coin: Coin) -> None:
    try:
        declare_coin(coin.code, coin.priced_digits)
    except MoneyError as error:
        raise ValueError(error.message.rstrip(".")) from None


@dataclass(frozen=True, slots=True)
class Web3Settings(Both):
    """Chains that shoppers may pay on; none turns the whole of it off."""

    chains: tuple[Chain, ...] = setting(
        "TILL_WEB3_CHAINS",
        (),
        read_chains,
        "Chains that shoppers may pay on, as JSON: a list of `{id, name, nodes, native, coins,"
        " confirmations, explorer, testnet, block_seconds, public_nodes}`; see `docs/web3.md`.",
    )
    web3_seed_file: str | None = setting(
        "TILL_WEB3_SEED_FILE",
        None,
        values.maybe(values.text),
        "File with the phrase that the desk's addresses are derived from; or put the phrase into"
        " the environment as `TILL_WEB3_SEED`.",
    )
    web3_rates: Rates | None = setting(  # noqa: RUF009 - a field
        "TILL_WEB3_RATES",
        None,
        values.maybe(read_rates),
        'What one coin costs, as JSON: `{"USDC": {"USD": "1", "PLN": "4.02"}}`.',
    )
    web3_treasury: str | None = setting(
        "TILL_WEB3_TREASURY",
        None,
        values.maybe(values.text),
        "Address that `flask till web3 sweep` sends the money to.",
    )
    web3_watch: bool | None = setting(
        "TILL_WEB3_WATCH",
        None,
        values.maybe(values.flag),
        "Whether a thread of the app follows the chains; off where `flask till watch` does."
        " Default: in development only.",
    )

    @property
    def has_web3(self) -> bool:
        return bool(self.chains)

    @property
    def watches(self) -> bool:
        """Whether the chains are followed in the application's own process."""
        return self.in_development if self.web3_watch is None else self.web3_watch

    @property
    def rates(self) -> Rates:
        return self.web3_rates or {}

    def read_seed(self) -> str:
        """The phrase. Raises `SettingsError` when there is none; no message ever holds it."""
        if self.web3_seed_file is not None:
            try:
                return Path(self.web3_seed_file).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError):
                raise SettingsError(
                    "The file that TILL_WEB3_SEED_FILE names cannot be read.",
                    remedy="Name a text file with the phrase that only the desk may read.",
                ) from None
        phrase = os.environ.get(SEED, "").strip()
        if not phrase:
            raise SettingsError(
                "TILL_WEB3_CHAINS is set, and there is no phrase to derive addresses from.",
                remedy=f"Set TILL_WEB3_SEED_FILE, or {SEED} in the environment.",
            )
        return phrase
