"""Where our contract of tokens will be, before it is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.desk.gateways.web3.deployment import _arguments, token_contract
from tests.desk.web3.the_tokens import HERS

SALT = bytes(31) + b"\x01"
WORDS = ("Passes", "PASS", "https://vinyl.example/tokens/")


def test_the_same_words_are_the_same_contract_and_others_another() -> None:
    first = token_contract(*WORDS, owner=HERS, salt=SALT)
    assert token_contract(*WORDS, owner=HERS, salt=SALT) == first
    others = [
        token_contract("Passe", *WORDS[1:], owner=HERS, salt=SALT),
        token_contract(*WORDS, owner="0x" + "12" * 20, salt=SALT),
        token_contract(*WORDS, owner=HERS, salt=bytes(32)),
    ]
    assert len({first.address, *(one.address for one in others)}) == 4
    assert first.data.startswith("0x" + SALT.hex())


@given(st.lists(st.text(max_size=100), min_size=3, max_size=3))
def test_arguments_are_as_the_library_writes_them(texts: list[str]) -> None:
    abi = pytest.importorskip("eth_abi")
    kinds = ["string", "string", "string", "address"]
    assert _arguments(texts, HERS) == abi.encode(kinds, [*texts, HERS])
