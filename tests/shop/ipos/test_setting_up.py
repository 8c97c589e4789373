"""Setting an IPOS desk up: what cannot be right is refused at once, with the remedy."""

from __future__ import annotations

import pytest

from flask_till.errors import SettingsError
from flask_till.shop.desks.ipos.desk import IposDesk
from tests.stand_ins.ipos_platform import ACCESS_KEY, APP_ID, SECRET_KEY


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_key": "wgt_sk_1"},
        {"secret_key": ""},
        {"app_id": ""},
        {"methods": []},
        {"methods": "wallet"},
        {"methods": ["wallet", "money"]},
        {"callback_url": "/till/callbacks/ipos"},
        {"callback_url": "ftp://shop.example/"},
        {"callback_url": "https://shop.example/" + "x" * 1024},
    ],
)
def test_what_cannot_be_right_is_refused_at_once(new_desk, wrong):
    with pytest.raises(SettingsError):
        new_desk(**wrong)


@pytest.mark.parametrize("url", ["", "ipos.example", "//ipos.example", "https://a@b.example", "x:"])
def test_an_address_that_is_none_is_refused(url):
    with pytest.raises(SettingsError, match="address"):
        IposDesk(
            url,
            access_key=ACCESS_KEY,
            secret_key=SECRET_KEY,
            app_id=APP_ID,
            callback_url="https://shop.example/cb",
            user_token=lambda order: "t",
        )


def test_a_shop_in_another_currency_or_not_for_play_is_refused(new_desk):
    desk = new_desk(live=False)
    desk.check_shop(currency="USD", live_only=False)
    new_desk(live=True).check_shop(currency="USD", live_only=True)
    with pytest.raises(SettingsError, match="PLN") as refused:
        desk.check_shop(currency="PLN", live_only=False)
    assert "USD" in refused.value.remedy
    with pytest.raises(SettingsError, match="TILL_TEST_ORDERS"):
        desk.check_shop(currency="USD", live_only=True)
