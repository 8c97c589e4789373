"""A chain of one's own: anvil, a real EVM node, which keeps what it has between two runs."""

from __future__ import annotations

import ctypes
import gzip
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx

BLOCK_SECONDS = 2
BURIED = 12
"""Blocks that are made after the last transaction; then the chain rests until the next one."""
KEPT_STATES = 32
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG
PLACES = (".venv/anvil/node_modules", "node_modules")
_ROOT = Path(__file__).parents[2]


class Refused(Exception):
    """The node understood, and says no. ``error`` is JSON-RPC's."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(str(error.get("message", error)))
        self.error = error


class Node:
    """The node of this machine, at a port; ``rpc`` asks it something."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._client = httpx.Client(base_url=self.url, timeout=20)

    def rpc(self, method: str, *params: Any) -> Any:
        """Raises `Refused`, and httpx's errors when nobody is there."""
        asked = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        said = self._client.post("/", json=asked).json()
        if "error" in said:
            raise Refused(said["error"])
        return said["result"]

    def answers(self) -> bool:
        try:
            return bool(self.rpc("eth_chainId"))
        except (httpx.HTTPError, ValueError):
            return False

    def close(self) -> None:
        self._client.close()


def find_anvil() -> str:
    """Ends the program with what to do when it is not here."""
    named = os.environ.get("TILL_ANVIL") or shutil.which("anvil")
    if named:
        return named
    for place in PLACES:
        for found in sorted((_ROOT / place).glob("@foundry-rs/anvil-*/bin/anvil*")):
            return str(found)
    sys.exit("anvil, the program that plays the chain, is not here. scripts/setup web3 brings it.")


@contextmanager
def run_node(port: int, state: Path) -> Iterator[Node]:
    """Runs the node with what ``state`` holds, until the block ends; then all is kept there."""
    node = Node(port)
    if node.answers():
        sys.exit(
            f"A node answers at {node.url} already, of another demo or of one that was killed.\n"
            f"Stop it, or choose another port, such as CHAIN_PORT={port + 10}."
        )
    command = [find_anvil(), "--port", str(port), "--silent", "--accounts", "0", "--no-mining"]
    # Of the past only what a watcher looks back to; all of it would fill the disk.
    command += ["--prune-history", str(KEPT_STATES), "--preserve-historical-states"]
    if state.exists():
        command += ["--load-state", str(state)]
    # A session of its own: Ctrl-C is for the demo, which ends the node last.
    process = subprocess.Popen(command, start_new_session=True, preexec_fn=_end_with_us)  # noqa: S603, PLW1509 - names no input
    heart = Heart(node, state)
    try:
        _wait(node, process)
        heart.start()
        yield node
    finally:
        heart.stop()
        process.terminate()
        process.wait(20)
        node.close()


def _end_with_us() -> None:
    """A demo that is killed cannot end its node; Linux does it then."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM)


def _wait(node: Node, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        if process.poll() is not None:
            break
        if node.answers():
            return
        threading.Event().wait(0.05)
    sys.exit(f"anvil did not start at {node.url}; another program may be there.")


class Heart:
    """Makes a block every two seconds while something happens, and none while nothing does."""

    def __init__(self, node: Node, state: Path) -> None:
        self._node = node
        self._state = state
        self._still = 0
        self._head = -1
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="chain", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Keeps what there is. May be called before `start`."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()
        with suppress(httpx.HTTPError, Refused):
            self._keep()

    def _run(self) -> None:
        while not self._stopping.wait(BLOCK_SECONDS):
            with suppress(httpx.HTTPError, Refused):
                self._beat()

    def _beat(self) -> None:
        waiting = int(self._node.rpc("txpool_status")["pending"], 16)
        head = int(self._node.rpc("eth_blockNumber"), 16)
        is_ours = head == self._head
        self._still = self._still + 1 if is_ours and not waiting else 0
        if self._still > BURIED:
            return
        self._node.rpc("evm_mine")
        self._head = head + 1
        self._keep()  # or a demo that is killed would have seen blocks that are not there later

    def _keep(self) -> None:
        packed = self._node.rpc("anvil_dumpState", True)
        new = self._state.with_suffix(".new")
        new.write_bytes(gzip.decompress(bytes.fromhex(packed.removeprefix("0x"))))
        new.replace(self._state)
