"""Orders paid in parts, and shorthands for what tests do with them."""

from __future__ import annotations

from flask_till.desk.tables.claims import product_tokens
from tests.desk.w3block.the_company import COMPANY, DOLLAR, line, part

HALF = (part(amount="50"), part("credit_card", amount="50"))
MIXED = (
    part(amountType="fixed", amount="25"),
    {"currencyId": DOLLAR, "amountType": "all_remaining", "paymentMethod": "credit_card"},
)


def body(ann, *parts, **more):
    shown = ann.previewed(line(), payments=list(parts))
    signed = {one["currencyId"]: one["gasFee"]["signature"] for one in shown["payments"]}
    wanted = ann.wanted(line(), payments=list(parts), **more)
    fees = [{"currencyId": one, "signedGasFee": text} for one, text in signed.items()]
    return wanted | {"signedGasFees": fees}


def split(ann, *parts, **more):
    answer = ann.post("/orders", body(ann, *parts, **more))
    assert answer.status_code == 201, answer.data
    return answer.json


def legs_of(desk, made):
    placed = desk.app.extensions["till_desk"].partners.w3block.legs._placed(made["id"])
    return [one.leg_id for one in placed.parts]


def turn(desk, leg_id, status="succeeded"):
    return desk.gateway.turn(desk.read(leg_id).payment.provider_ref, status)


def pay(desk, leg_id, status="succeeded"):
    desk.cashier.settle(turn(desk, leg_id, status))


def cancel(company, made):
    path = f"/admin/companies/{COMPANY}/orders/{made['id']}/cancel"
    return company.server.call("PATCH", path)


def states(desk):
    return [row.state for row in desk.rows(product_tokens)]


def sweep(desk):
    desk.cashier.sweep()
    return desk.app.extensions["till_desk"].partners.w3block.sweep()
