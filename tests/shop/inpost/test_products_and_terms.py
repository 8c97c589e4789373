"""Products added and listed for a wallet (contract 3.7), and what a shop sets up itself."""

from __future__ import annotations

from uuid import uuid4

from flask_till.errors import TillError
from flask_till.shop.actions.binding import find_binding
from tests.shop.conftest import browser
from tests.shop.inpost.basket_parts import binding, quantities, syncs
from tests.shop.inpost.conftest import BOX, MUG, PRODUCTS, bind, put, shop_basket_id
from tests.shop.inpost.played_wallet import (
    example,
    good,
    refused,
)
from tests.shop.shelves import count, together

# ---- 3.7 ----


def test_a_product_can_be_added_to_a_basket(wallet, linked):
    basket = good(wallet.call("POST", "/basket/product/card", {"basket_id": linked}))
    assert (basket["basket_id"], quantities(basket)["card"]) == (linked, 1)
    assert syncs(wallet, linked) == 0


def test_a_product_can_start_a_basket_that_is_the_wallets_at_once(wallet):
    phone = {"country_prefix": "+48", "phone": "501234567"}
    basket = good(wallet.call("POST", "/basket/product/card", {"phone_number": phone}))
    assert quantities(basket) == {"card": 1}
    found = binding(wallet, basket["basket_id"])
    assert (found.status, found.phone) == ("linked", "501234567")
    assert quantities(wallet.quantity(basket["basket_id"], "card", 2)) == {"card": 2}
    assert good(wallet.call("POST", "/basket/product/card"))["basket_id"] != basket["basket_id"]


def test_an_added_product_that_is_sent_again_is_added_once(wallet, linked):
    at = wallet.now()
    for payload in ({"basket_id": linked}, {}):
        first = good(wallet.call("POST", "/basket/product/card", payload, at=at))
        again = good(wallet.call("POST", "/basket/product/card", payload, at=at))
        assert (first["basket_id"], quantities(first)) == (again["basket_id"], quantities(again))


def test_what_cannot_be_added_is_refused(wallet, linked):
    def added(product_id, **payload):
        return refused(wallet.call("POST", f"/basket/product/{product_id}", payload))

    assert added("nothing") == (404, "PRODUCT_NOT_FOUND")
    assert added("card", basket_id=str(uuid4())) == (404, "BASKET_NOT_FOUND")
    wallet.quantity(linked, "2077", 3)
    assert added("2077", basket_id=linked)[1] in ("OUT_OF_STOCK", "PRODUCT_NOT_ADDED")
    assert added("card", basket_id="") == (400, "BAD_REQUEST")
    assert count(wallet.front.database, "baskets") == 1


def test_products_are_listed_by_pages(wallet):
    page = good(wallet.call("GET", "/products?page_index=1&page_size=4"))
    assert (page["page_index"], page["page_size"], page["total_items"]) == (1, 4, len(PRODUCTS))
    assert [one["product_id"] for one in page["content"]] == ["ebook", "gift"]
    named = good(wallet.call("GET", "/products?product_ids=3001,nothing,1042.7"))
    assert [one["product_id"] for one in named["content"]] == [BOX.id, MUG.id]
    assert named["content"][1]["quantity"]["available_quantity"] == 14
    assert named["content"][0]["price"] == {"net": "8.13", "gross": "10.00", "vat": "1.87"}
    for wrong in ("page_size=0", "page_size=101", "page_index=-1", "page_index=x"):
        assert refused(wallet.call("GET", f"/products?{wrong}")) == (400, "BAD_REQUEST")


# ---- defaults, other shops ----


def test_a_shop_with_nothing_set_up_answers_a_correct_basket(new_wallet_shop):
    from tests.shop.inpost.conftest import with_wallet

    app = new_wallet_shop(deliveries=(), consents=(), offers=())
    wallet, page = with_wallet(app), browser(app)
    put(page, "card")
    basket = wallet.get(bind(app, page))
    assert basket["delivery"] == []
    assert basket["products"][0]["base_price"] == {"net": "6.50", "gross": "8.00", "vat": "1.50"}
    assert basket["products"][0]["quantity"]["available_quantity"] == 9999


def test_digital_goods_travel_digitally(app, wallet, page):
    put(page, "ebook")
    basket_id = bind(app, page)
    kinds = [one["delivery_type"] for one in wallet.get(basket_id)["delivery"]]
    assert kinds == ["DIGITAL"]
    put(page, "card")
    kinds = [one["delivery_type"] for one in wallet.get(basket_id)["delivery"]]
    assert sorted(kinds) == ["APM", "COURIER", "DIGITAL"]


def test_deliveries_are_free_from_their_threshold_on(app, wallet, page):
    put(page, "1042.7", 6)
    price = wallet.get(bind(app, page))["delivery"][0]["delivery_price"]
    assert price == {"net": "0.00", "gross": "0.00", "vat": "0.00"}


def test_another_currency_than_pln_is_refused_and_never_a_failure(new_wallet_shop):
    from flask_till.money import Money
    from flask_till.shop.catalog import Product
    from tests.shop.inpost.conftest import with_wallet

    app = new_wallet_shop(
        catalog=[Product("mug", "Mug", Money("5.00", "EUR"))], promotions=(), deliveries=()
    )
    wallet, page = with_wallet(app), browser(app)
    put(page, "mug")
    basket_id = bind(app, page)
    assert refused(wallet.call("GET", f"/basket/{basket_id}")) == (409, "BASKET_NOT_UPDATE")
    answer = wallet.call(
        "POST", f"/basket/{basket_id}/confirmation", example("basket_confirmation_success")
    )
    assert refused(answer) == (409, "BASKET_NOT_UPDATE")
    assert binding(wallet, basket_id).status == "unbound"
    assert refused(wallet.order(basket_id)) == (409, "ORDER_NOT_CREATE")
    assert good(wallet.call("GET", "/products"))["content"] == []


def test_html_is_stripped_and_long_texts_are_cut(new_wallet_shop):
    from flask_till.money import Money
    from flask_till.shop.catalog import Product
    from tests.shop.inpost.conftest import with_wallet

    odd = Product(
        "odd",
        "Odd",
        Money("5.00", "PLN"),
        description="<p>Fine &amp; <b>good</b></p>" + "x" * 2000,
        attributes={"Note": "y" * 500},
        url="//[broken",
        image="javascript:alert(1)",
    )
    app = new_wallet_shop(catalog=[odd])
    wallet, page = with_wallet(app), browser(app)
    put(page, "odd")
    product = wallet.get(bind(app, page))["products"][0]
    assert product["product_description"].startswith("Fine & good")
    assert len(product["product_description"]) == 1000
    assert len(product["product_attributes"][0]["attribute_value"]) == 255
    assert "product_link" not in product
    assert "product_image" not in product


def test_one_binding_per_basket_however_many_ask(app, page):
    put(page, "card")
    made = together(*[lambda: bind(app, page) for _ in range(6)])
    assert len(set(made)) == 1
    assert not any(isinstance(one, TillError) for one in made)
    found = app.extensions["till"].database.read(find_binding, shop_basket_id(page))
    assert found.id == made[0]
