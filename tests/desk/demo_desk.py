"""The demo's order desk, served for a test, and a shell as the readers of a docs page have it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from demo_shop import Site, partners
from demo_shop.desk import create_desk, desk, user_token

ROOT = Path(__file__).parents[2]
RECEIVER = "5999"
"""The port on which the pages hear callbacks."""


def read_page(name: str) -> str:
    return (ROOT / "docs" / name).read_text()


def blocks(page: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE)


def answers_in(text: str) -> list[Any]:
    """Every JSON object that is printed there."""
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


@dataclass(frozen=True)
class DemoDesk:
    """Set up as ``scripts/demo`` does it, with its partners.json and without the shops."""

    site: Site
    app: Flask

    def run(self, page: str, folder: Path) -> str:
        """What all shell commands of a page print, from top to bottom; none of them may fail."""
        for program in ("bash", "curl", "openssl"):
            if shutil.which(program) is None:
                pytest.skip(f"{program} is not here")
        script = "\n".join(blocks(page, "sh")).replace(RECEIVER, str(some_port()))
        shell = subprocess.Popen(
            ["bash", "-e", "-c", script],
            cwd=folder,
            env=self._environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            said, complained = shell.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            os.killpg(shell.pid, signal.SIGKILL)
            raise
        assert shell.returncode == 0, said[-2000:] + complained
        return said

    def _environment(self) -> dict[str, str]:
        own = Path(sys.executable).parent
        return os.environ | {
            "PATH": f"{own}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), *sys.path])),
            "TILL_DEMO_DIR": str(self.site.folder),
            "SHOP_PORT": str(self.site.shop_port),
            "DESK_PORT": str(self.site.desk_port),
        }


@contextmanager
def demo_desk(folder: Path, serve: Any) -> Iterator[DemoDesk]:
    site = Site(shop_port=some_port(), desk_port=some_port(), folder=folder / "demo")
    app = create_desk(site)
    with app.app_context():
        partners.write(site, user_token=user_token())
    serve(app, port=site.desk_port)
    yield DemoDesk(site, app)
    with app.app_context():
        desk.close()


def the_shop_is_set_up(code: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs a page's example of a shop, in development, and looks into its basket."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("TILL_ENV", "development")
    shop: dict[str, Any] = {"__name__": "a_shop"}
    exec(code, shop)
    with shop["app"].test_client() as client:
        assert client.get("/till/basket").status_code == 200
    shop["till"].close(shop["app"])


def some_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
