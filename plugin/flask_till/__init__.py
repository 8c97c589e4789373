"""Flask-Till: your own Shop Pay.

::

    from flask import Flask
    from flask_till import Money, Product, Till

    app = Flask(__name__)
    till = Till(app, catalog=[Product("mug", "Blue mug", Money("49.99", "PLN"))])
"""

from __future__ import annotations

from typing import Any

from flask import Flask

from . import errors, signals
from .desk.extension import OrderDesk
from .money import Money
from .settings import ShopSettings as _ShopSettings
from .shop.actions.catalogs import ListCatalog, SqlCatalog
from .shop.basket import Basket, BasketLine
from .shop.catalog import Catalog, Product
from .shop.claims import Claim
from .shop.desks import Desk
from .shop.desks.boxo.desk import BoxoDesk
from .shop.desks.ipos.desk import IposDesk
from .shop.desks.ipos.login import HostLogin
from .shop.desks.kigo.claims import KigoClaims
from .shop.desks.w3block.desk import W3blockDesk
from .shop.desks.w3block.words import W3blockProduct
from .shop.extension import Till as _ShopTill
from .shop.order import Order, OrderLine
from .shop.promotion import Promotion
from .shop.terms import Consent, ConsentLink, Delivery, DeliveryService, Offer
from .shop.wallet_order import WalletOrder
from .wire.boxo.signing import HeaderNames as BoxoHeaders
from .wire.boxo.signing import Scheme as BoxoScheme

__version__ = "0.1.0"


class Till(_ShopTill):
    __doc__ = _ShopTill.__doc__

    def _desk(self, app: Flask, settings: _ShopSettings, given: Any) -> Desk:
        given = given or settings.desk_url
        if given is None and settings.in_development:
            from .in_process import built_in_desk

            given = built_in_desk(app)
        if isinstance(given, OrderDesk):
            from .in_process import InProcessDesk

            return InProcessDesk(app, given, settings)
        return super()._desk(app, settings, given)


__all__ = [
    "Basket",
    "BasketLine",
    "BoxoDesk",
    "BoxoHeaders",
    "BoxoScheme",
    "Catalog",
    "Claim",
    "Consent",
    "ConsentLink",
    "Delivery",
    "DeliveryService",
    "Desk",
    "HostLogin",
    "IposDesk",
    "KigoClaims",
    "ListCatalog",
    "Money",
    "Offer",
    "Order",
    "OrderDesk",
    "OrderLine",
    "Product",
    "Promotion",
    "SqlCatalog",
    "Till",
    "W3blockDesk",
    "W3blockProduct",
    "WalletOrder",
    "errors",
    "signals",
]
