"""Five hundred websockets that mean no good: pages are answered all the while, and all end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.attacks.storm import MISCHIEF, Server, Storm, Witness, serve, until
from tests.shop.test_channel import hear, socket

pytestmark = pytest.mark.slow
MUG = {"product_id": "mug"}
WORKERS: dict[str, dict[str, Any]] = {
    "gthread": {"worker": ("-k", "gthread", "--threads", "40"), "waiters": 24, "half": 5},
    "gevent": {"worker": ("-k", "gevent"), "waiters": 400, "half": 50},
}
"""As docs/deployment.md says. Half a request holds a thread of gthread until a proxy in front
gives up on it, so there are few of those."""
MOST_MEGABYTES = 50


@pytest.fixture(params=WORKERS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def server(kind: str, tmp_path: Path, free_port: int) -> Iterator[Server]:
    """Takes sockets from one address as if it were many."""
    config = {"TILL_MAX_WAITERS": WORKERS[kind]["waiters"], "TILL_MAX_WAITERS_PER_ADDRESS": 0}
    with serve(tmp_path, free_port, *WORKERS[kind]["worker"], **config) as server:
        yield server


@contextmanager
def new_shopper(server: Server) -> Iterator[httpx.Client]:
    """A browser with a mug in its basket."""
    with httpx.Client(base_url=server.base, headers={"X-Till": "1"}, timeout=20) as client:
        assert client.post("/till/iziAddToCart", json=MUG).status_code == 200
        yield client


def cookie(client: httpx.Client) -> str:
    return f"till_basket={client.cookies['till_basket']}"


def new_cookies(server: Server, many: int) -> list[str]:
    found = []
    with new_shopper(server) as client:
        for _ in range(many):
            client.cookies.clear()
            client.post("/till/iziAddToCart", json=MUG).raise_for_status()
            found.append(cookie(client))
    return found


def hears_of_a_change(server: Server, client: httpx.Client) -> bool:
    with socket(server.base, Cookie=cookie(client)) as ws:
        first = hear(ws)["version"]
        client.post("/till/iziAddToCart", json=MUG)
        return bool(hear(ws)["version"] == first + 1)


def test_a_storm_of_sockets_passes(server: Server, kind: str) -> None:
    with new_shopper(server) as shopper:
        cookies = [cookie(shopper), *new_cookies(server, 60)]
        assert hears_of_a_change(server, shopper)
        megabytes, threads = server.megabytes, server.threads
        storm = Storm(server.port, cookies, 500 // len(MISCHIEF), WORKERS[kind]["half"])
        with Witness(server.base, "/till/basket", "/state") as witness:
            let_in = storm.blow()
            for _ in range(20):  # news for those who read nothing
                shopper.post("/till/iziAddToCart", json=MUG).raise_for_status()
            time.sleep(1)
        assert sum(let_in.values()) == 500 // len(MISCHIEF) * len(MISCHIEF)
        assert witness.failures == []
        assert server.megabytes - megabytes < MOST_MEGABYTES
        storm.pass_by()
        nobody = {"waiters": 0, "held": 0, "readers": 0}
        assert until(lambda: server.state() == nobody, within=60)
        assert server.threads <= threads + 40, "more than its pool of threads is left"
        assert hears_of_a_change(server, shopper)
        print(
            f"{kind}: {len(storm)} sockets, {server.megabytes - megabytes:.0f} MB more,"
            f" slowest page {max(witness.seconds):.2f} s"
        )


def test_one_address_cannot_take_the_places_of_others(tmp_path: Path, free_port: int) -> None:
    worker = WORKERS["gthread"]["worker"]
    with serve(tmp_path, free_port, *worker) as server:
        storm = Storm(server.port, new_cookies(server, 60), 10, 0)
        storm.blow()
        assert 0 < server.state()["waiters"] <= 12
        storm.pass_by()
