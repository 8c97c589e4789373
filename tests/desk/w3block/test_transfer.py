"""Bank transfers, believed when the company says that the money is there (8)."""

from __future__ import annotations

import pytest

from flask_till.desk.tables import orders, payments, provider_events
from flask_till.desk.w3block_company import BankAccount, Provider
from tests.desk.w3block.split_orders import legs_of, pay, sweep
from tests.desk.w3block.the_company import COMPANY, KEY, REAL, WAYS, part, refused

FORM = "application/x-www-form-urlencoded"
BANK = BankAccount(
    bank_code="001", agency="1234", account="98765-4", holder="Passes Ltda", pix_key="pix@passes"
)
TRANSFER = part("transfer")


@pytest.fixture
def bank(company):
    """The company takes transfers, beside what it takes anyway."""
    company.change(
        bank=BANK,
        providers=(*WAYS, Provider(REAL, "transfer", "transfer")),
        delays={"transfer": 60, "pix": 5},
    )
    company.sell(tokens=1)
    return company


def approve(company, order_id, by=None):
    path = f"/admin/companies/{COMPANY}/orders/{order_id}/approve-payment"
    return (by or company.server).call("PATCH", path, data=b"", content_type=FORM)


def page_of(desk, payment):
    """The order's page as a browser has it that came with the token."""
    client = desk.browserless
    address = payment["publicData"]["paymentUrl"].removeprefix("https://pay.example")
    return client, client.get(address, follow_redirects=True, base_url="https://pay.example")


def test_a_transfer_shows_the_account_and_waits(bank, ann, desk):
    made = ann.created(payments=[TRANSFER])
    assert (made["status"], made["paymentProvider"]) == ("pending", "transfer")
    assert made["paymentInfo"]["transfer"] == {
        "type": "bank_transfer", "pixKey": "pix@passes", "bankCode": "001",
        "bankAgency": "1234", "bankAccount": "98765-4",
    }  # fmt: skip
    assert ann.order(made["id"], fetchNewestStatus="true")["status"] == "pending"
    assert desk.read(made["id"]).payment.gateway == "test_transfer"


def test_the_company_approves_it_once_and_is_kept_as_the_source(bank, ann, desk):
    made = ann.created(payments=[TRANSFER])
    assert approve(bank, made["id"]).status_code == 204
    shown = ann.order(made["id"])
    assert (shown["status"], shown["paymentProvider"]) == ("waiting_delivery", "transfer")
    assert shown["deliverDate"] == "2026-03-02T10:01:00.000Z"
    refused(approve(bank, made["id"]), 400, "invalid-order-status")
    (event,) = desk.rows(provider_events)
    assert (event.kind, event.data) == ("succeeded", {"source": f"tenant:{COMPANY}"})


def test_approving_at_once_is_one_payment(bank, ann, desk, at_once):
    made = ann.created(payments=[TRANSFER])
    answers = at_once(lambda _: approve(bank, made["id"]), 4)
    assert {one.status_code for one in answers} <= {204, 400}
    assert ann.order(made["id"])["status"] == "waiting_delivery"
    assert desk.count(provider_events) == 1


def test_only_a_transfer_is_approved_and_only_by_the_company(bank, ann):
    made = ann.created(payments=[part()])
    refused(approve(bank, made["id"]), 400, "invalid-order-status")
    refused(approve(bank, made["id"], ann), 401, None)
    refused(approve(bank, COMPANY), 404, None)


def test_what_is_over_is_not_approved(bank, ann, clock):
    made = ann.created(payments=[TRANSFER])
    clock.advance(540)
    refused(approve(bank, made["id"]), 400, "invalid-order-status")
    assert ann.order(made["id"])["status"] == "expired"


def test_a_transfer_may_have_a_longer_life(bank, ann):
    ways = (*WAYS, Provider(REAL, "transfer", "transfer", expires_in=86400))
    bank.change(providers=ways)
    assert ann.created(payments=[TRANSFER])["expiresIn"] == "2026-03-03T10:00:00.000Z"


def test_without_an_account_there_is_no_transfer(bank, ann):
    bank.change(bank=None)
    refused(ann.create(payments=[TRANSFER]), 400, "payment-provider-not-found")


def test_from_a_transfer_to_another_way_and_back(bank, ann, desk):
    made = ann.created(payments=[TRANSFER])
    path = f"/orders/{made['id']}/pay"
    other = ann.patch(path, {"payments": [part()]}).json
    assert (other["paymentProvider"], other["status"]) == ("asaas", "pending")
    assert "transfer" not in other["payments"][0]["publicData"]
    refused(approve(bank, made["id"]), 400, "invalid-order-status")
    back = ann.patch(path, {"payments": [TRANSFER]}).json
    assert back["paymentProvider"] == "transfer"
    assert approve(bank, made["id"]).status_code == 204


def test_a_failed_payment_is_tried_another_way(bank, ann, desk):
    made = ann.created(payments=[part("credit_card")])
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "failed"))
    assert ann.order(made["id"])["status"] == "pending"
    again = ann.patch(f"/orders/{made['id']}/pay", {"payments": [TRANSFER]})
    assert again.json["paymentProvider"] == "transfer"
    assert approve(bank, made["id"]).status_code == 204
    assert ann.order(made["id"])["status"] == "waiting_delivery"


def test_a_coupon_for_a_method_is_not_taken_along_to_another(bank, ann):
    bank.enrolment.add_coupon(COMPANY, code="PIX", percent="10", methods=("pix",))
    made = ann.created(payments=[part()], couponCode="PIX")
    again = ann.patch(f"/orders/{made['id']}/pay", {"payments": [part("credit_card")]})
    refused(again, 400, "payment-provider-not-found")
    assert ann.patch(f"/orders/{made['id']}/pay", {"payments": [part()]}).status_code == 200


def test_half_by_transfer_and_half_by_card(bank, ann, desk):
    parts = [part("transfer", amount="50"), part("credit_card", amount="50")]
    made = ann.created(payments=parts)
    assert approve(bank, made["id"]).status_code == 204
    assert ann.order(made["id"])["status"] == "pending"
    refused(approve(bank, made["id"]), 400, "invalid-order-status")


def test_a_part_of_an_order_that_ended_is_not_approved(bank, ann, desk):
    made = ann.created(payments=[part("transfer", amount="50"), part(amount="50")])
    desk.cashier.cancel(legs_of(desk, made)[1])
    assert ann.order(made["id"])["status"] == "cancelled"
    assert desk.read(made["id"]).is_open
    refused(approve(bank, made["id"]), 400, "invalid-order-status")
    sweep(desk)
    assert not desk.read(made["id"]).is_open


# --- the page ---------------------------------------------------------------------------------


def test_the_page_says_where_to_send_the_money(bank, ann, desk):
    made = ann.created(payments=[TRANSFER])
    _, page = page_of(desk, made["payments"][0])
    for text in (
        "98765-4",
        "1234",
        "001",
        "Passes Ltda",
        "pix@passes",
        made["deliverId"],
        "100.35",
    ):
        assert text in page.text, text
    assert "Bank transfer" in page.text


def test_the_page_is_in_the_language_of_the_buyers_browser(bank, ann, desk):
    ann.headers["Accept-Language"] = "pl-PL,pl;q=0.9,en;q=0.5"
    made = ann.created(payments=[TRANSFER])
    _, page = page_of(desk, made["payments"][0])
    for text in ("Przelew bankowy", "Odbiorca", "Klucz PIX", "Tytuł przelewu", "Opłata sieciowa"):
        assert text in page.text, text


def test_a_page_of_what_is_not_paid_by_transfer_shows_no_account(bank, ann, desk):
    made = ann.created()
    _, page = page_of(desk, made["payments"][0])
    assert "98765-4" not in page.text
    assert "Bank transfer" in page.text


def test_another_way_chosen_on_the_page_is_what_the_answers_say(bank, ann, desk):
    made = ann.created(payments=[TRANSFER])
    desk.cashier.pay(made["id"], gateway="paper", method="card", inputs={})
    assert ann.order(made["id"])["paymentProvider"] == "asaas"
    desk.cashier.pay(made["id"], gateway="test_transfer", method="transfer", inputs={})
    assert ann.order(made["id"])["paymentProvider"] == "transfer"
    _, page = page_of(desk, ann.order(made["id"])["payments"][0])
    assert "98765-4" in page.text
    desk.cashier.pay(made["id"], gateway="paper", method="card", inputs={})
    pay(desk, made["id"])
    shown = ann.order(made["id"])
    assert (shown["paymentProvider"], shown["deliverDate"]) == ("asaas", "2026-03-02T10:00:05.000Z")


def test_other_protocols_offer_no_transfers(bank, desk):
    assert "transfer" not in [one.name for one in desk.cashier.methods(desk.order())]


# --- what a gateway is told -------------------------------------------------------------------

CANARIES = {
    "ssn": "111.444.777-35",
    "credit_card_number": "4111111111111111",
    "card": {"number": "4111 1111 1111 1111", "cvc": "739"},
    "save_credit_card": True,
    "save_credit_card_name": "canary 4111-1111-1111-1111",
    "transparent_checkout": "canary-sure",
    "outcome": "paid",
    "status": "succeeded",
    "ui": "embedded",
}


def test_a_gateway_hears_what_is_named_and_nobody_else_anything(
    bank, ann, desk, monkeypatch, caplog
):
    told, start = [], type(desk.gateway).start

    def listen(self, charge, inputs):
        told.append(dict(inputs))
        return start(self, charge, inputs)

    monkeypatch.setattr(type(desk.gateway), "start", listen)
    caplog.set_level("DEBUG")
    made = ann.created(payments=[part("credit_card", providerInputs=CANARIES)])
    again = part(providerInputs=CANARIES | {"save_credit_card_name": "canary-mine"})
    ann.patch(f"/orders/{made['id']}/pay", {"payments": [again]})
    assert told == [
        {"save_credit_card": "true", "transparent_checkout": "canary-sure", "ui": "page"},
        {
            "save_credit_card": "true",
            "save_credit_card_name": "canary-mine",
            "transparent_checkout": "canary-sure",
            "ui": "page",
        },
    ]
    kept = desk.database.read(_everything)
    for secret in ("111.444.777", "4111111111", "4111 1111", "4111-1111", "canary", KEY):
        assert secret not in caplog.text, secret
        assert secret not in kept, secret
        assert secret not in ann.get("/orders").text, secret
    assert {desk.count(table) for table in (orders, payments)} == {1}


def _everything(work):
    """All rows of all tables of the desk as one text."""
    tables = [table for table in orders.metadata.sorted_tables if "_w3_companies" not in table.name]
    rows = [repr([tuple(row) for row in work.execute(one.select()).all()]) for one in tables]
    return "\n".join(rows)
