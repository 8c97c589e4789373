"""`OrderDesk`: who takes the money. It puts the desk's parts together and mounts them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from flask import Flask, current_app, has_app_context

from ..base.background import Background
from ..base.clock import Clock, system_clock
from ..base.database import Database
from ..base.http import IN_PROCESS_HOST
from ..base.relay import Relay
from ..errors import SettingsError
from ..settings import DeskSettings, read_desk, require_address
from .assembly import DeskState, assemble, mount
from .cashier import Cashier
from .counter import EXTENSION
from .dialects.till_words import page_url
from .enrolment.boxo import BoxoEnrolment
from .enrolment.inpost import InpostCredentials
from .enrolment.ipos import IposEnrolment
from .enrolment.kigo import KigoEnrolment
from .enrolment.merchants import Enrolment
from .enrolment.w3block import W3blockEnrolment
from .gateways import Gateway
from .merchant import Credentials
from .wallet import Wallet
from .wallet_port import SendCode

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from .web3.token_port import Rates
    from .web3.web3_desk import Signs


class OrderDesk:
    """Takes the money of one shop or of many merchants; one for an application, or for several.

    ``gateways`` are those that it offers; without them Stripe, when its settings are there, and
    in development the sandbox. Any setting can be given by its field name, such as
    ``OrderDesk(app, public_url="https://pay.example.com")``. ``send_code(phone, code)`` sends a
    sign-in code of the wallet; without it only development can sign in, where the page shows it.
    ``signer`` holds the keys of chains in place of a seed phrase, ``rates`` says what coins cost
    in place of a table; both as `docs/web3.md` has it.
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
        signer: Signs | None = None,
        rates: Rates | None = None,
        **settings: Any,
    ) -> None:
        self._given = {
            "url_prefix": url_prefix,
            "gateways": gateways,
            "clock": clock,
            "send_code": send_code,
            "signer": signer,
            "rates": rates,
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
        signer, rates = parts.pop("signer"), parts.pop("rates")
        _refuse_unknown(parts)
        settings = read_desk(
            app.config, instance=app.instance_path, debug=app.debug or app.testing, **parts
        )
        state = assemble(
            self,
            settings,
            _checked_prefix(url_prefix),
            gateways,
            clock,
            send_code,
            signer=signer,
            rates=rates,
        )
        require_address(settings, app.config)
        app.extensions[EXTENSION] = state
        self._apps.add(app)
        mount(app, state)

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
        if state.web3 is not None:
            state.web3.close()
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
