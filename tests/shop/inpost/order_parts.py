"""What a test looks at in an order of the wallet's, and in the shop behind it."""

from __future__ import annotations

from flask_till.shop.actions.orders import read_order
from tests.shop.inpost.conftest import (
    bind,
    put,
    use_codes,
)
from tests.shop.inpost.played_wallet import (
    changed,
    good,
)
from tests.shop.shelves import row

NOT_CREATED = (409, "ORDER_NOT_CREATE")


def without_nulls(value):
    if isinstance(value, dict):
        return {name: without_nulls(part) for name, part in value.items() if part not in (None, [])}
    return [without_nulls(part) for part in value] if isinstance(value, list) else value


def placed(wallet, basket_id, payload=None):
    return good(wallet.order(basket_id, payload), 201)


def order_of(wallet, answer):
    return wallet.front.database.read(read_order, answer["order_details"]["order_id"])


def held(wallet, product_id):
    return row(wallet.front.database, "stock", product_id=product_id).reserved


def priced(request, gross, net):
    from decimal import Decimal

    vat = str(Decimal(gross) - Decimal(net))
    return changed(request, "order_details.basket_price", {"net": net, "vat": vat, "gross": gross})


def fill_basket(app, page):
    put(page, "1042.7", 2)
    put(page, "2077")
    use_codes(page, "MAJ10")
    return bind(app, page)
