"""The order desk: an app of its own on a site of its own, as a payment company would run it."""

from __future__ import annotations

import os
from dataclasses import asdict

from flask import Flask

from flask_till import OrderDesk

from . import Site
from .partners import INPOST, SHOP

STRIPE = {
    "TILL_STRIPE_SECRET_KEY": "STRIPE_SECRET_KEY",
    "TILL_STRIPE_PUBLISHABLE_KEY": "STRIPE_PUBLISHABLE_KEY",
    "TILL_STRIPE_WEBHOOK_SECRETS": "STRIPE_WEBHOOK_SECRET",
}


desk = OrderDesk()


def create_desk(site: Site) -> Flask:
    app = Flask(__name__, instance_path=str(site.folder / "desk"), static_folder=None)
    app.config.update(TILL_ENV="development", TILL_DESK_PUBLIC_URL=site.desk_url)
    if all(name in os.environ for name in STRIPE.values()):
        app.config.update({key: os.environ[name] for key, name in STRIPE.items()})
    desk.init_app(app)
    with app.app_context():
        desk.ensure_merchant(
            merchant_id=SHOP.merchant_id,
            name=SHOP.name,
            api_key=SHOP.api_key,
            callback_secret=SHOP.callback_secret,
            callback_url=f"{site.shop_url}/till/callbacks/till",
            origins=[site.shop_url],
        )
        desk.ensure_inpost(
            SHOP.merchant_id, base_url=f"{site.shop_url}/till/merchant", **asdict(INPOST)
        )
    return app
