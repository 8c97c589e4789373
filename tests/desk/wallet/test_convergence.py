"""Whatever gets lost, repeated, late or killed: in the end both sides have the same basket, and
nothing was added or paid twice (1.7, 7.7)."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from flask_till.desk.actions import basket_edits
from flask_till.errors import Conflict
from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.the_phone import Killed, ThePhone, TheWallet
from tests.stand_ins.inpost_faults import Fault, down, garbage, lost
from tests.stand_ins.inpost_merchant import InpostMerchant

FAULTS: tuple[Fault, ...] = (lost, down, garbage)


class Storm:
    """Both sides change one basket while calls fail and the wallet is killed at random."""

    def __init__(
        self, seed: int, at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
    ) -> None:
        self.random = Random(seed)
        self.at, self.phone, self.merchant, self.shop = at, phone, merchant, shop
        merchant.stock = dict.fromkeys(merchant.stock, 1000)
        self.basket_id = phone.link(merchant, shop)

    def edit(self) -> None:
        wallet, mine = self.phone.wallet, (self.basket_id, self.phone.id)
        number = self.random.randrange(1, 9)
        changes = [
            lambda: wallet.set_quantity(*mine, "mug", Decimal(number)),
            lambda: wallet.add_related(*mine, "box"),
            lambda: wallet.set_codes(*mine, ["MAJ10"] if number % 2 else []),
        ]
        with suppress(Conflict):  # too many wait
            self.random.choice(changes)()

    def shop_changes(self) -> None:
        basket = self.merchant.baskets["b-1"]
        basket.quantities["book"] = self.random.randrange(1, 9)
        assert self.shop.put("b-1", self.merchant.whole(basket)).status_code == 200

    def carry(self, monkeypatch: pytest.MonkeyPatch) -> None:
        if self.random.random() < 0.4:
            self.merchant.fail("*", *self.random.choices(FAULTS, k=self.random.randrange(1, 3)))
        if self.random.random() < 0.8:
            self.at.carry(seconds=self.random.choice([0, 1, 20]))
            return
        with monkeypatch.context() as patch:
            patch.setattr(basket_edits, "finish_edit", _die)
            try:
                self.at.carry()
            except Killed:
                self.at.restart()
                self.at.clock.advance(seconds=61)


def _die(*_: Any, **__: Any) -> None:
    raise Killed


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_both_sides_end_with_the_same_basket(
    at: TheWallet,
    phone: ThePhone,
    merchant: InpostMerchant,
    shop: TheShop,
    monkeypatch: pytest.MonkeyPatch,
    seed: int,
) -> None:
    storm = Storm(seed, at, phone, merchant, shop)
    for _ in range(25):
        storm.random.choice([storm.edit, storm.edit, storm.shop_changes])()
        storm.carry(monkeypatch)
    merchant.back()
    at.carry(seconds=1200)
    assert at.waiting() == 0
    basket = merchant.baskets["b-1"]
    assert phone.quantities(storm.basket_id) == basket.quantities
    content = phone.wallet.basket(storm.basket_id, phone.id).content
    assert content is not None
    assert [one["promo_code_value"] for one in content["promo_codes"]] == basket.codes
    added = {
        call.body["event_id"]
        for call in merchant.of("event")
        if call.body["event_type"] == "RELATED_PRODUCTS" and call.body["event_id"] in basket.seen
    }
    assert basket.quantities.get("box", 0) == len(added)


def test_a_wallet_that_is_made_anew_before_every_step_loses_nothing(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    def step() -> None:
        at.restart()
        at.carry()

    merchant.basket()
    shop.ask_phone("b-1", phone.number)
    phone.accept(trust=True)
    step()
    basket_id = phone.basket().id
    phone.wallet.add_related(basket_id, phone.id, "box")
    step()
    phone.place(basket_id)
    step()
    phone.pay(phone.order())
    step()
    assert phone.order().status == "paid"
    assert [len(one.paid_by) for one in merchant.orders.values()] == [1]
    assert at.waiting() == 0
