"""A proxy that the application does not know of, and hosts that nobody knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from flask_till import Money, Product, Till
from flask_till.cli import till as commands
from flask_till.desk.actions.merchants import read_merchant
from flask_till.in_process import MERCHANT_ID, MOST_ORIGINS
from tests.shop.played_desk import PlayedDesk

GOODS = [Product("mug", "Blue mug", Money("49.99", "PLN"))]


@pytest.fixture
def new_app(tmp_path: Path) -> Any:
    apps: list[Flask] = []

    def make(**config: Any) -> Flask:
        app = Flask("shop", instance_path=str(tmp_path))
        app.config.from_mapping(SECRET_KEY="k" * 32, TILL_BACKGROUND=False, **config)
        Till(app, catalog=GOODS, desk=None if config["TILL_ENV"] == "development" else PlayedDesk())
        apps.append(app)
        return app

    yield make
    for app in apps:
        app.extensions["till"].owner.close(app)


def doctor(app: Flask) -> str:
    return app.test_cli_runner().invoke(commands, ["doctor"]).output


HTTPS = {"TILL_ENV": "production", "TILL_PUBLIC_URL": "https://shop.example"}


def test_the_doctor_asks_for_proxy_fix_where_https_ends_at_a_proxy(new_app: Any) -> None:
    said = doctor(new_app(**HTTPS))
    [line] = [line for line in said.splitlines() if "ProxyFix" in line]
    assert line.startswith("warn")
    assert "https://shop.example" in line


def test_the_doctor_is_content_once_it_is_there_or_needs_none(new_app: Any) -> None:
    app = new_app(**HTTPS)
    app.wsgi_app = ProxyFix(app.wsgi_app)
    assert "ok   the proxy" in doctor(app)

    class Middleware:
        def __init__(self, app: Any) -> None:
            self.app = app

        def __call__(self, *asked: Any) -> Any:
            return self.app(*asked)

    app.wsgi_app = Middleware(app.wsgi_app)
    assert "ok   the proxy" in doctor(app)
    assert "ProxyFix" not in doctor(new_app(TILL_ENV="development"))


def test_hosts_that_nobody_knows_do_not_pile_up_at_the_built_in_desk(new_app: Any) -> None:
    app = new_app(TILL_ENV="development")
    desk = app.extensions["till_desk"]

    def origins() -> tuple[str, ...]:
        return tuple(desk.database.read(read_merchant, MERCHANT_ID).origins)

    def buy(host: str) -> int:
        client = app.test_client()
        own = {"Origin": f"http://{host}"}
        client.post(
            "/till/iziAddToCart", json={"product_id": "mug"}, headers=own, base_url=own["Origin"]
        )
        status: int = client.post(
            "/till/checkout", json={}, headers=own, base_url=own["Origin"]
        ).status_code
        return status

    assert buy("localhost") == 200
    for number in range(MOST_ORIGINS + 5):
        assert buy(f"host{number}.example") == 200
    assert len(origins()) == MOST_ORIGINS
    assert buy("localhost") == 200
    assert "http://localhost" in origins()
