"""The mug street: a shop with claims on one site, on another the desk that takes the money."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Serve

from ..conftest import two_ports
from . import mug_street


@dataclass
class MugStreet:
    """Where shop and desk are, and the `OrderDesk` itself."""

    shop: str
    desk: str
    order_desk: Any


@pytest.fixture
def street(serve: Serve, tmp_path: Path) -> Iterator[MugStreet]:
    shop_port, desk_port = two_ports()
    shop_url, desk_url = f"http://localhost:{shop_port}", f"http://127.0.0.1:{desk_port}"
    desk, order_desk = mug_street.open_desk(tmp_path, shop_url, desk_url)
    shop = mug_street.open_shop(tmp_path, shop_url, desk_url)
    serve(desk, port=desk_port)
    serve(shop, host="localhost", port=shop_port)
    yield MugStreet(shop_url, desk_url, order_desk)
    shop.extensions["till"].owner.close(shop)
    order_desk.close()
