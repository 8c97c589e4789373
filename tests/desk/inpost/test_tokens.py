"""The token endpoint (2.1), and what a token is good for."""

from __future__ import annotations

import pytest

from tests.desk.inpost.the_shop import TOKEN, TheShop, example, refused


@pytest.fixture
def shop(shop: TheShop) -> TheShop:
    """A shop that keeps its token whatever is said to it."""
    shop.renews = False
    return shop


def test_client_credentials_are_answered_with_the_members_of_the_contract(shop):
    answer = shop.ask_for_token()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    expected = example("token_response")
    assert answer.json.keys() == expected.keys()
    assert answer.json | {"access_token": ""} == expected | {"access_token": ""}


def test_there_is_a_short_path_to_type(shop):
    assert shop.ask_for_token("/inpost/token").status_code == 200


WRONG_FORMS = (
    ({"client_secret": "wrong"}, 401, "invalid_client"),
    ({"client_secret": ""}, 401, "invalid_client"),
    ({"client_id": "nobody"}, 401, "invalid_client"),
    ({"client_id": ""}, 401, "invalid_client"),
    ({"client_id": "a\x00b"}, 401, "invalid_client"),
    ({"client_id": "x" * 300}, 401, "invalid_client"),
    ({"grant_type": ""}, 400, "invalid_request"),
    ({"grant_type": "password"}, 400, "unsupported_grant_type"),
)


def test_a_wrong_form_is_refused_in_the_words_of_oauth(shop):
    for form, status, error in WRONG_FORMS:
        answer = shop.ask_for_token(**form)
        assert (answer.status_code, answer.json["error"]) == (status, error), form
        assert set(answer.json) == {"error", "error_description"}


def test_an_unknown_client_and_a_wrong_secret_look_alike(shop):
    one, other = shop.ask_for_token(client_id="nobody"), shop.ask_for_token(client_secret="no")
    assert (one.status_code, one.data) == (other.status_code, other.data)


NO_FORMS = (
    (b'{"grant_type":"client_credentials"}', "application/json"),
    (b"grant_type=client_credentials&grant_type=client_credentials", None),
    (b"grant_type=client_credentials&client_id=" + b"x" * 20_000, None),
    (b"", None),
    (b"\xff\xfe%zz=%", None),
)


def test_what_is_no_such_form_is_refused(shop):
    for body, kind in NO_FORMS:
        kind = kind or "application/x-www-form-urlencoded"
        answer = shop.client.post(TOKEN, data=body, content_type=kind)
        assert answer.status_code in (400, 413), body[:80]
        assert answer.json["error"] == "invalid_request"


def test_the_token_endpoint_takes_posts_only(shop):
    assert shop.client.get(TOKEN).status_code == 404 or shop.client.get(TOKEN).status_code == 405


def test_guessing_secrets_is_slowed_down(shop):
    answers = [shop.ask_for_token(client_secret=f"guess {n}") for n in range(51)]
    assert {answer.status_code for answer in answers[:50]} == {401}
    assert answers[50].status_code == 429
    assert int(answers[50].headers["Retry-After"]) > 0
    assert "error" in answers[50].json


def test_a_token_lives_for_300_seconds(shop, clock):
    shop.sign_in()
    clock.advance(299)
    assert shop.call("GET", "/v1/izi/payment-methods").status_code == 200
    clock.advance(1)
    assert refused(shop.call("GET", "/v1/izi/payment-methods"), 401, "UNAUTHORIZED")
    shop.sign_in()
    assert shop.call("GET", "/v1/izi/payment-methods").status_code == 200


def test_a_token_from_the_future_is_not_believed(shop, clock):
    clock.advance(1000)
    shop.sign_in()
    clock.advance(-1000)
    assert refused(shop.call("GET", "/v1/izi/payment-methods"), 401, "UNAUTHORIZED")


def test_what_is_no_token_is_unauthorized(shop):
    for token in ("", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30.", "x" * 5000, "é"):
        shop.token = token
        answer = shop.call("GET", "/v1/izi/basket/b/binding")
        assert refused(answer, 401, "UNAUTHORIZED"), token
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_another_way_to_sign_in_is_unauthorized(shop):
    for header in ("", "Bearer", "Basic abc", "Bearer  "):
        headers = {"Authorization": header} if header else {}
        answer = shop.client.get("/inpost/v1/izi/payment-methods", headers=headers)
        assert refused(answer, 401, "UNAUTHORIZED"), header


def test_every_letter_of_a_token_counts(shop):
    shop.sign_in()
    good = str(shop.token)
    for place in range(0, len(good), 7):
        other = "A" if good[place] != "A" else "B"
        shop.token = good[:place] + other + good[place + 1 :]
        assert shop.call("GET", "/v1/izi/payment-methods").status_code == 401, place


def test_wrong_tokens_are_slowed_down(shop):
    shop.token = "wrong"
    answers = [shop.call("GET", "/v1/izi/payment-methods").status_code for _ in range(121)]
    assert answers[:120] == [401] * 120
    assert answers[120] == 429


def test_new_secrets_end_the_tokens_that_were_given_for_the_old_ones(shop, desk):
    shop.sign_in()
    with desk.app.app_context():
        renewed = desk.app.extensions["till_desk"].inpost_enrolment.renew(shop.merchant_id)
    assert refused(shop.call("GET", "/v1/izi/payment-methods"), 401, "UNAUTHORIZED")
    assert shop.ask_for_token().status_code == 401
    shop.client_secret = renewed.client_secret
    shop.sign_in()
    assert shop.call("GET", "/v1/izi/payment-methods").status_code == 200


def test_a_merchant_that_is_switched_off_is_told_so(shop, desk):
    from flask_till.desk.actions.inpost_merchants import switch_off

    shop.sign_in()
    assert desk.database.write(switch_off, shop.merchant_id, "ERROR_SHARE")
    for method, path in [("GET", "/v1/izi/payment-methods"), ("PUT", "/v2/izi/basket/b/binding")]:
        assert refused(shop.call(method, path), 403, "MERCHANT_DISABLE")
    assert shop.ask_for_token().status_code == 200  # the token is fine, access is not
    assert desk.app.extensions["till_desk"].inpost_enrolment.switch_on(shop.merchant_id)
    assert shop.call("GET", "/v1/izi/payment-methods").status_code == 200


def test_one_merchants_token_says_nothing_about_anothers_baskets(shop, other_shop, wallet):
    anna = wallet.shopper()
    shop.ask_phone("same-id")
    wallet.link(anna)
    assert shop.look("same-id")["basket_linked"]
    assert other_shop.look("same-id") == {"basket_linked": False, "browser_trusted": False}
    assert refused(other_shop.unlink("same-id"), 404, "BASKET_NOT_FOUND")
    assert refused(
        other_shop.put("same-id", example("basket_put")), 404, "BASKET_NOT_FOUND"
    )  # fmt: skip


def test_a_shop_can_be_played_by_anybody_who_has_the_credentials(shop):
    """The same again without the player's own state."""
    again = TheShop(shop.client, shop.client_id, shop.client_secret)
    assert again.look("b") == example("binding_get_unlinked")


def test_a_secret_is_compared_in_constant_time_whoever_asks(shop, monkeypatch):
    from flask_till.desk.dialects.inpost import tokens

    seen: list[tuple[int, int]] = []
    compare = tokens.hmac.compare_digest

    def counted(one: bytes, other: bytes) -> bool:
        seen.append((len(one), len(other)))
        return bool(compare(one, other))

    monkeypatch.setattr(tokens.hmac, "compare_digest", counted)
    for form in ({}, {"client_id": "nobody"}, {"client_secret": "wrong"}):
        shop.ask_for_token(**form)
    assert (64, 64) in seen
    assert seen.count((64, 64)) == 3
