"""Enrolling with fixed values, as demos do: a second time changes what is to be changed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flask_till.desk.product import Value, Variant
from flask_till.desk.tables.claims import product_tokens
from flask_till.desk.tables.products import products
from flask_till.desk.tables.w3block import w3_companies, w3_users
from flask_till.errors import Conflict, InvalidRequest, NotFound
from tests.desk.w3block.the_company import COMPANY, KEY, PASSWORD, PRODUCT, REAL, WAYS


def test_a_second_start_changes_nothing_twice(company, desk):
    merchant = desk.credentials.merchant_id
    enrolment = company.enrolment
    for _ in range(2):
        enrolment.ensure_company(
            merchant, company_id=COMPANY, key=KEY, secret="another", name="Passes", providers=WAYS
        )
        enrolment.ensure_user(COMPANY, email="Ann@example.org", password=PASSWORD, name="Ann")
        enrolment.ensure_product(
            COMPANY, product_id=PRODUCT, name="Pass", prices={REAL: "100"}, tokens=3
        )
    for table, many in ((w3_companies, 1), (w3_users, 1), (products, 1), (product_tokens, 3)):
        assert desk.count(table) == many
    body = {"key": KEY, "secret": "another", "tenantId": COMPANY}
    assert company.public.call("POST", "/auth/signin/tenant", json=body).status_code == 201
    assert company.sign_in().status_code == 201


def test_a_company_of_another_merchant_is_left_alone(company, desk):
    other = desk.desk.add_merchant(name="Others").merchant_id
    with pytest.raises(Conflict):
        company.enrolment.ensure_company(
            other, company_id=COMPANY, key="k", secret="s", name="Passes"
        )


def test_what_cannot_be_enrolled(company):
    enrolment = company.enrolment
    with pytest.raises(InvalidRequest):
        company.sell(product_id="mug")
    for percent in ("0", "100.01"):
        with pytest.raises(InvalidRequest):
            enrolment.add_coupon(COMPANY, code="X", percent=percent)
    with pytest.raises(NotFound):
        enrolment.add_user(PRODUCT, email="a@b.c", password=PASSWORD, name="A")


@pytest.mark.parametrize("percent", ["0", "-1", "100.01", "NaN", "Infinity", "ten", ""])
def test_a_coupon_takes_off_a_part_of_the_price_or_is_none(company, percent):
    with pytest.raises(InvalidRequest):
        company.enrolment.add_coupon(COMPANY, code="ODD", percent=percent)


@pytest.mark.parametrize("price", ["0.001", "-1", "NaN", "1E-3", "Infinity"])
def test_a_price_can_be_paid_to_its_last_digit(company, desk, price):
    company.sell()
    with pytest.raises(InvalidRequest):
        company.enrolment.add_product(COMPANY, name="Odd", prices={REAL: price})
    with pytest.raises(InvalidRequest):
        company.enrolment.change_product(PRODUCT, prices={REAL: Decimal(price)})
    choice = Value(PRODUCT, "Gold", "gold", {REAL: Decimal(price)})
    with pytest.raises(InvalidRequest):
        company.enrolment.change_product(
            PRODUCT, variants=(Variant(PRODUCT, "Finish", "Finish", (choice,)),)
        )
    assert desk.count(products) == 1
