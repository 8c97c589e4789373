"""News for an open wallet: a long poll that answers as soon as anything changed."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from ....base.waiters import PollLater
from ....web.callers import caller
from .page import Page

LONGEST_WAIT = 25
"""Seconds."""
LOOK_EVERY = 5.0
"""Seconds after which a waiting wallet's version is read though no bell rang."""


class News(Page):
    """``/wallet/news?version=<seen>&wait=<seconds>`` -> ``{"version": n}``."""

    def add_to(self, pages: Blueprint) -> None:
        pages.add_url_rule("/news", "news", self.news)

    def news(self) -> Response:
        shopper, seen = self.shopper(), request.args.get("version", "")
        version, wait = shopper.version, _seconds(request.args.get("wait", ""))
        if wait and seen == str(version):
            version = self._wait(shopper.id, version, wait)
        return jsonify(version=version)

    def _wait(self, shopper_id: str, seen: int, seconds: int) -> int:
        def moved() -> int | None:
            version = self.wallet.version(shopper_id)
            return version if version != seen else None

        bell = self.parts.database.bell
        try:
            with bell.listen(self.wallet.topic(shopper_id)) as ear:
                found = self.parts.waiters.wait_for(
                    moved, shopper_id, ear, seconds, every=LOOK_EVERY, address=caller()
                )
        except PollLater:
            return seen  # asks again in a moment
        return seen if found is None else found


def _seconds(text: str) -> int:
    plain = text.isascii() and text.isdigit() and len(text) < 4
    return min(int(text), LONGEST_WAIT) if plain else 0
