"""Putting our contract of tokens on a chain, at an address that is known before it is there.

A well-known contract that most chains have makes others at an address which follows from what they
are (EIP-1014). So it is a call like any other, and the same one twice makes nothing twice.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Final

from .keys import checksum, keccak

FACTORY: Final = "0x4e59b44847b379578588920cA78FbF26c0B4956C"
CONTRACT: Final = "TillToken.json"
GATEWAYS: Final = __package__.rpartition(".")[0]
_WORD: Final = 32


@dataclass(frozen=True, slots=True)
class Deployment:
    """``data`` is what the factory is called with; the contract is at ``address`` then."""

    address: str
    data: str


def token_contract(name: str, symbol: str, base: str, *, owner: str, salt: bytes) -> Deployment:
    """A `TillToken` that ``owner`` may mint in. Metadata of number 7 is at ``base`` and 7.

    The same words and ``salt`` (32 bytes) are the same contract.
    """
    made = json.loads((resources.files(GATEWAYS) / "contracts" / CONTRACT).read_text("utf-8"))
    code = bytes.fromhex(made["bytecode"].removeprefix("0x"))
    code += _arguments([name, symbol, base], checksum(owner))
    where = keccak(b"\xff" + bytes.fromhex(FACTORY[2:]) + salt + keccak(code))[12:]
    return Deployment(checksum("0x" + where.hex()), "0x" + (salt + code).hex())


def _arguments(texts: Sequence[str], address: str) -> bytes:
    """As a constructor reads them: where each text is, the address, then the texts."""
    heads, tails = [], b""
    for text in texts:
        said = text.encode()
        heads.append(_WORD * (len(texts) + 1) + len(tails))
        tails += len(said).to_bytes(_WORD, "big") + said + bytes(-len(said) % _WORD)
    heads.append(int(address, 16))
    return b"".join(head.to_bytes(_WORD, "big") for head in heads) + tails
