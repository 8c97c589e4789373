"""`OrderDesk`: who takes the money. It puts the desk's parts together and mounts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flask import Flask, current_app, has_app_context

from ..base.background import Background
from ..base.clock import Clock, system_clock
from ..base.database import Database
from ..base.http import IN_PROCESS_HOST
from ..base.limits import Limits
from ..base.relay import Relay
from ..base.sealing import Seal
from ..errors import SettingsError
from ..settings import DeskSettings, read_desk, require_address
from .address import Address
from .background import background_of
from .cashier import Cashier
from .counter import EXTENSION, Counter
from .dialect_parts import DialectParts
from .dialects.bearer import MOST as BEARERS
from .dialects.boxo.host_calls import HostCalls
from .dialects.gateway_webhooks import gateway_webhooks
from .dialects.inpost.front import MOST as INPOST
from .dialects.inpost.front import Front
from .dialects.inpost.keyring import Keyring
from .dialects.inpost.server import inpost_dialect
from .dialects.inpost.tokens import AccessTokens
from .dialects.till import till_dialect
from .dialects.till_callbacks import TillCallbacks
from .dialects.till_words import page_url
from .enrolment.boxo import BoxoEnrolment
from .enrolment.inpost import InpostCredentials, InpostEnrolment
from .enrolment.ipos import IposEnrolment
from .enrolment.kigo import KigoEnrolment
from .enrolment.merchants import Enrolment
from .enrolment.w3block import W3blockEnrolment
from .gateway_choice import choose_gateways
from .gateways import Gateway
from .gateways.balance import BalanceGateway
from .gateways.host import HostGateway
from .merchant import Credentials
from .pages import MOST as VISITORS
from .pages import order_pages
from .pages.kigo_hub import HubParts, hub_pages
from .pages.wallet import WALLET, WalletParts, wallet_pages
from .partner_dialects import MOST as PARTNERS
from .partner_dialects import Partners, partners_of
from .purse import DeskPurse
from .signing_in import MOST as SIGN_INS
from .tables import MIGRATIONS
from .wallet import Wallet
from .wallet_desk import WalletDesk, wallet_desk_of
from .wallet_port import SendCode

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

LOCAL_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class DeskState:
    """The desk of one application."""

    owner: OrderDesk
    settings: DeskSettings
    url_prefix: str
    allowed_hosts: tuple[str, ...]
    database: Database
    cashier: Cashier
    enrolment: Enrolment
    inpost_enrolment: InpostEnrolment
    inpost: Front
    wallet_desk: WalletDesk
    partners: Partners
    address: Address
    counter: Counter
    background: Background
    callbacks: TillCallbacks


class OrderDesk:
    """Takes the money of one shop or of many merchants; one for an application, or for several.

    ``gateways`` are those that it offers; without them Stripe, when its settings are there, and
    in development the sandbox. Any setting can be given by its field name, such as
    ``OrderDesk(app, public_url="https://pay.example.com")``. ``send_code(phone, code)`` sends a
    sign-in code of the wallet; without it only development can sign in, where the page shows it.
    Everything can be given here or to `init_app`, which wins. Raises `SettingsError`.
    """

    def __init__(
        self,
        app: Flask | None = None,
        *,
        url_prefix: str = "",
        gateways: Iterable[Gateway] | None = None,
        clock: Clock = system_clock,
        send_code: SendCode | None = None,
        **settings: Any,
    ) -> None:
        self._given = {
            "url_prefix": url_prefix,
            "gateways": gateways,
            "clock": clock,
            "send_code": send_code,
            **settings,
        }
        self._apps: WeakSet[Flask] = WeakSet()
        if app is not None:
            self.init_app(app)

    def init_app(self, app: Flask, **given: Any) -> None:
        """Mount the desk on an application; takes the same keywords as `OrderDesk`."""
        if EXTENSION in app.extensions:
            raise SettingsError(
                f"The application {app.name!r} has an OrderDesk already.",
                remedy="Call init_app once for each application, and import that desk elsewhere.",
            )
        parts = {**self._given, **given}
        url_prefix, gateways, clock, send_code = (
            parts.pop(name) for name in ("url_prefix", "gateways", "clock", "send_code")
        )
        _refuse_unknown(parts)
        settings = read_desk(
            app.config, instance=app.instance_path, debug=app.debug or app.testing, **parts
        )
        state = self._state(settings, _checked_prefix(url_prefix), gateways, clock, send_code)
        require_address(settings, app.config)
        app.extensions[EXTENSION] = state
        self._apps.add(app)
        _mount(app, state)

    def _state(
        self,
        settings: DeskSettings,
        url_prefix: str,
        gateways: Iterable[Gateway] | None,
        clock: Clock,
        send_code: SendCode | None,
    ) -> DeskState:
        database = Database(settings.database_url, clock=clock)
        if database.dialect == "sqlite":
            Path(str(database.url.database)).parent.mkdir(parents=True, exist_ok=True)
        MIGRATIONS.attach(database)
        address = Address(settings.public_url, url_prefix)
        seal = Seal(settings.secret_keys)
        hosts = (IN_PROCESS_HOST, *settings.allowed_hosts)
        hosts += LOCAL_HOSTS if settings.in_development else ()
        host_calls = HostCalls(database, seal, clock, allowed_hosts=hosts)
        inside = gateways_inside(database, host_calls)
        cashier = Cashier(
            database,
            choose_gateways(settings, gateways, clock, inside),
            page_url=lambda order_id: page_url(address.page(), order_id),
        )
        most = {**BEARERS, **VISITORS, **INPOST, **SIGN_INS, **PARTNERS}
        limits = Limits(settings.limits_storage, most, enabled=settings.limits)
        callbacks = TillCallbacks(database, seal, allowed_hosts=hosts, page_address=address.page)
        keyring = Keyring(database, seal)
        wallet_desk = wallet_desk_of(
            settings,
            database,
            cashier,
            limits,
            signing_key=keyring.signing,
            hosts=hosts,
            base_address=address.base,
            send_code=send_code,
        )
        partners = partners_of(
            DialectParts(
                settings=settings,
                database=database,
                cashier=cashier,
                seal=seal,
                limits=limits,
                hosts=hosts,
                page_address=address.page,
                base_address=address.base,
                remember_address=address.remember,
                clock=clock,
            ),
            host_calls,
        )
        return DeskState(
            owner=self,
            settings=settings,
            url_prefix=url_prefix,
            allowed_hosts=hosts,
            database=database,
            cashier=cashier,
            enrolment=Enrolment(database, seal, hosts),
            inpost_enrolment=InpostEnrolment(database, seal, hosts),
            inpost=Front(
                settings=settings,
                database=database,
                cashier=cashier,
                seal=seal,
                limits=limits,
                keyring=keyring,
                tokens=AccessTokens(settings.secret_keys, clock),
                base_address=address.base,
                remember_address=address.remember,
            ),
            wallet_desk=wallet_desk,
            partners=partners,
            address=address,
            counter=Counter(
                settings=settings,
                database=database,
                cashier=cashier,
                seal=seal,
                limits=limits,
                page_address=address.page,
                remember_address=address.remember,
                admits=partners.ipos.admits,
            ),
            background=background_of(
                database,
                cashier,
                {
                    "till": callbacks,
                    "inpost": wallet_desk.courier,
                    **{one.name: one.courier for one in partners},
                },
                schedules={one.name: one.schedule for one in partners},
                also_sweep=lambda: wallet_desk.sweep() + partners.sweep(),
                enabled=settings.background,
            ),
            callbacks=callbacks,
        )

    # --- its parts ------------------------------------------------------------------------

    @property
    def app(self) -> Flask:
        """The application that it is mounted on; with several, the present one."""
        if has_app_context():
            present: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # a proxy
            if present in self._apps:
                return present
        if len(self._apps) != 1:
            raise SettingsError(
                f"This OrderDesk belongs to {len(self._apps)} applications.",
                remedy="Use it inside `with app.app_context():`, after init_app.",
            )
        return next(iter(self._apps))

    @property
    def _here(self) -> DeskState:
        state: DeskState = self.app.extensions[EXTENSION]
        return state

    @property
    def settings(self) -> DeskSettings:
        return self._here.settings

    @property
    def url_prefix(self) -> str:
        return self._here.url_prefix

    @property
    def database(self) -> Database:
        return self._here.database

    @property
    def cashier(self) -> Cashier:
        return self._here.cashier

    @property
    def wallet(self) -> Wallet:
        """What shoppers do with baskets of many shops."""
        return self._here.wallet_desk.wallet

    @property
    def relay(self) -> Relay:
        return self._here.background.relay

    @property
    def background(self) -> Background:
        """The relay's and the sweeper's threads; they start with the first request."""
        return self._here.background

    def page_url(self, order_id: str) -> str:
        """The order's page as browsers see it."""
        return page_url(self._here.address.page(), order_id)

    def close(self) -> None:
        """Stop the threads and close the connections; the next request opens them again."""
        state = self._here
        state.background.stop()
        state.callbacks.close()
        state.wallet_desk.calls.close()
        for dialect in state.partners:
            dialect.close()
        state.database.close()

    def connect(self, application: WSGIApplication) -> None:
        """Hand callbacks to `IN_PROCESS_HOST` to a shop's application in this process."""
        self._here.callbacks.connect(IN_PROCESS_HOST, application)
        self._here.wallet_desk.calls.connect(IN_PROCESS_HOST, application)
        for dialect in self._here.partners:
            dialect.connect(IN_PROCESS_HOST, application)

    # --- merchants ------------------------------------------------------------------------

    @property
    def enrolment(self) -> Enrolment:
        """Adding merchants and changing them."""
        return self._here.enrolment

    def add_merchant(self, *, name: str, **given: Any) -> Credentials:
        """A new merchant with its credentials; see `Enrolment.add`."""
        return self.enrolment.add(name=name, **given)

    def ensure_merchant(self, **given: Any) -> Credentials:
        """A merchant with fixed credentials, for demos; see `Enrolment.ensure`."""
        return self.enrolment.ensure(**given)

    def add_inpost(self, merchant_id: str, **given: Any) -> InpostCredentials:
        """Credentials for the InPost protocol under ``/inpost``; see `InpostEnrolment.add`."""
        return self._here.inpost_enrolment.add(merchant_id, **given)

    @property
    def ipos(self) -> IposEnrolment:
        """Apps, widgets, users and tokens of the IPOS protocol; see `IposEnrolment`."""
        return self._here.partners.ipos.enrolment

    @property
    def boxo(self) -> BoxoEnrolment:
        """Miniapps, host apps and partnerships of the Boxo protocol; see `BoxoEnrolment`."""
        return self._here.partners.boxo.enrolment

    @property
    def kigo(self) -> KigoEnrolment:
        """Partners, programs and products of the Kigo protocol; see `KigoEnrolment`."""
        return self._here.partners.kigo.enrolment

    @property
    def w3block(self) -> W3blockEnrolment:
        """Companies, users, products and coupons of the W3block protocol; see there."""
        return self._here.partners.w3block.enrolment

    def ensure_inpost(self, merchant_id: str, **given: Any) -> InpostCredentials:
        """The same with fixed values, for demos; see `InpostEnrolment.ensure`."""
        return self._here.inpost_enrolment.ensure(merchant_id, **given)


def gateways_inside(database: Database, calls: HostCalls) -> list[Gateway]:
    """Those that need no provider: balances, and host apps; with real money and with test money."""
    purse = DeskPurse(database)
    balances = [BalanceGateway(purse, live=live) for live in (True, False)]
    return [*balances, *(HostGateway(calls, live=live) for live in (True, False))]


def _checked_prefix(url_prefix: str) -> str:
    if url_prefix and (not url_prefix.startswith("/") or url_prefix.endswith("/")):
        raise SettingsError(
            f"url_prefix is {url_prefix!r}.", remedy='Use a path such as "/desk", or "".'
        )
    return url_prefix


def _refuse_unknown(given: Mapping[str, Any]) -> None:
    known = {field.name for field in fields(DeskSettings)}
    for name in given:
        if name not in known:
            raise SettingsError(
                f"OrderDesk knows nothing called {name!r}.", remedy=f"Known: {sorted(known)}."
            )


def _mount(app: Flask, state: DeskState) -> None:
    prefix = state.url_prefix
    app.register_blueprint(till_dialect(), url_prefix=f"{prefix}/v1")
    app.register_blueprint(gateway_webhooks(), url_prefix=f"{prefix}/gateways")
    app.register_blueprint(inpost_dialect(state.inpost), url_prefix=f"{prefix}/inpost")
    state.partners.mount(app, prefix, state.counter)
    app.register_blueprint(order_pages(state.counter), url_prefix=prefix or None)
    parts = WalletParts(
        state.wallet_desk.wallet, state.database, state.settings, state.counter.limits
    )
    hub = HubParts(
        state.partners.kigo.claims, parts.wallet, parts.database, parts.settings, parts.limits
    )
    app.register_blueprint(hub_pages(hub), url_prefix=f"{prefix}/kigo")
    app.register_blueprint(wallet_pages(parts), url_prefix=f"{prefix}{WALLET}")
    app.before_request(state.background.wake)
