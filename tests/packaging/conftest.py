"""The wheel as a user gets it, built once for each worker from a copy of the sources."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_SOURCES = shutil.ignore_patterns("__pycache__", "instance", "*.egg-info", "*.db*", "*.log")


def run(*command: str | Path, cwd: Path) -> None:
    """Run a program to its end, with no trace of this checkout in its environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(command, cwd=cwd, env=clean, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    sources = tmp_path_factory.mktemp("sources")
    for file in ("setup.cfg", "pyproject.toml", "MANIFEST.in", "LICENSE", "README.md"):
        shutil.copy(ROOT / file, sources)
    for folder in ("plugin", "widget_assets", "demo_shop"):
        shutil.copytree(ROOT / folder, sources / folder, ignore=NOT_SOURCES)
    run(sys.executable, "-m", "build", "--wheel", "--no-isolation", sources, cwd=sources)
    (built,) = (sources / "dist").glob("*.whl")
    return built
