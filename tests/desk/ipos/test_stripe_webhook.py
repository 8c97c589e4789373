"""Stripe's own news at the contract's path, with a Stripe on loopback and stock signatures."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator

import pytest

from flask_till.desk.gateways.stripe import StripeGateway
from flask_till.desk.tables import provider_events
from tests.desk.ipos.the_portal import BASE, Portal, refused
from tests.stand_ins.stripe import StripeStandIn

SECRET = "whsec_of-the-endpoint-of-this-desk"
PATH = f"{BASE}/order/stripe/webhook"


@pytest.fixture
def stripe(clock) -> Iterator[StripeStandIn]:
    with StripeStandIn(clock=lambda: clock().timestamp()) as stand_in:
        yield stand_in


@pytest.fixture
def desk(make_desk, stripe, clock):
    gateway = StripeGateway(
        stripe.secret_key,
        stripe.publishable_key,
        webhook_secrets=[SECRET],
        account=stripe.account.id,
        api_base=stripe.url,
        clock=clock,
    )
    made = make_desk(gateways=[gateway], public_url="https://pay.example.com")
    client = made.app.test_client()
    stripe.hooks.post = lambda url, body, headers: (
        client.post(url, data=body, headers=headers).status_code
    )
    stripe.hooks.send_to(PATH, SECRET)
    yield made
    gateway.close()


def signed(event, at, secret=SECRET):
    body = event if isinstance(event, bytes) else json.dumps(event).encode()
    made = hmac.new(secret.encode(), b"%d." % at + body, hashlib.sha256).hexdigest()
    return body, {"Stripe-Signature": f"t={at},v1={made}"}


def tell(portal, event, **how):
    body, headers = signed(event, how.pop("at", int(portal.clock().timestamp())), **how)
    return portal.nobody.client.post(PATH, data=body, headers=headers)


def event(**thing):
    return {
        "id": "evt_foreign",
        "object": "event",
        "type": "checkout.session.completed",
        "livemode": False,
        "data": {"object": {"id": "cs_1", "object": "checkout.session"} | thing},
    }


def begun(portal) -> tuple[str, str]:
    """An order, and the session that Stripe has for it."""
    order_id = portal.user.create()["order_id"]
    answer = portal.user.post("/order/payWithStripe", {"order_id": order_id})
    assert answer.status_code == 200, answer.data
    return order_id, answer.json["data"]["clientSecret"].partition("_secret")[0]


def test_money_at_stripe_completes_the_order_once(portal, user, stripe, desk):
    order_id, session = begun(portal)
    stripe.pay(session)
    assert user.detail(order_id)["current_status"] in ("pending", "completed")
    for _ in range(3):
        told = stripe.hooks.deliver(copies=2)
        assert {one.status for one in told} <= {200}
    told = user.detail(order_id)
    assert (told["current_status"], told["paid_method"]) == ("completed", "stripe")
    assert desk.kinds(order_id).count("order.paid") == 1


def test_the_session_outlives_the_order_by_thirty_minutes(portal, stripe, clock):
    _, session = begun(portal)
    ends = stripe.books.things[session]["expires_at"]
    assert ends == int(clock().timestamp()) + 45 * 60
    thing = stripe.books.things[session]
    assert thing["client_reference_id"] == thing["metadata"]["order_id"]
    assert thing["currency"] == "usd"


def test_a_wrong_signature_is_refused_and_changes_nothing(portal, desk):
    now = int(portal.clock().timestamp())
    refused(tell(portal, event(), secret="whsec_of-somebody-else-entirely"), 400)
    refused(tell(portal, event(), at=now - 301), 400)
    refused(tell(portal, event(), at=now + 3600), 400)
    for header in ("", "t=1", "v1=é", "t=x,v1=" + "0" * 64):
        answer = portal.nobody.client.post(PATH, data=b"{}", headers={"Stripe-Signature": header})
        refused(answer, 400)
    refused(portal.nobody.client.post(PATH, data=b"{}"), 400)
    for body in (b"\xff", b"[" * 1000, b"[1]"):
        refused(tell(portal, body), 400)
    assert desk.count(provider_events) == 0


def test_what_does_not_concern_us_is_thanked_for(portal):
    metadata = {"order_id": "of another system", "channel": "theirs"}
    for thing in (
        event(),
        event(metadata=metadata),
        event() | {"type": "customer.created"},
        event(metadata={"order_id": 5}),
    ):
        answer = tell(portal, thing)
        assert answer.status_code == 200
        assert answer.json == {"code": 200, "msg": "ok", "data": {"received": True}}


def test_a_desk_without_stripe_refuses(make_desk):
    portal = Portal(make_desk(public_url="https://pay.example.com"))
    refused(tell(portal, event()), 400)
