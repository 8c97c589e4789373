"""The hub page: what a code is for, signing in, claiming (5, 5.2)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables.claims import claims, product_tokens
from flask_till.desk.tables.kigo import kigo_sso_sessions
from flask_till.desk.tables.schema import metadata
from tests.desk.kigo.the_browser import HUB, Browser
from tests.desk.kigo.the_partner import PARTNER, SCARCE, USER


@pytest.fixture
def desk(make_desk):
    return make_desk(limits=False, cookie_secure=False)


@pytest.fixture
def browser(desk):
    return Browser(desk)


def test_a_link_with_a_session_claims(browser, server, partner, desk):
    code = server.placed("a", external_user_id=USER)["claim_code"]
    session = partner.sso(is_single_use=True)
    page = browser.open(code, session)
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    assert "Spring boost" in text
    assert "Coffee for two" in text
    assert "/kigo/hub/claim" in text
    assert [row.status for row in desk.rows(claims)] == ["unclaimed"]
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    done = browser.post("claim", claim_code=code, session_id=session)
    assert done.status_code == 200
    assert "It is in your wallet." in done.get_data(as_text=True)
    assert partner.user().get("/tokens").json["total"] == 1
    assert browser.open(code).status_code == 200
    assert "It is in your wallet." in browser.open(code).get_data(as_text=True)


def test_both_links_of_the_contract_open(browser, server, partner):
    code = server.placed("a")["claim_code"]
    session = partner.sso()
    lower = code.replace("-", "").lower()
    for path in (f"{HUB}?claim-code={code}&session-id={session}",
                 f"{HUB}/?session-id={session}&claim-code={lower}&utm=x"):  # fmt: skip
        assert browser.client.get(path).status_code == 200


def test_previews_spend_nothing_and_a_single_session_signs_in_once(browser, server, partner, desk):
    code = server.placed("a")["claim_code"]
    session = partner.sso(is_single_use=True)
    for _ in range(3):
        assert Browser(desk).open(code, session).status_code == 200
    assert [row.spent_at for row in desk.rows(kigo_sso_sessions)] == [None]
    assert browser.post("enter", session_id=session).status_code == 204
    assert browser.open(code, session).status_code == 401
    assert Browser(desk).post("claim", claim_code=code, session_id=session).status_code == 401
    assert desk.count(product_tokens) == 0
    assert browser.post("claim", claim_code=code, session_id=session).status_code == 200


def test_a_session_counts_more_than_who_was_here_before(browser, server, partner, desk):
    code = server.placed("a")["claim_code"]
    browser.post("enter", session_id=partner.sso("first"))
    assert (
        browser.post("claim", claim_code=code, session_id=partner.sso("second")).status_code == 200
    )
    assert partner.user("first").get("/tokens").json["total"] == 0
    assert partner.user("second").get("/tokens").json["total"] == 1


def test_a_user_who_signs_in_by_phone_too_finds_it_in_the_wallet(browser, server, partner):
    code = server.placed("a", external_user_id=USER)["claim_code"]
    browser.post("claim", claim_code=code, session_id=partner.sso())
    browser.sign_in()
    assert "Spring boost" in browser.wallet()


def test_a_session_for_more_uses_holds_for_thirty_minutes(server, partner, desk, clock):
    code, session = server.placed("a")["claim_code"], partner.sso()
    for _ in range(2):
        assert Browser(desk).post("enter", session_id=session).status_code == 204
    clock.advance(1829)
    assert Browser(desk).open(code, session).status_code == 200
    clock.advance(1)
    over = Browser(desk).open(code, session)
    assert over.status_code == 401
    assert "Session over" in over.get_data(as_text=True)


def test_what_is_closed_says_why(browser, server, partner, clock):
    taken, gone, over, bound = (
        server.placed("a"), server.placed("b"), server.placed("c", SCARCE),
        server.placed("d", external_user_id="another"),
    )  # fmt: skip
    partner.user("another").claim(taken["claim_code"])
    server.post(f"/orders/{gone['order_id']}/cancel")
    clock.advance(90)
    session = partner.sso()
    for order, status in ((taken, 409), (gone, 409), (over, 410), (bound, 403)):
        assert browser.open(order["claim_code"], session).status_code == status
    assert browser.open("2222-2222-2222").status_code == 404
    assert browser.open("nonsense").status_code == 404


def test_a_shopper_signs_in_by_phone_and_finds_it_in_the_wallet(browser, server, desk):
    code = server.placed("a")["claim_code"]
    page = browser.open(code).get_data(as_text=True)
    assert "Sign in to claim it." in page
    assert "/kigo/hub/claim" not in page
    assert "Type the claim code" in browser.sign_in()
    assert browser.post("claim", claim_code=code).status_code == 200
    assert "Spring boost" in browser.wallet()


def test_a_claim_from_another_page_is_refused(browser, server, partner, desk):
    code, session = server.placed("a")["claim_code"], partner.sso()
    browser.post("enter", session_id=session)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = browser.client.post(
            f"{HUB}/claim", data={"claim-code": code, "session-id": session}, headers=headers
        )
        assert answer.status_code == 403
    assert desk.count(product_tokens) == 0


def test_the_page_wears_the_programs_colours(browser, server, partner):
    partner.kigo.set_program(
        PARTNER, "gold", logo="https://img.example.org/l.png", primary_colour="#AA7700"
    )
    code = server.placed("a", external_program_id="gold")["claim_code"]
    page = browser.open(code)
    assert "/kigo/hub/colours/aa7700/aa7700.css" in page.get_data(as_text=True)
    assert "https://img.example.org" in page.headers["Content-Security-Policy"]
    css = browser.client.get("/kigo/hub/colours/aa7700/aa7700.css")
    assert "#aa7700" in css.get_data(as_text=True)
    assert browser.client.get("/kigo/hub/colours/x/y.css").status_code == 404


def test_no_code_or_session_is_logged_or_stored(browser, server, partner, desk, caplog):
    caplog.set_level("DEBUG")
    code, session = server.placed("a")["claim_code"], partner.sso()
    browser.open(code, session)
    browser.post("claim", claim_code=code, session_id=session)
    stored = str([desk.rows(table) for table in metadata.sorted_tables])
    for secret in (code, code.replace("-", ""), session):
        assert secret not in caplog.text
        assert secret not in stored


@pytest.mark.parametrize(("colour", "text"), [("ffe9a8", "#000"), ("8a4b00", "#fff")])
def test_words_on_a_programs_colour_can_be_read(browser, colour, text):
    css = browser.client.get(f"{HUB}/colours/{colour}/{colour}.css").get_data(as_text=True)
    assert f"--on-accent:{text}" in css
