"""Signing keys and their rotation (3.1), what can be paid with (2.3), promoted products (2.11),
paths that are none, and that every refusal of 2.2 can happen."""

from __future__ import annotations

import base64
from functools import partial
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from flask_till.cli import till as commands
from flask_till.desk.actions import signing_keys as signing
from flask_till.desk.dialects.inpost.keyring import Keyring
from flask_till.desk.tables.wallet import signing_keys
from flask_till.wire.inpost.error_codes import WalletCode
from tests.desk.inpost.the_shop import example, refused

KEYS = "/v1/izi/signing-keys/public"


@pytest.fixture
def keyring(desk) -> Keyring:
    return desk.app.extensions["till_desk"].inpost.keyring


def versions(shop) -> list[str]:
    answer = shop.call("GET", KEYS)
    assert answer.status_code == 200
    return [key["version"] for key in answer.json["public_keys"]]


# --- keys -------------------------------------------------------------------------------------


def test_the_key_is_made_when_it_is_first_asked_for(shop, desk):
    assert desk.rows(signing_keys) == []
    answer = shop.call("GET", KEYS)
    expected = example("signing_keys")
    assert answer.json.keys() == expected.keys()
    assert answer.json["merchant_external_id"] == shop.credentials.merchant_external_id
    [key] = answer.json["public_keys"]
    assert key.keys() == expected["public_keys"][0].keys()
    opened = load_der_public_key(base64.b64decode(key["public_key_base64"], validate=True))
    assert isinstance(opened, RSAPublicKey)
    assert opened.key_size >= 2048


def test_one_key_is_found_by_its_version(shop):
    [key] = shop.call("GET", KEYS).json["public_keys"]
    answer = shop.call("GET", f"{KEYS}/{key['version']}")
    assert answer.json.keys() == example("signing_key_by_version").keys()
    assert answer.json["public_key"] == key
    for version in ("2", "x", "%F0%9F%98%80"):
        assert refused(shop.call("GET", f"{KEYS}/{version}"), 404, "PUBLIC_KEY_NOT_FOUND")


def test_every_shop_sees_the_same_keys_under_its_own_name(shop, other_shop):
    one, other = (player.call("GET", KEYS).json for player in (shop, other_shop))
    assert one["public_keys"] == other["public_keys"]
    assert one["merchant_external_id"] != other["merchant_external_id"]


def test_asking_for_the_first_time_at_once_makes_one_key(shop, desk, at_once):
    shop.sign_in()
    said = at_once(lambda _: shop.call("GET", KEYS).json["public_keys"], 4)
    assert len({str(keys) for keys in said}) == 1
    assert len(desk.rows(signing_keys)) == 1


def test_who_did_not_see_the_first_key_yet_makes_no_second_one(keyring, desk):
    """Another process commits between our look and our insert."""
    first = keyring.live()
    assert desk.database.write(signing._added, "another key, sealed", []) == first
    assert len(desk.rows(signing_keys)) == 1


def test_after_a_rotation_both_keys_are_live_and_the_newer_signs(shop, keyring):
    assert versions(shop) == ["1"]
    first = keyring.signing()
    keyring.rotate()
    assert versions(shop) == ["2", "1"]
    version, key = keyring.signing()
    assert (version, key) != first
    keyring.rotate()
    assert versions(shop) == ["3", "2"]
    assert refused(shop.call("GET", f"{KEYS}/1"), 404, "PUBLIC_KEY_NOT_FOUND")


def test_private_keys_are_kept_sealed(keyring, desk):
    keyring.signing()
    [row] = desk.rows(signing_keys)
    assert "PRIVATE" not in row.private_key
    sealed = base64.urlsafe_b64decode(row.private_key)
    assert b"PRIVATE" not in sealed


def test_keys_are_rotated_and_retired_on_the_command_line(shop, desk):
    run = partial(desk.app.test_cli_runner().invoke, commands)
    assert versions(shop) == ["1"]
    refusal = run(args=["inpost", "keys", "retire", "1"])
    assert refusal.exit_code == 1
    assert "only key" in refusal.output
    assert run(args=["inpost", "keys", "rotate"]).exit_code == 0
    listed = run(args=["inpost", "keys", "list"]).output.splitlines()
    assert [line.split()[:2] for line in listed[1:]] == [["2", "signs"], ["1", "live"]]
    assert run(args=["inpost", "keys", "retire", "1"]).exit_code == 0
    assert versions(shop) == ["2"]
    assert run(args=["inpost", "keys", "retire", "1"]).exit_code == 1


# --- credentials ------------------------------------------------------------------------------


def printed(output: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in output.splitlines()[1:])


def test_credentials_are_made_on_the_command_line_and_let_a_shop_in(desk):
    from tests.desk.inpost.the_shop import TheShop

    run = partial(desk.app.test_cli_runner().invoke, commands)
    merchant = desk.credentials.merchant_id
    made = run(args=["merchants", "inpost", merchant, "--base-url", "https://a.example/x/"])
    assert made.exit_code == 0, made.output
    told = printed(made.output)
    assert told["TILL_INPOST_API_URL"] == "https://pay.example/inpost"
    id_, secret = told["TILL_INPOST_CLIENT_ID"], told["TILL_INPOST_CLIENT_SECRET"]
    assert TheShop(desk.app.test_client(), id_, secret).look("b")
    again = run(args=["merchants", "inpost", merchant, "--base-url", "https://a.example"])
    assert again.exit_code == 1
    renewed = run(args=["merchants", "inpost", merchant, "--renew"])
    assert printed(renewed.output)["TILL_INPOST_CLIENT_SECRET"] != secret
    assert printed(renewed.output)["TILL_INPOST_CLIENT_ID"] == id_
    on = run(args=["merchants", "switch-on", merchant])
    assert "was on already" in on.output
    for args in (["mer_unknown", "--base-url", "https://a.example"], [merchant]):
        assert run(args=["merchants", "inpost", *args]).exit_code != 0


def test_an_address_that_we_would_not_call_is_refused(desk):
    run = partial(desk.app.test_cli_runner().invoke, commands)
    for url in (
        "http://shop.example",
        "https://10.0.0.1",
        "https://u:p@shop.example",
        "ftp://shop.example",
        "https://shop.example/?x=1",
        "https://shop.example\\@evil",
    ):
        merchant = desk.credentials.merchant_id
        done = run(args=["merchants", "inpost", merchant, "--base-url", url])
        assert done.exit_code == 1, url
        assert "base_url is refused" in done.output


FIXED = {
    "client_id": "demo-shop",
    "client_secret": "a secret for the demo",
    "merchant_external_id": "3d1b1f0e-11aa-4a4e-8e57-9d6b0e7a0c55",
    "pos_id": "V000000001",
    "merchant_client_id": "demo-widget",
    "merchant_secret": "another one for the demo",
}


def test_fixed_credentials_for_demos_are_there_after_each_start(desk):
    from flask_till.errors import SettingsError

    merchant = desk.credentials.merchant_id
    for path in ("a", "b"):
        url = f"https://shop.example/{path}"
        made = desk.desk.ensure_inpost(merchant, base_url=url, **FIXED)
        assert (made.base_url, made.client_id) == (url, "demo-shop")
    for name in FIXED:
        other = FIXED | {name: "something-else-that-is-long"}
        with pytest.raises(SettingsError):
            desk.desk.ensure_inpost(merchant, base_url="https://shop.example", **other)


# --- paying and paths -------------------------------------------------------------------------


def test_what_can_be_paid_with_is_told_in_the_contracts_words(shop):
    answer = shop.call("GET", "/v1/izi/payment-methods")
    assert answer.json == {
        "payment_type": ["CARD", "PAY_BY_LINK", "CASH_ON_DELIVERY", "FREE_ORDER"]
    }


def test_there_is_nothing_at_other_addresses(shop):
    for path in ("/x", "/v1", "/v3/izi/basket/b", "/v1/izi/basket/a/b/binding", "/v1/izi/cart/b"):
        assert refused(shop.call("GET", path), 404, "NOT_FOUND"), path


def test_another_method_is_refused_with_those_that_there_are(shop):
    answer = shop.call("PATCH", "/v1/izi/basket/b/binding")
    assert refused(answer, 405, "BAD_REQUEST")
    assert {part.strip() for part in answer.headers["Allow"].split(",")} >= {
        "GET",
        "POST",
        "DELETE",
    }


def test_no_answer_is_kept_by_anybody(shop):
    assert shop.call("GET", KEYS).headers["Cache-Control"] == "no-store"
    assert shop.call("GET", "/nowhere").headers["Cache-Control"] == "no-store"


# --- promoted products ------------------------------------------------------------------------


def product(product_id: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "product_id": product_id,
        "product_name": "Kubek",
        "price": {"net": "40.64", "gross": "49.99", "vat": "9.35"},
        "currency": "PLN",
        "quantity": {"available_quantity": 3, "quantity_type": "INTEGER"},
    } | more


def test_promoted_products_are_listed_changed_and_removed(shop, other_shop):
    added = shop.call("POST", "/v1/izi/products", {"content": [product("1"), product("2")]})
    assert added.status_code == 201
    assert [one["product_id"] for one in added.json["content"]] == ["1", "2"]
    again = shop.call("POST", "/v1/izi/products", {"content": [product("3"), product("2")]})
    assert refused(again, 409, "PRODUCT_EXISTS")
    listed = shop.call("GET", "/v1/izi/products?page_size=1&page_index=1").json
    assert (listed["total_items"], [one["product_id"] for one in listed["content"]]) == (2, ["2"])
    assert listed["content"][0] == product("2", status="ACTIVE")
    ended = {"end_date": "2025-05-12T08:00:00.000Z"}
    changed = shop.call("PUT", "/v1/izi/product/2", product("2", product_availability=ended))
    assert (changed.status_code, changed.json["status"]) == (200, "INACTIVE")
    found = shop.call("GET", "/v1/izi/products?product_ids=2,9").json["content"]
    assert [one["status"] for one in found] == ["INACTIVE"]
    assert other_shop.call("GET", "/v1/izi/products").json["total_items"] == 0
    assert refused(other_shop.call("DELETE", "/v1/izi/product/2"), 404, "PRODUCT_NOT_FOUND")
    assert shop.call("DELETE", "/v1/izi/product/2").status_code == 204
    assert refused(shop.call("DELETE", "/v1/izi/product/2"), 404, "PRODUCT_NOT_FOUND")
    assert refused(shop.call("PUT", "/v1/izi/product/2", product("2")), 404, "PRODUCT_NOT_FOUND")


def test_a_list_of_products_that_is_not_right_is_refused_whole(shop, monkeypatch):
    from flask_till.desk.actions import promoted_products

    for content in ([], [product(), product()], [product(currency="EUR")]):
        answer = shop.call("POST", "/v1/izi/products", {"content": content})
        assert refused(answer, 400, "BAD_REQUEST")
    assert refused(shop.call("PUT", "/v1/izi/product/2", product("1")), 400, "BAD_REQUEST")
    monkeypatch.setattr(promoted_products, "MOST", 1)
    answer = shop.call("POST", "/v1/izi/products", {"content": [product("1"), product("2")]})
    assert refused(answer, 409, "MAX_LIMIT_PRODUCTS")
    assert shop.call("GET", "/v1/izi/products").json["total_items"] == 0


# --- all of 2.2 -------------------------------------------------------------------------------


def test_every_code_of_the_contract_is_seen_in_these_tests():
    """Not one of 2.2 is left to be a name only."""
    from pathlib import Path

    told = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in WalletCode if f'"{code}"' not in told] == []
