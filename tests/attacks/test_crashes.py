"""A process may die anywhere between the basket and the thank-you: money and goods still agree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.conftest import ROOT


def crash_everywhere(folder: Path, shop_url: str, desk_url: str, *, every: int = 1) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.attacks.crashing", folder, shop_url, desk_url, str(every)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-4000:]
    assert "NOT WELL" not in done.stdout, f"{done.stdout}\n{done.stderr[-4000:]}"
    assert "points" in done.stdout


def test_a_kill_at_any_point_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/{{n}}/"
    crash_everywhere(tmp_path, f"{url}shop.db", f"{url}desk.db")


def test_a_kill_on_postgres_loses_nothing_and_doubles_nothing(
    tmp_path: Path, postgres_server: str, new_postgres_url: Callable[[], str]
) -> None:
    import psycopg

    url = new_postgres_url()
    own = url.partition("?")[0].rpartition("/")[2]
    shop, desk = (url.replace(f"/{own}?", f"/{own}_{half}_{{n}}?") for half in ("shop", "desk"))
    names = [f"{own}_{half}_{n}" for half in ("shop", "desk") for n in ("whole", *range(0, 60, 6))]
    with psycopg.connect(postgres_server, autocommit=True) as control:
        for name in names:
            control.execute(f"create database {name} strategy file_copy")
        try:
            crash_everywhere(tmp_path, shop, desk, every=6)
        finally:
            for name in names:
                control.execute(f"drop database {name} with (force)")
