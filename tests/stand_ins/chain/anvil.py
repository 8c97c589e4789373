"""A node of a chain of its own: anvil, on a free port, with nothing kept when it ends."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

CHAIN_ID = 31337
NODE_MODULES = Path(__file__).parents[3] / "node_modules"
STARTS_WITHIN = 30.0
"""Seconds; it needs a twentieth of one, unless the machine is busy."""
TRIES = 3


class ChainSaidNo(RuntimeError):
    """What a node refused; ``error`` is the JSON-RPC error object."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.error = error
        super().__init__(error)


def program() -> Path | None:
    """Where npm put anvil for this machine; None where there is none."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    found = NODE_MODULES / "@foundry-rs" / f"anvil-{sys.platform}-{machine}" / "bin" / "anvil"
    return found if found.is_file() else None


class Anvil:
    """A running node. Calling it calls a method: ``anvil("evm_mine")``."""

    def __init__(self, *options: str, history: int = 256) -> None:
        found = program()
        assert found is not None, "anvil is not installed"
        self._program = found
        # It keeps the state after each of the last blocks only, or memory would grow and grow.
        self._options = ("--silent", "--prune-history", str(history), *options)
        self._process: subprocess.Popen[bytes] | None = None
        self._client = httpx.Client(timeout=30, trust_env=False, verify=False)
        self._start()

    def __call__(self, method: str, *params: Any) -> Any:
        question = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        answer = self._client.post(self.url, json=question).json()
        if "error" in answer:
            raise ChainSaidNo(answer["error"])
        return answer["result"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process that was started here; what was on the chain is gone."""
        self._client.close()
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def _start(self) -> None:
        for _ in range(TRIES):
            port = _free_port()
            self.url = f"http://127.0.0.1:{port}"
            command = [str(self._program), "--host", "127.0.0.1", "--port", str(port)]
            self._process = subprocess.Popen([*command, *self._options])
            if _opens(port, self._process):
                return
            self._process.terminate()
            self._process.wait(10)
        raise RuntimeError("anvil did not open its port")


def _free_port() -> int:
    """A port that is free now; another program may take it before it is used."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _opens(port: int, process: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + STARTS_WITHIN
    while process.poll() is None and time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.01)
        else:
            return True
    return False
