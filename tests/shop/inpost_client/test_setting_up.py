"""Turning the wallet on: what has to be set, what is refused, what the doctor says."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_till.cli import till as commands
from flask_till.errors import SettingsError
from flask_till.inpost_settings import require_wallet
from flask_till.settings import ShopSettings, read_shop
from tests.stand_ins.inpost_wallet import MERCHANT_ID, InpostWallet

ALL = {
    "TILL_INPOST_CLIENT_ID": "id",
    "TILL_INPOST_CLIENT_SECRET": "the-secret-of-it",
    "TILL_INPOST_POS_ID": "V000000000",
}


def read(tmp_path: Path, debug: bool = False, **config: Any) -> ShopSettings:
    given = {"SECRET_KEY": "k" * 32, **config}
    return read_shop(given, instance=str(tmp_path), debug=debug)


def test_production_is_inposts_own_and_development_its_sandbox(tmp_path: Path) -> None:
    live = read(tmp_path, **ALL)
    assert live.wallet_api == "https://api.inpost.pl"
    path = "/auth/realms/external/protocol/openid-connect/token"
    assert live.wallet_login == f"https://login.inpost.pl{path}"
    assert live.app_link("a b") == "inpost://izilink?basket_id=a+b"
    tried = read(tmp_path, debug=True, **ALL)
    assert tried.wallet_api == "https://sandbox-api.inpost.pl"
    assert tried.wallet_login == f"https://sandbox-login.inpost.pl{path}"
    assert tried.app_link("x") == "inpostsandbox://izilink?basket_id=x"
    assert read(tmp_path, TILL_INPOST_ENV="sandbox", **ALL).wallet_api == tried.wallet_api


def test_one_address_is_enough_for_another_wallet(tmp_path: Path) -> None:
    other = read(tmp_path, TILL_INPOST_API_URL="https://pay.example/inpost/", **ALL)
    assert other.wallet_api == "https://pay.example/inpost"
    assert other.wallet_login.startswith("https://pay.example/inpost/auth/")
    link = read(tmp_path, TILL_INPOST_APP_LINK="https://pay.example/wallet?x=1", **ALL)
    assert link.app_link("b1") == "https://pay.example/wallet?x=1&basket_id=b1"


@pytest.mark.parametrize("missing", list(ALL))
def test_half_a_wallet_is_refused_with_the_key_that_is_missing(
    tmp_path: Path, missing: str
) -> None:
    given = {key: value for key, value in ALL.items() if key != missing}
    with pytest.raises(SettingsError) as error:
        require_wallet(read(tmp_path, **given))
    assert missing in error.value.message
    assert error.value.remedy
    assert "the-secret-of-it" not in str(error.value)


@pytest.mark.parametrize("key", ["TILL_INPOST_API_URL", "TILL_INPOST_TOKEN_URL"])
def test_the_secret_does_not_travel_in_the_open_in_production(tmp_path: Path, key: str) -> None:
    given = ALL | {key: "http://pay.example/inpost"}
    with pytest.raises(SettingsError) as error:
        require_wallet(read(tmp_path, **given))
    assert "https" in error.value.remedy
    require_wallet(read(tmp_path, debug=True, **given))


def test_a_shop_without_a_wallet_needs_none_of_it(tmp_path: Path) -> None:
    require_wallet(read(tmp_path))


@pytest.mark.parametrize(
    ("given", "meant"), [("8", 8), (8, 8), ("5.5", Decimal("5.5")), (Decimal(0), 0)]
)
def test_a_tax_rate_is_exact(tmp_path: Path, given: Any, meant: Any) -> None:
    assert read(tmp_path, TILL_VAT_RATE=given).vat_rate == meant
    assert read(tmp_path).vat_rate == 23


@pytest.mark.parametrize("given", ["-1", "101", "5.555", "NaN", "1e1", True, 5.5, "", "٢"])
def test_an_odd_tax_rate_is_refused(tmp_path: Path, given: Any) -> None:
    with pytest.raises(SettingsError):
        read(tmp_path, TILL_VAT_RATE=given)


def test_secrets_are_in_no_representation(tmp_path: Path) -> None:
    settings = read(tmp_path, TILL_INPOST_MERCHANT_SECRET="another-one", **ALL)
    assert "the-secret-of-it" not in repr(settings)
    assert "another-one" not in repr(settings)


# ---- the doctor ----


def doctor(app: Flask) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(commands, ["doctor"])
    return done.exit_code, done.output


def test_the_doctor_tries_the_wallet_and_prints_what_to_register(
    new_shop: Callable[..., Flask], inpost: dict[str, Any]
) -> None:
    app = new_shop(TILL_PUBLIC_URL="https://shop.example", **inpost)
    code, said = doctor(app)
    assert code == 0, said
    assert f"signs for {MERCHANT_ID}" in said
    assert "https://shop.example/till/merchant" in said


def test_the_doctor_says_what_is_wrong_with_the_wallet(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet
) -> None:
    app = new_shop(**inpost | {"TILL_INPOST_CLIENT_SECRET": "not-the-secret"})
    code, said = doctor(app)
    assert code == 1
    assert "TILL_INPOST_CLIENT_SECRET" in said
    assert "not-the-secret" not in said
    wallet.down = True
    assert doctor(new_shop(**inpost))[0] == 1


def test_the_doctor_names_the_currency(
    new_shop: Callable[..., Flask], inpost: dict[str, Any], wallet: InpostWallet
) -> None:
    from flask_till.money import Money
    from flask_till.shop.catalog import Product

    goods = [Product("mug", "Mug", Money("4.99", "EUR"))]
    code, said = doctor(new_shop(catalog=goods, promotions=[], **inpost))
    assert (code, "EUR" in said) == (1, True)
    assert not wallet.asked


def test_the_wallets_parts_are_closed_with_the_shop(
    new_shop: Callable[..., Flask], inpost: dict[str, Any]
) -> None:
    app = new_shop(**inpost)
    front = app.extensions["till"]
    front.owner.close(app)
    assert front.wallet.parts.client._connection._outbound._client.is_closed


def test_the_shops_own_code_reaches_the_wallets_back_office(
    new_shop: Callable[..., Flask], inpost: dict[str, Any]
) -> None:
    app = new_shop(**inpost)
    with app.app_context():
        till = app.extensions["till"].owner
        assert till.inpost.client.payment_methods() == ["CARD", "BLIK_CODE", "A_NEW_ONE"]
        assert till.inpost.promoted.page().content == []
        assert till.inpost.back_office.orders()["content"] == []
    bare = new_shop()
    with bare.app_context(), pytest.raises(SettingsError):
        _ = bare.extensions["till"].owner.inpost
