"""``flask till web3``: what an operator types, and what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flask_till.desk.actions import web3_sendings
from flask_till.desk.actions.web3_incidents import open_incident
from tests.desk.the_desk import TheDesk
from tests.desk.web3.chain_desk import ChainDesk
from tests.desk.web3.the_console import TREASURY, refused, run, said, sent
from tests.stand_ins.chain import TheChain

# --- at first ---------------------------------------------------------------------------------


def test_every_command_helps(desk: ChainDesk) -> None:
    listed = re.findall(r"^  (\w+)", said(desk, "--help").split("Commands:\n")[1], re.MULTILINE)
    assert set(listed) == {
        "accounts",
        "incidents",
        "payments",
        "refund",
        "sendings",
        "settle",
        "status",
        "sweep",
    }
    for name in listed:
        assert "Usage:" in said(desk, name, "--help")


def test_what_is_empty_says_so(rich: ChainDesk) -> None:
    assert said(rich, "accounts").startswith("No shopper has an account yet.")
    assert said(rich, "incidents") == "There is nothing to look at.\n"
    assert said(rich, "payments") == "Every payment on a chain fits its price.\n"
    assert said(rich, "sendings") == "Nothing was sent yet.\n"
    assert said(rich, "sendings", "--state", "failed") == "Nothing is failed.\n"
    assert said(rich, "sweep") == "There is nothing to sweep.\n"
    assert said(rich, "sweep", "--yes") == "There is nothing to sweep.\n"


def test_without_chains_each_command_says_what_to_set(make_desk_without_chains: TheDesk) -> None:
    for command in ("status", "accounts", "incidents", "payments", "sendings", "sweep"):
        assert "TILL_WEB3_CHAINS" in refused(make_desk_without_chains, command)


@pytest.fixture
def make_desk_without_chains(database_url: str, clock: Any, tmp_path: Path) -> Iterator[TheDesk]:
    made = TheDesk(database_url, clock, tmp_path)
    yield made
    made.desk.close()


# --- how it stands ----------------------------------------------------------------------------


def test_status_shows_how_far_each_chain_is_read_and_what_the_operator_has(
    rich: ChainDesk,
) -> None:
    rich.follow(2)
    rich.chain.mine(4)
    words = said(rich, "status")
    row = next(line for line in words.splitlines() if line.startswith("Anvil"))
    assert row.split()[1:5] == ["31337", str(rich.chain.height - 4),
                                str(rich.chain.height - 6), "4"]  # fmt: skip
    assert row.endswith("ok")
    assert rich.web3.signer.address("operator") in words
    assert "100 ETH, 50 USDC" in words
    rich.database.write(open_incident, 31337, "shrunk", "tx", "Less came.")
    assert "1 open" in said(rich, "status")


def test_status_with_nodes_away(rich: ChainDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from flask_till.errors import GatewayUnavailable

    def away() -> None:
        raise GatewayUnavailable("The node does not answer.")

    monkeypatch.setattr(rich.web3.nodes(31337), "head", away)
    words = said(rich, "status")
    assert words.count("The node does not answer.") == 2


def test_accounts_show_what_they_hold(rich: ChainDesk) -> None:
    rich.top_up("sho_1", rich.chain.usdc, 20_000_000)
    address = rich.web3.account("sho_2").address
    words = said(rich, "accounts")
    assert re.search(r"sho_1 +0x\w{40} +20 USDC", words)
    assert re.search(rf"sho_2 +{address}\n", words)


def test_incidents_are_listed_and_closed(rich: ChainDesk) -> None:
    rich.database.write(open_incident, 31337, "shrunk", "tx", "Less came than was sent.")
    words = said(rich, "incidents")
    assert "Less came than was sent." in words
    incident = re.search(r"inc_\w+", words)
    assert incident is not None
    assert said(rich, "incidents", "--close", incident[0]) == f"{incident[0]} is closed.\n"
    assert said(rich, "incidents") == "There is nothing to look at.\n"
    assert incident[0] in said(rich, "incidents", "--all")
    assert "There is no such incident" in refused(rich, "incidents", "--close", "inc_0")


# --- what is sent -----------------------------------------------------------------------------


def test_sendings_show_what_they_wait_for_and_can_be_tried_again(rich: ChainDesk) -> None:
    rich.chain.fund(rich.web3.signer.address("operator"), 0)
    _, payment = sent(rich, 5_000_000)
    said(rich, "refund", payment)
    rich.finish()
    words = said(rich, "sendings", "--state", "queued")
    assert "5 USDC" in words
    assert "ETH for its gas" in words
    waiting = re.search(r"back:\w+:1", words)
    assert waiting is not None
    assert "is queued" in said(rich, "sendings", "--retry", waiting[0])
    assert "There is no sending snd_0" in refused(rich, "sendings", "--retry", "snd_0")
    rich.chain.fund(rich.web3.signer.address("operator"))
    rich.finish()
    assert "is done" in refused(rich, "sendings", "--retry", waiting[0])


# --- to the treasury --------------------------------------------------------------------------


def test_a_sweep_shows_first_and_moves_only_when_told(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    order, _ = sent(rich, 12_497_500)
    words = said(rich, "sweep")
    assert rich.standing(order).address in words
    assert "12.4975 USDC to the treasury" in words
    assert re.search(r"sends 0\.0\d+ ETH for gas before; it has 100 ETH", words)
    assert f"It would go to {TREASURY}; add --yes" in words
    assert rich.database.read(web3_sendings.list_sendings) == []
    assert rich.chain.balance(usdc, TREASURY) == 0


def test_a_sweep_is_carried_out_until_it_is_final(
    rich: ChainDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent(rich, 12_497_500)
    # Time passes on the chain while the command waits.
    monkeypatch.setattr("time.sleep", lambda seconds: rich.chain.mine(1))
    words = said(rich, "sweep", "--yes")
    assert "2 queued" in words
    assert "sweep of 12.4975 USDC: sent" in words
    assert "sweep of 12.4975 USDC: final" in words
    assert words.endswith("All 2 are final.\n")
    assert rich.chain.balance(rich.chain.usdc, TREASURY) == 12_497_500
    assert said(rich, "sweep", "--yes") == "There is nothing to sweep.\n"


def test_a_sweep_that_fails_says_so(rich: ChainDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.stand_ins.chain.the_chain import call

    sent(rich, 12_497_500)
    freeze = str(rich.chain.usdc.contract), call("freeze(bool)", 1)

    def pass_time(seconds: float) -> None:
        rich.chain.send(*freeze)

    monkeypatch.setattr("time.sleep", pass_time)
    assert "1 of 2 failed; sweep again" in refused(rich, "sweep", "--yes")


def test_a_sweep_need_not_be_waited_for(rich: ChainDesk) -> None:
    sent(rich, 12_497_500)
    assert "`flask till watch` sends them" in said(rich, "sweep", "--yes", "--no-wait")
    rich.finish()
    rich.finish()
    assert rich.chain.balance(rich.chain.usdc, TREASURY) == 12_497_500


def test_a_sweep_of_chosen_coins_and_chains(rich: ChainDesk) -> None:
    sent(rich, 12_497_500)
    assert "There is nothing to sweep." in said(rich, "sweep", "--coin", "DAI")
    assert "12.4975 USDC" in said(rich, "sweep", "--coin", "USDC", "--chain", "31337")
    assert "There is nothing to sweep." in said(rich, "sweep", "--at-least", "12.5")
    assert run(rich, "sweep", "--coin", "XYZ")[0] == 2
    assert run(rich, "sweep", "--at-least", "-1")[0] == 2
    assert run(rich, "sweep", "--at-least", "much")[0] == 2
    assert "Chain 1 is not set up" in refused(rich, "sweep", "--chain", "1")


def test_a_sweep_without_a_treasury_says_what_to_set(rich: ChainDesk, chain: TheChain) -> None:
    rich.web3.treasury = None
    assert "TILL_WEB3_TREASURY" in refused(rich, "sweep")
    assert "TILL_WEB3_TREASURY" in refused(rich, "sweep", "--yes")
