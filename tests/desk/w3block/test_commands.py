"""``flask till w3block``: what an operator types, and what a storefront then finds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from flask_till.cli import till
from flask_till.desk.tables.w3block import w3_users
from tests.desk.w3block.the_company import (
    BASE,
    COMPANY,
    DOLLAR,
    KEY,
    PASSWORD,
    PRODUCT,
    REAL,
    SECRET,
    WALLET,
    Storefront,
    line,
    part,
)

NO_UUID, UNKNOWN = "mug", "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def run(desk):
    """``run("users", "list")``: what was said; ``fails=True`` for what is refused."""
    runner = desk.app.test_cli_runner()

    def call(*words: str, fails: bool = False, typed: str | None = None) -> str:
        done = runner.invoke(till, ["w3block", *words], prog_name="till", input=typed)
        assert bool(done.exit_code) is fails, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    return call


def said(output: str) -> dict[str, str]:
    """A table of two columns, without its head."""
    return dict(re.split(r"  +", one, maxsplit=1) for one in output.splitlines()[1:])


def listed(output: str) -> list[list[str]]:
    return [re.split(r"  +", one) for one in output.splitlines()[1:]]


# --- companies --------------------------------------------------------------------------------


@pytest.fixture
def made(run, desk):
    """A company by command alone: key, secret and ids."""
    return said(run("companies", "add", desk.credentials.merchant_id, "Vinyl"))


def signed_in(desk: Any, **shown: str) -> int:
    answer = desk.browserless.post(f"{BASE}/auth/signin/tenant", json=shown)
    status: int = answer.status_code
    return status


def test_a_company_is_made_listed_and_its_server_signs_in(run, desk, made):
    assert made["base URL"] == "https://pay.example/w3block"
    tenant = {"key": made["key"], "secret": made["secret"], "tenantId": made["company id"]}
    assert signed_in(desk, **tenant) == 201
    shown = listed(run("companies", "list"))
    assert shown == [[made["company id"], "Vinyl", desk.merchant.id, "0", "integration"]]
    for secret in (made["key"], made["secret"]):
        assert secret not in run("companies", "list")


def test_other_keys_are_made_and_the_former_hold_no_more(run, desk, made):
    renewed = said(run("companies", "renew", made["company id"]))
    for pair, status in ((made, 401), (renewed, 201)):
        shown = {"key": pair["key"], "secret": pair["secret"], "tenantId": made["company id"]}
        assert signed_in(desk, **shown) == status


def test_what_a_company_asks_of_its_buyers_is_changed(run, company, ann):
    company.sell()
    run("companies", "set", COMPANY, "--service-fee", "2.5", "--no-gas", "--role", "application")
    shown = ann.previewed()
    assert (shown["clientServiceFee"], shown["gasFee"]["signature"]) == ("2.5", "")
    assert company.server.get("/orders").status_code == 401, "it may only be an application now"
    run("companies", "set", COMPANY, "--name", "Records")
    [row] = listed(run("companies", "list"))
    assert row[1:5] == ["Records", company.desk.merchant.id, "2.5", "off"], "the rest stays"


def test_ways_to_pay_are_added_changed_and_removed(run, company, ann):
    company.sell()
    company.change(providers=())
    add = ("companies", "provider", COMPANY)
    run(*add, "BRL", "pix", "asaas")
    run(*add, "brl", "pix", "stripe", "--selected", "--expires-in", "60")
    assert "not offered" in run(*add, DOLLAR, "transfer", "transfer", "--remove")
    ways = ann.previewed()["providersForSelection"]
    assert [one["paymentProvider"] for one in ways] == ["stripe", "asaas"]
    assert "BRL:pix:asaas BRL:pix:stripe:60s" in run("companies", "list")
    assert run(*add, "BRL", "pix", "stripe", "--remove").endswith(": asaas\n")
    assert run(*add, "BRL", "pix", "asaas").endswith(": asaas\n"), "once, however often"
    assert "Known: BRL, USD" in run(*add, "PLN", "pix", "asaas", fails=True)


def test_what_is_paid_in_some_way_is_handed_over_later(run, company, ann):
    run("companies", "delay", COMPANY, "pix", "60")
    kept = company.enrolment.change_company(COMPANY)
    assert kept.delays == {"pix": 60}
    run("companies", "delay", COMPANY, "credit_card", "5")
    assert company.enrolment.change_company(COMPANY).delays == {"pix": 60, "credit_card": 5}


def test_transfers_go_to_the_account_that_was_said(run, company, ann):
    bank = ("companies", "bank", COMPANY)
    run(*bank, fails=True)
    run(*bank, "--bank", "001", fails=True)
    run(*bank, "--bank", "001", "--agency", "1234", "--account", "56-7", "--holder", "Passes")
    kept = company.enrolment.change_company(COMPANY).bank
    assert (kept.kind, kept.bank_code, kept.account) == ("bank_transfer", "001", "56-7")
    run(*bank, "--pix-key", "passes@pix.example")
    kept = company.enrolment.change_company(COMPANY).bank
    assert (kept.kind, kept.pix_key, kept.account) == ("pix", "passes@pix.example", None)


# --- users ------------------------------------------------------------------------------------


def test_a_user_is_let_in_with_a_password_shown_once(run, company):
    made = said(run("users", "add", COMPANY, "Bea@example.org", "Bea", "--role", "admin",
                    "--role", "user", "--wallet", WALLET.lower()))  # fmt: skip
    bea = company.storefront(company.sign_in("bea@example.org", made["password"]).json["token"])
    for path in (f"/companies/{COMPANY}/orders", f"/admin/companies/{COMPANY}/orders"):
        assert bea.call("GET", path).status_code == 200
    [row] = listed(run("users", "list", COMPANY))
    assert row == [made["user id"], "bea@example.org", "Bea", "admin user", WALLET]


def test_a_password_is_asked_for_and_never_shown(run, company, desk):
    shown = run("users", "add", COMPANY, "cy@example.org", "Cy", "--ask",
                typed=f"{PASSWORD}\n{PASSWORD}\n")  # fmt: skip
    assert PASSWORD not in shown
    assert company.sign_in("cy@example.org").status_code == 201
    run("users", "add", COMPANY, "di@example.org", "Di", "--ask", typed="one\ntwo\n", fails=True)
    assert desk.count(w3_users) == 1


# --- products ---------------------------------------------------------------------------------


def test_a_product_of_tokens_is_sold(run, company, ann):
    made = run("products", "add", COMPANY, "Record", "--price", "BRL=49.90", "--price", "USD=10",
               "--tokens", "3", "--per-buyer", "2", "--slug", "record").strip()  # fmt: skip
    shown = company.public.get("/products/get-by-slug/record").json
    assert {one["currencyId"]: one["amount"] for one in shown["prices"]} == {
        REAL: "49.9", DOLLAR: "10",
    }  # fmt: skip
    order = ann.created(line("2", made))
    assert order["totalAmount"] == "100.15"
    [row] = listed(run("products", "list", COMPANY))
    assert row == [made, "Record", "BRL=49.90 USD=10", "1 of 3 tokens", "2"]
    run("products", "tokens", made, "4", "--fixed-to", ann_id(ann))
    assert "5 of 7 tokens" in run("products", "list", COMPANY)
    assert company.public.get(f"/products/{made}").json["stockAmount"] == 1
    run("products", "stock", made, "4", fails=True)


def ann_id(ann: Storefront) -> str:
    products = ann.get("/orders").json["items"]
    user: str = products[0]["userId"]
    return user


def test_a_product_by_number_is_counted_priced_and_switched(run, company, ann):
    made = run("products", "add", COMPANY, "Cap", "--price", "BRL=10", "--stock", "2").strip()
    run("products", "tokens", made, "2", fails=True)
    run("products", "stock", made, "5")
    run("products", "price", made, "BRL=12.50")
    shown = company.public.get(f"/products/{made}").json
    assert (shown["stockAmount"], shown["prices"][0]["amount"]) == (5, "12.5")
    ann.created(line("2", made))
    run("products", "price", made, "BRL=13")
    assert "  3" in run("products", "list", COMPANY), "a price does not bring back what was sold"
    run("products", "off", made)
    assert ann.preview(line("1", made)).json["productsErrors"][0]["error"]["code"] == "not-for-sale"
    assert "off" in run("products", "list", COMPANY)
    run("products", "on", made)
    assert ann.previewed(line("1", made))["cartPrice"] == "13"


def test_a_choice_costs_more(run, company, ann):
    made = run("products", "add", COMPANY, "Shirt", "--price", "BRL=40", "--stock", "9").strip()
    shown = said(run("products", "variant", made, "Size", "Small", "Large:BRL=5"))
    large = line("1", made, variantIds=[shown["Large"]])
    assert ann.previewed(large)["cartPrice"] == "45"
    assert ann.previewed(line("1", made, variantIds=[shown["Small"]]))["cartPrice"] == "40"


# --- coupons ----------------------------------------------------------------------------------


def test_a_coupon_takes_off_what_was_said_as_long_as_it_is_on(run, company, ann):
    company.sell()
    run("coupons", "add", COMPANY, "SPRING10", "10", "--max-uses", "5", "--per-buyer", "2",
        "--until", "2026-04-01", "--least", "BRL=50", "--method", "pix")  # fmt: skip
    assert ann.previewed(couponCode="SPRING10")["cartPrice"] == "90"
    assert ann.previewed(couponCode="SPRING10", payments=[part("credit_card")])[
        "appliedCoupon"
    ] is None  # fmt: skip
    ann.created(couponCode="SPRING10")
    [row] = listed(run("coupons", "list", COMPANY))
    assert row == ["SPRING10", "10", "1", "5", "2", "2026-04-01 00:00:00"]
    run("coupons", "off", COMPANY, "SPRING10")
    assert ann.previewed(couponCode="SPRING10")["appliedCoupon"] is None
    run("coupons", "on", COMPANY, "SPRING10")
    assert ann.previewed(couponCode="SPRING10")["appliedCoupon"] == "SPRING10"


# --- webhooks ---------------------------------------------------------------------------------


def test_a_company_is_told_at_an_address_until_it_is_switched_off(run, company):
    made = said(run("webhooks", "add", COMPANY, "https://shop.example/hook", "--tries", "3"))
    path = f"/admin/companies/{COMPANY}/webhooks-configurations/{made['id']}"
    shown = company.server.call("GET", path).json
    assert (shown["signatureKey"], shown["maxRetries"]) == (made["signature key"], 3)
    row = [made["id"], "https://shop.example/hook", "3"]
    assert listed(run("webhooks", "list", COMPANY)) == [row]
    assert made["signature key"] not in run("webhooks", "list", COMPANY)
    run("webhooks", "off", COMPANY, made["id"])
    assert company.server.call("GET", path).json["disabled"]
    assert listed(run("webhooks", "list", COMPANY)) == [[*row, "off"]]
    run("webhooks", "on", COMPANY, made["id"])
    assert not company.server.call("GET", path).json["disabled"]


# --- keys, and what cannot be ------------------------------------------------------------------


def test_keys_are_replaced_and_their_tokens_hold(run, company, ann):
    former = company.public.call("GET", "/auth/jwks.json").json["keys"][0]["kid"]
    run("keys", "rotate")
    published = [one["kid"] for one in company.public.call("GET", "/auth/jwks.json").json["keys"]]
    assert published[1:] == [former]
    shown = listed(run("keys", "list"))
    assert {row[0] for row in shown} == {*published}
    assert sorted(len(row) for row in shown) == [2, 3], "one was retired"
    assert ann.get("/orders").status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        ("companies", "add", "nobody", "Name"),
        ("companies", "set", UNKNOWN, "--name", "x"),
        ("companies", "set", COMPANY, "--service-fee", "101"),
        ("companies", "set", COMPANY, "--service-fee", "nan"),
        ("companies", "renew", UNKNOWN),
        ("companies", "renew", NO_UUID),
        ("companies", "delay", UNKNOWN, "pix", "1"),
        ("companies", "provider", UNKNOWN, "BRL", "pix", "asaas"),
        ("companies", "provider", COMPANY, "BRL", "barter", "asaas"),
        ("users", "add", UNKNOWN, "a@b.c", "A"),
        ("users", "list", UNKNOWN),
        ("products", "add", COMPANY, "P", "--price", "BRL=1"),
        ("products", "add", COMPANY, "P", "--price", "BRL=1", "--stock", "1", "--tokens", "1"),
        ("products", "add", COMPANY, "P", "--price", "BRL", "--stock", "1"),
        ("products", "add", COMPANY, "P", "--price", "BRL=-1", "--stock", "1"),
        ("products", "add", COMPANY, "P", "--price", "BRL=1", "--stock", "1", "--id", NO_UUID),
        ("products", "price", PRODUCT, "BRL=x"),
        ("products", "price", UNKNOWN, "BRL=1"),
        ("products", "stock", UNKNOWN, "1"),
        ("products", "tokens", UNKNOWN, "1"),
        ("products", "off", UNKNOWN),
        ("products", "list", UNKNOWN),
        ("webhooks", "add", COMPANY, "gopher://shop.example"),
        ("webhooks", "add", UNKNOWN, "https://shop.example/hook"),
        ("webhooks", "on", COMPANY, UNKNOWN),
        ("webhooks", "list", UNKNOWN),
        ("coupons", "add", COMPANY, "X", "0"),
        ("coupons", "add", COMPANY, "X", "ten"),
        ("coupons", "off", COMPANY, "NOBODYS"),
        ("coupons", "list", UNKNOWN),
    ],
)
def test_what_cannot_be_is_refused_in_words(run, company, words):
    company.sell()
    shown = run(*words, fails=True)
    assert "Error" in shown or "Usage" in shown
    assert "Traceback" not in shown


def test_no_secret_is_in_a_list(run, company):
    company.user()
    for group in ("companies", "users", "products", "coupons"):
        shown = run(group, "list", *([] if group == "companies" else [COMPANY]))
        for secret in (KEY, SECRET, PASSWORD, "scrypt"):
            assert secret not in shown
