"""docs/protocol-ipos.md is true: its session runs, its verifier verifies, its words are ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from demo_shop.partners import IPOS
from flask_till.desk.dialects.ipos.words import STATUS
from flask_till.wire.ipos.orders import OrderStatus
from tests.desk.demo_desk import (
    DemoDesk,
    answers_in,
    blocks,
    demo_desk,
    read_page,
    the_shop_is_set_up,
)

PAGE = read_page("protocol-ipos.md")
VERIFIER, ENROLMENT, SHOP = blocks(PAGE, "python")


@pytest.fixture
def demo(tmp_path: Path, serve: Any) -> Iterator[DemoDesk]:
    with demo_desk(tmp_path, serve) as demo:
        yield demo


def test_every_command_of_the_page_runs_against_the_demos_desk(
    demo: DemoDesk, tmp_path: Path
) -> None:
    said = demo.run(PAGE, tmp_path)
    preview, *answers, paid_on_page = answers_in(said)
    pending, paid, heard, refunded, partly, listed, resent, balance, started = answers
    assert "order_id" not in preview["data"]
    states = [one["data"]["current_status"] for one in (pending, paid, refunded, partly, resent)]
    assert states == ["pending", "completed", "refunded", "partial_refunded", "partial_refunded"]
    assert paid["data"]["paid_method"] == "wallet"
    assert heard == {**paid["data"], "jwt_verify": heard["jwt_verify"]}
    assert listed["data"]["total"] == 1
    assert resent["data"]["jwt_verify"]
    assert balance["data"] == {"wallet": 50000, "credit": 10000, "free_credit": 1800}
    assert started["data"]["clientSecret"].startswith("cs_test_")
    assert paid_on_page["data"]["current_status"] == "completed"
    assert paid_on_page["data"]["paid_method"] == "stripe"
    shares = dict(re.findall(r"receiver:(\S+) +(-[\d.]+)", said))
    assert shares == {
        "<goods_cost>": "-1.00", "holder": "-4.05", "eve@art.example": "-1.35", "platform": "-2.70",
    }  # fmt: skip
    assert "secret_key  wgt_sk_" in said
    assert "Shares of eve@art.example go to acct_1Eve." in said
    assert not list(tmp_path.glob("*.*"))
    the_verifier_takes_what_was_heard_and_nothing_else(said)


def the_verifier_takes_what_was_heard_and_nothing_else(said: str) -> None:
    sample: dict[str, Any] = {}
    exec(VERIFIER, sample)
    order_of, keys = sample["order_of"], (IPOS.access_key, IPOS.secret_key)
    signature, body = re.findall(r"^(sha256=\w+)\n(.*)$", said, re.MULTILINE)[0]
    signed = {"X-IPOS-Signature": signature}
    assert order_of(*keys, signed, body.encode())["current_status"] == "completed"
    assert order_of(*keys, {}, body.encode())["order_id"]
    for wrong_keys, headers, wrong_body in (
        (keys, signed, body.replace("1299", "1300")),
        (keys, {"X-IPOS-Signature": "sha256=é"}, body),
        ((keys[0], "wgt_sk_" + "0" * 57), {}, body),
        (("wgt_ak_" + "0" * 25, keys[1]), {}, body),
        (keys, {}, re.sub(r'"jwt_verify":"[^"]*"', '"jwt_verify":""', body)),
    ):
        with pytest.raises(Exception, match=r"."):
            order_of(*wrong_keys, headers, wrong_body.encode())


def test_what_the_page_enrols_is_there(demo: DemoDesk) -> None:
    with demo.app.app_context():
        given = {"desk": demo.app.extensions["till_desk"].owner, "merchant_id": IPOS.merchant_id}
        exec(ENROLMENT, given)
    assert given["widget"].secret_key.startswith("wgt_sk_")
    assert given["token"].count(".") == 2


def test_the_shop_of_the_page_can_be_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    the_shop_is_set_up(SHOP, tmp_path, monkeypatch)


def test_the_statuses_of_the_page_are_those_of_the_protocol() -> None:
    table = PAGE.split("## Status words")[1].split("##")[0]
    rows = re.findall(r"^\| (`.*?) \| (.*?) \| (.*?) ?\|$", table, re.MULTILINE)[1:]
    named = {word for row in rows for word in re.findall(r"`(\w+)`", row[0])}
    assert named == set(OrderStatus)
    told = {word: row[1].replace("partially ", "partially_") for row in rows
            for word in re.findall(r"`(\w+)`", row[0])}  # fmt: skip
    assert [(ours, word) for ours, word in STATUS.items() if ours not in told[word]] == []
