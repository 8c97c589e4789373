"""How often one may call (10) and guess (5), and the headers that say so."""

from __future__ import annotations

import pytest

from tests.desk.kigo.the_partner import FOREIGN, OTHER, Caller, Partner, refused

WRONG = "2222-2222-2222"


@pytest.fixture
def desk(make_desk):
    return make_desk()


@pytest.fixture
def steady(monkeypatch):
    """The window does not move while a test counts."""
    monkeypatch.setattr("time.time", lambda: 1_772_445_600.0)


def rate(answer) -> tuple[str | None, ...]:
    return tuple(answer.headers.get(f"RateLimit-{n}") for n in ("Limit", "Remaining", "Reset"))


def test_a_partner_is_told_what_is_left_and_then_turned_away(steady, partner):
    server = partner.server()
    assert rate(server.place("a"))[:2] == ("100", "99")
    assert rate(server.get("/orders", limit="x"))[:2] == ("100", "98")
    for _ in range(98):
        server.get("/orders/x")
    answer = server.place("b")
    refused(answer, 429, "rate_limited")
    assert rate(answer)[:2] == ("100", "0")
    assert answer.headers["Retry-After"] in ("1", "2")


def test_an_address_without_a_token_calls_five_times_a_second(steady, partner, desk):
    caller = Caller(desk.app, x_api_key="wrong")
    body = {"partner_id": "x"}
    answers = [caller.post("/auth/session", body) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    assert rate(answers[0])[:2] == ("5", "4")
    bad = Caller(desk.app, Authorization="Bearer x").get("/orders")
    assert bad.status_code == 429


def codes(user, steps: int) -> list[int]:
    """Each way of asking is a guess."""
    ways = (lambda: user.claim(WRONG), lambda: user.get(f"/tokens/claim/{WRONG}"))
    return [ways[number % 2]().status_code for number in range(steps)]


def test_who_guesses_is_turned_away_even_with_a_right_code(steady, partner):
    right = partner.server().placed("a")["claim_code"]
    user = partner.user()
    assert codes(user, 11) == [404] * 10 + [429]
    answer = user.claim(right)
    refused(answer, 429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 600


def test_right_codes_are_no_guesses(steady, partner):
    right = partner.server().placed("a")["claim_code"]
    user = partner.user()
    assert codes(user, 9) == [404] * 9
    for _ in range(20):
        assert user.get(f"/tokens/claim/{right}").status_code == 200
    assert codes(user, 2) == [404, 429]


def test_an_account_is_counted_wherever_it_comes_from(steady, partner: Partner):
    user = partner.user()

    def guess(number: int, account: Caller) -> int:
        environ = {"REMOTE_ADDR": f"192.0.2.{number}"}
        body = {"claim_code": WRONG}
        return account.post("/tokens/claim", body, environ_base=environ).status_code

    assert [guess(n, user) for n in range(11)] == [404] * 10 + [429]


def test_a_storage_that_does_not_answer_turns_nobody_away(make_desk, caplog):
    """Nor does it break anything: guessing 58 bits takes longer than anybody lives (5)."""
    partner = Partner(make_desk(limits_storage="redis://127.0.0.1:1/0"))
    server, user = partner.server(), partner.user()
    right = server.placed("a")["claim_code"]
    assert codes(user, 12) == [404] * 12
    answer = user.claim(right)
    assert (answer.status_code, answer.json["status"]) == (200, "active")
    assert rate(server.place("b")) == ("100", "100", "0")
    assert "not counted" in caplog.text
    assert right not in caplog.text


def test_guesses_are_counted_by_all_processes_together(make_desk, new_database_url, redis_url):
    url = new_database_url()
    here, there = (make_desk(url, limits_storage=redis_url) for _ in range(2))
    user = Partner(here).user()
    elsewhere = Caller(there.app, **user.headers)
    assert codes(user, 6) + codes(elsewhere, 5) == [404] * 10 + [429]


def test_who_guesses_at_the_hub_is_turned_away_with_a_page(steady, partner, desk):
    right = partner.server().placed("a")["claim_code"]
    client = desk.browserless

    def look(code: str):
        return client.get("/kigo/hub", query_string={"claim-code": code})

    assert [look(WRONG).status_code for _ in range(11)] == [404] * 10 + [429]
    answer = look(right)
    assert answer.status_code == 429
    assert "Too many tries" in answer.get_data(as_text=True)
    assert 1 <= int(answer.headers["Retry-After"]) <= 600


def test_a_link_of_another_partner_is_no_guess(steady, partner, desk):
    code = partner.server(OTHER).placed("a", FOREIGN)["claim_code"]
    client = desk.browserless
    query = {"claim-code": code, "session-id": partner.sso()}
    for _ in range(12):
        assert client.get("/kigo/hub", query_string=query).status_code == 200
