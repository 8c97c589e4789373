"""The stand-in keeps Stripe's promises, so that what is tested against it means something."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import stripe

from tests.stand_ins.stripe import StripeStandIn
from tests.stand_ins.stripe.forms import PARAMETERS, checked, decoded
from tests.stand_ins.stripe.refusals import Refusal

SECRET = "whsec_a-secret-of-the-tests"
INTENT = {
    "amount": "4999",
    "currency": "pln",
    "automatic_payment_methods[enabled]": "true",
}


@pytest.fixture
def stand_in() -> Iterator[StripeStandIn]:
    with StripeStandIn() as made:
        yield made


@pytest.fixture
def post(stand_in: StripeStandIn) -> Callable[..., httpx.Response]:
    def ask(path: str, data: dict[str, Any] | None = None, key: str | None = None) -> Any:
        headers = {
            "Authorization": f"Bearer {stand_in.secret_key}",
            "Stripe-Version": "2026-10-28.endive",
        }
        if key is not None:
            headers["Idempotency-Key"] = key
        return httpx.post(stand_in.url + path, data=data or {}, headers=headers)

    return ask


# ---- requests ----


@pytest.mark.parametrize("endpoint", PARAMETERS)
def test_every_endpoint_refuses_a_parameter_that_the_sdk_does_not_know(endpoint: str) -> None:
    with pytest.raises(Refusal):
        checked(endpoint, {"surely_not_a_parameter": "1"})


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amont": "1"}, "parameter_unknown"),
        ({"automatic_payment_methods[enabld]": "true"}, "parameter_unknown"),
        ({"amount": None}, "parameter_missing"),
        ({"amount": "49.99"}, None),
        ({"amount": "forty"}, None),
        ({"automatic_payment_methods[enabled]": "perhaps"}, None),
        ({"metadata": "text"}, None),
        ({"currency": "IQD"}, None),
        ({"currency": "kwd", "amount": "5124"}, None),
        ({"currency": "isk", "amount": "550"}, None),
    ],
)
def test_a_wrong_request_is_refused_in_stripes_words(
    post: Callable[..., httpx.Response], change: dict[str, str | None], code: str | None
) -> None:
    data = {name: value for name, value in (INTENT | change).items() if value is not None}
    answer = post("/v1/payment_intents", data)
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"].get("code") == code


def test_forms_are_read_as_stripe_reads_them() -> None:
    pairs = [("a[b]", "1"), ("c[0][d]", "2"), ("c[1][d]", "3"), ("e[]", "4"), ("e[]", "5")]
    assert decoded(pairs) == {"a": {"b": "1"}, "c": [{"d": "2"}, {"d": "3"}], "e": ["4", "5"]}


def test_a_wrong_key_and_an_unknown_place_are_refused(stand_in: StripeStandIn) -> None:
    headers = {"Authorization": "Bearer sk_test_wrong", "Stripe-Version": "x"}
    assert httpx.post(f"{stand_in.url}/v1/refunds", headers=headers).status_code == 401
    assert httpx.get(f"{stand_in.url}/v1/unknown").status_code == 404


def test_the_browser_may_only_confirm_and_read_its_own_intent(stand_in: StripeStandIn) -> None:
    intent = stand_in.account.intents.create(
        {"amount": 4999, "currency": "pln", "automatic_payment_methods": {"enabled": True}}
    )
    url = f"{stand_in.url}/v1/payment_intents/{intent['id']}"
    mine = {"key": stand_in.publishable_key, "client_secret": intent["client_secret"]}
    assert httpx.get(url, params=mine).json()["status"] == "requires_payment_method"
    assert httpx.get(url, params=mine | {"client_secret": "x"}).status_code == 401
    assert httpx.get(url, params=mine | {"key": "pk_test_x"}).status_code == 401
    assert httpx.post(f"{url}/cancel", data=mine).status_code == 401
    assert httpx.post(f"{url}/confirm", data=mine | {"amount": "1"}).status_code == 400


# ---- answers ----


def test_every_answer_has_only_members_that_the_sdk_knows(stand_in: StripeStandIn) -> None:
    account = stand_in.account
    automatic = {"automatic_payment_methods": {"enabled": True}}
    intent = account.intents.create({"amount": 4999, "currency": "pln"} | automatic)
    stand_in.pay(intent["id"], "pm_card_chargeDeclined")
    stand_in.pay(intent["id"])
    account.refunds.create({"payment_intent": intent["id"], "amount": 100})
    params = {"amount": 100, "currency": "pln", "destination": "acct_1"}
    account.transfers.reverse(account.transfers.create(params)["id"], {})
    line = {"price_data": {"currency": "pln", "unit_amount": 4999}, "quantity": 1}
    session = {"mode": "payment", "ui_mode": "hosted_page", "success_url": "https://x"}
    account.sessions.create(session | {"line_items": [line]})
    kinds: dict[str, Any] = {
        "payment_intent": stripe.PaymentIntent,
        "charge": stripe.Charge,
        "refund": stripe.Refund,
        "transfer": stripe.Transfer,
        "transfer_reversal": stripe.TransferReversal,
        "checkout.session": stripe.checkout.Session,
    }
    seen = set()
    for thing in stand_in.books.things.values():
        seen.add(thing["object"])
        unknown = set(thing) - set(kinds[thing["object"]].__annotations__)
        assert not unknown, f"{thing['object']} has {unknown}"
    assert seen == set(kinds)
    event = stand_in.books.events[0]
    assert set(event) <= set(stripe.Event.__annotations__)


def test_the_events_can_be_read_again(stand_in: StripeStandIn) -> None:
    client = stripe.StripeClient(stand_in.secret_key, base_addresses={"api": stand_in.url})
    automatic = {"automatic_payment_methods": {"enabled": True}}
    intent = stand_in.account.intents.create({"amount": 4999, "currency": "pln"} | automatic)
    stand_in.pay(intent["id"])
    found = client.v1.events.list(params={"type": "payment_intent.succeeded"}).data
    assert [event.data.object["id"] for event in found] == [intent["id"]]
    assert client.v1.events.retrieve(found[0].id).type == "payment_intent.succeeded"
    assert client.v1.accounts.retrieve_current().id == stand_in.account.id


# ---- repeats ----


def test_the_same_key_and_parameters_get_the_same_answer(
    post: Callable[..., httpx.Response],
) -> None:
    first, again = (post("/v1/payment_intents", INTENT, "key-1") for _ in range(2))
    assert first.content == again.content
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


@pytest.mark.parametrize(
    ("path", "change"), [("/v1/payment_intents", {"amount": "5000"}), ("/v1/refunds", {})]
)
def test_the_same_key_for_something_else_is_an_idempotency_error(
    post: Callable[..., httpx.Response], path: str, change: dict[str, str]
) -> None:
    intent = post("/v1/payment_intents", INTENT, "key-1").json()
    other = INTENT | change if change else {"payment_intent": intent["id"]}
    answer = post(path, other, "key-1")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "idempotency_error"


def test_a_request_that_was_refused_unread_does_not_use_up_its_key(
    post: Callable[..., httpx.Response],
) -> None:
    assert post("/v1/payment_intents", INTENT | {"amount": "0"}, "key-1").status_code == 400
    assert post("/v1/payment_intents", INTENT, "key-1").status_code == 200


def test_a_failure_on_stripes_side_is_stored_under_its_key(
    stand_in: StripeStandIn, post: Callable[..., httpx.Response]
) -> None:
    stand_in.faults.plan("POST /v1/payment_intents", "error")
    statuses = [post("/v1/payment_intents", INTENT, "key-1").status_code for _ in range(2)]
    assert statuses == [500, 500]
    assert not stand_in.books.things


def test_a_key_is_forgotten_after_a_day() -> None:
    now = [1_800_000_000.0]
    with StripeStandIn(clock=lambda: now[0]) as stand_in:
        repeats = stand_in._web._repeats
        assert repeats.claim("k", "e", "p", now[0]) is None
        repeats.keep("k", (200, b""))
        assert repeats.claim("k", "e", "p", now[0] + 86_000) == (200, b"")
        assert repeats.claim("k", "e", "p", now[0] + 87_000) is None


def test_a_lost_reply_was_acted_on_and_a_lost_request_was_not(
    stand_in: StripeStandIn, post: Callable[..., httpx.Response]
) -> None:
    for kind, made in (("lose_request", 0), ("lose_reply", 1)):
        stand_in.faults.plan("POST /v1/payment_intents", kind)  # type: ignore[arg-type]
        with pytest.raises(httpx.TransportError):
            post("/v1/payment_intents", INTENT, "key-1")
        assert len(stand_in.books.things) == made


# ---- money ----


def test_the_ledger_sums_to_zero_whatever_happens(stand_in: StripeStandIn) -> None:
    account = stand_in.account
    automatic = {"automatic_payment_methods": {"enabled": True}}
    for currency, method in [("pln", "pm_card_visa"), ("jpy", "pm_sepa_late")]:
        params = {"amount": 5000, "currency": currency} | automatic
        intent = account.intents.create(params)
        stand_in.pay(intent["id"], method)
        if method == "pm_sepa_late":
            stand_in.finish(intent["id"])
        account.refunds.create({"payment_intent": intent["id"], "amount": 1000})
        account.transfers.create({"amount": 500, "currency": currency, "destination": "acct_1"})
        for who, wanted in (("platform", 3500), ("acct_1", 500), ("shoppers", -4000)):
            assert stand_in.books.balance(who, currency) == wanted
    assert sum(amount for _, _, amount in stand_in.books.entries) == 0


# ---- webhooks ----


class Inbox:
    """Takes webhooks, or refuses the first few."""

    def __init__(self) -> None:
        self.kinds: list[str] = []
        self.refuse = 0

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        event = stripe.Webhook.construct_event(body, headers["Stripe-Signature"], SECRET)
        if self.refuse:
            self.refuse -= 1
            return 503
        self.kinds.append(event.type)
        return 200


@pytest.fixture
def inbox(stand_in: StripeStandIn) -> Inbox:
    taken = Inbox()
    stand_in.hooks.post = taken
    stand_in.hooks.send_to("http://desk/webhook", SECRET, ["payment_intent.processing",
                           "payment_intent.succeeded"])  # fmt: skip
    return taken


def pay_late(stand_in: StripeStandIn) -> None:
    automatic = {"automatic_payment_methods": {"enabled": True}}
    intent = stand_in.account.intents.create({"amount": 5000, "currency": "pln"} | automatic)
    stand_in.pay(intent["id"], "pm_sepa_late")
    stand_in.finish(intent["id"])


def test_webhooks_wait_until_the_test_wants_them(stand_in: StripeStandIn, inbox: Inbox) -> None:
    pay_late(stand_in)
    assert inbox.kinds == []
    stand_in.hooks.deliver()
    assert inbox.kinds == ["payment_intent.processing", "payment_intent.succeeded"]
    assert stand_in.hooks.waiting == []


def test_webhooks_can_be_doubled_turned_around_and_dropped(
    stand_in: StripeStandIn, inbox: Inbox
) -> None:
    pay_late(stand_in)
    stand_in.hooks.deliver(copies=2, backwards=True)
    assert inbox.kinds == ["payment_intent.succeeded"] * 2 + ["payment_intent.processing"] * 2
    inbox.kinds.clear()
    pay_late(stand_in)
    stand_in.hooks.drop("payment_intent.succeeded")
    stand_in.hooks.deliver()
    assert inbox.kinds == ["payment_intent.processing"]


def test_a_late_webhook_was_signed_long_ago(stand_in: StripeStandIn, inbox: Inbox) -> None:
    pay_late(stand_in)
    with pytest.raises(stripe.SignatureVerificationError, match="tolerance"):
        stand_in.hooks.deliver(late=301)


def test_webhooks_that_are_not_taken_come_again(stand_in: StripeStandIn, inbox: Inbox) -> None:
    inbox.refuse = 2
    stand_in.hooks.start(pause=0.01)
    pay_late(stand_in)
    stand_in.hooks.stop()
    assert inbox.kinds == ["payment_intent.processing", "payment_intent.succeeded"]
    assert [one.status for one in stand_in.hooks.delivered] == [503, 503, 200, 200]


def test_a_snapshot_in_an_event_does_not_change_afterwards(stand_in: StripeStandIn) -> None:
    pay_late(stand_in)
    statuses = [
        json.loads(json.dumps(event))["data"]["object"]["status"]
        for event in stand_in.books.events
        if event["type"].startswith("payment_intent.")
    ]
    assert statuses == ["requires_payment_method", "processing", "succeeded"]
