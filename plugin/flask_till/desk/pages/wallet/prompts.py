"""Binding: a shop's page wants its basket in this wallet, and the shopper says yes or no."""

from __future__ import annotations

from flask import Blueprint, request
from werkzeug.wrappers import Response as AnyResponse

from ....errors import NotFound, RequestError
from ...linked_basket import Prompt
from .page import Page
from .wording import reason


class Prompts(Page):
    """A prompt on a page of its own; those of all shops are on the first page, too."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("/link/<code>", "link", self.open_link)
        pages.add_url_rule("/prompts/<prompt_id>", "prompt", self.show)
        pages.add_url_rule("/prompts/<prompt_id>", "decide", self.decide, methods=["POST"])

    def open_link(self, code: str) -> AnyResponse:
        """A QR code or a link of the shop's page leads here."""
        prompt = self.wallet.open_link(code, self.shopper().id)
        return self.to("prompt", prompt_id=prompt.id)

    def show(self, prompt_id: str) -> AnyResponse:
        prompt = self._find(prompt_id)
        if prompt is None:
            return self.to("home")
        return self.page("prompt", prompt=prompt, problem=None, reason=reason)

    def decide(self, prompt_id: str) -> AnyResponse:
        shopper = self.acting_shopper()
        prompt = self._find(prompt_id)
        try:
            if request.form.get("answer") == "yes":
                self.wallet.accept(prompt_id, shopper.id, "trust" in request.form)
            else:
                self.wallet.refuse(prompt_id, shopper.id)
        except NotFound:
            raise
        except RequestError:
            return self.to("home")  # decided elsewhere, or over: the list says how it stands
        accepted = request.form.get("answer") == "yes" and prompt is not None
        if accepted and prompt is not None:
            return self.to("basket", basket_id=prompt.linked_basket_id)
        return self.to("home")

    def _find(self, prompt_id: str) -> Prompt | None:
        prompts = self.wallet.prompts(self.shopper().id)
        return next((one for one in prompts if one.id == prompt_id), None)
