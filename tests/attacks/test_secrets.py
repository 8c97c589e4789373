"""What opens a door is told to its owner once, and is written down nowhere."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, text

from flask_till.in_process import _derived
from tests.attacks.market import Market, order_query


def everything_stored(market: Market) -> str:
    """Every cell of every table of both databases."""

    def read(half: Any) -> str:
        names = inspect(half.database.engine).get_table_names()
        return repr(half.database.read(
            lambda work: [work.execute(text(f"select * from {name}")).all() for name in names]
        ))  # fmt: skip

    return read(market.front) + read(market.desk)


def secrets_of(market: Market, browser: Any, page: Any, opened: dict[str, str]) -> dict[str, str]:
    basket = browser.get_cookie("till_basket")
    settings = market.front.settings
    session = next(iter(page._cookies.values()))
    return {
        "token": opened["token"],
        "basket's cookie": basket.value,
        "page's cookie": session.value,
        "API key": _derived(settings, "key"),
        "callback secret": market.front.desk._secret,
        "secret key": settings.secret_keys[0],
    }


def test_no_secret_is_logged_stored_or_told_to_others(
    market: Market, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []
    for app in (market.app, market.desk_app):
        app.after_request(lambda answer: said.append(answer.get_data(as_text=True)) or answer)
    browser, opened = market.opened()
    said.clear()  # the answer that hands the token over
    page = market.page(opened)
    query = order_query(opened)
    page.get("/order", query_string=query)
    page.get("/order", query_string={**query, "token": opened["token"]})
    page.get("/order/status", query_string=query)
    pay = {**query, "gateway": "sandbox", "method": "sandbox", "outcome": "declined"}
    page.post("/order/pay", data=pay)
    page.post("/order/pay", data={**pay, "outcome": "paid"})
    market.deliver()
    browser.get("/till/iziGetOrderComplete")
    browser.get("/till/channel?basket=1")
    market.desk_app.test_client().get("/order", query_string={**query, "token": opened["token"]})
    market.desk_app.test_client().get("/order", query_string={"token": opened["token"]})
    market.app.test_client().post("/till/callbacks/till", data=b"{}")
    logged = "\n".join(map(logging.Formatter().format, caplog.records))
    stored, told = everything_stored(market), "\n".join(said)
    for name, secret in secrets_of(market, browser, page, opened).items():
        assert secret not in logged, f"the {name} is logged"
        assert secret not in stored, f"the {name} is stored"
        assert secret not in told, f"the {name} is told"


def test_settings_and_clients_do_not_show_their_secrets(market: Market) -> None:
    settings = replace(
        market.front.settings,
        desk_key="canary-key-0123456789",
        desk_callback_secrets=("whsec_canary0123456789",),
        database_url="postgresql://till:canary-word@db/till",
    )
    desk = replace(market.desk.settings, stripe_secret_key="sk_test_canary")
    for shown in (repr(settings), repr(desk), repr(market.front.desk)):
        assert "canary" not in shown
        assert market.front.settings.secret_keys[0] not in shown


SERVED = """
from pathlib import Path
from tests.attacks.market import Market
import sys
folder = Path({folder!r})
app = Market(f"sqlite:///{{folder}}/shop.db", f"sqlite:///{{folder}}/desk.db", folder).desk_app
"""


@pytest.mark.parametrize("query", ["orderId=x&token={}", "token={}", "token={}&orderId=%00"])
def test_no_token_reaches_an_access_log(
    tmp_path: Path, free_port: int, query: str, wait_for: Callable[[str], Any]
) -> None:
    (tmp_path / "served.py").write_text(SERVED.format(folder=str(tmp_path)))
    log, canary = tmp_path / "access.log", "canary-token-0123456789"
    command = [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{free_port}",
               "--access-logfile", log, "--no-control-socket", "--chdir", tmp_path,
               "--pythonpath", str(Path(__file__).parents[2]), "served:app"]  # fmt: skip
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            url = f"http://127.0.0.1:{free_port}/order"
            wait_for(f"{url}/static/x/nothing.js")
            wait_for(f"{url}?{query.format(canary)}")
        finally:
            server.terminate()
            server.wait(10)
    written = log.read_text()
    assert re.search(r"GET /order\?\S*token=-", written)
    assert canary not in written
