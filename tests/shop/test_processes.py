"""The shop as it is deployed: processes of a real server on one database, and how they end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from flask import Flask

from tests.shop.conftest import browser, migrate
from tests.shop.played_desk import SECRET
from tests.shop.test_channel import close_code, hear, socket
from tests.shop.test_izi import add

SHOP = """
import sys
from flask import Flask
from flask_till.money import Money
from flask_till.shop.catalog import Product
from flask_till.shop.extension import Till

app = Flask("shop", instance_path=sys.path[0])
app.config.update(SECRET_KEY="k" * 32, TILL_ENV="production", TILL_DATABASE_URL={url!r},
                  TILL_DESK_KEY="sk", TILL_DESK_CALLBACK_SECRETS={secret!r},
                  TRUSTED_HOSTS=["127.0.0.1"])
Till(app, catalog=[Product("mug", "Blue mug", Money("49.99", "PLN"))], desk="http://127.0.0.1:9")
"""
GTHREAD = ("-k", "gthread", "--threads", "8")
GEVENT = ("-k", "gevent")


@contextmanager
def gunicorn(
    folder: Path, url: str, port: int, *worker: str
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The shop in a process of its own, answering; its address and the process."""
    (folder / "shop.py").write_text(SHOP.format(url=url, secret=SECRET))
    command = [
        sys.executable, "-m", "gunicorn", *worker, "--graceful-timeout", "30",
        "--no-control-socket", "-b", f"127.0.0.1:{port}", "--chdir", str(folder), "shop:app",
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    base = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(base)
            yield base, server
        finally:
            server.kill()


def _wait_for(base: str, within: float = 30) -> None:
    ends = time.monotonic() + within
    while True:
        try:
            assert httpx.get(f"{base}/till/basket").status_code == 200
            return
        except httpx.TransportError:
            assert time.monotonic() < ends, "the server does not start"
            time.sleep(0.1)


def test_a_change_in_one_process_is_heard_in_another(
    new_shop: Callable[..., Flask], database_url: str, tmp_path: Path, free_port: int
) -> None:
    client = browser(new_shop())
    add(client)
    with (
        gunicorn(tmp_path, database_url, free_port, *GTHREAD) as (base, _),
        socket(base, client) as ws,
    ):
        assert hear(ws)["version"] == 1
        began = time.monotonic()
        add(client)
        assert hear(ws)["basket"]["count"] == 2
        assert time.monotonic() - began < 3


@pytest.mark.parametrize("worker", [GTHREAD, GEVENT], ids=["gthread", "gevent"])
def test_sigterm_lets_everybody_go_at_once(
    tmp_path: Path, free_port: int, worker: tuple[str, ...]
) -> None:
    url = f"sqlite:///{tmp_path}/till.db"
    migrate(url)
    with (
        gunicorn(tmp_path, url, free_port, *worker) as (base, server),
        httpx.Client(timeout=30, headers={"X-Till": "1"}) as client,
    ):
        client.post(f"{base}/till/iziAddToCart", json={"product_id": "mug"})
        answers: list[int] = []
        asked = f"{base}/till/channel?wait=25&basket=1"
        polling = threading.Thread(target=lambda: answers.append(client.get(asked).status_code))
        polling.start()
        with socket(base, Cookie=f"till_basket={client.cookies['till_basket']}") as ws:
            assert hear(ws)["version"] == 1
            began = time.monotonic()
            server.terminate()
            assert close_code(ws) == 1001
        polling.join(10)
        assert answers == [204]
        assert server.wait(15) == 0
        assert time.monotonic() - began < 15
