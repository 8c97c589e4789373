"""Where tokens go (3, 4): addresses whose check digits do not fit are refused, chains or not."""

from __future__ import annotations

import pytest

from flask_till.errors import InvalidRequest
from tests.desk.w3block.the_company import WALLET, refused

WRONG = WALLET[:-1] + "2"
TURNED = WALLET.replace("A", "a", 1)


@pytest.mark.parametrize("wrong", [WRONG, TURNED, "0x" + "0" * 40])
def test_a_wrong_address_is_refused_by_preview_and_creation(company, ann, wrong):
    company.sell()
    wanted = ann.wanted()
    for answer in (
        ann.preview(destinationWalletAddress=wrong),
        ann.post("/orders", wanted | {"destinationWalletAddress": wrong}),
    ):
        refused(answer, 400, "validation-error")
        assert answer.json["message"].startswith("destinationWalletAddress: ")
    assert ann.get("/orders").json["items"] == []


@pytest.mark.parametrize("spelled", [WALLET, WALLET.lower(), "0x" + WALLET[2:].upper()])
def test_a_right_address_is_kept_with_its_check_digits(company, ann, spelled):
    company.sell()
    assert ann.preview(destinationWalletAddress=spelled).status_code == 201
    assert ann.created(destinationWalletAddress=spelled)["destinationWalletAddress"] == WALLET


def test_an_empty_address_is_none(company, ann):
    company.sell()
    assert ann.preview(destinationWalletAddress="").status_code == 201
    assert ann.created(destinationWalletAddress="")["destinationWalletAddress"] is None


def test_a_users_main_wallet_is_checked_too(company):
    with pytest.raises(InvalidRequest) as caught:
        company.user(wallet=WRONG)
    assert caught.value.code == "ADDRESS_INVALID"
    company.user(wallet=WALLET.lower())
