"""The fixtures of a chain, for the conftest.py of every folder whose tests need one.

``chain`` is rolled back after each test; ``own_chain`` is a node of the test's own, for what cannot
be rolled back: reorgs and what is final.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.gateways.web3.nodes import Nodes, nodes_of

from ...conftest import missing
from .anvil import Anvil, program
from .lying_node import LyingNode
from .the_chain import DESK_PHRASE, TheChain

__all__ = [
    "anvil",
    "chain",
    "first_node",
    "new_node",
    "nodes",
    "own_chain",
    "reach",
    "second_node",
    "signer",
    "standing_chain",
    "two_nodes",
]


@pytest.fixture(scope="session")
def anvil() -> Iterator[Anvil]:
    """A real node of this worker's own."""
    if program() is None:
        missing("anvil")
    with Anvil() as running:
        yield running


@pytest.fixture(scope="session")
def standing_chain(anvil: Anvil) -> TheChain:
    """Its chain, with the contracts on it: what ``chain`` is rolled back to."""
    return TheChain(anvil)


@pytest.fixture
def chain(standing_chain: TheChain) -> Iterator[TheChain]:
    """A chain with coins on it; whatever a test does to it is undone."""
    snapshot = standing_chain("evm_snapshot")
    # It forgets the state of blocks that it made long ago, and going back makes none.
    standing_chain.mine(8)
    yield standing_chain
    standing_chain("anvil_dropAllTransactions")
    standing_chain.go_on_mining()
    assert standing_chain("evm_revert", snapshot)


@pytest.fixture
def own_chain() -> Iterator[TheChain]:
    """A chain of this test's only, with an epoch so short that blocks become final."""
    if program() is None:
        missing("anvil")
    with Anvil("--slots-in-an-epoch", "2") as running:
        yield TheChain(running)


@pytest.fixture
def reach() -> Iterator[Callable[..., Nodes]]:
    """``reach(chain)`` gives the `Nodes` of a `TheChain`; further words change its setting.

    ``reach(chain, first_node, second_node)`` goes through these instead.
    """
    made: list[Nodes] = []

    def nodes_before(chain: TheChain, *through: LyingNode, **changes: Any) -> Nodes:
        setting = chain.chain(**changes)
        if through:
            setting = replace(setting, nodes=tuple(node.url for node in through))
        made.append(nodes_of(setting))
        return made[-1]

    yield nodes_before
    for one in made:
        one.close()


@pytest.fixture
def nodes(chain: TheChain, reach: Callable[..., Nodes]) -> Nodes:
    """One node before ``chain``."""
    return reach(chain)


@pytest.fixture
def new_node() -> Iterator[Callable[[TheChain], LyingNode]]:
    """Makes nodes before a chain, which misbehave when a test tells them to."""
    made: list[LyingNode] = []

    def make(chain: TheChain) -> LyingNode:
        made.append(LyingNode(chain.url))
        return made[-1]

    yield make
    for node in made:
        node.stop()


@pytest.fixture
def first_node(chain: TheChain, new_node: Callable[[TheChain], LyingNode]) -> LyingNode:
    return new_node(chain)


@pytest.fixture
def second_node(chain: TheChain, new_node: Callable[[TheChain], LyingNode]) -> LyingNode:
    return new_node(chain)


@pytest.fixture
def two_nodes(
    chain: TheChain, first_node: LyingNode, second_node: LyingNode, reach: Callable[..., Nodes]
) -> Nodes:
    """``first_node`` and ``second_node``, asked as one."""
    return reach(chain, first_node, second_node)


@pytest.fixture(scope="session")
def signer() -> SeedSigner:
    """The desk's keys."""
    return SeedSigner(DESK_PHRASE)
