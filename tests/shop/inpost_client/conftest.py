"""A shop whose wallet is played by the test, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from flask_till.base.http import Outbound
from flask_till.shop.desks.inpost.access import Access
from flask_till.shop.desks.inpost.client import InpostClient
from flask_till.shop.desks.inpost.connection import Connection
from tests.shop.inpost_client.wallet_shop import WalletShop
from tests.stand_ins.inpost_wallet import CLIENT, InpostWallet


class Seconds:
    """Seconds that only grow when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def wallet() -> InpostWallet:
    return InpostWallet()


@pytest.fixture
def wallet_url(wallet: InpostWallet, serve: Callable[..., str]) -> str:
    return serve(wallet.app)


@pytest.fixture
def connect(wallet_url: str, seconds: Seconds) -> Iterator[Callable[..., Connection]]:
    """Makes connections to the wallet, each with a token of its own."""
    made: list[Connection] = []

    def make(secret: str = CLIENT[1], **outbound: Any) -> Connection:
        way = Outbound(allowed_hosts=["127.0.0.1"], **outbound)
        access = Access(way, f"{wallet_url}/token", CLIENT[0], secret, now=seconds)
        made.append(Connection(way, wallet_url, access))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def client(connect: Callable[..., Connection]) -> InpostClient:
    return InpostClient(connect())


@pytest.fixture
def inpost(wallet_url: str) -> dict[str, Any]:
    """The settings of a shop that has this wallet."""
    return {
        "TILL_INPOST_CLIENT_ID": CLIENT[0],
        "TILL_INPOST_CLIENT_SECRET": CLIENT[1],
        "TILL_INPOST_POS_ID": "V000000000",
        "TILL_INPOST_MERCHANT_CLIENT_ID": "public-id",
        "TILL_INPOST_API_URL": wallet_url,
        "TILL_INPOST_TOKEN_URL": f"{wallet_url}/token",
    }


@pytest.fixture
def shop(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet, clock: Any
) -> WalletShop:
    return WalletShop(new_shop(**inpost), wallet, clock)
