"""A watcher may be killed anywhere: the next one loses nothing and counts nothing twice."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.conftest import ROOT


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(database_url: str) -> None:
    every = "1" if database_url.startswith("sqlite") else "3"
    done = subprocess.run(
        [sys.executable, "-m", "tests.desk.web3.watch_lives", database_url, every],
        cwd=ROOT, capture_output=True, text=True, timeout=380, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    for verb in ("read_on", "take_back", "finish"):
        assert f"before the commit of {verb}" in done.stdout
        assert f"after the commit of {verb}" in done.stdout
    assert "told" in done.stdout
    assert int(re.findall(r"(\d+) points", done.stdout)[0]) > 30
