"""Linking a basket with a phone, seen from the wallet (1.3, 1.5, 3.4)."""

from __future__ import annotations

import pytest

from flask_till.errors import Conflict, Gone, NotFound
from tests.desk.inpost.the_shop import TheShop
from tests.desk.wallet.the_phone import NUMBER, Killed, ThePhone, TheWallet
from tests.stand_ins.inpost_faults import changed, down, garbage, lost, status
from tests.stand_ins.inpost_merchant import InpostMerchant


def asked(merchant: InpostMerchant, shop: TheShop) -> None:
    merchant.basket()
    assert shop.ask_phone("b-1", NUMBER).status_code == 202


def test_a_yes_reaches_the_shop_and_its_basket_is_linked(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    phone.accept(trust=True)
    assert phone.wallet.baskets(phone.id) == []
    assert [one.status for one in phone.wallet.prompts(phone.id)] == ["accepted"]
    at.carry()
    basket = phone.basket()
    assert phone.quantities(basket.id) == {"mug": 2, "book": 1}
    [call] = merchant.of("confirmation")
    assert merchant.refused_signatures == 0
    browser = phone.wallet.browsers(phone.id)[0]
    assert call.body == {
        "status": "SUCCESS",
        "inpost_basket_id": basket.id,
        "phone_number": {"country_prefix": "+48", "phone": NUMBER},
        "browser": {"browser_trusted": True, "browser_id": browser.id},
        "masked_phone_number": "50*****67",
        "name": "Anna",
        "surname": "Nowak",
    }
    assert phone.wallet.prompts(phone.id) == []
    assert shop.look("b-1", browser.id)["basket_linked"] is True


def test_a_yes_said_twice_is_told_once(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    prompt = phone.prompt()
    phone.wallet.accept(prompt.id, phone.id, False)
    phone.wallet.accept(prompt.id, phone.id, False)
    at.carry()
    assert len(merchant.of("confirmation")) == 1
    with pytest.raises(Gone):
        phone.wallet.refuse(prompt.id, phone.id)


def test_a_no_reaches_the_shop_whatever_it_answers(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    prompt = phone.prompt()
    phone.wallet.refuse(prompt.id, phone.id)
    phone.wallet.refuse(prompt.id, phone.id)
    at.carry()
    assert [call.body for call in merchant.of("confirmation")] == [{"status": "REJECT"}]
    assert phone.wallet.baskets(phone.id) == []
    assert shop.look("b-1")["basket_linked"] is False


@pytest.mark.parametrize(
    "fault",
    [
        garbage,
        changed(lambda body: body.pop("summary")),
        changed(lambda body: body["summary"]["basket_base_price"].update(gross="1.00")),
        changed(lambda body: body["summary"].update(basket_base_price={
            "net": "100.00", "vat": "23.00", "gross": "123.00"})),
    ],
    ids=["garbage", "no basket", "gross is not net and vat", "does not add up"],
)  # fmt: skip
def test_without_a_valid_basket_in_the_answer_nothing_is_linked(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, fault: object
) -> None:
    asked(merchant, shop)
    merchant.fail("confirmation", fault)  # type: ignore[arg-type]  # one of the faults
    phone.accept(trust=True)
    at.carry()
    assert phone.wallet.baskets(phone.id) == []
    assert phone.wallet.browsers(phone.id) == []
    [failed] = phone.wallet.prompts(phone.id)
    assert (failed.status, failed.reason) == ("failed", "MERCHANT_ANSWER_UNUSABLE")
    assert merchant.baskets["b-1"].status == "unbound"  # it was told that it is not linked
    assert len(merchant.of("unlink")) == 1


def test_a_shop_that_refuses_is_not_asked_again(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    merchant.fail("confirmation", status(409, "ORDER_EXISTS"))
    phone.accept()
    at.carry(seconds=120)
    assert len(merchant.of("confirmation")) == 1
    assert merchant.of("unlink") == []
    [failed] = phone.wallet.prompts(phone.id)
    assert (failed.status, failed.reason) == ("failed", "ORDER_EXISTS")


def test_a_lost_answer_is_asked_for_again(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    merchant.fail("confirmation", lost, down)
    phone.accept()
    at.carry(seconds=10)
    first, second, third = merchant.of("confirmation")
    assert first.raw == second.raw == third.raw
    assert phone.basket().status == "bound"


def test_a_shop_that_is_down_is_given_up_after_a_minute(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    merchant.fail("*", *[down] * 9)
    phone.accept()
    at.carry(seconds=120)
    assert 3 <= len(merchant.of("confirmation")) <= 8
    [failed] = phone.wallet.prompts(phone.id)
    assert (failed.status, failed.reason) == ("failed", "MERCHANT_UNAVAILABLE")
    at.clock.advance(minutes=11)
    assert phone.wallet.prompts(phone.id) == []


def test_another_shoppers_prompt_is_not_there(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    other = ThePhone(at, "600100200")
    for answer in (other.wallet.refuse, lambda i, s: other.wallet.accept(i, s, True)):
        with pytest.raises(NotFound):
            answer(phone.prompt().id, other.id)
    assert other.wallet.prompts(other.id) == []


def test_a_deep_link_belongs_to_who_opens_it_first(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    merchant.basket()
    code = shop.ask_link("b-1").json["deep_link"].rsplit("/", 1)[1]
    assert phone.wallet.prompts(phone.id) == []
    opened = phone.wallet.open_link(code, phone.id)
    other = ThePhone(at, "600100200")
    with pytest.raises(NotFound):
        other.wallet.open_link(code, other.id)
    phone.wallet.accept(opened.id, phone.id, False)
    at.carry()
    assert phone.basket().merchant_basket_id == "b-1"


def test_a_crash_after_the_shop_answered_changes_nothing_in_the_end(
    at: TheWallet,
    phone: ThePhone,
    merchant: InpostMerchant,
    shop: TheShop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked(merchant, shop)
    phone.accept()
    with monkeypatch.context() as patch:
        patch.setattr("flask_till.desk.actions.linking.link_basket", _die)
        with pytest.raises(Killed):
            at.carry()
    at.restart()
    at.clock.advance(seconds=61)  # the lease runs out
    at.carry()
    assert len(merchant.of("confirmation")) == 2
    assert phone.basket().status == "bound"


def _die(*_: object, **__: object) -> None:
    raise Killed


def test_a_trusted_browser_links_without_a_prompt_until_it_is_revoked(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    phone.accept(trust=True)
    at.carry()
    [browser] = phone.wallet.browsers(phone.id)
    body = merchant.whole(merchant.basket("b-2", book=1)) | {"browser_id": browser.id}
    assert shop.put("b-2", body, version=1).status_code == 200
    assert {one.merchant_basket_id for one in phone.wallet.baskets(phone.id)} == {"b-1", "b-2"}
    phone.wallet.revoke_browser(browser.id, phone.id)
    assert phone.wallet.browsers(phone.id) == []
    assert shop.put("b-3", body, version=1).status_code == 404
    other = ThePhone(at, "600100200")
    with pytest.raises(NotFound):
        other.wallet.revoke_browser(browser.id, other.id)


# --- unlinking --------------------------------------------------------------------------------


def test_unlinking_is_told_to_the_shop_even_if_it_is_down_for_hours(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("unlink", *[down] * 8)
    phone.wallet.unlink(linked, phone.id)
    assert phone.wallet.baskets(phone.id) == []
    at.carry(seconds=7200)
    assert merchant.baskets["b-1"].status == "unbound"
    with pytest.raises(NotFound):
        phone.wallet.unlink(linked, phone.id)


def test_a_shop_that_does_not_know_the_basket_has_unlinked_it(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, linked: str
) -> None:
    merchant.fail("unlink", status(404, "BASKET_NOT_FOUND"))
    phone.wallet.unlink(linked, phone.id)
    at.carry(seconds=60)
    assert at.deliveries("binding_delete") == [("binding_delete", "done")]


def test_a_late_end_does_not_end_what_was_asked_for_anew(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    merchant.fail("unlink", down)
    phone.wallet.unlink(linked, phone.id)
    at.carry()
    assert shop.ask_phone("b-1", NUMBER).status_code == 202
    phone.accept()
    at.carry(seconds=30)
    assert merchant.baskets["b-1"].status == "bound"
    assert phone.basket().id == linked
    assert len(merchant.of("unlink")) == 1


def test_a_no_that_was_not_heard_does_not_end_a_newer_question(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    asked(merchant, shop)
    merchant.fail("confirmation", *[down] * 6)
    phone.wallet.refuse(phone.prompt().id, phone.id)
    at.carry(seconds=60)  # the next try is minutes away
    merchant.back()
    assert shop.ask_phone("b-1", NUMBER).status_code == 202
    phone.accept()
    at.carry()
    assert phone.basket().status == "bound"
    assert [call.body["status"] for call in merchant.of("confirmation")][-2:] == [
        "REJECT",
        "SUCCESS",
    ]


def test_an_end_that_waits_for_hours_does_not_hold_up_a_new_binding(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    merchant.fail("unlink", *[down] * 9)
    phone.wallet.unlink(linked, phone.id)
    at.carry(seconds=1200)
    tries = len(merchant.of("unlink"))
    assert shop.ask_phone("b-1", NUMBER).status_code == 202
    phone.accept()
    at.carry()
    assert phone.basket().id == linked
    assert len(merchant.of("unlink")) == tries


def test_the_shops_own_unlinking_is_not_echoed(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop, linked: str
) -> None:
    assert shop.unlink("b-1").status_code == 204
    at.carry(seconds=60)
    assert merchant.of("unlink") == []
    assert phone.wallet.baskets(phone.id) == []


def test_a_merchant_that_is_off_cannot_be_said_yes_to(
    at: TheWallet, phone: ThePhone, merchant: InpostMerchant, shop: TheShop
) -> None:
    from flask_till.desk.actions.inpost_merchants import switch_off

    asked(merchant, shop)
    at.database.write(switch_off, shop.merchant_id, "a test")
    with pytest.raises(Conflict) as refused:
        phone.accept()
    assert refused.value.code == "MERCHANT_DISABLE"
    assert phone.prompt().status == "open"
