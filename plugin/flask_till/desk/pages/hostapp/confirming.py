"""The addresses of the confirmation page: the payment, news of it, and yes or no."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

from flask import Response, g, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ....errors import Conflict, NotFound, RequestError, Unreadable
from ....web.body import json_object
from ....web.refusals import with_retry_after
from ...actions.balances import read_balances
from ...actions.boxo_partners import is_page_of_a_host, read_host
from ...boxo_desk import SANDBOX, HostPayments
from ...boxo_payment import BoxoPayment
from ...counter import Counter
from ...host_sessions import HostSessions, HostUser
from ...order import Order
from .. import headers
from ..faults import LARGEST_FORM
from ..own_page import Place, is_secure, place_at
from ..parameters import Theme
from ..rendering import draw
from ..waiting import TOP_UP_WAIT, read_seconds, wait_for_news
from ..wording import Language, choose_language
from . import callers
from .screen import HostScreen
from .wording import DEAD_ENDS, OTHER_DEAD_END, OTHER_PROBLEM, PROBLEMS

PLACE = "/boxo/hostapp"
ACTIONS = ("pay", "cancel")
_PAYMENT_ID = re.compile(r"[\x21-\x7e]{1,250}")
MOST_IMAGE_HOSTS = 20


class ConfirmPage:
    """The views, for one desk."""

    def __init__(self, desk: Counter, payments: HostPayments, sessions: HostSessions) -> None:
        self._desk = desk
        self._payments = payments
        self._sessions = sessions

    # --- looking --------------------------------------------------------------------------

    def show(self, payment_id: str) -> AnyResponse:
        return self._page(self._screen(*self._find(payment_id)))

    def status(self, payment_id: str) -> Response:
        """News as JSON: at once, or when a page with ``version`` and ``key`` is outdated."""
        payment, order = self._find(payment_id)
        screen = self._screen(payment, order)
        seconds = read_seconds(request.args.get("wait", ""))
        known = request.args.get("version") == str(order.version)
        if seconds and known and request.args.get("key", screen.key) == screen.key:
            seconds = min(seconds, TOP_UP_WAIT) if screen.lacks else seconds
            wait_for_news(self._desk, order, lambda: self._desk.cashier.follow(order.id), seconds)
            screen = self._screen(*self._find(payment_id))
        return jsonify(screen.state())

    # --- deciding -------------------------------------------------------------------------

    def pay(self) -> AnyResponse:
        """Yes or no, by the page's form or by JSON, which a host's own page or server sends."""
        return self._by_script() if request.mimetype == "application/json" else self._by_form()

    def preflight(self) -> Response:
        """A browser asks whether a page of another origin may send JSON here."""
        response = Response(status=204)
        origin = callers.asking_origin()
        known = origin and self._desk.database.read(is_page_of_a_host, origin)
        callers.let_read(response, origin if known else None)
        if known:
            response.headers["Access-Control-Allow-Methods"] = "POST"
            response.headers["Access-Control-Allow-Headers"] = "Content-Type"
            response.headers["Access-Control-Max-Age"] = "600"
        return response

    def _by_form(self) -> AnyResponse:
        payment, _ = self._find(request.form.get("order_payment_id", ""))
        try:
            callers.require_form_of_ours(self.place(), payment.id)
            self._decide(payment, request.form.get("action", "pay"), request.form.get("outcome"))
        except RequestError as error:
            screen = self._screen(*self._find(payment.id), problem=error.code)
            return _with_status(self._page(screen), error)
        return redirect(self._address(payment), 303)

    def _by_script(self) -> AnyResponse:
        asked = json_object(LARGEST_FORM)
        payment, _ = self._find(_text(asked, "order_payment_id"))
        origin, origins = callers.asking_origin(), self._origins(payment)
        callers.require_known_page(self.place(), origins)
        g.till_host_page_reader = origin if origin in origins else None
        with suppress(Conflict):  # decided by somebody else meanwhile: the answer says how
            self._decide(payment, _text(asked, "action", "pay"), asked.get("outcome"))
        answer = jsonify(self._payments.words(*self._find(payment.id)))
        callers.let_read(answer, g.till_host_page_reader)
        return answer

    def _decide(self, payment: BoxoPayment, action: str, outcome: object) -> None:
        """Raises `Unreadable` for another action than these two, and what `HostPayments` does."""
        if action not in ACTIONS:
            raise Unreadable('The action is "pay" or "cancel".', code="INVALID_ORDER_DATA")
        if action == "cancel":
            self._payments.cancel(payment.id)
            return
        wanted = outcome if isinstance(outcome, str) and outcome else None
        self._payments.pay(payment.id, self._user(), outcome=wanted)

    # --- what there is --------------------------------------------------------------------

    def _find(self, payment_id: str) -> tuple[BoxoPayment, Order]:
        """Raises `NotFound` (ORDER_NOT_FOUND)."""
        if not _PAYMENT_ID.fullmatch(payment_id):
            raise NotFound("There is no such payment.", code="ORDER_NOT_FOUND")
        payment, order = self._payments.show(payment_id)
        g.till_host_page_payment = payment
        self._allow(payment, ())
        return payment, order

    def _origins(self, payment: BoxoPayment) -> tuple[str, ...]:
        return self._desk.database.read(read_host, payment.client_id).origins

    def _allow(self, payment: BoxoPayment, images: tuple[str, ...]) -> None:
        framers = (self.place().origin, *self._origins(payment))
        headers.allow(framers=framers, images=images, parts=())

    def _user(self) -> HostUser | None:
        return self._sessions.user_of(request.cookies)

    def _screen(self, payment: BoxoPayment, order: Order, problem: str | None = None) -> HostScreen:
        user = self._user()
        names = {method.name for method in self._desk.cashier.methods(order)}
        theirs = user == HostUser(payment.client_id, payment.hostapp_user_id or "")
        having = None
        if theirs and order.is_open and order.payer is not None:
            having = self._desk.database.read(
                read_balances, order.payer, currency=order.amount.currency, live=order.live
            ).wallet
        return HostScreen(
            payment=payment,
            order=order,
            words=self._payments.words(payment, order),
            language=self._language(),
            now=self._desk.database.clock(),
            user=user,
            balance=having,
            plays=SANDBOX in names,
            problem=problem,
        )

    # --- drawing --------------------------------------------------------------------------

    def _page(self, screen: HostScreen) -> Response:
        place, payment = self.place(), screen.payment
        found = (headers.image_origin(url) for url in screen.pictures)
        hosts = tuple(dict.fromkeys(one for one in found if one))[:MOST_IMAGE_HOSTS]
        self._allow(payment, hosts)
        secret = callers.form_secret()
        response = self._draw(
            "hostapp/pay.html",
            screen=screen,
            order=screen.order,
            hosts=hosts,
            notice=screen.problem and PROBLEMS.get(screen.problem, OTHER_PROBLEM),
            parents=[place.origin, *self._origins(payment)],
            proof=callers.proof(secret, payment.id),
            here=self._address(payment),
            picture=headers.image_origin,
        )
        if screen.order.is_open:
            secure = is_secure(self._desk.settings, place, framed=True)
            callers.keep_form_secret(response, secret, place, secure=secure)
        return response

    def _draw(self, template: str, **words: Any) -> Response:
        return draw(template, self._language(), self.place(), None, theme=_theme(), **words)

    def _language(self) -> Language:
        wishes = [language for language, _ in request.accept_languages]
        return choose_language([*wishes, self._desk.settings.locale])

    def place(self) -> Place:
        return place_at(self._desk.settings, url_for(".pay").removesuffix("/pay"), PLACE)

    def _address(self, payment: BoxoPayment) -> str:
        theme = _theme()
        query = f"?{urlencode({'theme': theme})}" if theme else ""
        return f"{self.place().path}/pay/{quote(payment.id)}{query}"

    def dead_end(self, error: RequestError) -> Response:
        """A page without a payment, or the same as JSON."""
        if request.mimetype == "application/json" or str(request.endpoint).endswith(".status"):
            response = jsonify(error_code=error.code, error_message=str(error))
            callers.let_read(response, g.get("till_host_page_reader"))
        else:
            if g.get("till_host_page_payment") is None:
                headers.allow(framers=(self.place().origin,), images=(), parts=())
            title, remedy = DEAD_ENDS.get(error.code, OTHER_DEAD_END)
            response = self._draw("hostapp/dead_end.html", title=title, remedy=remedy, error=error)
        return _with_status(response, error)

    def nothing_here(self, rest: str) -> Response:
        raise NotFound(f"There is no page {rest[:80]!r}.", code="PAGE_NOT_FOUND")


def _theme() -> Theme | None:
    given = request.values.get("theme")
    if given is None:
        return None
    return "dark" if given == "dark" else "light"


def _text(asked: dict[str, Any], name: str, default: str = "") -> str:
    value = asked.get(name, default)
    if not isinstance(value, str):
        raise Unreadable(f"{name} is no text.", code="INVALID_ORDER_DATA")
    return value


def _with_status(response: Response, error: RequestError) -> Response:
    response.status_code = error.status
    return with_retry_after(response, error)
