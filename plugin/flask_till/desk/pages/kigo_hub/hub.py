"""The addresses of the hub: a code, signing in, claiming. Looking never claims, nor spends."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Response, g, request, url_for

from ....base.database import Database
from ....base.limits import Limits
from ....base.sealing import digest
from ....errors import NotFound, RequestError, TooMany, Unauthenticated
from ....settings import DeskSettings
from ....web.callers import caller
from ....web.refusals import with_retry_after
from ....wire.kigo.links import HubVisit, read_program_session, read_visit
from ....wire.kigo.sessions import read_session_id
from ...actions import kigo_users
from ...actions.product_tokens import give_to_shopper
from ...claim import CLAIMED, UNCLAIMED, check_holder, check_redeemable
from ...kigo_desk import KigoClaims
from ...kigo_partner import Account, KigoOrder, Program
from ...wallet import Wallet
from .. import headers
from ..own_page import Place, is_secure, place_at, proof_of, require_own_page
from ..rendering import draw
from ..wallet.page import COOKIE as WALLET_COOKIE
from ..wallet.page import COOKIE_LIFE as WALLET_LIFE
from ..wording import Language, choose_language
from .visitors import FORM_COOKIE, Visitor, Visitors
from .wording import CLOSED, DEAD_ENDS, OTHER_DEAD_END

PLACE, WALLET = "/kigo/hub", "/wallet"
_HEX = re.compile("[0-9a-f]{6}")
_BETWEEN = re.compile(r"[\s\u2010-\u2015-]")
PREFIX = "+48"


@dataclass(frozen=True, slots=True)
class HubParts:
    """The desk behind the hub."""

    claims: KigoClaims
    wallet: Wallet
    database: Database
    settings: DeskSettings
    limits: Limits


class Hub:
    """The views, for one desk."""

    def __init__(self, parts: HubParts) -> None:
        self._parts = parts
        self._claims = parts.claims
        self._visitors = Visitors(parts.settings, parts.claims.clock)

    # --- looking --------------------------------------------------------------------------

    def show(self) -> Response:
        return self._show(read_visit(request.query_string))

    def show_program(self, program: str) -> Response:
        """The other form of a link, which names no code (5.1)."""
        return self._show(HubVisit("", read_program_session(request.query_string)))

    def look(self) -> Response:
        """A code that was typed; it does not get into an address that way."""
        return self._show(_form_visit())

    def _show(self, visit: HubVisit) -> Response:
        visitor = self._seen(visit.session_id) if visit.session_id else self._known()
        if not visit.claim_code:
            return self._page("ask", visitor=visitor, session_id=visit.session_id)
        order = self._find(visit.claim_code, visitor)
        return self._order(order, self._there(order, visitor), visit.session_id)

    # --- doing ----------------------------------------------------------------------------

    def enter(self) -> Response:
        """The page's first call: spends a session for a single use, and signs in by it (9.6)."""
        self._require_own()
        visitor = self._entered(_form_visit().session_id)
        response = Response(status=204)
        self._visitors.remember(response, visitor, self.place())
        return response

    def claim(self) -> Response:
        self._require_own()
        visit = _form_visit()
        visitor = self._acting(visit.session_id)
        order = self._find(visit.claim_code, visitor)
        try:
            self._claim(order, self._there(order, visitor))
        except RequestError as error:
            if error.code not in CLOSED:
                raise
        now = self._find(visit.claim_code, visitor)
        response = self._order(now, self._there(order, visitor), "")
        self._visitors.remember(response, visitor, self.place())
        return response

    def send_code(self) -> Response:
        """Send a code to a phone and ask for it."""
        self._require_own()
        prefix, phone = _phone()
        sent = self._parts.wallet.send_code(prefix, phone, address=caller())
        then = request.form.get("then", "")
        return self._page("phone_code", prefix=prefix, phone=phone, shown=sent.shown, then=then)

    def sign_in(self) -> Response:
        """A code that fits signs in here and in the wallet; then the claim code is asked for.

        Or, after a claim, straight on to the wallet.
        """
        self._require_own()
        wallet, (prefix, phone) = self._parts.wallet, _phone()
        code = re.sub(r"\s", "", request.form.get("code", ""))
        session = wallet.sign_in(prefix, phone, code, address=caller())
        shopper = wallet.shopper_of(session)
        if shopper is None:
            raise _over()
        visitor = self._known()
        known = "" if visitor is None else visitor.account_id
        visitor = Visitor(known if self._given(known, shopper.id) else "", shopper.id)
        if request.form.get("then") == "wallet":
            response = Response(status=303, headers={"Location": self._wallet_path()})
        else:
            response = self._page("ask", visitor=visitor, session_id="")
        self._visitors.remember(response, visitor, self.place())
        self._open_wallet(response, session)
        return response

    def colours(self, first: str, second: str) -> Response:
        """A program's colours: a style sheet, because the page allows no styles of its own."""
        if not (_HEX.fullmatch(first) and _HEX.fullmatch(second)):
            raise NotFound("There are no such colours.", code="PAGE_NOT_FOUND")
        words = _readable_on(first)
        deep = second if _readable_on(second) == words else first  # the same words stand on both
        rule = f"--till-accent:#{first};--accent-deep:#{deep};--on-accent:{words};--halo:#{first}38"
        # Thrice, to win over our own colours of every theme.
        return Response(f":root:root:root{{{rule}}}", content_type="text/css; charset=utf-8")

    # --- who ------------------------------------------------------------------------------

    def _known(self) -> Visitor | None:
        return self._visitors.of(request.cookies)

    def _seen(self, session_id: str) -> Visitor:
        """Whom a session vouches for; it is not spent. Raises `Unauthenticated` (SESSION_OVER)."""
        found = self._parts.database.read(kigo_users.find_sso, _session(session_id))
        if found is None:
            raise _over()
        g.till_hub_program = self._claims.program(
            found.account.partner_id, found.external_program_id
        )
        return Visitor(account_id=found.account.id)

    def _entered(self, session_id: str) -> Visitor:
        found = self._parts.database.write(kigo_users.enter_sso, _session(session_id))
        if found is None:
            raise _over()
        return Visitor(account_id=found.account.id)

    def _acting(self, session_id: str) -> Visitor:
        """Who claims: whom the session vouches for, whoever was signed in here before.

        A session that this very browser spent is still that of its cookie.
        """
        known = self._known()
        if session_id:
            vouched = self._parts.database.read(kigo_users.vouched_for, _session(session_id))
            if known is None or known.account_id != vouched:
                return self._entered(session_id)
        if known is None:
            raise _over()
        return known

    def _given(self, account_id: str, shopper_id: str) -> bool:
        """Whether the account's tokens are in that shopper's wallet from now on."""
        if not account_id:
            return False
        return self._parts.database.write(give_to_shopper, account_id, shopper_id)

    def _account_of(self, account_id: str) -> Account | None:
        if not account_id:
            return None
        return self._parts.database.read(kigo_users.find_account, account_id)

    def _holder(self, order: KigoOrder, visitor: Visitor | None) -> str:
        """Whose token it would be; empty for nobody, or for a shopper who has none yet."""
        if visitor is None:
            return ""
        names = {"account_id": visitor.account_id, "shopper_id": visitor.shopper_id}
        return self._parts.database.read(kigo_users.holder_of, order, **names) or ""

    def _require_own(self) -> None:
        require_own_page(self.place(), request.cookies.get(FORM_COOKIE, ""), "hub")

    def _open_wallet(self, response: Response, session: str) -> None:
        place = self.place()
        response.set_cookie(
            WALLET_COOKIE,
            session,
            max_age=WALLET_LIFE,
            path=self._wallet_path(),
            httponly=True,
            secure=is_secure(self._parts.settings, place),
            samesite="Lax",
        )

    def _wallet_path(self) -> str:
        return self.place().path.removesuffix(PLACE) + WALLET

    def _is_in_wallet(self, holder: str) -> bool:
        """Whether what it holds is shown to somebody in the desk's wallet, too."""
        return bool(holder and self._parts.database.read(kigo_users.shopper_of, holder))

    # --- what -----------------------------------------------------------------------------

    def _find(self, code: str, visitor: Visitor | None) -> KigoOrder:
        """Raises `NotFound`, `TooMany`."""
        account = None if visitor is None else self._account_of(visitor.account_id)
        return self._claims.find(code, address=caller(), account=account, of_any_partner=True)

    def _there(self, order: KigoOrder, visitor: Visitor | None) -> Visitor | None:
        """Who the visitor is to the order's partner: another one's user is nobody, or a shopper."""
        account = None if visitor is None else self._account_of(visitor.account_id)
        if visitor is None or account is None or account.partner_id == order.partner_id:
            return visitor
        return Visitor(shopper_id=visitor.shopper_id) if visitor.shopper_id else None

    def _claim(self, order: KigoOrder, visitor: Visitor | None) -> None:
        account = self._account_of(self._holder(order, visitor))
        if account is not None:
            self._claims.claim(order, account)
        elif visitor is not None and visitor.shopper_id:
            self._claims.claim_as_shopper(order, visitor.shopper_id)
        else:
            raise _over()

    def _order(self, order: KigoOrder, visitor: Visitor | None, session_id: str) -> Response:
        """How a code stands for this visitor (5.2)."""
        holder = self._holder(order, visitor)
        view, error = _standing(order, order.claim.status_at(self._claims.clock()), holder, visitor)
        product = self._claims.product_of(order)
        if g.get("till_hub_program") is None:
            g.till_hub_program = self._claims.program(order.partner_id, order.external_program_id)
        response = self._page(
            "code",
            view=view,
            product=product,
            order=order,
            code=self._claims.code_of(order),
            session_id=session_id,
            visitor=visitor,
            in_wallet=view == "yours" and self._is_in_wallet(holder),
            closed=None if error is None else CLOSED[error.code],
        )
        if error is not None:
            response.status_code = CLOSED[error.code][0]
        return response

    # --- drawing --------------------------------------------------------------------------

    def _page(self, template: str, **words: Any) -> Response:
        program = g.get("till_hub_program") or self._look(words.get("order"))
        pictures = [
            getattr(program, "logo", None),
            getattr(words.get("product"), "image_url", None),
        ]
        hosts = [origin for url in pictures if (origin := headers.image_origin(url))]
        headers.allow(framers=(), images=hosts, parts=())
        secret = request.cookies.get(FORM_COOKIE) or secrets.token_hex(16)
        response = draw(
            f"kigo_hub/{template}.html",
            self._language(),
            self.place(),
            None,
            theme=getattr(program, "theme", None),
            program=program,
            colours=_colours(program),
            shows=lambda url: headers.image_origin(url) in hosts,
            proof=proof_of(secret, "hub"),
            wallet=self._wallet_path(),
            **words,
        )
        self._visitors.keep_form(response, secret, self.place())
        if program is not None:
            look = (program.partner_id, program.external_program_id)
            self._visitors.keep_look(response, look, self.place())
        return response

    def _look(self, order: KigoOrder | None) -> Program | None:
        """That of the page before; what belongs to an order has its own, or none."""
        look = self._visitors.look_of(request.cookies)
        return None if order is not None or look is None else self._claims.program(*look)

    def dead_end(self, error: RequestError) -> Response:
        code = "TOO_MANY_REQUESTS" if isinstance(error, TooMany) else error.code
        title, remedy = DEAD_ENDS.get(code, OTHER_DEAD_END)
        code = request.args.get("claim-code", "") if error.code == "SESSION_OVER" else ""
        response = self._page("dead_end", title=title, remedy=remedy, error=error, code=code)
        response.status_code = error.status
        return with_retry_after(response, error)

    def place(self) -> Place:
        return place_at(self._parts.settings, url_for("till_kigo_hub.show").rstrip("/"), PLACE)

    def _language(self) -> Language:
        wishes = [language for language, _ in request.accept_languages]
        return choose_language([*wishes, self._parts.settings.locale])


def _standing(
    order: KigoOrder, status: str, holder: str, visitor: Visitor | None
) -> tuple[str, RequestError | None]:
    """The page's view, and why the code is closed to this visitor."""
    if holder and order.claim.redeemed_by == holder:
        return "yours", None
    try:
        if visitor is not None and status in (UNCLAIMED, CLAIMED):
            check_holder(order.claim, holder)
        check_redeemable(status)
    except RequestError as error:
        return "closed", error
    return ("open" if visitor else "stranger"), None


def _form_visit() -> HubVisit:
    """A code may be typed, or copied, with blanks and any dashes in it."""
    code = _BETWEEN.sub("", request.form.get("claim-code", ""))
    return HubVisit(code, request.form.get("session-id", ""))


def _session(session_id: str) -> str:
    try:
        return digest(read_session_id(session_id))
    except RequestError:
        raise _over() from None


def _over() -> Unauthenticated:
    return Unauthenticated("The session is over.", code="SESSION_OVER")


def _colours(program: Any) -> str:
    """The part of an address that names them; empty for our own."""
    first = (getattr(program, "primary_colour", None) or "").lstrip("#").lower()
    second = (getattr(program, "secondary_colour", None) or "").lstrip("#").lower()
    return f"{first or second}/{second or first}" if first or second else ""


def _readable_on(colour: str) -> str:
    """Black or white, whichever stands out more from a colour (WCAG's relative luminance)."""
    parts = [int(colour[at : at + 2], 16) * 1000 // 255 for at in (0, 2, 4)]
    red, green, blue = (part * part for part in parts)  # close enough to the curve of screens
    return "#000" if 2126 * red + 7152 * green + 722 * blue > 1800 * 1_000_000 else "#fff"


def _phone() -> tuple[str, str]:
    prefix = re.sub(r"[\s()-]", "", request.form.get("country_prefix", PREFIX)) or PREFIX
    phone = re.sub(r"[\s().-]", "", request.form.get("phone", ""))
    return prefix, phone.removeprefix(prefix)
