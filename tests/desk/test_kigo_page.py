"""docs/protocol-kigo.md is true: its session runs, its verifier verifies, its words are ours."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo_shop.partners import KIGO
from flask_till.desk.commands import kigo as commands
from flask_till.wire.kigo.error_codes import STATUS_OF
from flask_till.wire.kigo.orders import MOVES
from tests.desk.demo_desk import DemoDesk, answers_in, blocks, demo_desk, read_page

PAGE = read_page("protocol-kigo.md")
ENROLMENT, VERIFIER, *_ = blocks(PAGE, "python")


@pytest.fixture
def demo(tmp_path: Path, serve: Any) -> Iterator[DemoDesk]:
    with demo_desk(tmp_path, serve) as demo:
        yield demo


def test_every_command_of_the_page_runs_against_the_demos_desk(
    demo: DemoDesk, tmp_path: Path
) -> None:
    said = demo.run(PAGE, tmp_path)
    placed, again, of_production, seen, forbidden, *answers = answers_in(said)
    token, wallet, detail, renewed, found, read, too_late, heard = answers
    assert (placed["status"], placed["metadata"]) == ("unclaimed", {"campaign": "spring"})
    assert placed["deeplink_url"].startswith(f"{demo.site.desk_url}/kigo/hub?claim-code=")
    assert again == placed
    assert "idempotent-replay: true" in said.lower()
    assert of_production["error"]["code"] == "product_not_found"
    assert (seen["status"], seen["product"]["type"]) == ("unclaimed", "gift_card")
    assert forbidden["error"]["code"] == "forbidden"
    assert (token["status"], token["product_id"]) == ("active", KIGO.product_id)
    assert [one["id"] for one in wallet["items"]] == [token["token_id"]]
    assert {name: detail[name] for name in token} == token
    assert (renewed["expires_in"], renewed["refresh_expires_in"]) == (3600, 31_536_000)
    assert found == {"items": [placed | {"status": "claimed"}], "total": 1}
    assert read == placed | {"status": "claimed"}
    assert too_late["error"]["code"] == "already_claimed"
    assert "200\n200\nIt is in your wallet\n401\n" in said
    assert re.search(r"Coffee for two +offer_bundle +10", said)
    assert (heard["type"], heard["data"]["order"]["external_order_id"]) == (
        "order.created", "coffee-1",
    )  # fmt: skip
    assert "claim_code" not in heard["data"]["order"]
    assert not list(tmp_path.glob("*.*"))
    the_verifier_takes_what_was_heard_and_nothing_else(said)


def the_verifier_takes_what_was_heard_and_nothing_else(said: str) -> None:
    sample: dict[str, Any] = {}
    exec(VERIFIER, sample)
    event_of = sample["event_of"]
    signature, body = re.findall(r"^(t=\d+,v1=\w+)\n(.*)$", said, re.MULTILINE)[0]
    secret = re.findall(r"^kigo_whsec_\S+", said, re.MULTILINE)[0]
    assert event_of(secret, signature, body.encode())["type"] == "order.created"
    sample["time"] = _Later(301)
    with pytest.raises(ValueError, match="not just now"):
        event_of(secret, signature, body.encode())
    sample["time"] = time
    for wrong_secret, header, wrong_body in (
        (secret, signature, body.replace("coffee-1", "coffee-2")),
        (KIGO.webhook_secret, signature, body),
        (secret, re.sub("t=.*?,", f"t={int(time.time()) + 1},", signature), body),
        (secret, "t=1,v1=é", body),
        (secret, "", body),
    ):
        with pytest.raises((ValueError, KeyError)):
            event_of(wrong_secret, header, wrong_body.encode())


class _Later:
    """The module ``time``, some seconds on."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds

    def time(self) -> float:
        return time.time() + self.seconds


def test_what_the_page_enrols_is_there(demo: DemoDesk) -> None:
    with demo.app.app_context():
        desk = demo.app.extensions["till_desk"].owner
        merchant = desk.add_merchant(name="Kubek", origins=["https://kubek.example"])
        given = {"desk": desk, "merchant_id": merchant.merchant_id}
        exec(ENROLMENT, given)
    assert given["product"].stock == 10
    assert given["made"].webhook_secret.startswith("kigo_whsec_")


def test_every_command_there_is_is_named_on_the_page() -> None:
    for name, group in commands.kigo.commands.items():
        named = re.findall(rf"kigo {name} ([a-z|]+)", PAGE)
        assert {word for one in named for word in one.split("|")} == set(group.commands), name


def test_the_statuses_of_the_page_are_those_of_the_protocol() -> None:
    table = PAGE.split("## Status words")[1].split("| HTTP")[0]
    rows = re.findall(r"^\| `(\w+)` \| .*? \| (.*?) \|$", table, re.MULTILINE)
    told = {word: set(re.findall(r"`(\w+)`", then)) for word, then in rows[1:]}
    assert told == {status: set(then) for status, then in MOVES.items()}


def test_the_codes_of_the_page_are_those_of_the_protocol() -> None:
    table = PAGE.split("| HTTP | `code` |")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| (\d+) \| (.*?) \|$", table, re.MULTILINE))
    for code, status in STATUS_OF.items():
        assert f"`{code}`" in rows[str(status)]
    named = {word for text in rows.values() for word in re.findall(r"`(\w+)`", text)}
    assert named == set(STATUS_OF)
