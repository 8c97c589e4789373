"""Tokens of W3block orders on a chain: whose contract, which number, how far on their way. No I/O.

Each piece of a product has one number in its company's contract for good, so that whatever is asked
twice is seen to be there: the 128 bits of its id, unless the company gave it another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ..errors import InvalidRequest

UNDER_WAY, ARRIVED, FAILED, GIVEN_UP = "under_way", "arrived", "failed", "given_up"
MOVE_STATES = frozenset({UNDER_WAY, ARRIVED, FAILED, GIVEN_UP})
"""``failed`` until somebody has it tried anew or calls the order off: then it is given up."""
LIVE = (UNDER_WAY, ARRIVED, FAILED)

NUMBER = "number"
"""The member of a token's terms that has its number on the chain, as decimal text."""
MOST_NUMBER = 2**256 - 1


@dataclass(frozen=True, slots=True)
class Contract:
    """An ERC-721 contract that the desk's operator account may mint in, or holds tokens of.

    ``sending_id`` is what puts it on the chain, where the desk does that itself.
    """

    company_id: str
    chain_id: int
    address: str
    sending_id: str | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One attempt to get a token to a wallet. ``tx_hash`` is known once something was signed.

    ``sending_status`` is that of what is sent for it; None where it was there already.
    """

    token_id: str
    attempt: int
    order_id: str
    chain_id: int
    contract: str
    number: int
    recipient: str
    state: str
    sending_id: str | None = None
    sending_status: str | None = None
    tx_hash: str | None = None
    reason: str | None = None


def number_of(token_id: str, terms: Mapping[str, Any]) -> int:
    """The token's number in its contract."""
    given = terms.get(NUMBER)
    return UUID(token_id).int if given is None else int(given)


def read_number(text: str) -> int:
    """A number as an operator writes it. Raises `InvalidRequest` (NO_TOKEN_NUMBER)."""
    if not (text.isascii() and text.isdigit() and int(text) <= MOST_NUMBER):
        raise InvalidRequest(f"{text!r} is no number of a token.", code="NO_TOKEN_NUMBER")
    return int(text)
