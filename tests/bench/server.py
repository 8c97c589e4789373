"""Starts the applications that are compared, all on the same server with the same settings."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
KINDS = {
    "gthread": ("-k", "gthread", "--threads", "40"),
    "gevent": ("-k", "gevent"),
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serve(
    application: str,
    folder: Path,
    *,
    kind: str = "gthread",
    port: int | None = None,
    **environment: str,
) -> Iterator[int]:
    """Run ``module:app`` in one gunicorn worker, on threads or on gevent; yields its port."""
    port = port or free_port()
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", *KINDS[kind], "-w", "1",
            "--keep-alive", "60", "--worker-connections", "2000", "--log-level", "error",
            "--no-control-socket", "--graceful-timeout", "3", "-b", f"127.0.0.1:{port}",
            application,
        ],
        cwd=ROOT,
        env={**os.environ, "BENCH_FOLDER": str(folder), **environment},
    )  # fmt: skip
    try:
        _wait(port, process)
        yield port
    finally:
        process.terminate()
        process.wait(15)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(400):
        if process.poll() is not None:
            raise RuntimeError("the server ended at once")
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    raise RuntimeError("the server did not open its port")
