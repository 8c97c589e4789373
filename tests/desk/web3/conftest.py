"""A real chain, nodes before it, and the desk's keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_console import rich
from tests.desk.web3.the_office import make_office, office
from tests.desk.web3.the_tokens import street
from tests.desk.web3.the_watch import watch, watch_of
from tests.stand_ins.chain.fixtures import (
    anvil,
    chain,
    first_node,
    new_node,
    nodes,
    own_chain,
    reach,
    second_node,
    signer,
    standing_chain,
    two_nodes,
)

__all__ = [
    "anvil",
    "chain",
    "first_node",
    "make_office",
    "new_node",
    "nodes",
    "office",
    "own_chain",
    "reach",
    "rich",
    "second_node",
    "signer",
    "standing_chain",
    "street",
    "two_nodes",
    "watch",
    "watch_of",
]


@pytest.fixture
def desk(
    database_url: str, clock: Any, tmp_path: Path, chain: Any, signer: Any
) -> Iterator[ChainDesk]:
    """A desk on ``chain``, on SQLite and then on PostgreSQL; audited afterwards."""
    made = ChainDesk(database_url, clock, tmp_path, chain, signer)
    yield made
    made.audit()
    made.desk.close()
