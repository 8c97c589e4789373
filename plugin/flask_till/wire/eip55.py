"""Addresses of EVM chains as people write them: upper case letters are their check digits (EIP-55).

The digest under it is Keccak-256, which the standard library does not have (SHA-3 pads otherwise).
It is spelled out here, so that a mistyped address is refused at every desk, also at one without
the extra ``web3``. A tenth of a millisecond or two for an address; nothing secret goes through it.
"""

from __future__ import annotations

import re

NOWHERE = "0x" + "0" * 40
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_MASK = (1 << 64) - 1
_RATE = 136
"""Bytes that Keccak-256 takes in at once."""


def checksummed(address: str) -> str:
    """The address with its check digits: what came all in lower, or all in upper case, gets them.

    Raises `ValueError` for anything else whose letters are not as they have to be, and for the
    address of nobody.
    """
    if not _ADDRESS.match(address):
        raise ValueError("must be 0x and 40 hexadecimal digits")
    digits = address[2:]
    right = _cased(digits.lower())
    if digits not in (right, digits.lower(), digits.upper()):
        raise ValueError(
            "has upper and lower case letters that do not fit together (EIP-55): a digit may be"
            " wrong. Copy it again, or write it all in lower case if you are sure of it"
        )
    if int(digits, 16) == 0:
        raise ValueError("is the address of nobody, which no token comes back from")
    return f"0x{right}"


def _cased(digits: str) -> str:
    signs = keccak256(digits.encode()).hex()
    return "".join(
        one.upper() if int(sign, 16) >= 8 else one for one, sign in zip(digits, signs, strict=False)
    )


# --- Keccak-256 -------------------------------------------------------------------------------


def keccak256(data: bytes) -> bytes:
    """The digest that EVM chains use, 32 bytes."""
    padded = bytearray(data) + bytes(_RATE - len(data) % _RATE)
    padded[len(data)] ^= 0x01
    padded[-1] ^= 0x80
    lanes = [0] * 25
    for start in range(0, len(padded), _RATE):
        for place in range(_RATE // 8):
            at = start + 8 * place
            lanes[place] ^= int.from_bytes(padded[at : at + 8], "little")
        _permute(lanes)
    return b"".join(lane.to_bytes(8, "little") for lane in lanes[:4])


def _permute(lanes: list[int]) -> None:
    """Keccak-f[1600]; the lane at column x of row y is number x + 5 y."""
    for constant in _CONSTANTS:
        columns = [
            lanes[x] ^ lanes[x + 5] ^ lanes[x + 10] ^ lanes[x + 15] ^ lanes[x + 20]
            for x in range(5)
        ]
        mixed = [columns[x - 1] ^ _turned(columns[(x + 1) % 5], 1) for x in range(5)]
        moved = [0] * 25
        for source, (target, turn) in enumerate(_MOVES):
            moved[target] = _turned(lanes[source] ^ mixed[source % 5], turn)
        for row in range(0, 25, 5):
            for x in range(5):
                other = ~moved[row + (x + 1) % 5] & moved[row + (x + 2) % 5]
                lanes[row + x] = moved[row + x] ^ other
        lanes[0] ^= constant


def _turned(lane: int, bits: int) -> int:
    return (lane << bits | lane >> (64 - bits)) & _MASK


def _moves() -> list[tuple[int, int]]:
    """Where each lane goes, and by how many bits it is turned on the way."""
    turns = [0] * 25
    x, y = 1, 0
    for step in range(24):
        turns[x + 5 * y] = (step + 1) * (step + 2) // 2 % 64
        x, y = y, (2 * x + 3 * y) % 5
    return [(y + 5 * ((2 * x + 3 * y) % 5), turns[x + 5 * y]) for y in range(5) for x in range(5)]


def _constants() -> list[int]:
    """Those of the 24 rounds, from the shift register that defines them."""
    found, register = [], 1
    for _ in range(24):
        constant = 0
        for bit in range(7):
            if register & 1:
                constant |= 1 << ((1 << bit) - 1)
            register = register << 1 ^ (0x171 if register & 0x80 else 0)
        found.append(constant)
    return found


_MOVES, _CONSTANTS = _moves(), _constants()
