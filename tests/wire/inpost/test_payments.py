"""Refunds and payment events, each with the signature of its own (2.12, 3.11)."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import BadSignature, MoneyError
from flask_till.money import Money
from flask_till.wire.inpost.payment_webhooks import PAYMENT_PATHS, sign_webhook, verify_webhook
from flask_till.wire.inpost.payments import RefundReply, RefundRequest, RefundStatus

ASKED = {"command_id": "c-1", "transaction_id": "t-1"}


def refund(amount="12.50", **more):
    return RefundRequest.signed(
        "s3cret", **ASKED, external_refund_id="r-1", amount=Money(amount, "PLN"), **more
    )


def test_a_refund_is_signed_as_the_contract_says():
    request = refund(business_data={"pos": "V1", "note": "żółw"})
    text = "c-1t-1posV1noteżółwr-112.50s3cret"
    assert request.signature == "SHA-512_" + hashlib.sha512(text.encode()).hexdigest()
    body = json.loads(request.to_bytes())
    assert body["refund_amount"] == "12.50"
    RefundRequest.read(request.to_bytes()).check("s3cret", **ASKED)


@pytest.mark.parametrize("amount", ["12.50", "12.5"])
@pytest.mark.parametrize("prefix", ["", "SHA-512_"])
def test_both_forms_and_both_spellings_are_read(prefix, amount):
    signature = prefix + hashlib.sha512(f"c-1t-1r-1{amount}s3cret".encode()).hexdigest()
    body = f'{{"external_refund_id":"r-1","refund_amount":{amount},"signature":"{signature}"}}'
    RefundRequest.read(body.encode()).check("s3cret", **ASKED)


def test_a_whole_amount_may_be_written_whole():
    signature = hashlib.sha512(b"c-1t-1r-1100s3cret").hexdigest()
    body = f'{{"external_refund_id":"r-1","refund_amount":100,"signature":"{signature}"}}'
    RefundRequest.read(body.encode()).check("s3cret", **ASKED)


@pytest.mark.parametrize(
    "change",
    [{"external_refund_id": "r-2"}, {"refund_amount": "12.51"}, {"signature": "SHA-512_00"},
     {"additional_business_data": {"a": "b"}}, {"signature": "ż"}],
)  # fmt: skip
def test_a_changed_refund_does_not_fit(change):
    body = json.loads(refund().to_bytes()) | change
    with pytest.raises(BadSignature):
        RefundRequest.read(json.dumps(body).encode()).check("s3cret", **ASKED)


def test_another_secret_command_or_transaction_does_not_fit():
    request = refund()
    for secret, asked in [
        ("other", ASKED),
        ("s3cret", ASKED | {"command_id": "c-2"}),
        ("s3cret", ASKED | {"transaction_id": "t-2"}),
    ]:
        with pytest.raises(BadSignature):
            request.check(secret, **asked)


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_nothing_cannot_be_refunded(amount):
    with pytest.raises(MoneyError):
        refund(amount)


def test_a_refunds_answer_is_read():
    body = b'{"external_refund_id":"r-1","status":"PENDING","refund_amount":12.5,"x":1}'
    assert RefundReply.read(body).status == RefundStatus.PENDING


EVENT = {
    "createdDate": "2025-05-12T08:30:00Z",
    "eventDateTime": "2025-05-12T08:31:00Z",
    "eventType": "PAYMENT_AUTHORIZED",
    "merchantId": "m",
    "orderReference": "90017",
    "status": "AUTHORIZED",
    "payment": {"id": "p", "method": "BLIK", "reference": None},
    "eventData": {"amount": {"currency": "PLN", "value": "147.97"}},
    "unsigned": {"a": [1]},
}
SIGNED_TEXT = (
    "1" "2025-05-12T08:30:00Z" "PLN" "147.97" "2025-05-12T08:31:00Z" "PAYMENT_AUTHORIZED"
    "m" "90017" "p" "BLIK" "" "AUTHORIZED" "s3cret"
)  # fmt: skip


def headers(signature, version="1"):
    return {"x-api-version": version, "X-SIGNATURE": signature}


def test_a_payment_event_is_signed_over_its_values_in_order():
    signature = sign_webhook("1", EVENT, "s3cret")
    assert signature == hashlib.sha512(SIGNED_TEXT.encode()).hexdigest()
    body = json.dumps(EVENT).encode()
    assert verify_webhook(headers(signature), body, "s3cret") == EVENT


def test_version_2_signs_whole_minor_units():
    event = EVENT | {"eventData": {"amount": {"currency": "PLN", "valueInCents": 14797}}}
    text = SIGNED_TEXT.replace("147.97", "14797").replace("1", "2", 1)
    assert sign_webhook("2", event, "s3cret") == hashlib.sha512(text.encode()).hexdigest()


def test_a_number_is_signed_with_the_digits_it_came_with():
    body = json.dumps(EVENT).replace('"147.97"', "147.90").encode()
    text = SIGNED_TEXT.replace("147.97", "147.90")
    signature = hashlib.sha512(text.encode()).hexdigest()
    assert verify_webhook(headers(signature), body, "s3cret")["orderReference"] == "90017"


@pytest.mark.parametrize("path", PAYMENT_PATHS)
def test_every_signed_value_counts(path):
    signature = sign_webhook("1", EVENT, "s3cret")
    event = json.loads(json.dumps(EVENT))
    *way, last = path.split(".")
    part = event
    for name in way:
        part = part[name]
    part[last] = "changed"
    with pytest.raises(BadSignature):
        verify_webhook(headers(signature), json.dumps(event).encode(), "s3cret")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"payment": {"id": {}}}', b'{"status": []}'])
def test_an_odd_event_is_a_bad_signature(body):
    with pytest.raises(BadSignature):
        verify_webhook(headers("00"), body, "s3cret")


@given(st.dictionaries(st.text(max_size=20), st.text(max_size=20)), st.binary(max_size=60))
def test_any_bytes_are_a_bad_signature(given, body):
    with pytest.raises(BadSignature):
        verify_webhook(given, body, "s3cret")
