"""`Till`: what a shop mounts. It puts the parts together and leaves them with the application."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any, TypeVar, cast
from weakref import WeakSet

from flask import Flask
from markupsafe import Markup

from ..base.database import Database, Work
from ..base.limits import Limits
from ..base.sealing import Seal
from ..base.waiters import Waiters
from ..errors import SettingsError
from ..settings import ShopSettings, read_shop, require_address
from ..signals import ALL
from .actions import orders as order_actions
from .actions.catalogs import ListCatalog
from .actions.reading import order_at_desk
from .actions.versions import versions_of
from .background import background_of, heard_in
from .basket import Basket
from .catalog import Catalog, Product, Shelf
from .checkout import Checkout
from .claim_delivery import ClaimDelivery
from .desks import ChecksShop, ClaimMaker, Desk, LooksUpOrders
from .desks.inpost.making import InpostParts
from .desks.inpost.merchant_words import MerchantWords
from .desks.till import TillDesk
from .order import Order
from .order_book import OrderBook
from .promotion import Promotion
from .routes.assets import script_tags
from .routes.basket import basket_now, count_now
from .routes.basket_cookie import BasketCookie
from .routes.blueprint import MOST, blueprint
from .routes.shared_read import SharedRead
from .routes.shopfront import Destination, Shopfront, shopfront
from .routes.vendor_widget import widget_options, widget_script
from .tables import MIGRATIONS
from .terms import Terms
from .wallet_checkout import WalletCheckout
from .wallet_setup import wallet_of

Listener = TypeVar("Listener", bound=Callable[..., Any])
Goods = Catalog | Iterable[Product]
NAME = "till"
OWN = ("catalog", "promotions", "desk", "order_complete", "claims")
TERMS = (
    "deliveries",
    "consents",
    "related",
    "offers",
    "omnibus",
    "payment_types",
    "countries",
    "minimum",
    "refuse",
    "status_text",
)
"""Keywords that say on what terms a wallet may sell for the shop: see `Terms`."""
WAITERS_PER_BASKET = 8
"""A browser needs one."""


class Till:
    """A buy button, a basket and a checkout for one Flask application or several.

    ``catalog`` is a list of `Product` or any object with the methods of `Catalog`.
    ``desk`` takes the money: the URL of an order desk, an `OrderDesk` in this process, or any
    `Desk`, such as an `IposDesk`, a `BoxoDesk` or a `W3blockDesk`. Without one, and only in
    development, the built-in desk with the sandbox is used.
    ``order_complete`` says where a shopper goes once an order is paid: an endpoint that takes
    ``order_id``, or a function from `Order` to a URL; without it the page is loaded anew.
    ``deliveries``, ``consents``, ``related`` products and the other fields of `Terms` are for a
    wallet that sells for the shop; each is a list, or a function of the `Basket`.
    ``claims`` hands goods over as codes for a wallet: see `KigoClaims`.
    Any setting can be given by its field name: ``Till(app, url_prefix="/shop")``.

    Everything can be given here or to `init_app`, which wins. Raises `SettingsError`.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        catalog: Goods | None = None,
        promotions: Iterable[Promotion] = (),
        desk: Any = None,
        order_complete: Destination = None,
        claims: ClaimMaker | None = None,
        **settings: Any,
    ) -> None:
        self.orders = OrderBook()
        """``orders()`` are those of the browser that asks, newest first; see `OrderBook`."""
        self._given = {
            "catalog": catalog,
            "promotions": tuple(promotions),
            "desk": desk,
            "order_complete": order_complete,
            "claims": claims,
            **settings,
        }
        self._listeners: list[tuple[str, Callable[..., Any]]] = []
        self._apps: WeakSet[Flask] = WeakSet()  # only to hand them listeners that come later
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, **given: Any) -> None:
        """Mount the shop on an application; takes the same keywords as `Till`."""
        if NAME in app.extensions:
            raise SettingsError(
                f"The application {app.name!r} has a Till already.",
                remedy="Call init_app once for each application, and import that Till elsewhere.",
            )
        parts = {**self._given, **given}
        named = {name: parts.pop(name) for name in TERMS if name in parts}
        own = {name: parts.pop(name) for name in OWN}
        _refuse_unknown(parts)
        settings = read_shop(
            app.config, instance=app.instance_path, debug=app.debug or app.testing, **parts
        )
        terms = Terms(vat_rate=settings.vat_rate, **named).at_home(
            locale=settings.locale, store_url=settings.public_url
        )
        front = self._shopfront(app, settings, terms, **own)
        require_address(settings, app.config)
        app.extensions[NAME] = front
        app.jinja_env.globals.setdefault(NAME, self)
        self._apps.add(app)
        for name, listener in self._listeners:
            ALL[name].connect(listener, sender=app, weak=False)
        app.register_blueprint(blueprint, url_prefix=settings.url_prefix)

    def _shopfront(
        self,
        app: Flask,
        settings: ShopSettings,
        terms: Terms,
        *,
        catalog: Goods | None,
        promotions: Iterable[Promotion],
        desk: Any,
        order_complete: Destination,
        claims: ClaimMaker | None,
    ) -> Shopfront:
        database = Database(settings.database_url)
        MIGRATIONS.attach(database)
        shelf = _shelf(catalog, promotions, settings.currency, database)
        if claims is not None:
            shelf = replace(shelf, claims=claims.products)
        terms.check_currency(shelf.currency)
        at_desk = self._desk(app, settings, desk)
        if isinstance(at_desk, ChecksShop):
            at_desk.check_shop(currency=shelf.currency, live_only=settings.live_only)
        if isinstance(at_desk, LooksUpOrders):
            at_desk.find_orders_with(lambda at: database.read(order_at_desk, at_desk.name, at))
        wallet = wallet_of(settings, database, shelf, terms)
        heard = heard_in(app, background=settings.background)
        delivery = None
        if claims is not None:
            delivery = ClaimDelivery(database, Seal(settings.secret_keys), claims, heard=heard)
        checkout = Checkout(
            database,
            shelf,
            at_desk,
            live_only=settings.live_only,
            most_open=settings.most_open_orders if settings.limits else 0,
            heard=heard,
        )
        return Shopfront(
            app=app,
            settings=settings,
            database=database,
            shelf=shelf,
            desk=at_desk,
            checkout=checkout,
            cookie=BasketCookie(
                settings.secret_keys,
                settings.url_prefix,
                secure=settings.cookie_secure,
                framed=settings.in_frames,
            ),
            waiters=_waiters(settings),
            background=background_of(
                app, database, checkout, wallet, delivery, enabled=settings.background
            ),
            limits=Limits(settings.limits_storage, MOST, enabled=settings.limits),
            versions=SharedRead(lambda basket_ids: database.read(versions_of, basket_ids)),
            owner=self,
            terms=terms,
            words=MerchantWords(terms, settings.inpost_pos_id or ""),
            wallet_checkout=WalletCheckout(database, shelf, terms, checkout, heard=heard),
            order_complete=order_complete,
            heard=heard,
            wallet=wallet,
            claims=delivery,
        )

    def _desk(self, app: Flask, settings: ShopSettings, given: Any) -> Desk:
        """The desk that was given, by its URL or as it is. The package root knows more kinds."""
        given = given or settings.desk_url
        if given is None:
            raise SettingsError(
                "No order desk takes this shop's money.",
                remedy='Name one with Till(app, desk="https://pay.example.com") or TILL_DESK_URL;'
                " or set TILL_ENV=development to try things out with the built-in one.",
            )
        return _desk_at(given, settings) if isinstance(given, str) else cast(Desk, given)

    # ---- in a request ----

    def script(self) -> Markup:
        """The tags that load the widget, for the page's head or body."""
        return script_tags()

    def basket(self) -> Basket:
        """The basket of the browser that asks; an empty one before the first product."""
        return basket_now(shopfront())

    def count(self) -> int:
        """How many things are in it; costs less than ``basket().count``."""
        return count_now(shopfront())

    def order(self, order_id: str) -> Order | None:
        """That order if it belongs to the browser that asks, else None."""
        front = shopfront()
        basket_id = front.basket_id()

        def read(work: Work) -> Order | None:
            order = order_actions.order_of(work, basket_id, order_id)
            return None if order is None else front.with_claims(work, [order])[0]

        return front.database.read(read)

    # ---- a wallet, and its vendor's widget ----

    def inpost_widget_options(self, nonce: str | None = None) -> Markup:
        """The vendor's second widget's options, for `izi.js` to find in the page."""
        return widget_options(shopfront(), nonce)

    inpostWidgetOptions = inpost_widget_options  # noqa: N815 - the vendor's spelling, for templates

    def inpost_widget_script(self, nonce: str | None = None) -> Markup:
        """The tag that loads the vendor's second widget."""
        return widget_script(shopfront(), nonce)

    @property
    def inpost(self) -> InpostParts:
        """The wallet's own API for the shop's back office: promoted products, payments, refunds.

        It needs an application only. Raises `SettingsError` without a wallet.
        """
        wallet = shopfront().wallet
        if wallet is None:
            raise SettingsError(
                "This shop is not connected to a wallet.",
                remedy="Set TILL_INPOST_CLIENT_ID and what belongs to it.",
            )
        return wallet.parts

    # ---- what happened ----

    def on_basket_changed(self, listener: Listener) -> Listener:
        """Call ``listener(app, basket_id=..., version=...)`` after a basket changed."""
        return self._listen("basket_changed", listener)

    def on_order_placed(self, listener: Listener) -> Listener:
        """Call ``listener(app, order=...)`` when an order waits for its money."""
        return self._listen("order_placed", listener)

    def on_order_paid(self, listener: Listener) -> Listener:
        """Call ``listener(app, order=...)`` when the money is there."""
        return self._listen("order_paid", listener)

    def on_order_cancelled(self, listener: Listener) -> Listener:
        """Call ``listener(app, order=...)`` when an order was given up unpaid."""
        return self._listen("order_cancelled", listener)

    def on_order_expired(self, listener: Listener) -> Listener:
        """Call ``listener(app, order=...)`` when an order's time was over unpaid."""
        return self._listen("order_expired", listener)

    def on_order_refunded(self, listener: Listener) -> Listener:
        """Call ``listener(app, order=...)`` when some or all of the money went back."""
        return self._listen("order_refunded", listener)

    def on_claim_failed(self, listener: Listener) -> Listener:
        """Call ``listener(app, order=..., claim_id=..., reason=...)`` when goods could not be
        handed over as a claim, or not be taken back."""
        return self._listen("claim_failed", listener)

    def _listen(self, name: str, listener: Listener) -> Listener:
        self._listeners.append((name, listener))
        for app in self._apps:
            ALL[name].connect(listener, sender=app, weak=False)
        return listener

    # ---- the end ----

    def close(self, app: Flask) -> None:
        """Let everybody go who waits, end the threads, close the desk's client and the database."""
        front: Shopfront = app.extensions[NAME]
        front.waiters.close()
        front.background.stop()
        if hasattr(front.desk, "close"):
            front.desk.close()
        if front.linking is not None:
            front.linking.close()
        if front.claims is not None:
            front.claims.close()
        front.database.close()


def _refuse_unknown(given: dict[str, Any]) -> None:
    known = {field.name for field in fields(ShopSettings)}
    for name in given:
        if name not in known:
            raise SettingsError(
                f"Till() knows no {name!r}.",
                remedy=f"It takes {', '.join([*OWN, *sorted([*TERMS, *known])])}.",
            )


def _waiters(settings: ShopSettings) -> Waiters:
    return Waiters(
        settings.max_waiters,
        per_key=WAITERS_PER_BASKET,
        per_address=settings.max_waiters_per_address if settings.limits else 0,
    )


def _shelf(
    goods: Goods | None, promotions: Iterable[Promotion], currency: str | None, database: Database
) -> Shelf:
    if goods is None:
        raise SettingsError(
            "The shop has nothing to sell.",
            remedy='Give Till(app, catalog=[Product("mug", "Blue mug", Money("49.99", "PLN"))]).',
        )
    catalog = goods if isinstance(goods, Catalog) else ListCatalog(goods)
    if hasattr(catalog, "attach"):
        catalog.attach(database)
    if currency is None and isinstance(catalog, ListCatalog):
        currency = next((product.price.currency for product in catalog), None)
    if currency is None:
        raise SettingsError(
            "The shop's currency is not known before the first product is read.",
            remedy='Set TILL_CURRENCY, e.g. to "PLN".',
        )
    return Shelf.of(catalog, promotions, currency)


def _desk_at(url: str, settings: ShopSettings) -> Desk:
    if settings.desk_key is None or not settings.desk_callback_secrets:
        raise SettingsError(
            f"The desk at {url} does not know this shop.",
            remedy="Set TILL_DESK_KEY and TILL_DESK_CALLBACK_SECRETS to what"
            " `flask till merchants add` printed there.",
        )
    return TillDesk(url, settings.desk_key, settings.desk_callback_secrets)
