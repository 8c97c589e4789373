"""`KigoClaims`: a shop's goods that are handed over as codes for a Kigo wallet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import httpx

from ....errors import NotFound, RequestError, SettingsError
from ....wire.kigo import paths, webhooks
from ....wire.kigo.error_codes import KigoCode
from ....wire.kigo.links import with_session
from ....wire.kigo.orders import ListOrders, Order, OrderList, PlaceOrder
from ....wire.kigo.sessions import AskSsoSession, SsoSession
from ....wire.kigo.tokens import read_api_key
from ...catalog import is_product_id
from ...claims import CANCELLED, ClaimNews, ClaimRefused, KeptClaim, Made
from ...order import Order as ShopOrder
from ..exchange import Exchange, require_address, understood, utc_now
from .belief import STATUS, made_of, place_of
from .connection import HURRIED, Connection

User = Callable[[ShopOrder], str]


def the_browser(order: ShopOrder) -> str:
    """Who bought it, for a shop without accounts: one browser is one user."""
    return order.shopper


class KigoClaims:
    """Hands goods over as claims of the Kigo at ``base_url``, or of an order desk's ``/kigo``.

    ``products`` maps ids of the catalog to Kigo's product ids: once an order with one of them is
    paid, each piece of it becomes a code that the shopper claims in the wallet. ``api_key`` and
    ``partner_id`` are the partner's. ``webhook_secret``, one or while it changes several, proves
    what Kigo tells at ``/till/callbacks/kigo``; without one nothing is heard there.

    ``hub`` is the wallet's page, to which every link must lead: ``<base_url>/hub`` unless said
    otherwise. ``program`` is the ``external_program_id``. ``user`` gives the shopper's name at
    Kigo for an order (called outside of requests, too), so that claims of one customer meet in
    one wallet; with ``bound`` nobody else may claim. ``transport`` replaces the network, ``clock``
    gives the time in UTC.

    Raises `SettingsError` for what cannot be right.
    """

    name = "kigo"

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str,
        partner_id: str,
        products: Mapping[str, str],
        webhook_secret: str | Sequence[str] | None = None,
        hub: str | None = None,
        program: str | None = None,
        user: User = the_browser,
        bound: bool = False,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        _check_partner(api_key, partner_id)
        self.products = _checked(products)
        self._secrets = _secrets(webhook_secret)
        base = require_address("base_url", base_url)
        self._hub = place_of(require_address("hub", hub or f"{base}{paths.HUB}"))
        self._program = program
        self._user = user
        self._bound = bound
        exchange = Exchange(base, transport=transport)
        self._connection = Connection(exchange, api_key, partner_id, clock)
        self._base = base

    def __repr__(self) -> str:
        return f"KigoClaims({self._base!r})"

    def close(self) -> None:
        """End the connections."""
        self._connection.close()

    def check(self) -> None:
        """Raises `RequestError` when Kigo does not answer, or does not let this shop in."""
        self._connection.check()

    # ---- the maker's port ----

    def make(self, claim: KeptClaim, order: ShopOrder) -> Made:
        who = {"external_user_id": self._user(order)} if self._bound else {}
        asked = PlaceOrder.of({"external_order_id": claim.external_id, **who, **self._in_program()})
        reply = self._connection.ask("POST", paths.place_path(claim.maker_product), asked)
        return made_of(understood(Order.read, reply.body), claim, self._hub)

    def find(self, claim: KeptClaim) -> Made | None:
        query = ListOrders(external_order_id=claim.external_id).to_query()
        reply = self._connection.ask("GET", f"{paths.ORDERS}?{query}")
        items = understood(OrderList.read, reply.body).items
        return made_of(items[0], claim, self._hub) if items else None

    def withdraw(self, maker_order: str) -> str:
        try:
            reply = self._connection.ask("POST", paths.cancel_path(maker_order))
        except ClaimRefused as refused:
            if refused.code == KigoCode.ORDER_NOT_FOUND:  # nobody can claim what is not there
                return CANCELLED
            # It is no longer unclaimed (4.3). What became of it, its order says.
            reply = self._connection.ask("GET", paths.order_path(maker_order))
        return STATUS[understood(Order.read, reply.body).status]

    def opened(self, link: str, order: ShopOrder) -> str:
        who = {"external_user_id": self._user(order), **self._in_program()}
        asked = AskSsoSession.of({**who, "is_single_use": True})
        reply = self._connection.ask("POST", paths.SSO_SESSIONS, asked, within=HURRIED)
        return with_session(link, understood(SsoSession.read, reply.body).session_id)

    def read_callback(self, header: str | None, body: bytes, now: datetime) -> ClaimNews:
        if not self._secrets:
            raise NotFound("Nothing is heard without a webhook_secret.", code="DESK_UNKNOWN")
        event = webhooks.read_event(self._secrets, header, body, int(now.timestamp()))
        told = event.data.order
        return ClaimNews(
            event_id=event.id,
            maker_order=told.order_id,
            external_id=told.external_order_id,
            maker_product=told.product_id,
            status=STATUS[told.status],
        )

    def _in_program(self) -> dict[str, str]:
        return {} if self._program is None else {"external_program_id": self._program}


def _checked(products: Mapping[str, str]) -> Mapping[str, str]:
    wrong = [name for name in products if not is_product_id(name)]
    for name, kigo_id in products.items():
        try:
            paths.check_product_id(kigo_id)
        except RequestError:
            wrong.append(f"{name}: {kigo_id}")
    if wrong or not products:
        raise SettingsError(
            f"KigoClaims cannot hand over {', '.join(map(repr, wrong)) or 'nothing'}.",
            remedy='Map ids of the catalog to ids at Kigo: products={"mug": "7b1f2a0c-..."}.',
        )
    return dict(products)


def _secrets(given: str | Sequence[str] | None) -> tuple[str, ...]:
    secrets = (given,) if isinstance(given, str) else tuple(given or ())
    if not all(secrets):
        raise SettingsError("A webhook_secret of KigoClaims must not be empty.")
    return secrets


def _check_partner(api_key: str, partner_id: str) -> None:
    try:
        read_api_key(api_key)
    except RequestError:
        partner_id = ""
    if not partner_id:
        raise SettingsError(
            "KigoClaims needs an api_key and a partner_id.",
            remedy="Kigo, or `flask till kigo partners add` at an order desk, gives both.",
        )
