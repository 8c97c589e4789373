"""What a watcher needs of a chain's nodes. They answer as one, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol


class ANativeTransfer(Protocol):
    """The native coin that a transaction of a block moves, should it have succeeded."""

    @property
    def tx_hash(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def units(self) -> int: ...


class ABlock(Protocol):
    """``transactions`` only of a full one; ``timestamp`` in seconds."""

    @property
    def number(self) -> int: ...
    @property
    def hash(self) -> str: ...
    @property
    def parent(self) -> str: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def transactions(self) -> Sequence[ANativeTransfer] | None: ...


class ATokenTransfer(Protocol):
    """What a log of an ERC-20 contract says."""

    @property
    def tx_hash(self) -> str: ...
    @property
    def log_index(self) -> int: ...
    @property
    def contract(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def recipient(self) -> str: ...
    @property
    def units(self) -> int: ...
    @property
    def block_number(self) -> int: ...
    @property
    def block_hash(self) -> str: ...


class AReceipt(Protocol):
    """How a transaction went: ``status`` 1 is well."""

    @property
    def status(self) -> int: ...
    @property
    def block_number(self) -> int: ...
    @property
    def block_hash(self) -> str: ...
    @property
    def recipient(self) -> str | None: ...
    @property
    def transfers(self) -> Sequence[ATokenTransfer]: ...


class ReadsChain(Protocol):
    """All raise `TillError` when the nodes do not answer, or not the same."""

    def check(self) -> None:
        """That they are nodes of this chain."""

    def head(self) -> ABlock:
        """The highest block that all of them have."""

    def final_number(self, head: ABlock, /) -> int:
        """The number of the last block that stays."""

    def block(self, number: int, /, *, full: bool = False) -> ABlock | None: ...

    def blocks(self, first: int, last: int, /) -> Sequence[ABlock]:
        """Full ones, in order; fewer than asked for where a node has fewer."""

    def transfers(
        self, first: int, last: int, contracts: Iterable[str], recipients: Iterable[str], /
    ) -> Sequence[ATokenTransfer]: ...

    def receipt(self, tx_hash: str, /) -> AReceipt | None: ...

    def balance(self, address: str, contract: str | None, number: int, /) -> int:
        """After that block."""
