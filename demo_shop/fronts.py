"""One shop, three fronts: the same code sells through whichever protocol its desk speaks.

Each front is an application with a basket of its own. All that differs is the ``desk`` argument of
the till, its currency, and whether other sites show the shop inside their pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flask_till import BoxoDesk, HostLogin, IposDesk

from . import Site
from .partners import BOXO, INPOST, IPOS, SHOP


@dataclass(frozen=True)
class Front:
    """``settings`` are the till's; ``framer`` is the site that shows the shop inside its page."""

    name: str
    port: int
    url: str
    currency: str
    prefix: str
    settings: Mapping[str, Any]
    framer: str | None = None


def till_front(site: Site) -> Front:
    """Our own protocol, and the shoppers' wallet as well."""
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


FRONTS: tuple[Callable[[Site], Front], ...] = (till_front, ipos_front, boxo_front)
