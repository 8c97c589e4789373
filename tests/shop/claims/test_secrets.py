"""Neither code, link nor session is kept or told where it does not belong."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from flask_till import signals
from flask_till.base.sealing import Seal
from flask_till.shop.tables import metadata
from tests.shop.claims.kigo_desk import API_KEY, HUB, WEBHOOK_SECRET, KigoDesk
from tests.shop.claims.site import Site
from tests.shop.claims.the_shop import TheShop
from tests.shop.conftest import browser


class Canary:
    """A shop in which everything happened to claims, and all that it left behind."""

    def __init__(self, site: Site, kigo: KigoDesk) -> None:
        self.site = site
        self.signals: list[Any] = []
        for name, signal in signals.ALL.items():
            signal.connect(self._hear(name), sender=site.app, weak=False)
        first, second = site.bought(mug=2, card=1)["claims"][:2]
        self.codes = [first["code"], second["code"]]
        opened = site.client.post(first["open_url"]).headers["Location"]
        self.session = opened.partition("session-id=")[2]
        kigo.line.says(500)
        site.client.post(second["open_url"])
        kigo.line.answers_with = None
        kigo.claim(first["code"])
        site.hear()
        site.post({"kigo-signature": "t=1,v1=00"}, second["code"].encode())
        broken = {"error": {"code": "product_unavailable", "message": second["code"]}}
        site.tell(site.placed(mug=1), "paid")
        kigo.line.says(422, json=broken)
        site.carry()
        site.tell(site.placed(mug=1), "paid")
        kigo.line.says(201, json={"claim_code": second["code"], second["code"]: 1})
        site.carry()
        kigo.line.answers_with = None
        # A stranger looks, and asks.
        self.stranger = browser(site.app)
        self.stranger.post("/till/iziAddToCart", json={"product_id": "mug"})

    def _hear(self, name: str) -> Callable[..., None]:
        def listen(app: Flask, **news: Any) -> None:
            self.signals.append((name, news))

        return listen

    def secrets(self) -> list[str]:
        """All that must be found nowhere."""
        bare = [code.replace("-", "") for code in self.codes]
        return [*self.codes, *bare, self.session, "claim-code=", API_KEY, WEBHOOK_SECRET]


@pytest.fixture
def canary(
    new_site: Callable[..., Flask], kigo: KigoDesk, caplog: pytest.LogCaptureFixture
) -> Canary:
    caplog.set_level(logging.DEBUG)
    return Canary(Site(new_site(), kigo), kigo)


def leaks(secrets: list[str], where: str) -> list[str]:
    return [secret for secret in secrets if secret.lower() in where.lower()]


def test_there_was_something_to_leak(canary: Canary) -> None:
    assert all(len(code) == 14 for code in canary.codes)
    assert len(canary.session) == 36
    assert {name for name, _ in canary.signals} >= {"order_paid", "claim_failed"}


def test_no_log_has_them(canary: Canary, caplog: pytest.LogCaptureFixture) -> None:
    ours = [
        f"{record.getMessage()} {record.exc_text or ''} {record.args}"
        for record in [*caplog.get_records("setup"), *caplog.records]
        if record.name.startswith(("flask_till.shop", "flask_till.base", "httpx", "httpcore"))
    ]
    assert ours
    assert leaks(canary.secrets(), "\n".join(ours)) == []


def test_no_row_of_the_shop_has_them(canary: Canary) -> None:
    database = canary.site.app.extensions["till"].database
    rows: list[str] = []
    for table in metadata.tables.values():
        found = database.read(lambda work, table=table: work.execute(select(table)).all())
        rows += [f"{table.name}: {tuple(row)}" for row in found]
    kept = "\n".join(rows)
    assert "till_shop_claims" in kept
    assert leaks(canary.secrets(), kept) == []
    assert HUB not in kept


def test_no_signal_has_them(canary: Canary) -> None:
    told = "\n".join(f"{name} {news!r}" for name, news in canary.signals)
    assert leaks(canary.secrets(), told) == []
    assert all(not news["order"].claims for _, news in canary.signals if "order" in news)
    failed = [news for name, news in canary.signals if name == "claim_failed"]
    assert [set(news) for news in failed] == [{"order", "claim_id", "reason"}] * len(failed)
    assert failed[0]["reason"] == "product_unavailable"


def test_no_other_browser_has_them(canary: Canary) -> None:
    answers = [
        canary.stranger.get(f"/till/{path}").text
        for path in ("basket", "channel", "iziCanBeBound", "iziGetOrderComplete")
    ]
    assert leaks(canary.codes, json.dumps(answers)) == []


def test_a_key_that_is_gone_spoils_no_more_than_the_code(
    shop: TheShop, caplog: pytest.LogCaptureFixture
) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    shop.delivery._seal = Seal(["another key" * 3])
    assert [(one.status, one.code) for one in shop.shown(order)] == [("failed", None)]
    assert "TILL_SECRET_KEYS" in caplog.text


def test_while_the_keys_change_codes_are_shown(shop: TheShop) -> None:
    order = shop.buy(mug=1)
    shop.carry()
    shop.delivery._seal = Seal(["another key" * 3, "k" * 32])
    assert shop.shown(order)[0].code is not None


def test_no_repr_has_them(canary: Canary) -> None:
    front = canary.site.app.extensions["till"]
    with canary.site.client as client:
        client.get("/till/basket")
        shown = repr(front.owner.orders())
    everything = shown + repr(front.claims.maker)
    assert leaks([*canary.codes, API_KEY, WEBHOOK_SECRET], everything) == []
