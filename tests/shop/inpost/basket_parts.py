"""What a test looks at in a basket of the wallet's, and in the shop behind it."""

from __future__ import annotations

from flask_till.shop.actions.binding import read_binding
from tests.shop.shelves import count


def quantities(basket):
    return {one["product_id"]: one["quantity"]["quantity"] for one in basket["products"]}


def codes(basket):
    return [one["promo_code_value"] for one in basket["promo_codes"]]


def notice(basket):
    return basket["summary"].get("basket_notice")


def final(basket):
    return basket["summary"]["basket_final_price"]["gross"]


def binding(wallet, basket_id):
    return wallet.front.database.read(read_binding, basket_id)


def syncs(wallet, basket_id):
    """Events that would make the shop PUT the basket."""
    return count(wallet.front.database, "events", subject=basket_id, kind="basket_sync")
