"""What a shop says of its claims, what is refused at once, and the commands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from flask_till import KigoClaims, Till
from flask_till.cli import till as commands
from flask_till.errors import SettingsError
from flask_till.shop.catalog import Product
from tests.shop.claims.kigo_desk import BASE, MUG, KigoDesk
from tests.shop.claims.site import Site
from tests.shop.shelves import zl

GIVEN: dict[str, Any] = {"api_key": "key", "partner_id": "partner", "products": {"mug": MUG}}


def test_it_names_itself_without_its_keys() -> None:
    claims = KigoClaims(f"{BASE}/", **GIVEN)
    assert repr(claims) == f"KigoClaims({BASE!r})"
    claims.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"api_key": ""},
        {"api_key": "with a blank"},
        {"partner_id": ""},
        {"products": {}},
        {"products": {"a mug": MUG}},
        {"products": {"mug": "a/b"}},
        {"products": {"mug": ""}},
        {"webhook_secret": ""},
        {"webhook_secret": ["", "x"]},
        {"hub": "hub.example"},
        {"base_url": "ftp://kigo.example"},
        {"base_url": "https://user:word@kigo.example"},
    ],
    ids=str,
)
def test_what_cannot_be_right_is_refused_at_once(wrong: dict[str, Any]) -> None:
    given = {"base_url": BASE, **GIVEN, **wrong}
    with pytest.raises(SettingsError):
        KigoClaims(given.pop("base_url"), **given)


def test_the_hub_may_be_elsewhere(
    new_site: Callable[..., Flask], new_claims: Callable[..., Any], kigo: KigoDesk
) -> None:
    kigo.line.twist = lambda told: {
        **told,
        "deeplink_url": f"https://partner-hub.kigo.io?claim-code={told['claim_code']}",
    }
    site = Site(new_site(claims=new_claims(hub="https://Partner-Hub.kigo.io/")), kigo)
    (claim,) = site.bought(mug=1)["claims"]
    link = site.client.post(claim["open_url"]).headers["Location"]
    assert link.startswith("https://partner-hub.kigo.io?claim-code=")


def test_unknown_keywords_are_told_with_those_that_are_known() -> None:
    with pytest.raises(SettingsError, match=r"knows no 'claim'.*order_complete, claims"):
        Till(Flask("shop"), catalog=[Product("mug", "Mug", zl("1.00"))], claim=1)


# ---- flask till ----


@pytest.fixture
def site(new_site: Callable[..., Flask], kigo: KigoDesk) -> Site:
    return Site(new_site(), kigo)


def run(site: Site, *words: str) -> Any:
    return site.app.test_cli_runner().invoke(commands, list(words))


def test_what_failed_is_listed_and_asked_for_again(site: Site) -> None:
    site.bought(card=1)
    site.bought(card=1)
    listed = run(site, "claims", "list", "--status", "failed")
    assert listed.exit_code == 0
    line = listed.output.splitlines()[1].split()
    assert line[1:] == ["T-000002", "card", "1", "failed", "product_unavailable"]
    assert len(run(site, "claims", "list").output.splitlines()) == 3
    kept = site.order()["claims"][0]["id"]
    site.kigo.kigo.change_product("7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a12", stock=3)
    assert "is wanted" in run(site, "claims", "retry", kept).output
    site.carry()
    assert site.order()["claims"][0]["status"] == "ready"
    again = run(site, "claims", "retry", kept)
    assert (again.exit_code, "The claim is ready" in again.output) == (1, True)


def test_one_piece_is_withdrawn(site: Site) -> None:
    (claim,) = site.bought(mug=1)["claims"]
    assert "is being withdrawn" in run(site, "claims", "withdraw", claim["id"]).output
    assert "being withdrawn" in run(site, "claims", "list").output
    site.carry()
    assert site.kigo.codes() == ["cancelled"]
    assert claim["code"] not in run(site, "claims", "list").output


def test_an_unknown_claim_and_a_shop_without_any(
    site: Site, new_shop: Callable[..., Flask]
) -> None:
    assert run(site, "claims", "retry", "clm_none").exit_code == 1
    without = new_shop().test_cli_runner().invoke(commands, ["claims", "list"])
    assert (without.exit_code, "hands over no claims" in without.output) == (1, True)


def test_the_doctor_looks_at_claims(site: Site) -> None:
    site.bought(card=1)
    well = run(site, "doctor").output
    assert "knows this shop" in well
    assert "no claim failed" in well
    assert "/till/callbacks/kigo" in well
    site.bought(card=1)
    assert "some claims failed" in run(site, "doctor").output
    site.kigo.line.cut = True
    ill = run(site, "doctor")
    assert (ill.exit_code, "bad" in ill.output) == (1, True)
