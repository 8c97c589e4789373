"""The shopper's own page: name and addresses, browsers that are trusted, the way out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from ....errors import NotFound, RequestError
from .page import Page
from .wording import problem

ADDRESS = ("street", "building", "flat", "postal_code", "city", "country_code")
INVOICE = ("legal_form", "company_name", "tax_id", *ADDRESS)


class Me(Page):
    """What the wallet knows of its shopper."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("/me", "me", self.show)
        pages.add_url_rule("/me", "save", self.save, methods=["POST"])
        pages.add_url_rule("/me/browsers/<browser_id>", "revoke", self.revoke, methods=["POST"])

    def show(self) -> AnyResponse:
        return self._show()

    def save(self) -> AnyResponse:
        shopper = self.acting_shopper()
        try:
            self.wallet.save_profile(shopper.id, read_profile(request.form))
        except NotFound:
            raise
        except RequestError as error:
            return self._show(error)
        return self.to("me", saved="yes")

    def revoke(self, browser_id: str) -> AnyResponse:
        self.wallet.revoke_browser(browser_id, self.acting_shopper().id)
        return self.to("me")

    def _show(self, error: RequestError | None = None) -> AnyResponse:
        shopper = self.shopper()
        given = read_profile(request.form) if error is not None else _profile_of(shopper)
        drawn = self.page(
            "me",
            given=given,
            browsers=[one for one in self.wallet.browsers(shopper.id) if one.revoked_at is None],
            saved=request.args.get("saved") == "yes",
            problem=problem(error),
        )
        return drawn if error is None else self.refused(error, drawn)


def read_profile(form: Mapping[str, str]) -> dict[str, Any]:
    """Name, mail and address as they were typed; what was emptied is to be taken away."""
    given: dict[str, Any] = {
        name: form[name].strip() for name in ("name", "surname", "mail") if name in form
    }
    if any(name in form for name in ADDRESS):
        address = {name: text for name in ADDRESS if (text := form.get(name, "").strip())}
        lives = set(address) - {"country_code"}
        given["address"] = {"country_code": "PL"} | address if lives else {}
    return given


def _profile_of(shopper: Any) -> dict[str, Any]:
    own = {"name": shopper.name, "surname": shopper.surname, "mail": shopper.mail}
    return {name: value for name, value in own.items() if value} | dict(shopper.profile)
