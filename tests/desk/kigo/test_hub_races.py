"""What happens at the hub in the same moment has one end (5.1, 6.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flask_till.desk.tables.claims import claims, product_tokens
from flask_till.desk.tables.kigo import kigo_accounts
from tests.desk.kigo.the_browser import Browser
from tests.desk.kigo.the_partner import SCARCE, Caller, Partner
from tests.desk.the_desk import TheDesk

AtOnce = Callable[[Callable[[int], Any], int], list[Any]]


@pytest.fixture
def desk(make_desk: Callable[..., TheDesk]) -> TheDesk:
    return make_desk(limits=False, cookie_secure=False)


def test_a_session_for_a_single_use_is_entered_once(
    partner: Partner, desk: TheDesk, at_once: AtOnce
) -> None:
    session = partner.sso(is_single_use=True)
    browsers = [Browser(desk) for _ in range(8)]
    answers = at_once(lambda n: browsers[n].post("enter", session_id=session), 8)
    assert sorted(answer.status_code for answer in answers) == [204] + [401] * 7


def test_a_shopper_who_presses_twice_has_one_token_and_one_account(
    server: Caller, desk: TheDesk, at_once: AtOnce
) -> None:
    code = server.placed("a", SCARCE)["claim_code"]
    tabs = [Browser(desk) for _ in range(6)]
    for tab in tabs:
        tab.sign_in()
    answers = at_once(lambda n: tabs[n].post("claim", claim_code=code), 6)
    assert [answer.status_code for answer in answers] == [200] * 6
    assert desk.count(kigo_accounts) == desk.count(product_tokens) == 1


def test_of_shoppers_and_users_who_claim_at_once_one_has_it(
    server: Caller, partner: Partner, desk: TheDesk, at_once: AtOnce
) -> None:
    code = server.placed("a", SCARCE)["claim_code"]
    sessions = [partner.sso(f"u-{n}", is_single_use=True) for n in range(4)]
    browsers = [Browser(desk) for _ in range(8)]
    for n in range(4, 8):
        browsers[n].sign_in(f"50123456{n}")

    def claim(n: int) -> Any:
        if n < 4:
            return browsers[n].post("claim", claim_code=code, session_id=sessions[n])
        return browsers[n].post("claim", claim_code=code)

    answers = at_once(claim, 8)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7
    assert desk.count(product_tokens) == 1
    assert [row.status for row in desk.rows(claims)] == ["claimed"]


def test_one_account_goes_to_one_of_two_phones(
    partner: Partner, desk: TheDesk, at_once: AtOnce
) -> None:
    session = partner.sso()
    browsers = [Browser(desk) for _ in range(4)]
    for browser in browsers:
        browser.post("enter", session_id=session)
    at_once(lambda n: browsers[n].sign_in(f"50123456{n}"), 4)
    code = partner.server().placed("a", external_user_id="member-4471")["claim_code"]
    statuses = [browser.open(code).status_code for browser in browsers]
    assert sorted(statuses) == [200] + [403] * 3
