"""Keys from a phrase: those that every wallet derives from it, and no trace of them outside."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.gateways.web3 import keys
from flask_till.desk.gateways.web3.keys import SeedSigner, checksum
from flask_till.desk.gateways.web3.transactions import Call, Fees, eip1559
from flask_till.errors import InvalidRequest, SettingsError
from tests.stand_ins.chain import DESK_PHRASE, TheChain
from tests.stand_ins.chain.the_chain import PEOPLE_PHRASE

ANVIL_ACCOUNTS = [
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
    "0x90F79bf6EB2c4f870365E785982E1f101E93b906",
    "0x15d34AAf54267DB7D7c367839AAf71A00a2C6A65",
]
# Of EIP-55 itself.
WRITTEN = [
    "0x52908400098527886E0F7030069857D2E4169EE7",
    "0x8617E340B3D01FA5F11F306F4090FD50E238070D",
    "0xde709f2102306220921060314715629080e2fb77",
    "0x27b1fdb04752bbc536007a920d24acb045561c26",
    "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
    "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
    "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
    "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
]


# ---- addresses ----


@pytest.mark.parametrize("address", WRITTEN)
def test_an_address_is_written_with_its_checksum(address: str) -> None:
    for said in (address, address.lower(), "0x" + address[2:].upper()):
        assert checksum(said) == address


@pytest.mark.parametrize("address", WRITTEN[4:])
def test_capitals_in_other_places_are_a_mistake(address: str) -> None:
    for place, digit in enumerate(address[2:], 2):
        if digit.isalpha():
            with pytest.raises(InvalidRequest) as caught:
                checksum(address[:place] + digit.swapcase() + address[place + 1 :])
            assert caught.value.code == "ADDRESS_INVALID"


@pytest.mark.parametrize(
    "said",
    [
        "",
        "0x",
        WRITTEN[4][2:],
        WRITTEN[4] + "0",
        WRITTEN[4][:-1],
        "0X" + WRITTEN[4][2:],
        WRITTEN[4] + "\n",
        WRITTEN[4].lower() + "\n",
        WRITTEN[4].lower() + "0",
        " " + WRITTEN[4],
        WRITTEN[4][:-1] + "g",
        "0x" + "٣" * 40,
        "vitalik.eth",
    ],
    ids=repr,
)
def test_what_is_no_address_is_refused(said: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checksum(said)
    assert (caught.value.code, caught.value.status) == ("ADDRESS_INVALID", 422)


# ---- what is derived ----


def test_deposit_addresses_are_those_of_a_wallet_with_the_phrase() -> None:
    signer = SeedSigner(PEOPLE_PHRASE)
    assert [signer.address(f"deposit/{number}") for number in range(5)] == ANVIL_ACCOUNTS


def test_a_real_node_derives_the_same(chain: TheChain) -> None:
    signer = SeedSigner(PEOPLE_PHRASE)
    assert [signer.address(f"deposit/{number}") for number in range(10)] == chain.people


def test_the_operators_account_is_none_of_the_deposit_addresses() -> None:
    signer = SeedSigner(PEOPLE_PHRASE)
    assert signer.address("operator") == "0x8C8d35429F74ec245F8Ef2f4Fd1e551cFF97d650"
    assert signer.address("operator") not in ANVIL_ACCOUNTS


@pytest.mark.parametrize("between", ["  ", "\t", "\n", " \r\n "], ids=repr)
def test_spaces_and_lines_between_the_words_do_not_matter(between: str) -> None:
    phrase = between + between.join(DESK_PHRASE.split()) + between
    assert SeedSigner(phrase).address("operator") == SeedSigner(DESK_PHRASE).address("operator")


@pytest.mark.parametrize(
    ("phrase", "address"),
    [
        (" ".join(["abandon"] * 11 + ["about"]), "0x9858EfFD232B4033E47d90003D41EC34EcaEda94"),
        (" ".join(["abandon"] * 23 + ["art"]), "0xF278cF59F82eDcf871d630F28EcC8056f25C1cdb"),
    ],
    ids=["12 words", "24 words"],
)
def test_known_phrases_have_known_addresses(phrase: str, address: str) -> None:
    assert SeedSigner(phrase).address("deposit/0") == address


@pytest.mark.parametrize(
    "phrase",
    [
        "",
        " ",
        "test",
        "test test test test test test test test test test test test",
        "junk test test test test test test test test test test test",
        PEOPLE_PHRASE + " test",
        PEOPLE_PHRASE.replace("junk", "junky"),
        PEOPLE_PHRASE.replace("junk", "jun"),
        PEOPLE_PHRASE.upper(),
        PEOPLE_PHRASE.replace(" ", ","),
        "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
        "tęst " * 11 + "junk",
        "\x00" * 12,
    ],
    ids=range(13),
)
def test_what_is_no_phrase_is_refused_without_a_word_of_it(phrase: str) -> None:
    with pytest.raises(SettingsError) as caught:
        SeedSigner(phrase)
    error = caught.value
    assert error.__context__ is None
    assert error.__cause__ is None
    said = "".join(traceback.format_exception_only(error)).lower()
    # The frames of the test itself name it; those of the package must not quote it.
    assert not {word for word in phrase.lower().split() if len(word) > 3} & set(said.split())


@pytest.mark.parametrize(
    "path",
    [
        "",
        "Operator",
        "operator/0",
        "deposit",
        "deposit/",
        "deposit/-1",
        "deposit/01",
        "deposit/1.0",
        "deposit/0x1",
        "deposit/0/0",
        "deposit/0'",
        "deposit/2147483648",
        "deposit/٣",
        "deposit/1\n",
        "m/44'/60'/0'/0/0",
    ],
)
def test_no_other_path_has_a_key(signer: SeedSigner, path: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        signer.address(path)
    with pytest.raises(ValueError, match="no key"):
        signer.sign(path, {})


def test_the_last_path_has_a_key_of_its_own(signer: SeedSigner) -> None:
    assert signer.address("deposit/2147483647") != signer.address("deposit/0")


# ---- what is signed ----


def test_a_real_node_takes_what_is_signed(chain: TheChain, signer: SeedSigner) -> None:
    sender = signer.address("deposit/7")
    chain.fund(sender)
    call = Call(chain.people[4], 2**60, "0x1234")
    transaction = eip1559(call, chain_id=31337, nonce=0, gas=50_000, fees=Fees(3 * 10**9, 10**9))
    raw, tx_hash = signer.sign("deposit/7", transaction)
    assert chain("eth_sendRawTransaction", raw) == tx_hash
    chain.await_block_with(tx_hash)
    said = chain("eth_getTransactionByHash", tx_hash)
    assert {name: said[name] for name in ("from", "to", "value", "input", "nonce", "gas")} == {
        "from": sender.lower(),
        "to": chain.people[4].lower(),
        "value": hex(2**60),
        "input": "0x1234",
        "nonce": "0x0",
        "gas": hex(50_000),
    }
    fees = ("type", "chainId", "maxFeePerGas", "maxPriorityFeePerGas")
    assert [int(said[name], 16) for name in fees] == [2, 31337, 3 * 10**9, 10**9]


def test_the_same_is_signed_the_same_way(signer: SeedSigner) -> None:
    transaction = eip1559(
        Call(ANVIL_ACCOUNTS[0], 1), chain_id=1, nonce=3, gas=21_000, fees=Fees(2, 1)
    )
    assert signer.sign("operator", transaction) == signer.sign("operator", transaction)
    assert signer.sign("operator", transaction) != signer.sign("deposit/0", transaction)


def test_what_is_signed_for_one_chain_is_refused_by_another(
    chain: TheChain, signer: SeedSigner
) -> None:
    chain.fund(signer.address("operator"))
    transaction = eip1559(
        Call(ANVIL_ACCOUNTS[0], 1), chain_id=1, nonce=0, gas=21_000, fees=Fees(10**10, 1)
    )
    with pytest.raises(RuntimeError):
        chain("eth_sendRawTransaction", signer.sign("operator", transaction)[0])


@pytest.mark.parametrize("name", ["chainId", "nonce", "gas", "maxFeePerGas"])
def test_nothing_is_signed_without_a_member(signer: SeedSigner, name: str) -> None:
    transaction = eip1559(
        Call(ANVIL_ACCOUNTS[0], 1), chain_id=1, nonce=0, gas=21_000, fees=Fees(2, 1)
    )
    del transaction[name]
    with pytest.raises((KeyError, TypeError)):
        signer.sign("operator", transaction)


@pytest.mark.parametrize("chain_id", [0, -1])
def test_nothing_is_signed_for_no_chain(signer: SeedSigner, chain_id: int) -> None:
    call, fees = Call(ANVIL_ACCOUNTS[0], 1), Fees(2, 1)
    transaction = eip1559(call, chain_id=chain_id, nonce=0, gas=21_000, fees=fees)
    with pytest.raises(ValueError, match="one chain"):
        signer.sign("operator", transaction)


# ---- what is kept ----


def test_a_signer_shows_nothing(signer: SeedSigner) -> None:
    signer.address("operator")
    assert repr(signer) == str(signer) == "SeedSigner(***)"


@pytest.mark.parametrize("take", [pickle.dumps, copy.copy, copy.deepcopy])
def test_a_signer_cannot_be_stored_or_copied(
    signer: SeedSigner, take: Callable[[SeedSigner], Any]
) -> None:
    with pytest.raises(TypeError):
        take(signer)


def test_a_bounded_number_of_keys_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "_KEYS_HELD", 3)
    signer = SeedSigner(PEOPLE_PHRASE)
    for number in (0, 1, 2, 0, 3):
        signer.address(f"deposit/{number}")
    assert list(signer._accounts) == ["deposit/2", "deposit/0", "deposit/3"]
    assert [signer.address(f"deposit/{number}") for number in range(5)] == ANVIL_ACCOUNTS


def test_threads_derive_the_same(at_once: Callable[..., list[Any]]) -> None:
    signer = SeedSigner(PEOPLE_PHRASE)
    found = at_once(lambda number: signer.address(f"deposit/{number % 5}"), 10)
    assert found == ANVIL_ACCOUNTS * 2


# ---- what is imported ----


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_library_that_signs_is_imported_with_the_first_key_and_no_sooner() -> None:
    found = run(
        "import sys\n"
        "import flask_till.desk.gateways.web3.deployment, flask_till.desk.gateways.web3.uri\n"
        "from flask_till.desk.gateways.web3.keys import SeedSigner, checksum\n"
        "from flask_till.desk.gateways.web3.nodes import Node\n"
        "def show(): print(sorted(set(names.split()) & set(sys.modules)))\n"
        "names = 'eth_account eth_abi eth_hash eth_keys eth_utils rlp web3 coincurve'\n"
        "Node('http://127.0.0.1:1').close()\n"
        "show()\n"
        f"checksum({WRITTEN[0]!r})\n"
        "show()"
    )
    assert found.splitlines() == ["[]", "['eth_hash']"]


def test_signing_leaves_the_recursion_limit_as_it_was() -> None:
    found = run(
        "import sys\n"
        "before = sys.getrecursionlimit()\n"
        "from flask_till.desk.gateways.web3.keys import SeedSigner\n"
        f"SeedSigner({DESK_PHRASE!r}).sign('operator', dict(chainId=1, nonce=0, to=None, value=0,"
        " data='0x', gas=21000, maxFeePerGas=2, maxPriorityFeePerGas=1))\n"
        "print(sys.getrecursionlimit() == before)"
    )
    assert found == "True"
