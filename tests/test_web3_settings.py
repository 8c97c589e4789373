"""Chains, rates and the phrase are read once, checked, and each refusal says what to do."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flask_till.errors import SettingsError
from flask_till.money import Money
from flask_till.settings import DeskSettings, read_desk

CONTRACT = "0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48"
CHAIN = {
    "id": 8453,
    "name": "Base",
    "nodes": ["https://one.example/v3/a-secret", "https://two.example"],
    "native": {"code": "ETH"},
    "coins": [{"code": "USDC", "decimals": 6, "contract": CONTRACT}],
    "confirmations": 20,
    "explorer": "https://basescan.org/",
}
PHRASE = "legal winner thank year wave sausage worth useful legal winner thank yellow"


def desk(tmp_path: Path, **config: Any) -> DeskSettings:
    return read_desk({"SECRET_KEY": "k" * 32, **config}, instance=str(tmp_path), debug=False)


@pytest.mark.parametrize("given", [[CHAIN], json.dumps([CHAIN])])
def test_chains_are_read_from_python_and_from_json(tmp_path: Path, given: Any) -> None:
    (chain,) = desk(tmp_path, TILL_WEB3_CHAINS=given).chains
    assert (chain.id, chain.confirmations, chain.testnet) == (8453, 20, False)
    assert [coin.code for coin in chain.coins] == ["ETH", "USDC"]
    assert chain.native.decimals == 18
    assert chain.transaction_page("0x1") == "https://basescan.org/tx/0x1"


def test_without_chains_nothing_of_them_is_on(tmp_path: Path) -> None:
    assert not desk(tmp_path).has_web3


def test_without_a_number_of_confirmations_the_nodes_say_what_is_final(tmp_path: Path) -> None:
    for given in ({}, {"confirmations": "finalized"}):
        chain = {key: value for key, value in CHAIN.items() if key != "confirmations"} | given
        assert desk(tmp_path, TILL_WEB3_CHAINS=[chain]).chains[0].confirmations is None


def test_a_coin_of_a_chain_may_price_things(tmp_path: Path) -> None:
    desk(tmp_path, TILL_WEB3_CHAINS=[CHAIN])
    assert Money("12.500001", "USDC").minor == 12_500_001
    assert Money("0.000001", "ETH").minor == 1


def test_a_coin_may_be_split_differently_on_two_chains(tmp_path: Path) -> None:
    other = CHAIN | {"id": 56, "name": "BSC", "native": {"code": "BNB"}}
    other["coins"] = [{"code": "USDC", "decimals": 18, "contract": CONTRACT}]
    here, there = desk(tmp_path, TILL_WEB3_CHAINS=[CHAIN, other]).chains
    assert (here.coins[1].decimals, there.coins[1].decimals) == (6, 18)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 0}, {"id": "x"}, {"nodes": []}, {"nodes": ["ftp://x"]}, {"nodes": "https://x"},
        {"native": {}}, {"native": {"code": "USD"}},
        {"native": {"code": "ETH", "contract": CONTRACT}},
        {"coins": [{"code": "USDC", "decimals": 6}]},
        {"coins": [{"code": "USDC", "decimals": 6, "contract": "0x12"}]},
        {"coins": [{"code": "ETH", "decimals": 6, "contract": CONTRACT}]},
        {"coins": [{"code": "USDC", "decimals": 99, "contract": CONTRACT}]},
        {"coins": [{"code": "USDC", "contract": CONTRACT}]},
        {"confirmations": 0}, {"confirmations": "latest"}, {"block_seconds": 0},
        {"testnet": "perhaps"}, {"gas": 1}, {"explorer": "basescan.org"},
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_chain_is_said(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(SettingsError) as refused:
        desk(tmp_path, TILL_WEB3_CHAINS=[CHAIN | change])
    assert "TILL_WEB3_CHAINS" in str(refused.value)
    assert len(refused.value.remedy) > 10


@pytest.mark.parametrize("given", ["{", "7", "{}", [7], [CHAIN, CHAIN]])
def test_what_is_no_list_of_chains_is_refused(tmp_path: Path, given: Any) -> None:
    with pytest.raises(SettingsError):
        desk(tmp_path, TILL_WEB3_CHAINS=given)


def test_the_key_of_a_node_is_in_no_message_and_no_repr(tmp_path: Path) -> None:
    assert "a-secret" not in repr(desk(tmp_path, TILL_WEB3_CHAINS=[CHAIN]))
    with pytest.raises(SettingsError) as refused:
        desk(tmp_path, TILL_WEB3_CHAINS=[CHAIN | {"id": 0}])
    assert "a-secret" not in str(refused.value)


def test_rates_are_exact_and_above_zero(tmp_path: Path) -> None:
    rates = desk(tmp_path, TILL_WEB3_RATES='{"USDC": {"PLN": "4.02", "USD": 1}}').rates
    assert rates["USDC"]["PLN"] == Decimal("4.02")
    for wrong in ("0", "-1", "x", 1.5, None, "NaN", "1e99"):
        with pytest.raises(SettingsError):
            desk(tmp_path, TILL_WEB3_RATES={"USDC": {"PLN": wrong}})
    with pytest.raises(SettingsError):
        desk(tmp_path, TILL_WEB3_RATES={"USDC": "4"})


def test_the_phrase_comes_from_a_file_or_from_the_environment_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILL_WEB3_SEED", PHRASE)
    assert desk(tmp_path).read_seed() == PHRASE
    file = tmp_path / "seed"
    file.write_text(f"{PHRASE}\n")
    monkeypatch.delenv("TILL_WEB3_SEED")
    assert desk(tmp_path, TILL_WEB3_SEED_FILE=str(file)).read_seed() == PHRASE
    with pytest.raises(SettingsError):
        desk(tmp_path, TILL_WEB3_SEED=PHRASE)


def test_without_a_phrase_it_is_said_where_to_put_one(tmp_path: Path) -> None:
    for settings in (desk(tmp_path), desk(tmp_path, TILL_WEB3_SEED_FILE=str(tmp_path / "none"))):
        with pytest.raises(SettingsError) as refused:
            settings.read_seed()
        assert refused.value.remedy
