"""Our contract: what it does on a chain, and that what is deployed is what its source says."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flask_till.desk.gateways.web3 import abi
from flask_till.desk.gateways.web3.deployment import FACTORY, token_contract
from flask_till.desk.gateways.web3.nodes import Nodes
from flask_till.desk.gateways.web3.rpc import NodeRefused
from tests.conftest import ROOT, missing
from tests.stand_ins.chain import TheChain
from tests.stand_ins.chain.anvil import ChainSaidNo
from tests.stand_ins.chain.the_chain import call

SHOP = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
NAMES = ("Passes of a Club of Żółw", "PASS", "https://shop.example/pass/")
OTHER = "0x52908400098527886E0F7030069857D2E4169EE7"


@pytest.fixture
def token(chain: TheChain) -> str:
    """The contract; its owner is the first of the people."""
    made = token_contract(*NAMES, owner=chain.people[0], salt=bytes(32))
    assert status(chain, chain.send(FACTORY, made.data, gas=None)) == 1
    return made.address


def status(chain: TheChain, tx_hash: str) -> int:
    return int(chain.await_block_with(tx_hash)["status"], 16)


def holder(nodes: Nodes, token: str, number: int) -> str:
    return abi.decode_address(nodes.call(token, abi.encode_owner_of(number)))


def said(chain: TheChain, token: str, question: str) -> str:
    answer = bytes.fromhex(chain.ask(token, question)[2:])
    length = int.from_bytes(answer[32:64])
    return answer[64 : 64 + length].decode()


def test_it_says_what_it_is_called(chain: TheChain, token: str) -> None:
    assert said(chain, token, call("name()")) == "Passes of a Club of Żółw"
    assert said(chain, token, call("symbol()")) == "PASS"


def test_the_same_words_are_the_same_contract_and_others_another(chain: TheChain) -> None:
    made = [
        token_contract(*names, owner=owner, salt=salt)
        for names, owner, salt in (
            (NAMES, chain.people[0], bytes(32)),
            (NAMES, chain.people[0], bytes(32)),
            (NAMES, chain.people[1], bytes(32)),
            (NAMES, chain.people[0], b"1" * 32),
            (("Passes", *NAMES[1:]), chain.people[0], bytes(32)),
        )
    ]
    assert made[0] == made[1]
    assert len({one.address for one in made}) == 4


def test_it_is_put_on_a_chain_once(chain: TheChain, token: str) -> None:
    data = token_contract(*NAMES, owner=chain.people[0], salt=bytes(32)).data
    assert status(chain, chain.send(FACTORY, data)) == 0


def test_its_owner_mints_a_number_of_choice(chain: TheChain, nodes: Nodes, token: str) -> None:
    number = 2**255 + 7
    assert status(chain, chain.send(token, abi.encode_mint(SHOP, number))) == 1
    assert holder(nodes, token, number) == SHOP
    address = said(chain, token, call("tokenURI(uint256)", number))
    assert address == f"https://shop.example/pass/{number}"


def test_nobody_else_mints(chain: TheChain, nodes: Nodes, token: str) -> None:
    sent = chain.send(token, abi.encode_mint(SHOP, 7), sender=chain.people[1])
    assert status(chain, sent) == 0
    with pytest.raises(NodeRefused):
        holder(nodes, token, 7)


def test_a_number_is_minted_once(chain: TheChain, nodes: Nodes, token: str) -> None:
    chain.send(token, abi.encode_mint(SHOP, 7))
    assert status(chain, chain.send(token, abi.encode_mint(OTHER, 7))) == 0
    assert holder(nodes, token, 7) == SHOP


def test_a_contract_that_takes_no_tokens_gets_none(
    chain: TheChain, nodes: Nodes, token: str
) -> None:
    assert status(chain, chain.send(token, abi.encode_mint(chain.payer, 7))) == 0
    chain.send(token, abi.encode_mint(chain.people[0], 8))
    sent = chain.send(token, abi.encode_safe_transfer(chain.people[0], chain.payer, 8))
    assert status(chain, sent) == 0
    assert holder(nodes, token, 8) == chain.people[0]


def test_a_holder_passes_a_token_on(chain: TheChain, nodes: Nodes, token: str) -> None:
    chain.send(token, abi.encode_mint(chain.people[0], 7))
    assert status(chain, chain.send(token, abi.encode_safe_transfer(chain.people[0], SHOP, 7))) == 1
    assert holder(nodes, token, 7) == SHOP


def test_its_owner_has_no_power_over_what_others_hold(
    chain: TheChain, nodes: Nodes, token: str
) -> None:
    chain.send(token, abi.encode_mint(SHOP, 7))
    taken = chain.send(token, abi.encode_safe_transfer(SHOP, chain.people[0], 7))
    assert status(chain, taken) == 0
    assert holder(nodes, token, 7) == SHOP


def test_it_changes_hands_only_when_the_new_owner_takes_it(chain: TheChain, token: str) -> None:
    chain.send(token, call("transferOwnership(address)", chain.people[1]))
    assert status(chain, chain.send(token, abi.encode_mint(SHOP, 7))) == 1
    chain.send(token, call("acceptOwnership()"), sender=chain.people[1])
    assert status(chain, chain.send(token, abi.encode_mint(SHOP, 8))) == 0
    minted = chain.send(token, abi.encode_mint(SHOP, 8), sender=chain.people[1])
    assert status(chain, minted) == 1


def test_a_failed_mint_costs_no_nonce_when_it_is_estimated_first(
    chain: TheChain, nodes: Nodes, token: str
) -> None:
    asked = {"from": chain.people[1], "to": token, "data": abi.encode_mint(SHOP, 7)}
    with pytest.raises(NodeRefused) as caught:
        nodes.estimate(asked)
    assert caught.value.kind == "reverted"


def test_a_coin_that_is_frozen_reverts(chain: TheChain) -> None:
    contract = chain.usdc.contract
    assert contract is not None
    chain.mint(chain.usdc, chain.people[0], 5)
    chain.send(contract, call("freeze(bool)", 1))
    assert status(chain, chain.pay(chain.usdc, SHOP, 5)) == 0
    asked = {"from": chain.people[0], "to": contract}
    with pytest.raises(ChainSaidNo, match="frozen"):
        chain("eth_call", asked | {"data": call("transfer(address,uint256)", SHOP, 5)}, "latest")


# ---- what is kept of them ----


@pytest.fixture(scope="module")
def compiler(node_modules: Path) -> None:
    for package in ("solc", "@openzeppelin/contracts"):
        if not (node_modules / package).is_dir():
            missing(package)


def test_what_is_kept_is_what_the_sources_compile_to(
    compiler: None, node: Callable[..., Any]
) -> None:
    done = node("scripts/contracts", "--check")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_source_that_was_changed_is_noticed(
    compiler: None, node: Callable[..., Any], tmp_path: Path
) -> None:
    sources = "tests/stand_ins/chain"
    folders = re.findall(r"^  '(.+/.+)',$", (ROOT / "scripts/contracts").read_text(), re.MULTILINE)
    assert sources in folders
    for folder in (*folders, "scripts"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")
    for file in ("package.json", "scripts/contracts", f"{sources}/FeeCoin.json"):
        (tmp_path / file).write_text((ROOT / file).read_text())
    source = (ROOT / sources / "FeeCoin.sol").read_text()
    script = tmp_path / "scripts/contracts"

    (tmp_path / sources / "FeeCoin.sol").write_text(source.replace("@notice", "@notice Beware:"))
    assert node(script, "--check").returncode == 0

    (tmp_path / sources / "FeeCoin.sol").write_text(source.replace("units / 10", "units / 9"))
    done = node(script, "--check")
    assert done.returncode == 1
    assert "differs: tests/stand_ins/chain/FeeCoin.json" in done.stdout
    assert node(script).returncode == 0
    assert node(script, "--check").returncode == 0
