"""What a schema of W3block's messages cannot say: which ids, products, prices there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.desk.the_desk import SHOP
from tests.desk.w3block.the_company import (
    COMPANY,
    KEY,
    PASSWORD,
    PRODUCT,
    REAL,
    SECRET,
    USER,
    WALLET,
    Storefront,
    TheCompany,
    line,
    part,
)


def made_right(
    company: TheCompany, who: Storefront, case: Any, order: dict[str, Any], told: dict[str, str]
) -> None:
    """Say what a schema cannot: which ids, products, prices and signatures there are."""
    known = told | {
        "transaction_id": order["providerTransactionId"],
        "company_id": COMPANY,
        "product_id": PRODUCT,
        "slug": "founder-pass",
        "order_id": order["id"],
        "deliver_id": order["deliverId"],
    }
    for name in case.path_parameters or {}:
        case.path_parameters[name] = known[name]
    if not isinstance(case.body, dict):
        return
    body = case.body = exact(case.body)
    if "orderId" in body:
        body |= {"orderId": order["id"], "status": "pending"}
    if body.get("webhookUrl"):
        body["webhookUrl"] = "https://shop.example/hook"
    right = RIGHT.get(case.operation.definition.raw["operationId"])
    if right is not None:
        right(company, who, body)


def exact(value: Any) -> Any:
    """1.0 is no whole number to us, and 1e-320 is out of range."""
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else 0.5
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    return [exact(part) for part in value] if isinstance(value, list) else value


def sign_in(company: TheCompany, who: Storefront, body: dict[str, Any]) -> None:
    body |= {"email": "ann@example.org", "password": PASSWORD}
    if body.get("tenantId"):
        body["tenantId"] = COMPANY


def sign_in_tenant(company: TheCompany, who: Storefront, body: dict[str, Any]) -> None:
    body |= {"tenantId": COMPANY, "key": KEY, "secret": SECRET}


def refresh(company: TheCompany, who: Storefront, body: dict[str, Any]) -> None:
    body["refreshToken"] = company.sign_in().json["refreshToken"]


def preview(company: TheCompany, who: Storefront, body: dict[str, Any]) -> None:
    many = body["orderProducts"][0].get("quantity") or "1"
    body["orderProducts"] = [line(many if int(many) < 1000 else "1")]
    if body.get("payments"):
        body["payments"] = [part()]
    if body.get("currencyId"):
        body["currencyId"] = REAL
    known_places(body)


def create(company: TheCompany, who: Storefront, body: dict[str, Any]) -> None:
    """The newer form, and now and then the older one."""
    wanted = who.wanted(line("2"))
    signed = wanted["signedGasFees"][0]["signedGasFee"]
    if body.get("payments"):
        del wanted["payments"]
        body["payments"] = [part(providerInputs=body["payments"][0].get("providerInputs"))]
        body |= wanted
    else:
        price = wanted["orderProducts"][0]["expectedPrices"][0]["expectedPrice"]
        body["orderProducts"] = [line("2", expectedPrice=price)]
        body |= {"currencyId": REAL, "signedGasFee": signed, "signedGasFees": None}
        body["paymentProvider"] = body["paymentMethod"] = None
    body |= {"couponCode": "", "acceptSimilarOrderInShortPeriod": True}
    known_places(body)


def known_places(body: dict[str, Any]) -> None:
    if body.get("successUrl"):
        body["successUrl"] = f"{SHOP}/done"
    if body.get("destinationUserId"):
        body["destinationUserId"] = USER
    if body.get("destinationWalletAddress"):
        body["destinationWalletAddress"] = WALLET.lower()


def pay(company: TheCompany, who: Storefront, body: dict[str, Any]) -> None:
    body["payments"] = [part("credit_card")]
    known_places(body)


RIGHT: dict[str, Callable[[TheCompany, Storefront, dict[str, Any]], None]] = {
    "signIn": sign_in,
    "signInTenant": sign_in_tenant,
    "refreshToken": refresh,
    "previewOrder": preview,
    "createOrder": create,
    "payOrder": pay,
}
