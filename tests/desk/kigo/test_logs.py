"""No claim code and no session reaches the access log of a server (5)."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import httpx

SERVED = """
from datetime import UTC, datetime
from pathlib import Path
from tests.conftest import StillClock
from tests.desk.the_desk import TheDesk
folder = Path({folder!r})
desk = TheDesk(f"sqlite:///{{folder}}/desk.db", StillClock(datetime.now(UTC)), folder)
app = desk.app
"""
CODE = "KG7Q-2M4X-9TRB"
SESSION = "3f1b7c0a-9a0d-4f2e-8f61-5b1c2d3e4f50"
PATHS = (
    f"hub?claim-code={CODE}&session-id={SESSION}",
    f"hub/?session-id={SESSION}&utm=x&claim-code={CODE}",
    f"hub?claim%2Dcode={CODE}&session%2did={SESSION}",
    f"hub?claim-code={CODE}&claim-code=%00",
    f"sso/gold?uuid={SESSION}&claim-code={CODE}",
    f"api/v1/tokens/claim/{CODE}?uuid={SESSION}",
)


def test_an_access_log_has_none(tmp_path: Path, free_port: int) -> None:
    (tmp_path / "served.py").write_text(SERVED.format(folder=str(tmp_path)))
    log = tmp_path / "access.log"
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{free_port}",
               "--access-logfile", log, "--no-control-socket", "--chdir", tmp_path,
               "--pythonpath", str(Path(__file__).parents[3]), "served:app"]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{free_port}/kigo"
            wait_for(f"{url}/openapi.json")
            for path in PATHS:
                httpx.get(f"{url}/{path}", timeout=20)
        finally:
            server.terminate()
            server.wait(10)
    written = log.read_text()
    assert len(re.findall(r"GET /kigo/(?:hub|sso|api)\S*[=/]-", written)) == len(PATHS)
    assert CODE not in written
    assert SESSION not in written


def wait_for(url: str) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            httpx.get(url, timeout=20)
            return
        time.sleep(0.1)
    raise AssertionError(f"{url} does not answer")
