"""Success is answered only after the disk has what it promises."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, missing

SERVER = """
import sys
from pathlib import Path
from werkzeug.serving import make_server
from tests.attacks.market import Market

folder = Path(sys.argv[1])
market = Market(f"sqlite:///{folder}/shop.db", f"sqlite:///{folder}/desk.db", folder)
server = make_server("127.0.0.1", int(sys.argv[2]), market.app, threaded=True)
server.serve_forever()
"""
CALLS = "trace=fsync,fdatasync,sendto,recvfrom"


@pytest.fixture
def traced(tmp_path: Path, free_port: int) -> Iterator[tuple[str, Path]]:
    """A shop whose system calls are written down: its address, and the file."""
    if shutil.which("strace") is None:
        missing("strace")
    trace = tmp_path / "trace"
    command = ["strace", "-f", "-y", "-s", "60", "-o", trace, "-e", CALLS,
               sys.executable, "-c", SERVER, tmp_path, str(free_port)]  # fmt: skip
    base = f"http://localhost:{free_port}"
    with subprocess.Popen(
        command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True
    ) as server:
        try:
            _wait_for(base, server)
            yield base, trace
        finally:
            os.killpg(server.pid, signal.SIGKILL)  # strace, and what it traces


def _wait_for(base: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            assert httpx.get(f"{base}/till/basket").status_code == 200
            return
        except httpx.TransportError:
            if server.poll() is not None:
                missing("the right to trace a process")
            time.sleep(0.1)
    pytest.fail("the traced shop does not start")


def test_every_success_comes_after_the_flush_of_what_it_says(traced: tuple[str, Path]) -> None:
    base, trace = traced
    with httpx.Client(base_url=base, headers={"X-Till": "1"}, timeout=30) as client:
        for path, body in (("iziAddToCart", {"product_id": "mug"}), ("checkout", {})):
            assert client.post(f"/till/{path}", json=body).status_code == 200
    time.sleep(0.3)
    assert flushed_before_answer(trace, "POST /till/iziAddToCart")[-1] == "shop.db-wal"
    # The order is stored here, then at the desk, then bound: three commits before one answer.
    flushed = flushed_before_answer(trace, "POST /till/checkout")
    assert next(name for name in flushed if name.endswith("-wal")) == "shop.db-wal"
    assert "desk.db-wal" in flushed
    assert flushed[-1] == "shop.db-wal"


def flushed_before_answer(trace: Path, request: str) -> list[str]:
    """The files flushed between the arrival of that request and its ``HTTP/1.1 200``."""
    lines = trace.read_text(errors="replace").splitlines()
    began = next(i for i, line in enumerate(lines) if "recvfrom" in line and request in line)
    ended = next(
        i
        for i, line in enumerate(lines)
        if i > began and "sendto" in line and "HTTP/1.1 200" in line
    )
    found = [re.search(r"f(?:data)?sync\(\d+<[^>]*/([^/>]+)>", line) for line in lines[began:ended]]
    return [match[1] for match in found if match]
