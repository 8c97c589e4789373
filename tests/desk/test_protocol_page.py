"""docs/protocol-till.md is true: its verifier verifies, its commands run, its words are ours."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from demo_shop.partners import SHOP
from flask_till.desk.extension import OrderDesk
from flask_till.desk.order import TRANSITIONS
from flask_till.wire import till

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol-till.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)


@pytest.fixture
def demo_desk(tmp_path: Path, serve: Any) -> Any:
    app = Flask("a_desk", instance_path=str(tmp_path))
    app.testing = True
    desk = OrderDesk(app, background=False)
    desk.add_merchant(
        name=SHOP.name,
        merchant_id=SHOP.merchant_id,
        api_key=SHOP.api_key,
        callback_secret=SHOP.callback_secret,
        origins=["http://localhost:5000"],
    )
    yield serve(app)
    desk.close()


def test_the_verifier_takes_what_the_desk_signs_and_nothing_else() -> None:
    sample: dict[str, Any] = {}
    exec(blocks("python")[0], sample)
    verify, body = sample["verify"], b'{"kind":"order.paid"}'
    signed = till.sign(SHOP.callback_secret, "evt_1", datetime.now(UTC), body)
    assert verify(SHOP.callback_secret, signed, body)
    assert verify(
        SHOP.callback_secret,
        signed | {"webhook-signature": "v1,x " + signed["webhook-signature"]},
        body,
    )
    assert not verify(SHOP.callback_secret, signed, body + b" ")
    assert not verify(SHOP.callback_secret, signed | {"webhook-id": "evt_2"}, body)
    assert not verify(SHOP.callback_secret, signed | {"webhook-timestamp": "1"}, body)
    assert not verify("whsec_" + "A" * 40, signed, body)
    assert not verify(SHOP.callback_secret, {}, body)


def test_every_command_of_the_page_runs_against_the_demos_desk(
    demo_desk: str, tmp_path: Path
) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not here")
    first, create, quote, token, refund, reading, session = blocks("sh")
    setup = first.replace("http://127.0.0.1:5001", demo_desk)
    script = "\n".join(  # noqa: FLY002 - one part to a line
        [
            "set -e",
            setup,
            "ORDER=none",
            session,
            create,
            "echo",
            token,
            "echo",
            refund,
            "echo",
            reading,
            "echo",
            quote,
        ]
    )
    done = subprocess.run(
        ["sh", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=60
    )
    answers = answers_in(done.stdout)
    paid, refunded, events, created, opened, refused, *read, quoted = answers
    assert paid["status"] == "paid"
    assert (refunded["amount"], refunded["status"]) == (7900, "succeeded")
    assert [event["kind"] for event in events["events"]] == [
        "order.created", "order.paid", "order.refunded",
    ]  # fmt: skip
    assert (created["amount"], created["status"]) == (14300, "pending")
    assert opened["token"]
    assert refused["code"] == "NOT_REFUNDABLE"
    assert read[0]["status"] == "refunded"
    assert read[2]["orders"] == []
    assert (quoted["amount"], quoted["methods"]) == (14300, ["sandbox"])


def answers_in(text: str) -> list[Any]:
    decoder, found, at = json.JSONDecoder(), [], 0
    while (at := text.find("{", at)) >= 0:
        value, at = decoder.raw_decode(text, at)
        found.append(value)
    return found


def test_the_states_and_kinds_of_the_page_are_those_that_exist() -> None:
    table = PAGE.split("## States")[1].split("##")[0]
    told = re.findall(r"^\| ([^|]*) \|[^|]*\| ([^|]*) ?\|$", table, re.MULTILINE)[1:]
    steps = {
        state: set(re.findall(r"`([a-z_]+)`", after.split(", only")[0]))
        for states, after in told
        for state in re.findall(r"`([a-z_]+)`", states)
    }
    assert steps == {state: set(after.values()) for state, after in TRANSITIONS.items()}
    assert set(re.findall(r"`((?:order|refund)\.[a-z]+)`", PAGE)) == set(till.EventKind)


def test_every_code_of_the_page_is_in_the_sources() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "plugin").rglob("*.py"))
    derived = {"ORDER_NOT_FOUND", "METHOD_NOT_ALLOWED"}
    codes = set(re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", PAGE.split("## Refusals")[1]))
    assert codes
    assert [code for code in sorted(codes - derived) if f'"{code}"' not in sources] == []


def test_the_table_of_members_names_all_of_them() -> None:
    table = PAGE.split("| member | meaning |")[1].split("\n\n")[0]
    named = {name.rstrip("?") for row in table.splitlines() for name in
             re.findall(r"`([a-z_]+\??)`", row.split("|")[1] if "|" in row else "")}  # fmt: skip
    assert named == set(till.OrderCreate.model_fields)
