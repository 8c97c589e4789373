"""A desk that plays a host app, and a shop that is a miniapp in it, as users write them."""

from __future__ import annotations

from pathlib import Path

import httpx
from flask import Flask, render_template_string

from demo_shop.host import HostApp, host_pages
from flask_till import BoxoDesk, Money, OrderDesk, Product, Till
from tests.browser.boxo.published_clients import MINIAPP, serve_packages

APP, HOST, USER = "app_corner", "host_pocket", "ada"
SECRET = "corner-miniapp-secret"
BALANCE = Money("120", "PLN")
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<link rel="icon" href="data:,">{{ till.script() }}</head><body><main><h1>Corner shop</h1>
<till-button product="mug">Buy the mug</till-button>
<till-button product="lamp">Buy the lamp</till-button>
<till-button mode="popup">Pay</till-button> <till-basket></till-basket>
{% if order %}<till-order></till-order>{% endif %}</main></body></html>"""


def open_desk(folder: Path, desk_url: str, shop_url: str, other_host: str) -> Flask:
    """``other_host`` is the origin of the host's pages elsewhere."""
    app = Flask(__name__, instance_path=str(folder / "desk"))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=desk_url)
    desk = OrderDesk(app)
    with app.app_context():
        desk.ensure_merchant(
            merchant_id="mer_corner",
            name="Corner shop",
            api_key="till_key_corner_shop_0123456789abcdef",
            callback_secret="whsec_Y29ybmVyLXNob3AtY2FsbGJhY2stc2VjcmV0",
            callback_url=f"{shop_url}/till/callbacks/till",
            origins=[shop_url],
        )
        desk.boxo.add_miniapp(
            "mer_corner",
            app_id=APP,
            name="Corner shop",
            secret_key=SECRET,
            url=shop_url,
            webhook_url=f"{shop_url}/till/callbacks/boxo",
            addresses=["127.0.0.1"],
        )
        desk.boxo.add_host(client_id=HOST, name="Pocket", origins=[desk_url, other_host])
        desk.boxo.add_partnership(APP, HOST)
        desk.boxo.grant(HOST, USER, BALANCE)
    app.register_blueprint(host_pages(desk, HostApp(HOST, USER, APP, shop_url)))
    return app


def open_shop(folder: Path, desk_url: str, shop_url: str, node_modules: Path) -> Flask:
    """The shop; beside it, at ``/teas``, is a miniapp with the published client."""
    app = Flask(__name__, instance_path=str(folder / "shop"))
    app.config.update(SECRET_KEY="k" * 32, TILL_ENV="development", TILL_PUBLIC_URL=shop_url)
    goods = [
        Product("mug", "Blue mug", Money("49.99", "PLN"), stock=20),
        Product("lamp", "Desk lamp", Money("199.10", "PLN"), stock=20),
    ]
    desk = BoxoDesk(
        f"{desk_url}/boxo",
        app_id=APP,
        client_id=HOST,
        secret_key=SECRET,
        hostapp_user_id=lambda order: USER,
        live=False,
    )
    Till(
        app, catalog=goods, desk=desk, in_frames=True, order_complete=lambda _: f"{shop_url}/thanks"
    )
    app.add_url_rule("/", "home", lambda: render_template_string(PAGE))
    app.add_url_rule("/thanks", "thanks", lambda: render_template_string(PAGE, order=True))
    app.add_url_rule("/teas", "teas", lambda: MINIAPP)
    serve_packages(app, node_modules)
    return app


def order_payment(desk_url: str, amount: str = "30.10") -> str:
    """What a miniapp's server does before it pays; the id of the payment."""
    order = {"currency": "PLN", "amount": amount, "miniapp_order_id": "TEA-1"}
    asked = {"app_id": APP, "client_id": HOST, "order": {**order, "hostapp_user_id": USER}}
    answer = httpx.post(f"{desk_url}/boxo/api/v1/orders/create-order-payment/", json=asked)
    answer.raise_for_status()
    return str(answer.json()["order_payment_id"])


def payment_status(desk_url: str, payment_id: str) -> str:
    asked = {"app_id": APP, "client_id": HOST, "order_payment_id": payment_id}
    answer = httpx.post(f"{desk_url}/boxo/api/v1/orders/get-payment-status/", json=asked)
    return str(answer.json()["payment_status"])
