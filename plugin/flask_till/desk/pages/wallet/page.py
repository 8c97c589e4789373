"""What the wallet's pages share: the desk behind them, who is signed in, how a page is drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from flask import Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from ....base.database import Database
from ....base.limits import Limits
from ....base.waiters import Waiters
from ....errors import RequestError, Unauthenticated
from ....settings import DeskSettings
from ....web.refusals import with_retry_after
from ...actions.merchants import read_merchant
from ...linked_basket import Shopper
from ...merchant import Merchant
from ...wallet import Wallet
from ...web3.web3_desk import Web3Desk
from .. import headers
from ..own_page import Place, place_at, proof_of, require_own_page
from ..rendering import draw
from ..wording import Language, choose_language
from .wording import DELIVERIES, ORDER_STATES

COOKIE = "till_wallet"
COOKIE_LIFE = 30 * 86400
"""Seconds."""
MOST_IMAGE_HOSTS = 20
NOBODY = ""


def _waiters() -> Waiters:
    return Waiters(32, per_key=4, per_address=8)


@dataclass(frozen=True)
class WalletParts:
    """The desk behind the wallet's pages; with ``web3`` shoppers have an account for coins."""

    wallet: Wallet
    database: Database
    settings: DeskSettings
    limits: Limits
    waiters: Waiters = field(default_factory=_waiters)
    web3: Web3Desk | None = None


class Page:
    """One group of the wallet's addresses, and what each of them needs."""

    def __init__(self, parts: WalletParts) -> None:
        self.parts = parts
        self.wallet = parts.wallet

    # --- who asks -------------------------------------------------------------------------

    @property
    def session(self) -> str:
        return request.cookies.get(COOKIE, NOBODY)

    def shopper(self) -> Shopper:
        """Who is signed in. Raises `Unauthenticated` (SIGNED_OUT), which shows the way in."""
        found = self.wallet.shopper_of(self.session) if self.session else None
        if found is None:
            raise Unauthenticated("Nobody is signed in.", code="SIGNED_OUT")
        g.till_wallet_shopper = found
        return found

    def acting_shopper(self) -> Shopper:
        """As `shopper`, for a request that changes something: it must come from our own page."""
        found = self.shopper()
        require_own_page(self.place(), self.session, "wallet")
        return found

    # --- where and in which words ---------------------------------------------------------

    def place(self) -> Place:
        return place_at(self.parts.settings, url_for("till_wallet.home").rstrip("/"), "/wallet")

    def order_pages(self) -> Place:
        """Where this desk's order pages are, beside the wallet."""
        place = self.place()
        return Place(place.origin, place.path.removesuffix("/wallet") + "/order")

    def language(self) -> Language:
        wishes = [language for language, _ in request.accept_languages]
        return choose_language([*wishes, self.parts.settings.locale])

    def merchant(self, merchant_id: str) -> Merchant:
        """A shop's name and origins; each is read once for a request."""
        known: dict[str, Merchant] = g.setdefault("till_wallet_merchants", {})
        if merchant_id not in known:
            known[merchant_id] = self.parts.database.read(read_merchant, merchant_id)
        return known[merchant_id]

    # --- answering ------------------------------------------------------------------------

    def page(self, template: str, **words: Any) -> Response:
        """One page of the wallet."""
        shopper: Shopper | None = g.get("till_wallet_shopper")
        drawn = draw(
            f"wallet/{template}.html",
            self.language(),
            self.place(),
            None,
            shopper=shopper,
            version=shopper.version if shopper else 0,
            proof=proof_of(self.session, "wallet") if shopper else "",
            merchant=self.merchant,
            now=self.parts.database.clock(),
            tab=template,
            has_account=self.parts.web3 is not None,
            deliveries=DELIVERIES,
            titles=ORDER_STATES,
            images=" ".join(headers.policy().images),
            **words,
        )
        drawn.set_etag(sha256(drawn.get_data()).hexdigest()[:20])
        return drawn

    def to(self, endpoint: str, **values: Any) -> AnyResponse:
        """On to another of our pages, after something was done."""
        path = url_for(f"till_wallet.{endpoint}", **values)
        here = url_for("till_wallet.home").rstrip("/")
        return redirect(self.place().path + path.removeprefix(here), 303)

    def refused(self, error: RequestError, drawn: Response) -> Response:
        """A page that says what went wrong, with the error's status."""
        drawn.status_code = error.status
        return with_retry_after(drawn, error)

    def show_images_of(self, urls: Iterable[str | None]) -> None:
        """Let this page load pictures from those hosts and from no others."""
        found = [origin for url in urls if (origin := headers.image_origin(url))]
        hosts = list(dict.fromkeys(found))[:MOST_IMAGE_HOSTS]
        headers.allow(framers=(), images=hosts, parts=())
