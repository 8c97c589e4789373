"""docs/protocol-boxo.md is true: its session runs, its verifier verifies, its words are ours."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from demo_shop.partners import BOXO
from flask_till.desk.boxo_payment import SDK_WORDS
from flask_till.wire.boxo.signing import HASHES, PARTS, HeaderNames, Scheme
from tests.desk.demo_desk import (
    DemoDesk,
    answers_in,
    blocks,
    demo_desk,
    read_page,
    the_shop_is_set_up,
)

PAGE = read_page("protocol-boxo.md")
ENROLMENT, VERIFIER, SHOP = blocks(PAGE, "python")


@pytest.fixture
def demo(tmp_path: Path, serve: Any) -> Iterator[DemoDesk]:
    with demo_desk(tmp_path, serve) as demo:
        yield demo


def test_every_command_of_the_page_runs_against_the_demos_desk(
    demo: DemoDesk, tmp_path: Path
) -> None:
    said = demo.run(PAGE, tmp_path)
    waits, again, refused, yes, late_no, paid, *answers = answers_in(said)
    ended, too_late, failed, settings, tokens, used, played, heard = answers
    assert waits["payment_status"] == "in_process"
    assert again["order_payment_id"] == waits["order_payment_id"]
    assert refused["error_code"] == "INVALID_SIGNATURE"
    assert yes == late_no
    assert (yes["status"], paid["payment_status"]) == ("success", "paid")
    assert ended == {"code": "SUCCESS"}
    assert too_late["error_code"] == "INVALID_PAYMENT_STATUS"
    assert failed["payment_status"] == "failed"
    assert failed["payment_fail_reason"] == "The card has expired"
    assert settings == {"miniapp": {"url": demo.site.boxo_url}}
    assert set(tokens) == {"auth_token", "refresh_token"}
    assert used["error_code"] == "INVALID_AUTH_CODE"
    assert played["status"] == "success"
    assert (heard["miniapp_order_id"], heard["payment_status"]) == ("cup-1", "paid")
    assert "are paired, payments are on." in said
    assert not list(tmp_path.glob("*.*"))


def test_the_verifier_asks_before_it_believes(demo: DemoDesk) -> None:
    sample: dict[str, Any] = {}
    exec(VERIFIER, sample)
    api, client = f"{demo.site.desk_url}/boxo/api/v1", demo.app.test_client()
    order = {"currency": "PLN", "amount": "5", "miniapp_order_id": "cup-1"}
    asked = {"app_id": BOXO.app_id, "client_id": BOXO.client_id, "order": order}
    made = client.post("/boxo/api/v1/orders/create-order-payment/", json=asked).json
    told = {
        "miniapp_order_id": "cup-1",
        "hostapp_order_payment_id": made["order_payment_id"],
        "hostapp_client_id": BOXO.client_id,
        "payment_status": "paid",
    }
    pair = base64.b64encode(f"{BOXO.app_id}:{BOXO.secret_key}".encode()).decode()

    def payment_of(headers: dict[str, str]) -> Any:
        body = json.dumps(told).encode()
        return sample["payment_of"](api, BOXO.app_id, BOXO.secret_key, headers, body)

    assert payment_of({"Authorization": f"Basic {pair}"}) == ("cup-1", "in_process")
    for wrong in ({}, {"Authorization": "Basic é"}, {"Authorization": pair}):
        with pytest.raises(ValueError, match="not the platform"):
            payment_of(wrong)


def test_what_the_page_enrols_is_there(demo: DemoDesk) -> None:
    with demo.app.app_context():
        desk = demo.app.extensions["till_desk"].owner
        merchant = desk.add_merchant(name="Kubek", origins=["https://kubek.example"])
        given = {"desk": desk, "merchant_id": merchant.merchant_id}
        exec(ENROLMENT, given)
    assert len(given["code"]) > 20


def test_the_shop_of_the_page_can_be_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_shop_is_set_up(SHOP, tmp_path, monkeypatch)


def test_the_statuses_of_the_page_are_those_of_the_protocol() -> None:
    table = PAGE.split("## Status words")[1].split("##")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", table, re.MULTILINE)[1:])
    told = {word: None if said == "none yet" else said.strip("`") for word, said in rows.items()}
    assert told == dict(SDK_WORDS)


def test_the_table_of_settings_names_all_of_them() -> None:
    table = PAGE.split("| setting | values, the default first |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", table, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row[0])}
    assert named == {one.name for one in fields(Scheme)} | {"key"}
    assert set(HASHES) <= set(re.findall(r"`([\w-]+)`", table))
    assert set(re.findall(r"\{(\w+)\}", table)) == set(PARTS) | {"signature"}
    assert {one.name for one in fields(HeaderNames)} <= set(re.findall(r"`(\w+)`", rows[-1][1]))
