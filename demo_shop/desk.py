"""The order desk: an app of its own on a site of its own, as a payment company would run it."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import asdict
from typing import Any

from flask import Flask

from flask_till import Money, OrderDesk, Product, errors

from . import Site
from .catalog import GIFT_CARD, Goods
from .chain import LocalChain, settings_of
from .host import HostApp, host_pages
from .outside_host import host_server
from .partners import BOXO, INPOST, IPOS, KIGO, LOCAL_NETWORKS, SHOP, W3BLOCK, w3block_id

STRIPE = {
    "TILL_STRIPE_SECRET_KEY": "STRIPE_SECRET_KEY",
    "TILL_STRIPE_PUBLISHABLE_KEY": "STRIPE_PUBLISHABLE_KEY",
    "TILL_STRIPE_WEBHOOK_SECRETS": "STRIPE_WEBHOOK_SECRET",
}


PLENTY = 1_000_000
STAFF = ("admin", "superAdmin")

desk = OrderDesk()


def create_desk(site: Site | None = None, chain: LocalChain | None = None) -> Flask:
    """``flask --app demo_shop.desk:create_desk till ...`` is this desk's command line.

    While a chain runs on this machine the desk takes its coins; ``chain`` shows its pages, too.
    """
    site = site or Site.from_environment()
    app = Flask(__name__, instance_path=str(site.folder / "desk"), static_folder=None)
    app.config.update(TILL_ENV="development", TILL_DESK_PUBLIC_URL=site.desk_url)
    if all(name in os.environ for name in STRIPE.values()):
        app.config.update({key: os.environ[name] for key, name in STRIPE.items()})
    app.config.update(settings_of(site))
    desk.init_app(app)
    with app.app_context():
        enrol_shop(site)
        enrol_widget(site)
        enrol_miniapp(site)
        enrol_partner(site)
        enrol_company(site)
    host = HostApp(BOXO.client_id, BOXO.user_reference, BOXO.app_id, site.boxo_url)
    app.register_blueprint(host_pages(desk, host))
    app.register_blueprint(host_server(BOXO.outside_client_id, BOXO.outside_secret_key))
    if chain is not None:
        from .chain.pages import mount_chain

        mount_chain(app, chain, site.shop_url)
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


def enrol_partner(site: Site) -> None:
    """Stempel as a Kigo partner, whose gift card is claimed in the wallet; and in production."""
    kigo, card = desk.kigo, card_of(site)
    merchant(KIGO.merchant_id, site.shop_url)
    kigo.ensure_partner(
        KIGO.merchant_id,
        partner_id=KIGO.partner_id,
        api_key=KIGO.api_key,
        webhook_secret=KIGO.webhook_secret,
        webhook_url=f"{site.shop_url}/till/callbacks/kigo",
    )
    kigo.set_program(
        KIGO.partner_id,
        KIGO.external_program_id,
        name=SHOP.name,
        logo=f"{site.shop_url}/static/favicon.svg",
        primary_colour="#21409a",
        secondary_colour="#14235e",
    )
    kigo.ensure_product(KIGO.partner_id, product_id=KIGO.product_id, **card)
    merchant(KIGO.live_merchant_id, site.shop_url, live=True)
    kigo.ensure_partner(
        KIGO.live_merchant_id,
        partner_id=KIGO.live_partner_id,
        api_key=KIGO.live_api_key,
        webhook_secret=KIGO.webhook_secret,
    )
    kigo.ensure_product(KIGO.live_partner_id, product_id=KIGO.live_product_id, **card)


def enrol_company(site: Site) -> None:
    """Stempel as a W3block company, with Ada, who buys there, and Zofia, who looks after orders.

    All is counted, except the places of the workshop: each of them is a token.
    """
    merchant(W3BLOCK.merchant_id, site.w3block_url)
    w3block, company_id = desk.w3block, W3BLOCK.company_id
    w3block.ensure_company(
        W3BLOCK.merchant_id,
        company_id=company_id,
        key=W3BLOCK.key,
        secret=W3BLOCK.secret,
        name=SHOP.name,
    )
    for currency, *way, seconds in W3BLOCK.providers:
        w3block.offer(company_id, W3BLOCK.currency_ids[currency], *way, expires_in=seconds)
    w3block.set_bank(company_id, **W3BLOCK.bank)
    for email, password, given in (
        (W3BLOCK.email, W3BLOCK.password, {"name": "Ada", "user_id": W3BLOCK.user_id}),
        (W3BLOCK.admin_email, W3BLOCK.admin_password, {"name": "Zofia", "roles": STAFF}),
    ):
        wallet = W3BLOCK.wallet if "user_id" in given else None
        w3block.ensure_user(company_id, email=email, password=password, wallet=wallet, **given)
    for product in Goods("BRL", claims=False).products:
        enrol_product(site, product)
    with suppress(errors.Conflict):  # it is there already, and so are its uses
        w3block.add_coupon(company_id, code=W3BLOCK.coupon, percent="10")
    w3block.hooks.ensure(
        company_id,
        f"{site.w3block_url}/till-w3block/callbacks/w3block",
        hook_id=W3BLOCK.webhook_id,
        key=W3BLOCK.signature_key,
    )


def enrol_product(site: Site, product: Product) -> None:
    """What is left of one that is there already stays."""
    wanted, left = w3block_id(product.id), PLENTY if product.stock is None else product.stock
    picture = f"{site.w3block_url}{product.image}"
    by_token = wanted == W3BLOCK.token_product_id
    desk.w3block.ensure_product(
        W3BLOCK.company_id,
        product_id=wanted,
        slug=product.id,
        name=product.name,
        description=product.description,
        prices=dict.fromkeys(W3BLOCK.currency_ids.values(), f"{product.price.decimal:f}"),
        images=({"thumb": picture, "original": picture},),
        **{"tokens" if by_token else "stock": left},
    )


def card_of(site: Site) -> dict[str, Any]:
    """The gift card as its owner sees it."""
    return {
        "name": "Studio gift card",
        "type": "gift_card",
        "description": "An hour at the wheel, one firing and a slice of Zofia’s cheesecake.",
        "image_url": f"{site.shop_url}/static/drawings/{GIFT_CARD}.svg",
        "parts": ["An hour at the wheel", "One firing", "A slice of cheesecake"],
        "actions": ["reveal"],
        "creators": [SHOP.name],
    }


def merchant(merchant_id: str, origin: str, *, live: bool = False) -> None:
    """One whose orders come by a partner's protocol, which also tells it what becomes of them."""
    desk.ensure_merchant(
        merchant_id=merchant_id,
        name=SHOP.name,
        api_key=f"till_key_{merchant_id}_0123456789abcdefghij",
        callback_secret=SHOP.callback_secret,
        callback_url=None,
        origins=[origin],
        live=live,
    )


def user_token() -> str:
    """Ada's token, as her portal gives it to this widget; good for seven days."""
    return desk.ipos.issue_token(IPOS.user_id, IPOS.widget_tag)
