"""docs/protocol-w3block.md is true: its session runs, its verifiers verify, its words are ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest

from demo_shop.partners import W3BLOCK
from flask_till.desk.commands.w3block import w3block as commands
from flask_till.wire.w3block.error_codes import W3blockCode, statuses_of
from flask_till.wire.w3block.statuses import MOVES
from tests.desk.demo_desk import DemoDesk, answers_in, blocks, demo_desk, read_page

PAGE = read_page("protocol-w3block.md")
EVENT, IDENTITY, ENROLMENT, *_ = blocks(PAGE, "python")


@pytest.fixture
def demo(tmp_path: Path, serve: Any) -> Iterator[DemoDesk]:
    with demo_desk(tmp_path, serve) as demo:
        yield demo


def test_every_command_of_the_page_runs_against_the_demos_desk(
    demo: DemoDesk, tmp_path: Path
) -> None:
    said = demo.run(PAGE, tmp_path)
    product, shown, created, again, paid, receipt, *answers = answers_in(said)
    paying, listed, pending, refused, heard, sent = answers
    assert (product["id"], product["stockAmount"]) == (W3BLOCK.token_product_id, 4)
    assert (shown["cartPrice"], shown["appliedCoupon"]) == ("179.1", "TEN")
    assert (created["status"], created["totalAmount"]) == ("pending", "179.45")
    assert again["errorCode"] == "similar-order-not-accepted"
    assert (paid["id"], paid["status"]) == (created["id"], "concluded")
    assert receipt["deliverId"] == created["deliverId"]
    assert (paying["paymentMethod"], paying["status"]) == ("pix", "pending")
    assert {one["id"] for one in listed["items"]} == {created["id"], paying["id"]}
    assert len(pending["items"]) == 1
    assert refused["errorCode"] == "invalid-order-status"
    assert said.count("204") >= 2
    assert (heard["event"], heard["data"]["status"]) == ("order.created", "pending")
    assert heard["data"]["id"] in [one["data"]["body"]["data"]["id"] for one in sent["items"]]
    assert re.search(r"First pressing +BRL=150 USD=30 +100 of 100 tokens +2", said)
    assert not list(tmp_path.glob("*.*"))
    the_verifier_takes_what_was_heard_and_nothing_else(demo, said)


def the_verifier_takes_what_was_heard_and_nothing_else(demo: DemoDesk, said: str) -> None:
    sample: dict[str, Any] = {}
    exec(EVENT, sample)
    event_of = sample["event_of"]
    signature, body = re.findall(r"^([0-9a-f]{64})\n(\{.*)$", said, re.MULTILINE)[0]
    assert re.search(rf"= ?{signature}$", said, re.MULTILINE), "openssl says so, too"
    key = key_of_the_hook(demo)
    assert event_of(key, signature, body.encode())["event"] == "order.created"
    for wrong_key, wrong, wrong_body in (
        (key, signature, body.replace("pending", "concluded")),
        (W3BLOCK.signature_key, signature, body),
        (key, signature.upper(), body),
        (key, "é", body),
        (key, "", body),
    ):
        with pytest.raises(ValueError, match="not the desk"):
            event_of(wrong_key, wrong, wrong_body.encode())


def key_of_the_hook(demo: DemoDesk) -> str:
    """Of the configuration that the page made, not the shop's."""
    headers = {
        "x-w3block-id": W3BLOCK.company_id,
        "x-w3block-api-key": W3BLOCK.key,
        "x-w3block-secret": W3BLOCK.secret,
    }
    path = f"/w3block/admin/companies/{W3BLOCK.company_id}/webhooks-configurations"
    hooks = demo.app.test_client().get(path, headers=headers).json["items"]
    [key] = [one["signatureKey"] for one in hooks if one["id"] != W3BLOCK.webhook_id]
    return str(key)


def test_a_token_is_believed_as_the_page_says_and_no_other(demo: DemoDesk) -> None:
    sample: dict[str, Any] = {}
    exec(IDENTITY, sample)
    identity_of, desk = sample["identity_of"], demo.site.desk_url
    company = W3BLOCK.company_id
    shown = {"email": W3BLOCK.email, "password": W3BLOCK.password, "tenantId": company}
    token = demo.app.test_client().post("/w3block/auth/signin", json=shown).json["token"]
    assert identity_of(token, company, desk)["sub"] == W3BLOCK.user_id
    head, body, signature = token.split(".")
    for wrong, of in ((token, W3BLOCK.user_id), (f"{head}.{body}.{'A' * len(signature)}", company)):
        with pytest.raises(jwt.InvalidTokenError):
            identity_of(wrong, of, desk)


def test_what_the_page_enrols_is_there(demo: DemoDesk) -> None:
    with demo.app.app_context():
        desk = demo.app.extensions["till_desk"].owner
        merchant = desk.add_merchant(name="Vinyl", origins=["https://vinyl.example"])
        given = {"desk": desk, "merchant_id": merchant.merchant_id}
        exec(ENROLMENT, given)
    assert given["record"].name == "First pressing"
    assert given["made"].secret.startswith("w3s_")
    assert given["hook"].url == "https://vinyl.example/hooks/w3block"


def test_every_command_there_is_is_named_on_the_page() -> None:
    for name, group in commands.commands.items():
        named = re.findall(rf"w3block {name} ([a-z|]+)", PAGE)
        assert {word for one in named for word in one.split("|")} == set(group.commands), name


def test_the_statuses_of_the_page_are_those_of_the_protocol() -> None:
    table = PAGE.split("## Status words")[1].split("| HTTP")[0]
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (.*?) \|$", table, re.MULTILINE)
    told = {word: set(re.findall(r"`(\w+)`", then)) for word, then in rows if word != "status"}
    assert told == {status: set(then.values()) for status, then in MOVES.items()}


def test_the_codes_of_the_page_are_those_of_the_protocol() -> None:
    table = PAGE.split("| HTTP | `errorCode` |")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| (\d+) \| (.*?) \|$", table, re.MULTILINE))
    for code in W3blockCode:
        for status in statuses_of(code):
            assert f"`{code}`" in rows[str(status)]
    named = {word for text in rows.values() for word in re.findall(r"`([a-z-]+)`", text)}
    assert named == set(W3blockCode)
