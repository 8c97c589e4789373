"""Signing in by phone number and code: few tries, short lives, and nothing to be learned."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from flask_till.desk.tables.wallet import sign_in_codes, wallet_sessions
from flask_till.errors import InvalidRequest, TooMany, Unauthenticated, Unavailable
from tests.desk.the_desk import TheDesk
from tests.desk.wallet.the_phone import NUMBER, TheWallet


def code_of(at: TheWallet, number: str = NUMBER) -> str:
    code = at.wallet.send_code("+48", number).shown
    assert code is not None
    return code


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_first_sign_in_makes_the_shopper_and_later_ones_find_it(at: TheWallet) -> None:
    sessions = []
    for _ in range(2):
        code = code_of(at)
        assert len(code) == 6
        sessions.append(at.wallet.sign_in(" 48 ", "501 234-567", f"{code[:3]} {code[3:]}"))
        at.clock.advance(minutes=2)
    first, second = (at.wallet.shopper_of(session) for session in sessions)
    assert first is not None
    assert first == second
    assert (first.country_prefix, first.phone) == ("+48", NUMBER)


def test_a_code_is_good_once(at: TheWallet) -> None:
    code = code_of(at)
    at.wallet.sign_in("+48", NUMBER, code)
    with pytest.raises(Unauthenticated):
        at.wallet.sign_in("+48", NUMBER, code)


def test_a_code_is_good_for_ten_minutes(at: TheWallet) -> None:
    code = code_of(at)
    at.clock.advance(minutes=10)
    with pytest.raises(Unauthenticated):
        at.wallet.sign_in("+48", NUMBER, code)


def test_after_five_wrong_ones_the_right_one_is_no_good(at: TheWallet) -> None:
    code = code_of(at)
    said = set()
    for _ in range(5):
        with pytest.raises(Unauthenticated) as refused:
            at.wallet.sign_in("+48", NUMBER, wrong(code))
        said.add(str(refused.value))
    with pytest.raises(Unauthenticated) as refused:
        at.wallet.sign_in("+48", NUMBER, code)
    said.add(str(refused.value))
    with pytest.raises(Unauthenticated) as refused:
        at.wallet.sign_in("+48", "600100200", code)  # never asked for one
    said.add(str(refused.value))
    assert len(said) == 1


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "12345\n\n"])
def test_what_is_no_code_is_wrong(at: TheWallet, code: str) -> None:
    code_of(at)
    with pytest.raises(Unauthenticated):
        at.wallet.sign_in("+48", NUMBER, code)


def test_a_new_code_comes_at_most_each_minute_and_ends_the_one_before(at: TheWallet) -> None:
    first = code_of(at)
    with pytest.raises(TooMany) as refused:
        at.wallet.send_code("+48", NUMBER)
    assert 55 <= (refused.value.retry_after or 0) <= 61
    at.clock.advance(seconds=61)
    second = code_of(at)
    if first != second:
        with pytest.raises(Unauthenticated):
            at.wallet.sign_in("+48", NUMBER, first)
    assert at.wallet.sign_in("+48", NUMBER, second)


def test_tries_at_once_use_a_code_up_once(at: TheWallet, at_once: object) -> None:
    code = code_of(at)

    def attempt(_: int) -> bool:
        try:
            at.wallet.sign_in("+48", NUMBER, code)
        except Unauthenticated:
            return False
        return True

    assert sum(at_once(attempt, 4)) == 1  # type: ignore[operator]  # the fixture's function


def test_neither_code_nor_session_is_kept_in_clear(at: TheWallet) -> None:
    code = code_of(at)
    kept = at.database.read(lambda work: work.execute(select(sign_in_codes)).one())
    assert code not in str(kept)
    session = at.wallet.sign_in("+48", NUMBER, code)
    assert session not in str(
        at.database.read(lambda work: work.execute(select(wallet_sessions)).all())
    )


def test_a_session_lasts_thirty_days_or_until_it_is_ended(at: TheWallet) -> None:
    one = at.wallet.sign_in("+48", NUMBER, code_of(at))
    at.clock.advance(minutes=2)
    two = at.wallet.sign_in("+48", NUMBER, code_of(at))
    at.wallet.sign_out(one)
    at.wallet.sign_out(one)
    assert at.wallet.shopper_of(one) is None
    assert at.wallet.shopper_of(two) is not None
    assert at.wallet.shopper_of("") is None
    at.clock.advance(days=30)
    assert at.wallet.shopper_of(two) is None
    at.parts.sweep()
    assert at.database.read(lambda work: work.execute(select(wallet_sessions)).all()) == []


def test_an_address_cannot_send_codes_without_end(at: TheWallet) -> None:
    for number in range(30):
        at.wallet.send_code("+48", f"5010000{number:02}", address="203.0.113.7")
    with pytest.raises(TooMany):
        at.wallet.send_code("+48", "501000030", address="203.0.113.7")
    assert at.wallet.send_code("+48", "600100200", address="203.0.113.8").shown


@pytest.mark.parametrize(
    ("prefix", "phone"), [("+48", "12345678"), ("+0", "501234567"), ("+48", "50123456x"), ("", "")]
)
def test_what_is_no_number_is_said_to_be_none(at: TheWallet, prefix: str, phone: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        at.wallet.send_code(prefix, phone)
    assert refused.value.code == "PHONE_INVALID"


def test_a_port_sends_the_code_and_then_no_page_shows_it(make_desk: object) -> None:
    sent: list[tuple[str, str]] = []
    desk: TheDesk = make_desk(send_code=lambda *told: sent.append(told))  # type: ignore[operator]  # the fixture's function
    assert desk.desk.wallet.send_code("+48", NUMBER).shown is None
    [(number, code)] = sent
    assert number == f"+48{NUMBER}"
    assert desk.desk.wallet.sign_in("+48", NUMBER, code)


def test_in_production_without_a_port_nobody_is_sent_anything(make_desk: object) -> None:
    desk: TheDesk = make_desk(env="production", secret_keys="a long secret for production only")  # type: ignore[operator]  # the fixture's function
    with pytest.raises(Unavailable) as refused:
        desk.desk.wallet.send_code("+48", NUMBER)
    assert refused.value.code == "CODES_NOT_SENT"


def test_a_profile_is_kept_in_parts_and_checked(at: TheWallet) -> None:
    session = at.wallet.sign_in("+48", NUMBER, code_of(at))
    shopper = at.wallet.shopper_of(session)
    assert shopper is not None
    at.wallet.save_profile(shopper.id, {"name": " Anna ", "address": {"city": "Kraków"}})
    kept = at.wallet.save_profile(shopper.id, {"mail": "a@b.example", "name": ""})
    assert (kept.name, kept.mail, kept.profile) == (
        None,
        "a@b.example",
        {"address": {"city": "Kraków"}},
    )
    for bad in ({"role": "admin"}, {"mail": "no"}, {"address": {"x": "y"}}, {"name": 7}):
        with pytest.raises(InvalidRequest):
            at.wallet.save_profile(shopper.id, bad)
    assert at.wallet.save_profile(shopper.id, {}) == kept
