"""A shop of passes that sells through a W3block platform on another site, which is our desk."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template_string, request

from flask_till import Money, OrderDesk, Product, Till, W3blockDesk
from flask_till.desk.gateways import Charge
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.desk.w3block_company import Provider
from flask_till.wire.w3block.products import DOLLAR

COMPANY = "b9a7c1e2-3d44-4f6b-8a1d-52c0f8e7a901"
PASS = "0c9d5f7e-8a21-4a7b-b6a9-4de2f1c03b55"
KEY, SECRET = "key-of-the-company", "secret-of-the-company"

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Passes</title>
<link rel="icon" href="data:,">{{ till.script() }}</head><body><main><h1>Passes</h1>
<till-button product="pass">Buy a pass</till-button>
<till-basket mode="{{ mode }}"></till-basket> <till-order mode="{{ mode }}"></till-order>
</main></body></html>"""


class AsksFirst(SandboxGateway):
    """A sandbox that waits for the shopper, as a provider does that was told nothing else."""

    def _new_ref(self, charge: Charge, inputs: Mapping[str, str]) -> str:
        return super()._new_ref(charge, {"outcome": "confirm", **inputs})


def open_desk(folder: Path, shop_url: str, desk_url: str, clock: Any) -> Flask:
    app = Flask(__name__, instance_path=str(folder / "desk"))
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_DESK_PUBLIC_URL=desk_url)
    gateway = AsksFirst(in_development=True, clock=clock)
    desk = OrderDesk(app, clock=clock, gateways=[gateway])
    merchant = desk.add_merchant(name="Passes", origins=[shop_url])
    desk.w3block.add_company(
        merchant.merchant_id,
        name="Passes",
        company_id=COMPANY,
        key=KEY,
        secret=SECRET,
        providers=[Provider(DOLLAR, "credit_card", "stripe")],
        service_fee=Decimal(5),
    )
    desk.w3block.add_product(
        COMPANY, name="Founder pass", product_id=PASS, prices={DOLLAR: "100"}, tokens=5
    )
    return app


def open_shop(folder: Path, shop_url: str, desk_url: str, clock: Any) -> Flask:
    app = Flask(__name__, instance_path=str(folder / "shop"))
    app.config.update(SECRET_KEY="k" * 32, TILL_ENV="development", TILL_PUBLIC_URL=shop_url)
    desk = W3blockDesk(
        f"{desk_url}/w3block",
        company_id=COMPANY,
        key=KEY,
        secret=SECRET,
        products={"pass": PASS},
        webhook_key="key-of-the-hook",
        live=False,
        clock=clock,
    )
    Till(app, catalog=[Product("pass", "Founder pass", Money("100", "USD"))], desk=desk)

    @app.get("/")
    def home() -> str:
        return render_template_string(PAGE, mode=request.args.get("mode", "popup"))

    @app.after_request
    def protect(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            f" img-src 'self' data:; frame-src {desk_url}"
        )
        return response

    return app
