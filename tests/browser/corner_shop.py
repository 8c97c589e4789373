"""A small shop with the plugin, and a desk on another site, as a user of the plugin writes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, redirect, render_template_string, request

from flask_till import Money, OrderDesk, Product, Till

KEY = "till_key_corner_shop_0123456789abcdef"
SECRET = "whsec_Y29ybmVyLXNob3AtY2FsbGJhY2stc2VjcmV0"

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Corner shop</title>
<link rel="icon" href="data:,">{{ till.script() }}</head><body><main><h1>Corner shop</h1>
<till-button product="mug">Buy the mug</till-button>
<till-button product="last">Buy the last one</till-button>
<till-basket mode="{{ mode }}"></till-basket>
{% if order %}<till-order></till-order>{% endif %}
</main></body></html>"""

PAID: list[str] = []
"""Numbers of the orders that the shop's own signal announced."""


def open_shop(folder: Path, shop_url: str, desk_url: str) -> Flask:
    app = Flask(__name__, instance_path=str(folder / "shop"))
    app.config.update(
        SECRET_KEY="k" * 32,
        TILL_ENV="development",
        TILL_PUBLIC_URL=shop_url,
        TILL_DESK_URL=desk_url,
        TILL_DESK_KEY=KEY,
        TILL_DESK_CALLBACK_SECRETS=SECRET,
    )
    goods = [
        Product("mug", "Blue mug", Money("49.99", "PLN"), stock=20),
        Product("last", "The last one", Money("5", "PLN"), stock=1),
    ]
    till = Till(app, catalog=goods, order_complete=lambda order: f"{shop_url}/thanks")

    @app.get("/")
    def home() -> str:
        return render_template_string(PAGE, mode=request.args.get("mode", "popup"))

    @app.get("/thanks")
    def thanks() -> str:
        return render_template_string(PAGE, mode="popup", order=True)

    @app.get("/leave")
    def leave() -> Any:
        return redirect("/")

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            f" img-src 'self' data:; frame-src {desk_url}"
        )
        return response

    @till.on_order_paid
    def note(app: Flask, order: Any) -> None:
        PAID.append(order.number)

    return app


def open_desk(folder: Path, shop_url: str, desk_url: str) -> Flask:
    app = Flask(__name__, instance_path=str(folder / "desk"))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=desk_url)
    desk = OrderDesk(app)
    desk.ensure_merchant(
        merchant_id="mer_corner",
        name="Corner shop",
        api_key=KEY,
        callback_secret=SECRET,
        callback_url=f"{shop_url}/till/callbacks/till",
        origins=[shop_url],
    )
    return app
