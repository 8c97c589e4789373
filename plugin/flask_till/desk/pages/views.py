"""The pages' addresses: the order, news of it, paying, confirming, cancelling."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, g, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ...base.logs import logger
from ...errors import NotFound, RequestError, TillError
from ...web.refusals import with_retry_after
from ..actions.reading import read_order
from ..counter import Counter
from ..gateways import PagePart
from ..order import EXPIRED, Order
from ..payment import ACTIVE
from . import headers
from .access import Access
from .offers import ACCOUNT, offers_of, require_covered
from .own_page import Place, place_at
from .parameters import OURS, Parameters, read_parameters, read_token, theme_of
from .payers import payer_of
from .rendering import draw, draw_part
from .screen import Screen, is_begun_elsewhere, web_address
from .waiting import TOP_UP_WAIT, read_seconds, wait_for_news
from .web3 import arrivals_of, needs_wallet
from .wording import DEAD_ENDS, NOT_YOUR_ORDER, OTHER_DEAD_END, Language, choose_language

log = logger(__name__)

LOOK_PACE = {"processing": 2.0, "created": 5.0, "requires_action": 15.0}
"""status of a payment -> seconds between two questions to its gateway while a page is open."""
NOT_INPUTS = OURS | {"gateway", "method", "proof", "payer"}


class OrderPage:
    """The views, for one desk."""

    def __init__(self, desk: Counter) -> None:
        self._desk = desk

    # --- looking --------------------------------------------------------------------------

    def show(self) -> AnyResponse:
        """The page. A token in its address is turned into a cookie and removed from there."""
        parameters, token = read_parameters(request.args), read_token(request.args)
        order = self._read(parameters)
        access = Access(self._desk, order, self.place())
        if token is not None:
            session = access.open(token)
            response = redirect(self._address(parameters), 303)
            if session is not None:
                access.keep(response, session)
            return response
        if access.comes_back(request.args.get("session_id", "")):
            self._fresh(order, ask_now=True)
            response = redirect(self._address(parameters), 303)
            access.keep(response, access.admit())
            return response
        access.require_session()
        came_back = set(request.args) - OURS
        order = self._fresh(order, ask_now=bool(came_back))
        if came_back:  # with a provider's parameters, secrets among them
            return redirect(self._address(parameters), 303)
        return self._page(parameters, order, access)

    def enter(self) -> AnyResponse:
        """A user token that a partner's page left in this origin's storage opens the page."""
        parameters, token = read_parameters(request.form), read_token(request.form)
        access = Access(self._desk, self._read(parameters), self.place())
        access.require_script_of_ours()
        session = access.open(token or "")
        response = Response(status=204)
        if session is not None:
            access.keep(response, session)
        return response

    def status(self) -> Response:
        """News as JSON: at once, or when a page with ``version`` (or ``key``) is outdated.

        ``look=true``: something happened between the shopper and the gateway, so ask it now.
        """
        parameters = read_parameters(request.args)
        order = self._read(parameters)
        access = Access(self._desk, order, self.place())
        access.require_session()
        seconds = read_seconds(request.args.get("wait", ""))
        current = self._fresh(order, ask_now=request.args.get("look") == "true")
        screen = self._screen(current)
        known = request.args.get("version") == str(current.version)
        if seconds and known and request.args.get("key", screen.key) == screen.key:
            poor = any(offer.is_short for offer in screen.offers)
            current = self._wait(current, min(seconds, TOP_UP_WAIT) if poor else seconds)
            access.require_session()
            screen = self._screen(current)
        return jsonify(screen.state(self._language(current)))

    def arrived(self) -> Response:
        """What came on a chain for the order's payment, as JSON and as the page shows it."""
        order = self._read(read_parameters(request.args))
        Access(self._desk, order, self.place()).require_session()
        screen, language = self._screen(self._fresh(order)), self._language(order)
        arrivals = screen.arrivals
        if arrivals is None:
            raise NotFound("Nothing is awaited on a chain.", code="PAYMENT_NOT_FOUND")
        state = arrivals.state_for_scripts(order.amount, language) | {
            "view": screen.view,
            "text": arrivals.headline(language),
            "html": draw_part("web3/arrived.html", language, screen=screen, order=screen.order),
        }
        if arrivals.state == "underpaid" and screen.order.is_open:
            state["asked"] = arrivals.asked()
        return jsonify(state)

    def _wait(self, order: Order, seconds: float) -> Order:
        def read() -> Order:
            return self._fresh(self._desk.database.read(read_order, order.id))

        return wait_for_news(self._desk, order, read, seconds)

    def _fresh(self, order: Order, *, ask_now: bool = False) -> Order:
        """The order as it stands; its gateway is asked when that may bring news."""
        payment, due = order.payment, order.is_due(self._desk.database.clock())
        welcome = order.is_open or (order.status == EXPIRED and order.late_money == "accept")
        under_way = welcome and payment is not None and payment.status in ACTIVE
        if not (under_way or due):
            return order
        pace = 1.0 if ask_now else 2.0 if due or payment is None else LOOK_PACE[payment.status]
        if not self._desk.pace.may(f"{order.id} {pace}", pace):
            return order
        try:
            return self._desk.cashier.look(order.id)
        except TillError:
            log.warning("no news of the payment of order %s", order.id, exc_info=True)
            return order

    # --- acting ---------------------------------------------------------------------------

    def pay(self) -> AnyResponse:
        """Start or go on with a payment, by form or by script."""
        parameters, order, access = self._enter()
        inputs = {key: value for key, value in request.form.items() if key not in NOT_INPUTS}
        gateway, method = request.form.get("gateway", ""), request.form.get("method", "")
        payer = payer_of(self._desk, order) if method == ACCOUNT else None
        if payer is not None:
            inputs["payer"] = payer
        try:
            require_covered(offers_of(self._desk, order, payer), gateway, method)
            if is_begun_elsewhere(order):  # its form is not on this page, so it begins anew here
                self._desk.cashier.stop(order.id)
            paying = self._desk.cashier.pay(order.id, gateway=gateway, method=method, inputs=inputs)
        except RequestError as error:
            return self._problem(parameters, order, access, error)
        started = paying.started
        onward = web_address(started.redirect_url) if started else None
        if _wants_json():
            state = self._screen(paying.order).state(self._language(order))
            client = dict(started.client) if started else {}
            return jsonify(state | {"client": client, "redirect_url": onward})
        if onward is not None and paying.order.is_open:
            return self._leave(parameters, paying.order, onward)
        return redirect(self._address(parameters), 303)

    def act(self) -> AnyResponse:
        """A step on our page that the payment waits for: a confirmation, say."""
        return self._do(
            lambda order: self._desk.cashier.act(
                order.id, {k: v for k, v in request.form.items() if k not in NOT_INPUTS}
            )
        )

    def cancel(self) -> AnyResponse:
        """The shopper gives the order up. Money that comes first wins."""
        return self._do(lambda order: self._desk.cashier.cancel(order.id))

    def _do(self, verb: Callable[[Order], Order]) -> AnyResponse:
        parameters, order, access = self._enter()
        try:
            changed = verb(order)
        except RequestError as error:
            return self._problem(parameters, order, access, error)
        if _wants_json():
            return jsonify(self._screen(changed).state(self._language(changed)))
        return redirect(self._address(parameters), 303)

    def _enter(self) -> tuple[Parameters, Order, Access]:
        parameters = read_parameters(request.form)
        order = self._read(parameters)
        access = Access(self._desk, order, self.place())
        access.require_own_page(access.require_session())
        return parameters, order, access

    def _problem(
        self, parameters: Parameters, order: Order, access: Access, error: RequestError
    ) -> Response:
        """What went wrong, above the order as it stands now."""
        order = self._desk.cashier.get(order.id)
        language = self._language(order)
        screen = self._screen(order, problem=error.code)
        notice = screen.notice
        assert notice is not None
        if _wants_json():
            words = f"{language.text(notice.title)}. {language.text(notice.remedy)}"
            response = jsonify(error_code=error.code, error_message=words)
        else:
            response = self._page(parameters, order, access, problem=error.code)
        return _with_status(response, error)

    # --- rendering ------------------------------------------------------------------------

    def _page(
        self, parameters: Parameters, order: Order, access: Access, problem: str | None = None
    ) -> Response:
        screen = self._screen(order, problem)
        parts = tuple(offer.part for offer in screen.offers) if order.is_open else ()
        self._allow(screen, parts)
        session = access.session()
        return draw(
            "order.html",
            self._language(order),
            self.place(),
            parameters,
            theme=theme_of(parameters, order.dialect),
            screen=screen,
            order=order,
            proof=access.proof(session) if session else "",
            wallet=self.place().path.removesuffix("/order") + "/wallet",
        )

    def _leave(self, parameters: Parameters, order: Order, onward: str) -> Response:
        """On to the gateway's page. Not a redirect: browsers hold those against ``form-action``."""
        self._allow(self._screen(order), ())
        framed = request.headers.get("Sec-Fetch-Dest") in ("iframe", "frame")
        return draw(
            "leave.html",
            self._language(order),
            self.place(),
            parameters,
            theme=theme_of(parameters, order.dialect),
            onward=onward,
            framed=framed,
        )

    def _allow(self, screen: Screen, parts: tuple[PagePart, ...]) -> None:
        origins = screen.merchant.origins
        wallets = any(needs_wallet(part) for part in parts)
        headers.allow(framers=origins, images=origins, parts=parts, inline_images=wallets)

    def _screen(self, order: Order, problem: str | None = None) -> Screen:
        return Screen(
            order=order,
            merchant=self._desk.merchant_of(order),
            offers=offers_of(self._desk, order, payer_of(self._desk, order)),
            part=self._desk.page_part(order.payment.gateway) if order.payment else PagePart(),
            now=self._desk.database.clock(),
            problem=problem,
            details=self._desk.cashier.details(order),
            arrivals=arrivals_of(self._desk, order),
        )

    # --- where and in which words ---------------------------------------------------------

    def place(self) -> Place:
        return place_at(self._desk.settings, url_for(".show"), "/order")

    def _address(self, parameters: Parameters) -> str:
        return f"{self.place().path}?{urlencode(parameters.query)}"

    def _read(self, parameters: Parameters) -> Order:
        g.till_order_page_parameters = parameters
        order = self._desk.database.read(read_order, parameters.order_id)
        g.till_order_page_dialect = order.dialect
        g.till_order_page_merchant = merchant = self._desk.merchant_of(order)
        headers.allow(framers=merchant.origins, images=(), parts=())
        return order

    def _language(self, order: Order | None) -> Language:
        wishes = [language for language, _ in request.accept_languages]
        own = [] if order is None else [order.locale]
        return choose_language([*own, *wishes, self._desk.settings.locale])

    def dead_end(self, error: RequestError) -> Response:
        """A page without an order, or the same as JSON."""
        if _wants_json() or str(request.endpoint).endswith(".status"):
            response = jsonify(error_code=error.code, error_message=error.message)
            return _with_status(response, error)
        parameters = g.get("till_order_page_parameters")
        dialect = g.get("till_order_page_dialect")
        foreign = dialect == "ipos" and error.code == "ORDER_NOT_YOURS"
        title, remedy = NOT_YOUR_ORDER if foreign else DEAD_ENDS.get(error.code, OTHER_DEAD_END)
        response = draw(
            "dead_end.html", self._language(None), self.place(), parameters,
            theme=theme_of(parameters, dialect), title=title, remedy=remedy, error=error,
            has_token="token" in request.args, token_key=self._token_key(foreign),
            merchant=g.get("till_order_page_merchant"),
        )  # fmt: skip
        return _with_status(response, error)

    def _token_key(self, foreign: bool) -> str | None:
        """Where a partner's page keeps its user token, for desks that let those in."""
        opens = foreign and self._desk.admits is not None and "token" not in request.args
        return "ipos_access_token" if opens else None

    def nothing_here(self, rest: str) -> Response:
        raise NotFound(f"There is no page {rest[:80]!r}.", code="PAGE_NOT_FOUND")


def _with_status(response: Response, error: RequestError) -> Response:
    response.status_code = error.status
    return with_retry_after(response, error)


def _wants_json() -> bool:
    kinds = request.accept_mimetypes
    return kinds.best_match(["text/html", "application/json"], "text/html") == "application/json"
