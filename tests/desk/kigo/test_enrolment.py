"""Enrolling partners, programs and products, in Python and on the command line."""

from __future__ import annotations

import pytest

from flask_till.cli import till
from flask_till.errors import Conflict, InvalidRequest, NotFound, SettingsError
from tests.desk.kigo.the_partner import OTHER, PARTNER, PRODUCT, SCARCE

FIXED = {
    "partner_id": "c0ffee00-0000-4000-8000-0000000000ff",
    "api_key": "kigo_a_key_for_demos_only",
    "webhook_secret": "kigo-webhook-secret",
}


@pytest.fixture
def kigo(desk):
    return desk.desk.kigo


@pytest.fixture
def run(desk):
    runner = desk.app.test_cli_runner()

    def call(*words: str) -> str:
        result = runner.invoke(till, ["kigo", *words], prog_name="till")
        assert result.exit_code == 0, result.output
        return result.output

    return call


def test_secrets_are_random_and_shown_only_when_made(desk, kigo):
    made = kigo.add_partner(desk.merchant.id)
    assert made.api_key.startswith("kigo_")
    for secret in (made.api_key, made.webhook_secret):
        assert len(secret) > 32
        assert secret not in repr(made)


def test_a_merchant_is_one_partner(desk, kigo):
    kigo.add_partner(desk.merchant.id)
    with pytest.raises(Conflict):
        kigo.add_partner(desk.merchant.id)
    with pytest.raises(NotFound):
        kigo.add_partner("nobody")


def test_fixed_values_are_ensured_again_and_again(desk, kigo):
    for url in ("https://a.example/hook", None):
        made = kigo.ensure_partner(desk.merchant.id, webhook_url=url, **FIXED)
        assert made.api_key == FIXED["api_key"]
    for other in ("api_key", "webhook_secret"):
        with pytest.raises(SettingsError):
            kigo.ensure_partner(desk.merchant.id, **FIXED | {other: "another-secret-of-mine"})
    for spelled in (PRODUCT, PRODUCT, PRODUCT.upper()):
        made = kigo.ensure_product(FIXED["partner_id"], name="Mug", product_id=spelled, stock=5)
        assert made.id == PRODUCT


def test_a_code_that_holds_as_long_as_can_be_is_placed_and_shown(partner, kigo):
    kigo.change_product(PRODUCT, claim_seconds=100 * 366 * 86_400, parts=["x"] * 1000)
    code = partner.server().placed("a")["claim_code"]
    assert len(partner.user().get(f"/tokens/claim/{code}").json["tokens"]) == 1000
    assert len(partner.user().claim(code).json["child_tokens"]) == 1000


def test_what_cannot_be_told_is_not_enrolled(partner, kigo):
    for wrong in (
        {"type": "car"},
        {"name": ""},
        {"name": "a\x00b"},
        {"image_url": "javascript:alert(1)"},
        {"stock": -1},
        {"claim_seconds": 0},
        {"parts": [""]},
        {"parts": ["x"] * 1001},
        {"image_url": "https://img.example/" + "x" * 2048},
        {"stock": 2**63},
        {"claim_seconds": 10**11},
    ):
        with pytest.raises(InvalidRequest):
            kigo.add_product(PARTNER, **{"name": "x"} | wrong)
    for look in (
        {"primary_colour": "red;}body{display:none"},
        {"theme": "pink"},
        {"logo": "data:x"},
    ):
        with pytest.raises(InvalidRequest):
            kigo.set_program(PARTNER, "gold", **look)
    with pytest.raises(InvalidRequest):
        kigo.change_partner(PARTNER, webhook_url="http://10.0.0.1/")
    with pytest.raises(SettingsError):
        kigo.ensure_product(OTHER, name="x", product_id=PRODUCT)


def test_the_command_line_enrols(desk, run):
    made = run("partners", "add", desk.merchant.id, "--id", FIXED["partner_id"])
    assert FIXED["partner_id"] in made
    assert "x-api-key" in made
    assert "Mugs" in run("partners", "list")
    run("partners", "off", FIXED["partner_id"])
    assert "off" in run("partners", "list")
    run("partners", "on", FIXED["partner_id"])
    assert "x-api-key" in run("partners", "renew", FIXED["partner_id"])
    run("programs", "set", FIXED["partner_id"], "gold", "--primary", "#aa7700")
    assert "#aa7700" in run("programs", "list")
    product = run("products", "add", FIXED["partner_id"], "Mug", "--id", SCARCE, "--stock", "3")
    assert product.strip() == SCARCE
    assert "3" in run("products", "list")
    run("products", "off", SCARCE)
    assert "off" in run("products", "list")
    run("products", "on", SCARCE)
    assert "off" not in run("products", "list")
    run("partners", "webhook", FIXED["partner_id"], "https://a.example/hook")
    assert "https://a.example/hook" in run("partners", "list")
    assert "told nothing" in run("partners", "webhook", FIXED["partner_id"])
    assert "https://a.example/hook" not in run("partners", "list")
