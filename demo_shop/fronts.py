"""One shop, four fronts: the same code sells through whichever protocol its desk speaks.

Each front is an application with a basket of its own. All that differs is the ``desk`` argument of
the till, its currency, and whether other sites show the shop inside their pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_till import BoxoDesk, HostLogin, IposDesk, KigoClaims, W3blockDesk

from . import Site
from .catalog import GIFT_CARD, Goods
from .partners import BOXO, INPOST, IPOS, KIGO, SHOP, W3BLOCK, w3block_id


@dataclass(frozen=True)
class Front:
    """``settings`` are the till's; ``framer`` is the site that shows the shop inside its page.

    ``percent_only``: the protocol has no promotions of a fixed amount.
    """

    name: str
    port: int
    url: str
    currency: str
    prefix: str
    settings: Mapping[str, Any]
    framer: str | None = None
    percent_only: bool = False


def till_front(site: Site) -> Front:
    """Our own protocol, and the shoppers' wallet as well, which also keeps what they claim."""
    claims = KigoClaims(
        f"{site.desk_url}/kigo",
        api_key=KIGO.api_key,
        partner_id=KIGO.partner_id,
        products={GIFT_CARD: KIGO.product_id},
        webhook_secret=KIGO.webhook_secret,
        program=KIGO.external_program_id,
    )
    return Front(
        name="till",
        port=site.shop_port,
        url=site.shop_url,
        currency="PLN",
        prefix="/till",
        settings={
            "desk_url": site.desk_url,
            "desk_key": SHOP.api_key,
            "desk_callback_secrets": (SHOP.callback_secret,),
            # Without the URLs this would be InPost's sandbox.
            "inpost_client_id": INPOST.client_id,
            "inpost_client_secret": INPOST.client_secret,
            "inpost_pos_id": INPOST.pos_id,
            "inpost_merchant_client_id": INPOST.merchant_client_id,
            "inpost_merchant_secret": INPOST.merchant_secret,
            "inpost_api_url": f"{site.desk_url}/inpost",
            "inpost_app_link": f"{site.desk_url}/wallet",
            "claims": claims,
        },
    )


def ipos_front(site: Site) -> Front:
    """Orders in IPOS: dollars, and a portal's user who pays."""
    base = f"{site.desk_url}/ipos"
    ada = HostLogin(
        base,
        app_id=IPOS.app_id,
        secret=IPOS.login_secret,
        origin=site.ipos_url,
        email=lambda _order: IPOS.email,
    )
    desk = IposDesk(
        base,
        access_key=IPOS.access_key,
        secret_key=IPOS.secret_key,
        app_id=IPOS.app_id,
        callback_url=f"{site.ipos_url}/till-ipos/callbacks/ipos",
        user_token=ada,
        live=False,
    )
    return Front("ipos", site.ipos_port, site.ipos_url, "USD", "/till-ipos", {"desk": desk})


def boxo_front(site: Site) -> Front:
    """A miniapp inside the host app that the desk shows at ``/host``."""
    desk = BoxoDesk(
        f"{site.desk_url}/boxo",
        app_id=BOXO.app_id,
        client_id=BOXO.client_id,
        secret_key=BOXO.secret_key,
        hostapp_user_id=lambda _order: BOXO.user_reference,
        live=False,
    )
    settings = {"desk": desk, "in_frames": True}
    return Front(
        "boxo", site.boxo_port, site.boxo_url, "PLN", "/till-boxo", settings, site.desk_url
    )


def w3block_front(site: Site) -> Front:
    """A company that sells tokens: prices with a gas fee, held for seconds; paid by PIX."""
    desk = W3blockDesk(
        f"{site.desk_url}/w3block",
        company_id=W3BLOCK.company_id,
        key=W3BLOCK.key,
        secret=W3BLOCK.secret,
        products={one.id: w3block_id(one.id) for one in Goods("BRL", claims=False).products},
        webhook_key=W3BLOCK.signature_key,
        payment_method="pix",
        destination=lambda _order: W3BLOCK.wallet,
        live=False,
    )
    return Front(
        "w3block",
        site.w3block_port,
        site.w3block_url,
        "BRL",
        "/till-w3block",
        {"desk": desk},
        percent_only=True,
    )


FRONTS: tuple[Callable[[Site], Front], ...] = (till_front, ipos_front, boxo_front, w3block_front)
