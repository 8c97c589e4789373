"""The page's address: exactly the parameters of the contract."""

from __future__ import annotations

import pytest

from tests.desk.pages.conftest import SHOP, Desk


def show(desk: Desk, **query: str) -> str:
    order = desk.order()
    answer = desk.enter(order).get("/order", query_string={"orderId": order.id, **query})
    assert answer.status_code == 200
    return answer.text.split("<body")[0] + answer.text


def test_without_an_order_id_it_is_a_bad_request(desk: Desk) -> None:
    answer = desk.client.get("/order")
    assert answer.status_code == 400
    assert "This address is not complete" in answer.text


@pytest.mark.parametrize("order_id", ["ord_unknown", "a\x00b", "ł", "x" * 300, "a b"])
def test_an_unknown_order_is_not_found(desk: Desk, order_id: str) -> None:
    answer = desk.client.get("/order", query_string={"orderId": order_id})
    assert answer.status_code == 404
    assert "There is no such order" in answer.text


def test_without_token_and_cookie_it_is_not_yours(desk: Desk) -> None:
    answer = desk.client.get("/order", query_string={"orderId": desk.order().id})
    assert answer.status_code == 403
    assert "another browser" in answer.text
    assert "Blue mug<" not in answer.text
    assert f'href="{SHOP}/"' in answer.text  # and no dead end


@pytest.mark.parametrize(
    ("given", "shown"),
    [("dark", "dark"), ("light", "light"), ("DARK", "light"), ("", "light"), ('"><b>', "light")],
)
def test_only_the_word_dark_is_dark(desk: Desk, given: str, shown: str) -> None:
    assert f'data-theme="{shown}"' in show(desk, theme=given)


def test_without_a_theme_the_system_decides(desk: Desk) -> None:
    assert "data-theme=" not in show(desk)


@pytest.mark.parametrize(
    ("given", "hidden"),
    [
        ("true", True),
        ("TRUE", True),
        ("True", True),
        ("1", False),
        ("yes", False),
        ("false", False),
    ],
)
def test_only_the_word_true_hides(desk: Desk, given: str, hidden: bool) -> None:
    html = show(desk, hideBack=given, hideScrollBar=given)
    assert ("data-back" not in html) is hidden
    assert ('class="no-scroll-bar"' in html) is hidden


def test_the_token_leaves_the_address_and_the_rest_stays(desk: Desk) -> None:
    order = desk.order()
    query = {"orderId": order.id, "token": desk.token(order), "theme": "dark", "hideBack": "TRUE"}
    answer = desk.client.get("/order", query_string=query)
    assert answer.status_code == 303
    assert answer.location == f"/order?orderId={order.id}&theme=dark&hideBack=true"


def test_what_a_provider_adds_on_return_leaves_the_address(desk: Desk) -> None:
    order = desk.order()
    query = {"orderId": order.id, "payment_intent_client_secret": "pi_1_secret_2"}
    answer = desk.enter(order).get("/order", query_string=query)
    assert (answer.status_code, answer.location) == (303, f"/order?orderId={order.id}")


def test_forms_carry_the_parameters_along(desk: Desk) -> None:
    order = desk.order()
    data = {"orderId": order.id, "theme": "dark", "hideScrollBar": "true", "gateway": "sandbox"}
    answer = desk.enter(order).post("/order/pay", data=data | {"method": "sandbox"})
    assert answer.location == f"/order?orderId={order.id}&theme=dark&hideScrollBar=true"


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_other_addresses_and_methods_are_answered_by_a_page(desk: Desk, method: str) -> None:
    answer = getattr(desk.client, method)("/order/pay")
    assert answer.status_code == 404
    assert "There is no such page" in answer.text


def test_the_locale_of_the_order_is_the_language(desk: Desk) -> None:
    order = desk.order(locale="pl-PL")
    answer = desk.enter(order).get("/order", query_string={"orderId": order.id})
    assert '<html lang="pl"' in answer.text
    assert "117,97 zł" in answer.text.replace("\xa0", " ")


def test_an_order_in_a_language_that_we_lack_follows_the_browser(desk: Desk) -> None:
    order = desk.order(locale="fr")
    answer = desk.enter(order).get(
        "/order", query_string={"orderId": order.id}, headers={"Accept-Language": "de, pl;q=0.5"}
    )
    assert '<html lang="pl"' in answer.text


def test_an_error_follows_the_browser(desk: Desk) -> None:
    answer = desk.client.get("/order", headers={"Accept-Language": "pl"})
    assert "Ten adres jest niepełny" in answer.text
