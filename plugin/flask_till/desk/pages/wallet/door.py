"""The way in and out: a phone number, a code that is sent to it, and a cookie for the session."""

from __future__ import annotations

import re

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as AnyResponse

from ....errors import NotFound, RequestError
from ....web.callers import caller
from ..own_page import is_secure, require_own_page
from ..payers import forget_payer, keep_payer
from ..static_files import send_static
from .page import COOKIE, COOKIE_LIFE, Page
from .wording import DEAD_ENDS, OTHER_DEAD_END, problem

ONWARD = re.compile(r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9_./-]{0,199}\Z")
SIGNED_OUT = "SIGNED_OUT"
PREFIX = "+48"


class Door(Page):
    """Signing in and out, and what is shown when something went wrong."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("/code", "code", self.send_code, methods=["POST"])
        pages.add_url_rule("/sign-in", "sign_in", self.sign_in, methods=["POST"])
        pages.add_url_rule("/sign-out", "sign_out", self.sign_out, methods=["POST"])
        pages.add_url_rule("/manifest.webmanifest", "manifest", self.manifest)
        pages.add_url_rule("/static/<name>/<path:path>", "static_file", send_static)
        pages.add_url_rule("/<path:rest>", "nothing_here", self.nothing_here)

    def send_code(self) -> AnyResponse:
        """Send a code and ask for it."""
        require_own_page(self.place(), self.session, "wallet")
        prefix, phone = _phone()
        try:
            sent = self.wallet.send_code(prefix, phone, address=caller())
        except RequestError as error:
            return self.refused(error, self._ask_phone(error))
        return self._ask_code(prefix, phone, shown=sent.shown)

    def sign_in(self) -> AnyResponse:
        """A code that fits opens a session, and leads to where the shopper wanted to go."""
        require_own_page(self.place(), self.session, "wallet")
        prefix, phone = _phone()
        code = re.sub(r"\s", "", request.form.get("code", ""))
        try:
            session = self.wallet.sign_in(prefix, phone, code, address=caller())
        except RequestError as error:
            return self.refused(error, self._ask_code(prefix, phone, error=error))
        place = self.place()
        onward = request.form.get("onward", "")
        response = self.to("home")
        if ONWARD.match(onward):
            response.location = f"{place.path}/{onward}"
        response.set_cookie(
            COOKIE,
            session,
            max_age=COOKIE_LIFE,
            path=place.path,
            httponly=True,
            secure=is_secure(self.parts.settings, place),
            samesite="Lax",
        )
        if self.parts.web3 is not None:
            keep_payer(response, session, self.parts.settings, self.order_pages())
        return response

    def sign_out(self) -> AnyResponse:
        self.acting_shopper()
        self.wallet.sign_out(self.session)
        response = self.to("home")
        response.delete_cookie(COOKIE, path=self.place().path, httponly=True, samesite="Lax")
        forget_payer(response, self.order_pages())
        return response

    def manifest(self) -> Response:
        """What a phone needs to keep the wallet among its apps."""
        path = self.place().path
        icon = {"src": f"{path}/static/now/wallet/icon.svg", "sizes": "any"}
        response = jsonify(
            {
                "name": self.language().text("Wallet"),
                "short_name": self.language().text("Wallet"),
                "id": path,
                "start_url": path,
                "scope": path,
                "display": "standalone",
                "background_color": "#101014",
                "theme_color": "#5142f5",
                "icons": [
                    icon | {"type": "image/svg+xml", "purpose": purpose}
                    for purpose in ("any", "maskable")
                ],
            }
        )
        response.content_type = "application/manifest+json"
        return response

    def nothing_here(self, rest: str) -> Response:
        raise NotFound(f"There is no page {rest[:80]!r}.", code="PAGE_NOT_FOUND")

    # --- what went wrong ------------------------------------------------------------------

    def dead_end(self, error: RequestError) -> Response:
        """The way in for who is signed out; else a page that says what happened and what helps."""
        if str(request.endpoint).endswith(".news"):
            answer = jsonify(error_code=error.code, error_message=error.message)
            return self.refused(error, answer)
        if error.code == SIGNED_OUT:
            drawn = self._ask_phone()
            drawn.status_code = 200 if str(request.endpoint).endswith(".home") else error.status
            return drawn
        title, remedy = DEAD_ENDS.get(error.code, OTHER_DEAD_END)
        drawn = self.page("dead_end", title=title, remedy=remedy, error=error)
        return self.refused(error, drawn)

    def _ask_phone(self, error: RequestError | None = None) -> Response:
        given = request.form if request.method == "POST" else {}
        return self.page(
            "sign_in",
            prefix=given.get("country_prefix", PREFIX),
            phone=given.get("phone", ""),
            onward=self._onward(),
            problem=problem(error),
        )

    def _ask_code(
        self,
        prefix: str,
        phone: str,
        *,
        shown: str | None = None,
        error: RequestError | None = None,
    ) -> Response:
        return self.page(
            "code",
            prefix=prefix,
            phone=phone,
            shown=shown,
            onward=self._onward(),
            problem=problem(error),
        )

    def _onward(self) -> str:
        """Where the shopper wanted to go, below ``/wallet/``; empty for the wallet itself."""
        if request.method == "POST":
            wanted = request.form.get("onward", "")
        else:
            wanted = request.path.partition("/wallet/")[2]
        return wanted if ONWARD.match(wanted) else ""


def _phone() -> tuple[str, str]:
    """The number as it was typed, without what people put between the digits."""
    prefix = re.sub(r"[\s()-]", "", request.form.get("country_prefix", PREFIX)) or PREFIX
    phone = re.sub(r"[\s().-]", "", request.form.get("phone", ""))
    if phone.startswith(prefix):
        phone = phone.removeprefix(prefix)
    return prefix, phone
