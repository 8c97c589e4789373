"""What sending needs of a chain's nodes and of whoever holds the keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

from ...errors import TillError

NODE_REFUSED = "NODE_REFUSED"
HISTORY_GONE = "HISTORY_GONE"
NO_FUNDS, NONCE_USED, REVERTED = "no_funds", "nonce_used", "reverted"


class Block(Protocol):
    @property
    def number(self) -> int: ...

    @property
    def hash(self) -> str: ...


class Transfer(Protocol):
    """What a token's log says; addresses are EIP-55."""

    @property
    def contract(self) -> str: ...

    @property
    def sender(self) -> str: ...

    @property
    def recipient(self) -> str: ...

    @property
    def units(self) -> int: ...


class Receipt(Protocol):
    @property
    def tx_hash(self) -> str: ...

    @property
    def status(self) -> int: ...

    @property
    def block_number(self) -> int: ...

    @property
    def transfers(self) -> Sequence[Transfer]: ...


class Fees(Protocol):
    """Wei for each gas."""

    @property
    def max_fee(self) -> int: ...

    @property
    def priority_fee(self) -> int: ...


class Nodes(Protocol):
    """The nodes of one chain, asked as one. They raise `GatewayUnavailable` as long as one does
    not answer or they disagree, and a `TillError` (NODE_REFUSED) with a ``kind`` when they refuse.
    """

    def head(self) -> Block:
        """The highest block that all of them have."""

    def final_number(self, head: Any) -> int: ...

    def block(self, number: int) -> Block | None: ...

    def receipt(self, tx_hash: str) -> Receipt | None:
        """None until all of them have it in a block."""

    def transaction(self, tx_hash: str) -> bool:
        """Whether any of them knows it, in a block or waiting."""

    def nonce(self, address: str, tag: str) -> int: ...

    def balance(self, address: str, contract: str | None, number: int) -> int: ...

    def transfers(
        self, first: int, last: int, contracts: Iterable[str], recipients: Iterable[str]
    ) -> Sequence[Transfer]: ...

    def fees(self) -> Fees: ...

    def estimate(self, transaction: Mapping[str, Any]) -> int: ...

    def send(self, raw: str) -> str:
        """Its hash, once one of them has it, now or from before."""


class Signer(Protocol):
    """Holds keys, or reaches what holds them."""

    def address(self, path: str) -> str: ...

    def sign(self, path: str, transaction: Mapping[str, Any]) -> tuple[str, str]:
        """The signed form and its hash."""


def refusal(error: TillError) -> str:
    """What kind of refusal by the nodes an error is; any other is raised again."""
    if error.code != NODE_REFUSED:
        raise error
    return str(getattr(error, "kind", "other"))


def said(error: TillError) -> str:
    """The nodes' own words."""
    return str(getattr(error, "rpc_message", error.message))
