"""In production nothing is believed of a request's Host, nor of a desk that takes no money."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_till import Money, OrderDesk, Product, Till
from flask_till.desk.actions.merchants import read_merchant
from flask_till.errors import SettingsError
from flask_till.in_process import MERCHANT_ID
from tests.attacks.market import HERE, Market
from tests.stand_ins.paper_gateway import PaperGateway

NewMarket = Callable[..., Market]
LIVE = {"TILL_ENV": "production", "TILL_PUBLIC_URL": HERE, "TILL_DESK_PUBLIC_URL": HERE}


class LiveGateway(PaperGateway):
    livemode = True


def an_app(folder: Path, **config: Any) -> Flask:
    app = Flask("an_app", instance_path=str(folder))
    app.config.from_mapping(SECRET_KEY="k" * 32, TILL_ENV="production", **config)
    return app


# ---- where we are ----


def test_a_shop_in_production_must_know_its_address(tmp_path: Path) -> None:
    keys = {"TILL_DESK_KEY": "key", "TILL_DESK_CALLBACK_SECRETS": "whsec_" + "c2Vj" * 8}
    goods = [Product("mug", "Mug", Money("1", "PLN"))]
    with pytest.raises(SettingsError, match=r"TILL_PUBLIC_URL.*TRUSTED_HOSTS"):
        Till(an_app(tmp_path, **keys), catalog=goods, desk="https://pay.example")
    for known in ({"TILL_PUBLIC_URL": "https://shop.example"}, {"TRUSTED_HOSTS": ["shop.example"]}):
        Till(an_app(tmp_path, **keys, **known), catalog=goods, desk="https://pay.example")


def test_a_desk_in_production_must_know_its_address(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"TILL_DESK_PUBLIC_URL.*TRUSTED_HOSTS"):
        OrderDesk(an_app(tmp_path), gateways=[LiveGateway()])
    OrderDesk(an_app(tmp_path, TRUSTED_HOSTS=["pay.example"]), gateways=[LiveGateway()])


def test_a_forged_host_is_nobodys_address(new_market: NewMarket) -> None:
    market = new_market(gateways=[LiveGateway()], **LIVE)
    client = market.browser()
    market.fill(client)
    forged = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert client.post("/till/checkout", json={}, headers=forged).status_code == 403
    # The cookie is not sent to another host by a browser; an attacker has no such manners.
    cookie = client.get_cookie("till_basket")
    assert cookie is not None
    forged = {"Host": "evil.example", "X-Till": "1", "Cookie": f"till_basket={cookie.value}"}
    stranger = market.app.test_client(use_cookies=False)
    opened = stranger.post("/till/checkout", json={}, headers=forged)
    assert opened.status_code == 200
    assert "evil" not in opened.text
    merchant = market.desk.database.read(read_merchant, MERCHANT_ID)
    assert list(merchant.origins) == [HERE]


def test_a_forged_host_is_refused_where_hosts_are_listed(new_market: NewMarket) -> None:
    market = new_market(
        gateways=[LiveGateway()], TILL_ENV="production", TRUSTED_HOSTS=["localhost"]
    )
    client = market.browser()
    market.fill(client)
    assert market.check_out(client).status_code == 200
    for method, path in (("POST", "/till/checkout"), ("GET", "/till/basket")):
        forged = client.open(path, method=method, base_url="http://evil.example", json={})
        assert forged.status_code == 400
    page = market.desk_app.test_client().get("/order?orderId=x", base_url="http://evil.example")
    assert page.status_code == 400


# ---- whether it is money ----


def test_a_test_order_does_not_count_in_production(new_market: NewMarket) -> None:
    market = new_market(gateways=[PaperGateway()], **LIVE)
    market.front.desk._live = False  # somebody enrolled the shop without --live
    client = market.browser()
    market.fill(client, "last")
    refused = market.check_out(client)
    assert refused.status_code == 409
    assert refused.json["error_code"] == "ORDER_MISMATCH"
    other = market.browser("198.51.100.7")
    assert market.fill(other, "last").status_code == 200, "its stock is free again"
    market.deliver()
    with client:
        client.get("/till/basket")
        assert [order.status for order in market.till.orders()] == ["failed"]


def test_a_built_in_desk_takes_live_money_in_production(new_market: NewMarket) -> None:
    market = new_market(gateways=[LiveGateway()], **LIVE)
    client, _ = market.opened()
    with client:
        client.get("/till/basket")
        assert [order.live for order in market.till.orders()] == [True]


def test_test_orders_can_be_asked_for(new_market: NewMarket) -> None:
    market = new_market(gateways=[PaperGateway()], TILL_TEST_ORDERS=True, **LIVE)
    client, _ = market.opened()
    with client:
        client.get("/till/basket")
        assert [order.live for order in market.till.orders()] == [False]
