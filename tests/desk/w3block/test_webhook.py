"""What a company's hooks are told, how often, and what is written down of it (8, 9)."""

from __future__ import annotations

import hashlib
import hmac
import json
from decimal import Decimal

import pytest
from flask import Response

from flask_till.base.outbox import LEASE
from flask_till.desk.tables import outbox
from flask_till.wire.w3block.webhooks import SIGNATURE, read_event
from tests.desk.receiver import Receiver
from tests.desk.w3block.split_orders import MIXED, legs_of, pay, split
from tests.desk.w3block.test_delivery import FORM
from tests.desk.w3block.the_company import COMPANY, line, refused
from tests.desk.w3block.the_hooks import OTHER, deliveries, drain, hook_at, hooks, paid

DISPATCH = "/super-admin/orders/dispatch-order-event"
OLDER = (
    "id", "createdAt", "updatedAt", "companyId", "userId", "destinationWalletAddress", "addressId",
    "status", "deliverDate", "expiresIn", "deliverId", "currencyId", "currencyAmount", "gasFee",
    "clientServiceFee", "companyServiceFee", "totalAmount", "originalCurrencyAmount",
    "originalTotalAmount", "paymentProvider", "paymentMethod", "providerTransactionId",
    "failReason",
)  # fmt: skip


# --- the message ------------------------------------------------------------------------------


def test_a_company_is_told_of_an_order_with_a_signature_that_any_hmac_checks(
    company, ann, desk, hook, told
):
    company.sell()
    made = ann.created()
    drain(desk)
    [(headers, body)] = told.calls
    key = hook["signatureKey"].encode()
    assert headers[SIGNATURE] == hmac.new(key, body, hashlib.sha256).hexdigest()
    assert headers["content-type"] == "application/json"
    assert headers["path"] == "orders"
    event = json.loads(body)
    assert (event["event"], event["timestamp"]) == ("order.created", 1772445600000)
    assert set(event["data"]) == set(OLDER)
    assert event["data"]["id"] == made["id"]
    assert read_event(headers, body, hook["signatureKey"], COMPANY).at == desk.clock.now


def test_each_status_is_told_as_the_order_was_shown_then(company, ann, desk, clock, hook, told):
    """The creation is told as it was before its payment was opened."""
    company.change(delays={"pix": 60}, service_fee=Decimal("2.50"))
    company.sell()
    company.enrolment.add_coupon(COMPANY, code="TEN", percent="10")
    made = ann.created(line(2), couponCode="TEN")
    shown = {"order.created": made}
    clock.advance(1)
    paid(desk, made)
    shown["order.waiting_delivery"] = ann.order(made["id"])
    clock.advance(60)
    shown["order.concluded"] = ann.order(made["id"])
    drain(desk)
    heard = {event["event"]: event["data"] for event in told.events}
    assert list(heard) == [
        "order.created", "order.waiting_delivery", "order.delivering", "order.concluded",
    ]  # fmt: skip
    for kind, order in shown.items():
        later = ("providerTransactionId", "updatedAt") if kind == "order.created" else ()
        for name in OLDER:
            if name not in later:
                assert heard[kind][name] == order[name], (kind, name)


def test_an_order_in_parts_is_told_as_one_when_all_of_it_is_paid(company, ann, desk, hook, told):
    company.change(delays={"pix": 60})
    company.sell()
    made = split(ann, *MIXED)
    first, second = legs_of(desk, made)
    pay(desk, first)
    drain(desk)
    assert [one["event"] for one in told.events] == ["order.created"]
    pay(desk, second)
    drain(desk)
    shown, heard = ann.order(made["id"]), told.events[-1]
    assert heard["event"] == "order.waiting_delivery"
    assert heard["data"] == {name: shown[name] for name in OLDER}
    assert len(told.calls) == 2


def test_each_try_sends_the_same_bytes_whatever_became_of_the_order(
    company, ann, desk, clock, hook, told
):
    told.reply = lambda number: 204 if number else 500
    company.sell()
    made = ann.created()
    drain(desk)
    clock.advance(12)
    paid(desk, made)
    ann.order(made["id"])
    company.change(name="Other passes", service_fee=Decimal(7))
    drain(desk)
    first, second, *_ = (body for _, body in told.calls)
    assert first == second
    kinds_told = [event["event"] for event in told.events]
    assert kinds_told == [
        "order.created", "order.created", "order.waiting_delivery", "order.delivering",
        "order.concluded",
    ]  # fmt: skip


# --- tries --------------------------------------------------------------------------------------


@pytest.mark.parametrize("many", [1, 3, 5])
def test_a_hook_gets_its_own_number_of_tries_further_and_further_apart(
    company, ann, desk, clock, serve, told, many
):
    told.reply = lambda _: 503
    hook = hook_at(company, serve(told.app), maxRetries=many)
    company.sell()
    ann.created()
    drain(desk)
    for number in range(1, many):
        pause = 10 * 2 ** (number - 1)
        clock.advance(pause * 0.79)
        drain(desk)
        assert len(told.calls) == number
        clock.advance(pause * 0.42)
        drain(desk)
        assert len(told.calls) == number + 1
    clock.advance(days=1)
    drain(desk)
    assert len(told.calls) == many
    assert len({body for _, body in told.calls}) == 1
    [item] = deliveries(company, hook)["items"]
    assert (item["status"], item["errors"]) == ("failed", many)


def test_the_longest_schedule_has_a_pause_for_each_try(desk):
    dialect = desk.app.extensions["till_desk"].partners.w3block
    assert dialect.schedule[:4] == (10, 20, 40, 80)
    assert len(dialect.schedule) == 14


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_2xx_is_success(company, ann, desk, hook, told, status):
    told.reply = lambda _: status
    company.sell()
    ann.created()
    drain(desk)
    assert deliveries(company, hook)["items"][0]["status"] == "concluded"


@pytest.mark.parametrize("status", [302, 307, 400, 401, 404, 410, 429, 500])
def test_all_else_is_tried_again_and_no_redirect_is_followed(
    company, ann, desk, clock, hook, told, serve, status
):
    elsewhere = Receiver()
    there = serve(elsewhere.app)
    told.reply = lambda number: 204 if number else (status, {"Location": there})
    company.sell()
    ann.created()
    drain(desk)
    [item] = deliveries(company, hook)["items"]
    assert (item["status"], item["errors"]) == ("sending", 1)
    assert item["lastResult"] == {"status": status, "message": f"HTTP {status}"}
    clock.advance(12)
    drain(desk)
    assert elsewhere.calls == []
    assert deliveries(company, hook)["items"][0]["status"] == "concluded"


def test_an_order_is_told_in_its_order_and_others_do_not_wait_for_it(
    company, ann, desk, clock, hook, told
):
    company.sell()
    first = ann.created()
    told.reply = lambda _: 500
    drain(desk)
    paid(desk, first)
    told.reply = lambda _: 204
    second = ann.created(line(2))
    drain(desk)
    assert [one["data"]["id"] for one in told.events] == [first["id"], second["id"]]
    clock.advance(12)
    drain(desk)
    assert [one["event"] for one in told.events[2:]] == ["order.created", "order.waiting_delivery"]


def test_what_is_switched_off_hears_no_more_of_what_was_waiting(
    company, ann, desk, clock, hook, told
):
    told.reply = lambda _: 500
    company.sell()
    ann.created()
    drain(desk)
    hooks(company.server, "PATCH", f"/{hook['id']}/disable", data=b"", content_type=FORM)
    clock.advance(12)
    drain(desk)
    assert len(told.calls) == 1
    assert deliveries(company, hook)["items"][0]["status"] == "failed"


def test_a_new_address_gets_what_waits_and_a_private_one_nothing(
    company, ann, desk, clock, hook, told, serve, monkeypatch
):
    told.reply = lambda _: 500
    company.sell()
    ann.created()
    drain(desk)
    moved = Receiver()
    body = {"webhookUrl": serve(moved.app)}
    assert hooks(company.server, "PATCH", f"/{hook['id']}", json=body).status_code == 200
    clock.advance(12)
    drain(desk)
    assert [one["event"] for one in moved.events] == ["order.created"]


def test_an_address_that_came_to_be_private_is_not_called(company, ann, desk, hook, told):
    from flask_till.desk.actions.w3block_hooks import change_hook

    company.sell()
    ann.created()
    desk.database.write(change_hook, COMPANY, hook["id"], url="https://10.0.0.1/")
    drain(desk)
    [item] = deliveries(company, hook)["items"]
    assert (item["status"], item["errors"]) == ("failed", 1)
    assert "10.0.0.1" not in item["lastResult"]["message"]


def test_a_name_that_leads_inside_is_not_called(company, ann, desk, told, serve, monkeypatch):
    """Resolved when it is called: what was public when it was configured may not be by then."""
    import socket

    hook = hook_at(company, "https://hooks.example.org/")
    inside = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr("flask_till.base.http.socket.getaddrinfo", lambda *_, **__: inside)
    company.sell()
    ann.created()
    drain(desk)
    [item] = deliveries(company, hook)["items"]
    assert item["status"] == "sending"
    assert item["lastResult"] == {
        "status": None,
        "message": "It was not sent, or not answered in time.",
    }


def test_who_dies_after_the_answer_sends_the_same_again(
    company, ann, desk, clock, hook, told, monkeypatch
):
    company.sell()
    ann.created()

    def die(*_):
        raise SystemExit("killed")

    with monkeypatch.context() as patched:
        patched.setattr(desk.desk.relay, "_settle", die)
        with pytest.raises(SystemExit):
            drain(desk)
    clock.advance(LEASE.total_seconds() + 1)
    drain(desk)
    first, second = (body for _, body in told.calls)
    assert first == second
    [item] = deliveries(company, hook)["items"]
    assert (item["status"], item["errors"]) == ("concluded", 0)


# --- what is written down -------------------------------------------------------------------------


def test_a_company_sees_what_it_was_told(company, ann, desk, hook, told):
    company.sell()
    made = ann.created()
    assert [one["status"] for one in deliveries(company, hook)["items"]] == ["sending"]
    drain(desk)
    [item] = deliveries(company, hook)["items"]
    [(headers, body)] = told.calls
    assert (item["status"], item["errors"]) == ("concluded", 0)
    assert (item["companyId"], item["configurationId"]) == (COMPANY, hook["id"])
    assert item["data"]["url"] == hook["webhookUrl"]
    assert item["data"]["body"] == json.loads(body)
    assert item["data"]["headers"][SIGNATURE] == headers[SIGNATURE]
    assert item["lastResult"]["status"] == 204
    path = f"/{hook['id']}/webhooks/{item['id']}"
    assert hooks(company.server, path=path).json == item
    paid(desk, made)
    page = deliveries(company, hook, limit=1)
    assert page["meta"]["totalItems"] == 2
    assert page["items"][0]["data"]["body"]["event"] == "order.waiting_delivery"
    for search, many in (("created", 1), (made["id"], 2), ("expired", 0), ("%", 0)):
        found = deliveries(company, hook, search=search)
        assert found["meta"]["totalItems"] == len(found["items"]) == many


def test_what_went_to_another_hook_is_not_there(company, ann, desk, hook, serve):
    second = hook_at(company, serve(Receiver().app))
    company.sell()
    ann.created()
    [item] = deliveries(company, hook)["items"]
    refused(hooks(company.server, path=f"/{second['id']}/webhooks/{item['id']}"), 404, None)


def test_keys_are_in_no_log_and_no_record(company, ann, desk, clock, told, serve, caplog):
    caplog.set_level("DEBUG")
    told.reply = lambda number: Response("x", 500) if number else 204
    hook = hook_at(company, serve(told.app))
    company.sell()
    paid(desk, ann.created())
    drain(desk)
    tables = (outbox.events, outbox.deliveries, outbox.attempts)
    kept = str([tuple(row) for table in tables for row in desk.rows(table)])
    assert hook["signatureKey"] not in caplog.text
    assert hook["signatureKey"] not in kept
    assert hook["signatureKey"] not in str(deliveries(company, hook))


# --- sending again --------------------------------------------------------------------------------


def dispatch(by, order_id, status):
    return by.call("POST", DISPATCH, json={"orderId": order_id, "status": status})


def test_a_super_admin_has_an_event_sent_again(company, ann, desk, clock, hook, told, serve):
    company.sell()
    made = ann.created()
    paid(desk, made)
    drain(desk)
    new = Receiver()
    hook_at(company, serve(new.app))
    admin = company.signed_in("root@example.org", roles=["superAdmin"])
    clock.advance(3600)
    assert dispatch(admin, made["id"], "pending").status_code == 204
    drain(desk)
    bodies = [body for _, body in told.calls]
    assert bodies[2] == bodies[0]
    assert [one["event"] for one in new.events] == ["order.created"]
    refused(dispatch(admin, made["id"], "cancelled"), 400, "invalid-order-status")
    refused(dispatch(admin, made["id"], "nonsense"), 400, "validation-error")
    refused(dispatch(admin, OTHER, "pending"), 404, None)
    assert drain(desk) == 0


def test_only_a_super_admin_of_the_company_may(company, ann, desk, hook):
    company.sell()
    made = ann.created()
    staff = company.signed_in("staff@example.org", roles=["admin", "administrator", "integration"])
    for by in (company.public, ann, staff, company.server):
        refused(dispatch(by, made["id"], "pending"), 401, None)
    other = desk.desk.add_merchant(name="Others")
    company.enrol(OTHER, other.merchant_id)
    company.enrolment.add_user(
        OTHER, email="root@example.org", password="another long one", name="R", roles=["superAdmin"]
    )
    token = company.sign_in("root@example.org", "another long one").json["token"]
    refused(dispatch(company.storefront(token), made["id"], "pending"), 404, None)
