"""``flask till``: what an operator types, and what it answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from flask_till import Money, OrderDesk, Product, Till
from flask_till.cli import till as commands
from flask_till.desk.order import Share
from flask_till.desk.tables import MIGRATIONS as DESK
from flask_till.shop.tables import MIGRATIONS as SHOP
from tests.desk.receiver import Receiver
from tests.stand_ins.paper_gateway import PaperGateway

HEAD = DESK.head()


@pytest.fixture
def run(desk: Any) -> Any:
    """``run("merchants", "list")``: the exit code and what was said."""
    return runner(desk.app)


def runner(app: Flask) -> Any:
    def run(*arguments: str) -> tuple[int, str]:
        done = app.test_cli_runner().invoke(commands, list(arguments))
        assert not isinstance(done.exception, Exception) or done.exit_code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def test_every_command_helps(run: Any) -> None:
    todo = [()]
    while todo:
        path = todo.pop()
        code, said = run(*path, "--help")
        assert code == 0
        assert "Usage:" in said
        listed = said.split("Commands:\n")[1] if "Commands:\n" in said else ""
        todo += [(*path, name) for name in re.findall(r"^  ([\w-]+)", listed, re.MULTILINE)]


def test_a_merchant_is_added_listed_changed_and_rotated(run: Any, desk: Any) -> None:
    code, said = run("merchants", "add", "Bowls", "--origin", "https://bowls.example",
                     "--callback-url", "https://bowls.example/hook")  # fmt: skip
    assert code == 0
    merchant_id = re.search(r"mer_\w+", said)[0]  # type: ignore[index]
    key = re.search(r"till_key_\S+", said)[0]  # type: ignore[index]
    assert "whsec_" in said
    headers = {"Authorization": f"Bearer {key}"}
    assert desk.browserless.get("/v1/orders", headers=headers).status_code == 200
    _, listed = run("merchants", "list")
    assert "https://bowls.example/hook" in listed
    assert key not in listed
    assert run("merchants", "change", merchant_id, "--name", "Pots")[0] == 0
    assert run("merchants", "change", merchant_id)[0] == 2
    assert "Pots" in run("merchants", "list")[1]
    _, rotated = run("merchants", "rotate", merchant_id)
    assert key not in rotated
    assert desk.browserless.get("/v1/orders", headers=headers).status_code == 200
    desk.clock.advance(hours=25)
    assert desk.browserless.get("/v1/orders", headers=headers).status_code == 401


def test_what_cannot_be_is_said_in_a_sentence_with_a_remedy(run: Any) -> None:
    code, said = run("merchants", "add", "Bad", "--callback-url", "http://10.0.0.1/")
    assert (code, "Traceback" in said) == (1, False)
    assert "callback_url is refused" in said
    code, said = run("merchants", "rotate", "mer_none")
    assert (code, "no merchant mer_none" in said) == (1, True)


def test_events_are_listed_shown_and_replayed(run: Any, desk: Any, serve: Any) -> None:
    receiver = Receiver(lambda _: 500)
    desk.desk.enrolment.change(desk.credentials.merchant_id, callback_url=serve(receiver.app))
    order = desk.order()
    for _ in range(20):
        desk.desk.relay.drain()
        desk.clock.advance(hours=30)
    _, said = run("events", "list", "--state", "dead")
    event_id = re.search(r"evt_\w+", said)[0]  # type: ignore[index]
    assert order.id in said
    assert run("events", "list", "--state", "done")[1].count("evt_") == 0
    _, shown = run("events", "show", event_id)
    assert '"external_id": "T-1"' in shown
    assert shown.count("HTTP 500") == len(receiver.calls)
    receiver.reply = lambda _: 200
    assert run("events", "replay", event_id)[0] == 0
    desk.desk.relay.drain()
    assert event_id in run("events", "list", "--order", order.id, "--state", "done")[1]
    assert run("events", "show", "evt_none")[0] == 1


def test_shares_are_listed_and_tried_again(run: Any, desk: Any) -> None:
    shares = (Share("potter", 400, "acct_potter"), Share("painter", 100))
    order = desk.paid(amount=1000, shares=shares)
    desk.gateway.refuses_shares = True
    desk.desk.relay.drain()
    _, said = run("transfers", "list", "--state", "failed")
    assert re.search(rf"shr_\w+ .* {order.id}  out  potter .* 4\.00 .*cannot receive money", said)
    assert "painter" not in said
    assert "no account at the gateway is named" in run("transfers", "list", "--order", order.id)[1]
    assert "a share was refused" in run("doctor")[1]
    desk.gateway.refuses_shares = False
    share = re.search(r"shr_\w+", said)[0]  # type: ignore[index]
    code, said = run("transfers", "retry", share, "--account", "acct_new")
    assert (code, said) == (0, f"{share} is on its way again.\n")
    desk.desk.relay.drain()
    assert desk.gateway.held_by("acct_new") == 400
    code, said = run("transfers", "retry", share)
    assert (code, "has succeeded" in said) == (1, True)
    desk.cashier.refund(order.id)
    desk.gateway.refuses_shares = True
    desk.desk.relay.drain()
    _, said = run("transfers", "list", "--state", "failed")
    back = re.search(r"rev_\w+", said)[0]  # type: ignore[index]
    assert run("transfers", "retry", back, "--account", "acct_x")[0] == 2
    desk.gateway.refuses_shares = False
    assert run("transfers", "retry", back)[0] == 0
    desk.desk.relay.drain()
    assert desk.gateway.held_by("acct_new") == 0


def test_a_job_that_was_given_up_is_done_once_more(run: Any, desk: Any) -> None:
    order = desk.paid()
    desk.gateway.refund_status = "pending"
    refund = desk.cashier.refund(order.id)
    for _ in range(60):
        desk.clock.advance(days=1)
        desk.desk.relay.drain()
    _, said = run("events", "list", "--state", "dead")
    assert "refund.look" in said
    desk.gateway.refunds[refund.id] = "succeeded"
    run("events", "replay", re.search(r"evt_\w+", said)[0])  # type: ignore[index]
    desk.desk.relay.drain()
    assert desk.read(order.id).status == "refunded"


def test_the_audit_is_silent_or_says_what_is_wrong(run: Any, desk: Any) -> None:
    order = desk.paid()
    assert run("audit") == (0, "")
    desk.database.write(lambda work: work.execute(text("update till_desk_payments set kept = 0")))
    code, said = run("audit")
    assert code == 1
    assert "paid-by-evidence" in said
    assert order.id in said
    desk.database.write(lambda work: work.execute(text("update till_desk_payments set kept = 1")))


def test_the_tables_are_brought_up_to_date_by_hand_too(run: Any) -> None:
    assert run("db", "current") == (0, f"desk: {HEAD}\n")
    assert run("db", "upgrade") == (0, f"desk: up to date at {HEAD}\n")


def test_a_database_that_is_behind_is_said_to_be(new_database_url: Any, tmp_path: Path) -> None:
    app = Flask("a_desk", instance_path=str(tmp_path))
    app.testing = True
    desk = OrderDesk(app, database_url=new_database_url(), background=False)
    run = runner(app)
    if desk.database.dialect == "postgresql":
        code, said = run("merchants", "list")
        assert (code, "flask till db upgrade" in said) == (1, True)
    assert run("db", "current") == (1, f"desk: empty, behind {HEAD}\n")
    assert run("db", "upgrade")[0] == 0
    assert run("merchants", "list")[0] == 0
    desk.close()


def test_the_doctor_names_what_is_wrong_and_every_address(tmp_path: Path) -> None:
    app = Flask("a_desk", instance_path=str(tmp_path))
    app.config.from_mapping(
        SECRET_KEY="x" * 40, TILL_BACKGROUND=False, TILL_DESK_PUBLIC_URL="http://pay.example"
    )
    desk = OrderDesk(app, gateways=[PaperGateway()])
    run = runner(app)
    code, said = run("doctor")
    assert code == 1
    assert "http://pay.example is not https" in said
    desk.close()
    well = Flask("a_desk", instance_path=str(tmp_path))
    well.config.from_mapping(
        SECRET_KEY="x" * 40, TILL_BACKGROUND=False, TILL_DESK_PUBLIC_URL="https://pay.example"
    )
    desk = OrderDesk(well, gateways=[PaperGateway()])
    desk.add_merchant(name="Mugs")
    code, said = runner(well)("doctor")
    assert code == 0, said
    assert "https://pay.example/gateways/paper/webhook" in said
    assert "https://pay.example/v1/openapi.json" in said
    desk.close()


def test_the_settings_are_listed_without_any_app() -> None:
    from click.testing import CliRunner

    done = CliRunner().invoke(commands, ["settings"])
    assert done.exit_code == 0
    assert "TILL_DESK_DATABASE_URL" in done.output


def test_it_works_for_a_shop_for_both_and_says_so_for_neither(tmp_path: Path) -> None:
    app = Flask("a_shop", instance_path=str(tmp_path))
    app.testing = True
    Till(app, catalog=[Product("mug", "Mug", Money("1", "PLN"), stock=2)], background=False)
    run = runner(app)
    code, said = run("db", "current")
    assert (code, said) == (1, f"shop: empty, behind {SHOP.head()}\ndesk: empty, behind {HEAD}\n")
    assert run("db", "upgrade")[0] == 0
    assert run("audit") == (0, "")
    assert "shop" in run("doctor")[1]
    bare = Flask("bare")
    code, said = runner(bare)("audit")
    assert (code, "neither a Till nor an OrderDesk" in said) == (1, True)
    code, said = runner(bare)("relay")
    assert (code, "neither a Till nor an OrderDesk" in said) == (1, True)
    app.extensions["till_desk"].owner.close()
    app.extensions["till"].database.close()


def test_the_ledger_is_shown_by_account_and_by_order(run: Any, desk: Any) -> None:
    order = desk.paid(shares=(Share("artist@shop.example", 999),))
    code, said = run("ledger")
    assert code == 0
    assert re.search(r"gateway:paper +49\.99 +PLN", said)
    assert re.search(r"receiver:artist@shop\.example +-9\.99 +PLN", said)
    _, narrowed = run("ledger", "--account", "receiver:")
    assert "gateway:paper" not in narrowed
    desk.cashier.refund(order.id)
    _, entries = run("ledger", order.id)
    assert [entries.count(kind) for kind in ("capture", "refund ")] == [3, 3]


def test_a_receiver_gets_an_account(run: Any, desk: Any) -> None:
    merchant = desk.credentials.merchant_id
    assert run("receivers", "set", merchant, "artist@shop.example", "acct_1")[0] == 0
    run("receivers", "set", merchant, "artist@shop.example", "acct_2")
    _, said = run("receivers", "list")
    assert "acct_2" in said
    assert "acct_1" not in said
    code, _ = run("receivers", "set", "mer_nobody", "artist", "acct_1")
    assert code
