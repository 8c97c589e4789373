"""A W3block platform: orders at a price that it signed. Sections are of the W3block contract.

There is no key that makes asking twice asking once, so every order carries ours as the campaign
that it came from, and a repeat begins with a look for it. An event proves who sent it and neither
when nor that it is still so: the order is read again before anything is believed (9).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

import httpx

from ....errors import (
    BadSignature,
    Conflict,
    NotFound,
    RequestError,
    SettingsError,
    Unauthenticated,
)
from ....wire.w3block.access import TenantKey
from ....wire.w3block.company_calls import CompanyCall
from ....wire.w3block.error_codes import W3blockCode
from ....wire.w3block.message import Message
from ....wire.w3block.paging import LARGEST_LIMIT, list_query
from ....wire.w3block.statuses import ENDED_BADLY, OrderStatus
from ....wire.w3block.webhooks import OrderEvent, read_event
from ...order import DeskSnapshot, Order
from ...quote import Goods, Quote, Wish
from .. import DeskOrder, PageKey, SimilarOrder
from ..exchange import (
    IN_CALLBACK,
    TOTAL,
    Exchange,
    check_money,
    require_address,
    unavailable,
    understood,
    utc_now,
)
from .access import WithHeaders, WithToken
from .answers import SeenOrder, SeenOrders, SeenPreview, body_of
from .given import CURRENCIES, Destination, destination_of, id_of, trade_of
from .previews import Preview, Previews
from .pricing import price, refusal_of, require_total
from .words import (
    W3blockProduct,
    create_body,
    is_ours,
    page_of,
    preview_body,
    snapshot_of,
    version_of,
)

M = TypeVar("M", bound=Message)
TOO_OLD = frozenset({W3blockCode.GAS_FEE_SIGNATURE_EXPIRED, W3blockCode.GAS_FEE_SIGNATURE_INVALID})
"""A promise that the platform does not keep, or not any more: another one is asked for, once."""
UNPAID = frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMING_PAYMENT})


class W3blockDesk:
    """Sells at the W3block platform at ``base_url`` as the company whose ``key`` and ``secret``
    those are (2.1).

    ``products`` says what each product of the shop is over there: an id, or a `W3blockProduct`.
    ``webhook_key`` signs the events that come to ``/till/callbacks/w3block``; several while one
    replaces another. ``payment_method`` and ``payment_provider`` are named in each order (4), else
    the platform chooses. ``destination`` gives a wallet's address or a user's id for the tokens of
    an order; without it they are the company's own. ``currencies`` are ids by ISO code.
    ``identity_url`` is where to sign in, if elsewhere; with ``sign_in=False`` the three headers go
    with each call. ``live``: real money is taken, which the protocol itself does not say.
    ``transport`` replaces the network, ``clock`` gives the time in UTC.

    Raises `SettingsError` for addresses, ids and words that cannot be right.
    """

    name = "w3block"

    def __init__(
        self,
        base_url: str,
        *,
        company_id: str,
        key: str,
        secret: str,
        products: Mapping[str, str | W3blockProduct],
        webhook_key: str | Sequence[str],
        payment_method: str | None = None,
        payment_provider: str | None = None,
        destination: Destination | None = None,
        currencies: Mapping[str, str] = CURRENCIES,
        identity_url: str | None = None,
        sign_in: bool = True,
        live: bool = True,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if not key or not secret or not webhook_key:
            raise SettingsError("W3blockDesk needs the company's key and secret, and webhook_key.")
        self._company_id = id_of("company_id", company_id)
        self._trade = trade_of(products, currencies, payment_method, payment_provider)
        self._webhook_keys = (webhook_key,) if isinstance(webhook_key, str) else tuple(webhook_key)
        self._destination = destination
        self._live = live
        self._clock = clock
        self._find: list[Callable[[str], Order | None]] = []
        self._exchange = Exchange(require_address("base_url", base_url), transport=transport)
        self._identity = (
            Exchange(require_address("identity_url", identity_url), transport=transport)
            if identity_url
            else self._exchange
        )
        tenant = TenantKey(self._company_id, key, secret)
        self._access = WithToken(self._identity, tenant, clock) if sign_in else WithHeaders(tenant)
        self._previews = Previews(self._ask_price, clock)

    def __repr__(self) -> str:
        return f"W3blockDesk({self._exchange.base!r})"

    def close(self) -> None:
        self._exchange.close()
        self._identity.close()

    def check_shop(self, *, currency: str, live_only: bool) -> None:
        """Raises `SettingsError` for a currency without an id, and for play money in earnest."""
        if currency not in self._trade.currencies:
            raise SettingsError(
                f"W3blockDesk has no id for {currency}, in which this shop sells.",
                remedy="Give it with currencies={...}, or price the catalog in another currency.",
            )
        check_money("W3blockDesk", live=self._live, live_only=live_only)

    def find_orders_with(self, find: Callable[[str], Order | None]) -> None:
        self._find.append(find)

    # ---- prices ----

    def quote(self, goods: Goods) -> Quote:
        """What they cost now, the platform's fees on top. Raises `Declined` and `Unavailable`."""
        found = self._previews.to_show(goods).quote
        left = found.valid_until - self._clock()
        return Quote(
            found.subtotal,
            found.fee,
            found.gas,
            found.total,
            found.valid_until,
            max(0, int(left.total_seconds())),
        )

    def _ask_price(self, goods: Goods) -> Preview:
        asked, at = preview_body(goods, self._trade), self._clock()
        told = self._read(SeenPreview, "POST", self._of("/orders/preview"), asked)
        return price(goods, told, self._trade, at)

    # ---- the desk's port ----

    def create(self, order: Order) -> DeskOrder:
        return self.find(order) or self.place(order, Wish())

    def find(self, order: Order) -> DeskOrder | None:
        listed = self._listed(order)
        # A list does not say where it is paid.
        return None if listed is None else self._known(order, self._order(listed.id))

    def _listed(self, order: Order) -> SeenOrder | None:
        """The order that has ours as its campaign, one that is alive before one that ended."""
        query = list_query(limit=LARGEST_LIMIT, utmCampaign=order.id)
        page = self._read(SeenOrders, "GET", self._of(f"/orders?{query}", by="/admin"))
        found = [one for one in page.items if understood(is_ours, order, one, self._trade)]
        return min(found, key=lambda one: one.status in ENDED_BADLY, default=None)

    def place(self, order: Order, wish: Wish) -> DeskOrder:
        goods = Goods.of(order)
        for is_last in (False, True):
            preview = self._previews.to_order(goods)
            require_total(preview.quote, wish)
            try:
                return self._known(order, self._create(order, preview, wish))
            except RequestError as error:
                if error.code == W3blockCode.SIMILAR_ORDER_NOT_ACCEPTED:
                    return self._mine_or_similar(order, error)
                self._previews.drop(goods, preview)
                if is_last or error.code not in TOO_OLD:
                    raise refusal_of(error) from error
        raise AssertionError("the second time is the last")

    def _mine_or_similar(self, order: Order, error: RequestError) -> DeskOrder:
        """What looks like it may be it: an answer was lost, or two asked at once."""
        found = self.find(order)
        if found is None:
            raise SimilarOrder("The same was ordered a moment ago.") from error
        return found

    def _create(self, order: Order, preview: Preview, wish: Wish) -> SeenOrder:
        asked = create_body(
            order,
            self._trade,
            prices=preview.prices,
            signature=preview.signature,
            again=wish.again,
            destination=destination_of(order, self._destination),
        )
        return self._read(SeenOrder, "POST", self._of("/orders"), asked)

    def token(self, order: Order) -> PageKey:
        return self._page(self._order(_id_of(order)))

    def get(self, order: Order) -> DeskSnapshot:
        return self._believed(order, self._newest(order))

    def cancel(self, order: Order) -> DeskSnapshot:
        """Only while it waits for money: of what is paid, this call would give the money back."""
        told = self._newest(order)
        if told.status != OrderStatus.PENDING:
            return self._believed(order, told)
        self._cancelled(order)  # or it moved on meanwhile: how, is seen next
        return self.get(order)

    def refund(self, order: Order) -> DeskSnapshot:
        """Give all the money back, and take the tokens back, before they are delivered (6, 8).

        The protocol knows no part of it. Raises `Conflict` (NOT_REFUNDABLE) for what is delivered.
        """
        if not self._cancelled(order):
            raise Conflict(f"{order.number} is delivered already.", code="NOT_REFUNDABLE")
        return self.get(order)

    def verify_callback(
        self, headers: Mapping[str, str], body: bytes, now: datetime
    ) -> tuple[str, DeskSnapshot]:
        """Proves who called, then reads the order again: that is what is believed (9).

        Raises `BadSignature`, `NotFound` for an order that is not ours, or not yet, and
        `Unavailable` when the platform does not stand by its event, or not yet.
        """
        event = self._proven(headers, body)
        order = next((one for one in (find(event.data.id) for find in self._find) if one), None)
        if order is None:
            raise NotFound("That is no order of this shop.", code="ORDER_NOT_FOUND")
        told = self._order(event.data.id, within=IN_CALLBACK)
        if version_of(told) < version_of(event.data):
            raise unavailable(f"{told.id} is {told.status}, whatever it called")
        return ":".join(map(str, event.key)), self._believed(order, told)

    # ---- how ----

    def _proven(self, headers: Mapping[str, str], body: bytes) -> OrderEvent:
        for key in self._webhook_keys:
            try:
                return read_event(headers, body, key, self._company_id)
            except BadSignature:
                continue
        raise BadSignature("The event is not proven to be the platform's.")

    def _cancelled(self, order: Order) -> bool:
        """Whether it could be cancelled."""
        path = self._of(f"/orders/{_id_of(order)}/{CompanyCall.CANCEL}", by="/admin")
        try:
            self._ask("PATCH", path)
        except RequestError as error:
            if error.code != W3blockCode.INVALID_ORDER_STATUS:
                raise
            return False
        return True

    def _newest(self, order: Order) -> SeenOrder:
        """Raises `NotFound` when the platform has no such order, and says so twice."""
        try:
            return self._order(_id_of(order))
        except NotFound:
            # A wrong address looks the same: an order must not be forgotten for that.
            if self._listed(order) is not None:
                raise unavailable(f"{order.desk_order_id} is there, and it is not") from None
            raise

    def _order(self, desk_order_id: str, *, within: float = TOTAL) -> SeenOrder:
        path = self._of(f"/orders/{desk_order_id}?fetchNewestStatus=true")
        return self._read(SeenOrder, "GET", path, within=within)

    def _of(self, path: str, *, by: str = "") -> str:
        return f"{by}/companies/{self._company_id}{path}"

    def _read(
        self,
        kind: type[M],
        method: str,
        path: str,
        asked: Message | None = None,
        *,
        within: float = TOTAL,
    ) -> M:
        return understood(kind.read, self._ask(method, path, asked, within=within))

    def _ask(
        self, method: str, path: str, asked: Message | None = None, *, within: float = TOTAL
    ) -> bytes:
        content = None if asked is None else asked.to_bytes()
        headers = self._access.headers()
        try:
            return body_of(self._exchange.send(method, path, content, headers, within=within))
        except Unauthenticated:
            if not self._access.refused(headers):
                raise
        headers = self._access.headers()
        return body_of(self._exchange.send(method, path, content, headers, within=within))

    def _known(self, order: Order, told: SeenOrder) -> DeskOrder:
        return DeskOrder(self._believed(order, told), self._page(told))

    def _believed(self, order: Order, told: SeenOrder) -> DeskSnapshot:
        return understood(snapshot_of, order, told, self._trade, self._company_id, live=self._live)

    def _page(self, told: SeenOrder) -> PageKey:
        if told.status in UNPAID and not told.payment_url:
            raise unavailable(f"{told.id} has no page where it is paid")
        return page_of(told)


def _id_of(order: Order) -> str:
    """The platform's id of the order; who has none was answered by nobody yet."""
    if order.desk_order_id is None:
        raise unavailable(f"{order.number} is not known to be there yet")
    return order.desk_order_id
