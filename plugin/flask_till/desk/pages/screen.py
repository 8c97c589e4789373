"""What the page shows of an order: one view for each state, and what may be done in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from ...money import Money
from ..balance import TAKES
from ..gateways import PagePart
from ..merchant import Merchant
from ..order import ENDED_UNPAID, EXPIRED, GRACE, OPEN, PENDING, PROCESSING, Order
from ..origins import origin_of
from ..payment import ACTIVE
from .offers import ACCOUNT as ACCOUNT_METHOD
from .offers import Offer
from .waiting import standing
from .web3 import Arrivals
from .wording import ACCOUNT, CANNOT_PAY, N_, OTHER_PROBLEM, PROBLEMS, Language

JUST_PAID = timedelta(seconds=90)
"""Who comes to a paid order later than that is not sent on by itself."""
SESSION = "cs_"
"""How Stripe names a session of its checkout; one without an address is in a form elsewhere."""
LATE_NEWS = timedelta(minutes=2)
"""How long a page listens on after an order ended unpaid."""

TITLES: Mapping[str, str] = {
    "pending": N_("How would you like to pay?"),
    "confirm": N_("Confirm the payment"),
    "checking": N_("Checking for your payment"),
    "processing": N_("Your payment is on its way"),
    "paid": N_("Thank you, it is paid"),
    "partially_refunded": N_("Part of your money is on its way back"),
    "refunded": N_("Your money is on its way back"),
    "cancelled": N_("This order was cancelled"),
    "expired": N_("The time to pay is over"),
}
"""view -> its headline."""
BACK_IN_BALANCE = N_("You have your money back")
WORDS_ABROAD: Mapping[str, Mapping[str, str]] = {
    "ipos": {
        "processing": "pending",
        "paid": "completed",
        "partially_refunded": "partial_refunded",
        "expired": "cancelled",
    }
}
"""dialect -> our status -> the word that its shops know, where it is another."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something went wrong: what, and what helps."""

    title: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Screen:
    """An order as one browser sees it now."""

    order: Order
    merchant: Merchant
    offers: tuple[Offer, ...]
    part: PagePart
    now: datetime
    problem: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    arrivals: Arrivals | None = None

    @property
    def view(self) -> str:
        order = self.order
        if order.status == PENDING and order.is_due(self.now):
            return "checking"
        waits = order.status == PENDING and self._waits_for_shopper
        if waits and self._asks_here and not self.details:
            return "confirm"
        return order.status

    @property
    def _waits_for_shopper(self) -> bool:
        return self.order.payment is not None and self.order.payment.status == "requires_action"

    @property
    def _asks_here(self) -> bool:
        """Whether the gateway's part of the page is a question, and no way to begin."""
        payment = self.order.payment
        begins = self.part.module is not None or (payment and payment.method == ACCOUNT_METHOD)
        return self.part.template is not None and not begins

    @property
    def title(self) -> str:
        if self.view == "refunded" and self.is_paid_from_balance:
            return BACK_IN_BALANCE
        return TITLES[self.view]

    @property
    def is_final(self) -> bool:
        """Nothing more happens by itself, or soon."""
        return self.order.status not in OPEN

    @property
    def key(self) -> str:
        """Changes when the page has to be drawn anew."""
        seen = (self.view, standing(self.order), [offer.within for offer in self.offers])
        return sha256(repr(seen).encode()).hexdigest()[:12]

    @property
    def seconds_left(self) -> int:
        return max(0, round((self.order.expires_at - self.now).total_seconds()))

    @property
    def notice(self) -> Notice | None:
        if self.problem is not None:
            return Notice(*PROBLEMS.get(self.problem, OTHER_PROBLEM))
        payment = self.order.payment
        if self.view == "pending" and payment is not None and payment.status == "failed":
            why = CANNOT_PAY.get(payment.reason or "", CANNOT_PAY["declined"])
            return Notice(N_("The payment was declined"), why)
        return None

    @property
    def carry_on(self) -> str | None:
        """The gateway's own page, when the shopper left a payment unfinished there."""
        payment = self.order.payment
        if not self.order.is_open or payment is None or payment.status not in ACTIVE:
            return None
        return web_address(payment.client.get("redirect_url"))

    @property
    def is_begun_elsewhere(self) -> bool:
        """A payment is under way in a form on the merchant's own page."""
        return self.order.is_open and is_begun_elsewhere(self.order)

    @property
    def chosen(self) -> Offer | None:
        """What is paid with by now, or was tried last."""
        payment = self.order.payment
        if payment is None:
            return None
        ours = (one for one in self.offers if one.is_for(payment.gateway, payment.method))
        return next(ours, None)

    @property
    def opened(self) -> Offer | None:
        """The offer that is unfolded: the chosen one, else the first that would do."""
        would_do = (offer for offer in self.offers if not offer.is_short)
        return self.chosen or next(would_do, next(iter(self.offers), None))

    @property
    def is_resumed(self) -> bool:
        """The form of the opened offer goes on by itself where the shopper left it."""
        alone = len(self.offers) == 1
        return (alone or self.chosen is not None) and not self.is_begun_elsewhere

    @property
    def details_shown(self) -> list[tuple[str, str]]:
        """What is known of where to send the money, and what it is called."""
        return [(name, label) for name, label in ACCOUNT.items() if name in self.details]

    @property
    def asked_coins(self) -> list[Mapping[str, Any]]:
        """How what is missing is sent on a chain, in each coin that would do."""
        return [] if self.arrivals is None else self.arrivals.asked()

    @property
    def is_paid_from_balance(self) -> bool:
        payment = self.order.payment
        return payment is not None and payment.method in TAKES

    def money(self, minor: int) -> Money:
        return Money.of_minor(minor, self.order.amount.currency)

    @property
    def subtotal(self) -> Money:
        return self.money(sum(line.quantity * line.unit_amount for line in self.order.lines))

    @property
    def returning(self) -> Money | None:
        """Money that came too late for this order and goes back."""
        late = [r.amount for r in self.order.refunds if r.cause == "late" and r.status != "failed"]
        return self.money(sum(late)) if late and self.order.status in ENDED_UNPAID else None

    @property
    def may_still_be_paid(self) -> bool:
        """Its time is over, but a payment that was begun in time is still welcome."""
        payment, order = self.order.payment, self.order
        under_way = payment is not None and payment.status in ACTIVE
        return order.status == EXPIRED and order.late_money == "accept" and under_way

    @property
    def seconds_of_news(self) -> int:
        """How long it is worth to listen on after the order ended unpaid."""
        until = self.now + LATE_NEWS
        if self.may_still_be_paid:
            until = max(until, self.order.expires_at + GRACE + LATE_NEWS)
        return round((until - self.now).total_seconds())

    @property
    def paid_twice(self) -> Money | None:
        twice = [r.amount for r in self.order.refunds if r.cause == "double"]
        return self.money(sum(twice)) if twice and not self.returning else None

    @property
    def can_cancel(self) -> bool:
        return self.order.status in (PENDING, PROCESSING) and self.view in ("pending", "confirm")

    # --- where the shopper came from ------------------------------------------------------

    @property
    def word(self) -> str:
        """The order's status in the words of the protocol that it was placed with."""
        return WORDS_ABROAD.get(self.order.dialect, {}).get(self.order.status, self.order.status)

    @property
    def is_of_ipos(self) -> bool:
        """Placed by a widget, which has its own messages and goes on in the window it is in."""
        return self.order.dialect == "ipos"

    @property
    def opener(self) -> str | None:
        """The origin that is told how the order stands, if it is the merchant's.

        It is the one that opened this page, and for a widget that of its ``redirect_url``.
        """
        origin = self.order.opener_origin
        if self.is_of_ipos:
            origin = origin_of(self.order.redirect_url or "")
        return origin if origin in self.merchant.origins else None

    @property
    def target(self) -> str:
        """Where links to the shop open: a widget in a portal must not take the portal away."""
        return "_self" if self.is_of_ipos else "_top"

    @property
    def is_of_wallet(self) -> bool:
        """Placed in this desk's own wallet, which also said where the page leads."""
        return self.order.dialect == "inpost"

    @property
    def number(self) -> str:
        """The order as the shopper knows it."""
        shown = self.order.description if self.is_of_wallet else None
        return shown or self.order.external_id

    @property
    def onward(self) -> str | None:
        """Where the shopper goes after the end, with order and status; only to the merchant."""
        url = self.order.redirect_url
        if not self.is_final or url is None or not self._leads_home(url):
            return None
        if self.is_of_wallet:
            return url
        parts = urlsplit(url)
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in
                 ("orderId", "status")]  # fmt: skip
        query += [("orderId", self.order.id), ("status", self.word)]
        return urlunsplit(parts._replace(query=urlencode(query)))

    @property
    def goes_on_by_itself(self) -> bool:
        paid_at = self.order.paid_at
        fresh = paid_at is not None and self.now - paid_at < JUST_PAID
        return self.view == "paid" and fresh and self.onward is not None

    @property
    def back(self) -> str | None:
        """The shop: the page that was left, when it is the merchant's, else its first address."""
        url = self.order.redirect_url
        if url is not None and self._leads_home(url):
            return url
        home = self.opener or next(iter(self.merchant.origins), None)
        return f"{home}/" if home and origin_of(home) == home else None

    def _leads_home(self, url: str) -> bool:
        return self.is_of_wallet or origin_of(url) in self.merchant.origins

    def image(self, url: str | None, *, page_is_secure: bool) -> str | None:
        """A picture that the merchant serves itself; others are not loaded."""
        if url is None or origin_of(url) not in self.merchant.origins:
            return None
        return None if page_is_secure and url.lower().startswith("http:") else url

    # --- for scripts ----------------------------------------------------------------------

    def state(self, language: Language) -> dict[str, Any]:
        """The answer of ``/order/status``."""
        payment = self.order.payment
        return {
            "order_id": self.order.id,
            "status": self.word,
            "version": self.order.version,
            "view": self.view,
            "key": self.key,
            "text": language.text(self.title),
            "final": self.is_final,
            "expires_in": self.seconds_left if self.order.is_open else None,
            "amount": {
                "amount": self.order.amount.minor,
                "currency": self.order.amount.currency,
                "text": language.money(self.order.amount),
            },
            "payment": payment and {"status": payment.status, "gateway": payment.gateway},
            "redirect": self.onward,
        }


def form_elsewhere(order: Order) -> str | None:
    """The provider's id of a payment whose form is on the merchant's own page, so not on ours."""
    payment = order.payment
    if payment is None or payment.client.get("redirect_url"):
        return None
    known = payment.provider_ref or ""
    return known if known.startswith(SESSION) else None


def is_begun_elsewhere(order: Order) -> bool:
    """Whether the payment under way is such a one."""
    under_way = order.payment is not None and order.payment.status in ACTIVE
    return under_way and form_elsewhere(order) is not None


def web_address(url: object) -> str | None:
    """A URL that a browser may be sent to: http or https, nothing else."""
    return url if isinstance(url, str) and origin_of(url) is not None else None
