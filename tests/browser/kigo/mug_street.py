"""A shop whose mug is handed over as a claim, and a desk that takes the money and plays Kigo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template_string

from flask_till import KigoClaims, Money, OrderDesk, Product, Till

KEY = "till_key_mug_street_0123456789abcdef"
SECRET = "whsec_bXVnLXN0cmVldC1jYWxsYmFjay1zZWNyZXQ="
PARTNER = "c0ffee00-0000-4000-8000-000000000001"
BOOST = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a11"
API_KEY, WEBHOOK_SECRET = "kigo_key_0123456789abcdef", "kigo_whsec_0123456789abcdef"

PAGE = """<!doctype html><html lang="{{ lang }}"><head><meta charset="utf-8"><title>Shop</title>
<meta name="viewport" content="width=device-width,initial-scale=1">
<link rel="icon" href="data:,">{{ till.script() }}</head><body><main><h1>Mug street</h1>
<till-button product="mug">Buy the mug</till-button>
<till-basket mode="redirect"></till-basket>
<till-order></till-order>
<ul class="mine">{% for order in till.orders() %}{% for claim in order.claims %}
<li>{{ claim.name }}: {{ claim.status }}{% if claim.code %}
<form method="post" action="{{ claim.open_url }}" target="_blank" rel="noopener">
<code>{{ claim.code }}</code> <button>Open it without scripts</button></form>{% endif %}</li>
{% endfor %}{% endfor %}</ul></main></body></html>"""


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
    claims = KigoClaims(
        f"{desk_url}/kigo",
        api_key=API_KEY,
        partner_id=PARTNER,
        products={"mug": BOOST},
        webhook_secret=WEBHOOK_SECRET,
    )
    goods = [Product("mug", "Blue mug", Money("49.99", "PLN"), stock=20)]
    Till(app, catalog=goods, claims=claims, order_complete=lambda order: f"{shop_url}/thanks")

    @app.get("/")
    @app.get("/thanks")
    def page() -> str:
        return render_template_string(PAGE, lang="en")

    @app.get("/pl")
    def polish() -> str:
        return render_template_string(PAGE, lang="pl")

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            f" img-src 'self' data:; form-action 'self' {desk_url}"
        )
        return response

    return app


def open_desk(folder: Path, shop_url: str, desk_url: str) -> tuple[Flask, Any]:
    app = Flask(__name__, instance_path=str(folder / "desk"))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=desk_url)
    desk = OrderDesk(app)
    desk.ensure_merchant(
        merchant_id="mer_mugs",
        name="Mug street",
        api_key=KEY,
        callback_secret=SECRET,
        callback_url=f"{shop_url}/till/callbacks/till",
        origins=[shop_url],
    )
    desk.kigo.ensure_partner(
        "mer_mugs",
        partner_id=PARTNER,
        api_key=API_KEY,
        webhook_secret=WEBHOOK_SECRET,
        webhook_url=f"{shop_url}/till/callbacks/kigo",
    )
    desk.kigo.ensure_product(PARTNER, product_id=BOOST, name="Blue mug, in your wallet")
    return app, desk
