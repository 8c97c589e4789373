"""Claim codes: three groups of four out of thirty letters and digits, 58 bits of chance (5)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable

from .error_codes import KigoCode, refusal

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0, 1, I, L, O and U: nothing that is mistaken for something else."""
GROUPS, GROUP = 3, 4
POSSIBLE = len(LETTERS) ** (GROUPS * GROUP)

# In ASCII only: the Kelvin sign and the long s would otherwise pass for a K and an S.
_CODE = re.compile("-?".join(["([2-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{4})"] * GROUPS))


def new_claim_code(below: Callable[[int], int] = secrets.randbelow) -> str:
    """A code that nobody can guess; ``below(n)`` is a random whole number from 0 to n - 1."""
    number, letters = below(POSSIBLE), []
    for _ in range(GROUPS * GROUP):
        number, place = divmod(number, len(LETTERS))
        letters.append(LETTERS[place])
    return _grouped("".join(letters))


def read_claim_code(text: str) -> str:
    """The code as it is written: in upper case, with both hyphens.

    Lower case and missing hyphens are fine. Raises `NotFound` (``claim_code_not_found``) for what
    can be no code, so that it is answered, and counted, like a wrong guess (6.2).
    """
    match = _CODE.fullmatch(text)
    if match is None:
        raise refusal(KigoCode.CLAIM_CODE_NOT_FOUND)
    return _grouped("".join(match.groups()).upper())


def _grouped(letters: str) -> str:
    return "-".join(letters[at : at + GROUP] for at in range(0, GROUPS * GROUP, GROUP))
