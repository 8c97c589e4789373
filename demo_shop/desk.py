"""The order desk: an app of its own on a site of its own, as a payment company would run it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict

from flask import Flask

from flask_till import Money, OrderDesk, errors

from . import Site
from .host import HostApp, host_pages
from .outside_host import host_server
from .partners import BOXO, INPOST, IPOS, LOCAL_NETWORKS, SHOP

STRIPE = {
    "TILL_STRIPE_SECRET_KEY": "STRIPE_SECRET_KEY",
    "TILL_STRIPE_PUBLISHABLE_KEY": "STRIPE_PUBLISHABLE_KEY",
    "TILL_STRIPE_WEBHOOK_SECRETS": "STRIPE_WEBHOOK_SECRET",
}


desk = OrderDesk()


def create_desk(site: Site | None = None) -> Flask:
    """``flask --app demo_shop.desk:create_desk till ...`` is this desk's command line."""
    site = site or Site.from_environment()
    app = Flask(__name__, instance_path=str(site.folder / "desk"), static_folder=None)
    app.config.update(TILL_ENV="development", TILL_DESK_PUBLIC_URL=site.desk_url)
    if all(name in os.environ for name in STRIPE.values()):
        app.config.update({key: os.environ[name] for key, name in STRIPE.items()})
    desk.init_app(app)
    with app.app_context():
        enrol_shop(site)
        enrol_widget(site)
        enrol_miniapp(site)
    host = HostApp(BOXO.client_id, BOXO.user_reference, BOXO.app_id, site.boxo_url)
    app.register_blueprint(host_pages(desk, host))
    app.register_blueprint(host_server(BOXO.outside_client_id, BOXO.outside_secret_key))
    return app


def enrol_shop(site: Site) -> None:
    """Stempel as a merchant of our own protocol, and of the wallet's."""
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


def enrol_widget(site: Site) -> None:
    """Stempel as a widget of an IPOS portal, and Ada, who has some money there."""
    merchant(IPOS.merchant_id, site.ipos_url)
    ipos = desk.ipos
    ipos.ensure_app(
        IPOS.merchant_id,
        app_id=IPOS.app_id,
        ip_id=IPOS.ip_id,
        name=SHOP.name,
        login_secret=IPOS.login_secret,
        login_origins=[site.ipos_url],
    )
    ipos.ensure_widget(
        IPOS.app_id,
        tag=IPOS.widget_tag,
        access_key=IPOS.access_key,
        secret_key=IPOS.secret_key,
    )
    ada = {"short_name": IPOS.user_name, "email": IPOS.email, "app_id": IPOS.app_id}
    with suppress(errors.Conflict):  # she is there already, and so is her money
        ipos.add_user("Ada", user_id=IPOS.user_id, api_key=IPOS.api_key, **ada)
        for kind, cents in {"wallet": 500_00, "credit": 100_00, "free_credit": 25_00}.items():
            ipos.grant(IPOS.user_id, kind, cents, live=False)


def enrol_miniapp(site: Site) -> None:
    """Stempel as a Boxo miniapp: in a host app that this desk plays, and in one it only calls."""
    merchant(BOXO.merchant_id, site.boxo_url)
    boxo = desk.boxo
    boxo.ensure_miniapp(
        BOXO.merchant_id,
        app_id=BOXO.app_id,
        name=SHOP.name,
        secret_key=BOXO.secret_key,
        url=site.boxo_url,
        webhook_url=f"{site.boxo_url}/till-boxo/callbacks/boxo",
        signing={"key": BOXO.hmac_secret},
        addresses=LOCAL_NETWORKS,
    )
    with suppress(errors.Conflict):  # the host is there already, and its user's money
        boxo.add_host(
            client_id=BOXO.client_id,
            secret_key=BOXO.host_secret_key,
            signing={"key": BOXO.host_hmac_secret},
        )
        boxo.grant(BOXO.client_id, BOXO.user_reference, Money("1000", "PLN"))
    boxo.change_host(
        BOXO.client_id, name="Kieszonka", origins=[site.desk_url], addresses=LOCAL_NETWORKS
    )
    boxo.ensure_host(
        client_id=BOXO.outside_client_id,
        kind="outside",
        name="Sakiewka",
        secret_key=BOXO.outside_secret_key,
        create_url=f"{site.desk_url}/host/server/payment",
        status_url=f"{site.desk_url}/host/server/status",
        addresses=LOCAL_NETWORKS,
    )
    for client_id in (BOXO.client_id, BOXO.outside_client_id):
        boxo.ensure_partnership(BOXO.app_id, client_id)


def merchant(merchant_id: str, origin: str) -> None:
    """One whose orders come by a partner's protocol, which also tells it what becomes of them."""
    desk.ensure_merchant(
        merchant_id=merchant_id,
        name=SHOP.name,
        api_key=f"till_key_{merchant_id}_0123456789abcdefghij",
        callback_secret=SHOP.callback_secret,
        callback_url=None,
        origins=[origin],
    )


def user_token() -> str:
    """Ada's token, as her portal gives it to this widget; good for seven days."""
    return desk.ipos.issue_token(IPOS.user_id, IPOS.widget_tag)
