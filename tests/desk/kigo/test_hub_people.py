"""Who is at the hub: the same person under other names, others, and nobody any more (5, 9.5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.tables.claims import claims, product_tokens
from tests.desk.kigo.the_browser import Browser
from tests.desk.kigo.the_partner import FOREIGN, OTHER, PARTNER, USER, Caller, Partner
from tests.desk.the_desk import TheDesk


@pytest.fixture
def desk(make_desk: Callable[..., TheDesk]) -> TheDesk:
    return make_desk(limits=False, cookie_secure=False)


@pytest.fixture
def browser(desk: TheDesk) -> Browser:
    return Browser(desk)


def said(answer: Any) -> str:
    text: str = answer.get_data(as_text=True)
    return text


# --- one person, several names ----------------------------------------------------------------


def test_what_a_user_claimed_is_theirs_on_a_device_where_they_came_by_phone(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    code = server.placed("a", external_user_id=USER)["claim_code"]
    browser.post("claim", claim_code=code, session_id=partner.sso())
    browser.sign_in()
    phone = Browser(desk)
    phone.sign_in()
    seen = phone.open(code)
    assert seen.status_code == 200
    assert "It is in your wallet." in said(seen)
    assert "It is in your wallet." in said(phone.post("claim", claim_code=code))
    assert desk.count(product_tokens) == 2


def test_a_code_for_a_user_is_claimed_by_that_users_phone(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    browser.post("enter", session_id=partner.sso())
    browser.sign_in()
    code = server.placed("a", external_user_id=USER)["claim_code"]
    phone = Browser(desk)
    phone.sign_in()
    assert phone.open(code).status_code == 200
    assert phone.post("claim", claim_code=code).status_code == 200
    [claim] = desk.rows(claims)
    assert claim.redeemed_by == claim.bound_to
    assert "Spring boost" in phone.wallet()


def test_what_was_claimed_by_phone_is_theirs_when_the_partner_signs_them_in(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    code = server.placed("a")["claim_code"]
    phone = Browser(desk)
    phone.sign_in()
    phone.post("claim", claim_code=code)
    session = partner.sso()
    assert browser.open(code, session).status_code == 409
    browser.post("enter", session_id=session)
    browser.sign_in()
    assert "It is in your wallet." in said(browser.open(code, partner.sso()))


def test_a_code_for_a_user_is_not_another_phones(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    browser.post("enter", session_id=partner.sso())
    browser.sign_in()
    code = server.placed("a", external_user_id=USER)["claim_code"]
    stranger = Browser(desk)
    stranger.sign_in("602345678")
    assert stranger.open(code).status_code == 403
    assert stranger.post("claim", claim_code=code).status_code == 403
    assert desk.count(product_tokens) == 0


def test_who_signs_in_where_somebody_else_is_a_user_is_that_user_no_more(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    browser.post("enter", session_id=partner.sso())
    browser.sign_in()
    browser.sign_in("602345678")  # the user's wallet stays the first phone's
    code = server.placed("a")["claim_code"]
    browser.post("claim", claim_code=code)
    assert "Spring boost" in browser.wallet()
    assert partner.user().get("/tokens").json["total"] == 0


# --- a way on, and none -----------------------------------------------------------------------


def test_a_link_whose_session_is_spent_still_leads_on_by_its_code(
    browser: Browser, server: Caller, partner: Partner
) -> None:
    code, session = server.placed("a")["claim_code"], partner.sso(is_single_use=True)
    browser.post("claim", claim_code=code, session_id=session)
    again = browser.open(code, session)
    assert again.status_code == 401
    assert "Session over" in said(again)
    assert f'name="claim-code" value="{code}"' in said(again)
    assert "It is in your wallet." in said(browser.post("look", claim_code=code))
    assert 'name="claim-code"' not in said(browser.open("", session))


def test_who_mistyped_a_code_can_type_it_again(browser: Browser, partner: Partner) -> None:
    browser.post("enter", session_id=partner.sso())
    wrong = browser.open("2222-2222-2222")
    assert wrong.status_code == 404
    assert 'href="/kigo/hub">Type the claim code' in said(wrong)


def test_a_code_is_read_as_people_copy_it(
    browser: Browser, server: Caller, partner: Partner
) -> None:
    browser.post("enter", session_id=partner.sso())
    code = server.placed("a")["claim_code"]
    for typed in (f" {code}\n", code.lower().replace("-", " "), code.replace("-", "\u2013")):
        assert browser.post("look", claim_code=typed).status_code == 200


def test_users_of_a_partner_that_is_switched_off_are_nobody(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    code = server.placed("a")["claim_code"]
    session, other = partner.sso(), partner.sso(is_single_use=True)
    browser.post("enter", session_id=session)
    partner.kigo.change_partner(PARTNER, is_on=False)
    for who, with_session in ((browser, session), (Browser(desk), other)):
        assert who.open(code, with_session).status_code == 401
        assert who.post("enter", session_id=with_session).status_code == 401
        assert who.post("claim", claim_code=code, session_id=with_session).status_code == 401
    assert browser.post("claim", claim_code=code).status_code == 401
    assert desk.count(product_tokens) == 0
    partner.kigo.change_partner(PARTNER, is_on=True)
    assert browser.post("claim", claim_code=code, session_id=other).status_code == 200


def test_one_person_whom_the_partner_knows_twice_claims_for_either(
    browser: Browser, server: Caller, partner: Partner, desk: TheDesk
) -> None:
    for name in (USER, "member-4471-again"):
        visit = Browser(desk)
        visit.post("enter", session_id=partner.sso(name))
        visit.sign_in()
    code = server.placed("a", external_user_id=USER)["claim_code"]
    done = browser.post("claim", claim_code=code, session_id=partner.sso("member-4471-again"))
    assert "It is in your wallet." in said(done)
    assert partner.user().get("/tokens").json["total"] == 1


# --- users of several partners ----------------------------------------------------------------


def test_a_link_of_another_partner_asks_who_one_is_there(
    browser: Browser, partner: Partner, desk: TheDesk
) -> None:
    code = partner.server(OTHER).placed("a", FOREIGN)["claim_code"]
    browser.post("enter", session_id=partner.sso())
    for link in (browser.open(code), browser.open(code, partner.sso())):
        assert link.status_code == 200
        assert "Hat" in said(link)
        assert "Sign in to claim it." in said(link)
    assert browser.post("claim", claim_code=code).status_code == 401
    assert desk.count(product_tokens) == 0
    browser.sign_in()
    assert "/kigo/hub/claim" in said(browser.post("look", claim_code=code))
    assert "It is in your wallet." in said(browser.post("claim", claim_code=code))
    assert "Hat" in browser.wallet()
    assert partner.user().get("/tokens").json["total"] == 0
    mine = partner.server().placed("b", external_user_id=USER)["claim_code"]
    assert "It is in your wallet." in said(browser.post("claim", claim_code=mine))
    assert partner.user().get("/tokens").json["total"] == 1
