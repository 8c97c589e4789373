"""``flask till doctor`` on chains: what is unsafe or broken is named, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flask_till.chains import Chain, Coin
from flask_till.cli import till as commands
from flask_till.desk.actions.web3_chain import pause_chain
from flask_till.desk.actions.web3_incidents import LOST, open_incident
from flask_till.desk.gateways.web3.keys import SeedSigner
from flask_till.desk.onchain import OPERATOR
from tests.desk.the_desk import TheDesk
from tests.stand_ins.chain import TheChain
from tests.stand_ins.chain.the_chain import DESK_PHRASE

ETHER = 10**18
TREASURY = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"


@pytest.fixture
def desk_of(tmp_path: Path, clock: Any, chain: TheChain) -> Iterator[Callable[..., TheDesk]]:
    """``desk_of(one_chain, **settings)``: a desk with it, whose keys are in a file of its own."""
    made: list[TheDesk] = []
    seed = tmp_path / "desk.seed"
    seed.write_text(DESK_PHRASE)
    seed.chmod(0o600)
    chain.fund(SeedSigner(DESK_PHRASE).address(OPERATOR))

    def new(one: Chain | None = None, **given: Any) -> TheDesk:
        url = f"sqlite:///{tmp_path}/desk-{len(made)}.db"
        given = {"web3_seed_file": str(seed), "web3_treasury": TREASURY} | given
        made.append(TheDesk(url, clock, tmp_path, chains=[one or chain.chain()], **given))
        return made[-1]

    yield new
    for one in made:
        one.desk.close()


def doctor(desk: TheDesk) -> dict[str, str]:
    """What was said, as line -> word; lines about anything but chains are left out."""
    done = desk.app.test_cli_runner().invoke(commands, ["doctor"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    lines = done.output.split("no share was refused.\n")[1].split("\n\n")[0].splitlines()
    told = {line[5:]: line[:5].strip() for line in lines}
    assert done.exit_code == int("bad" in told.values() or "bad  public" in done.output)
    return told


def said(told: dict[str, str], pattern: str) -> str:
    """The word before the one line that has this."""
    found = [word for line, word in told.items() if re.search(pattern, line)]
    assert len(found) == 1, (pattern, told)
    return found[0]


def follow(desk: TheDesk, chain: TheChain) -> None:
    follower = desk.app.extensions["till_desk"].web3.follower(chain.eth.chain_id)
    while follower.step():
        pass


def test_a_desk_without_chains_hears_nothing_of_them(tmp_path: Path, clock: Any) -> None:
    desk = TheDesk(f"sqlite:///{tmp_path}/desk.db", clock, tmp_path)
    output = desk.app.test_cli_runner().invoke(commands, ["doctor"]).output
    assert "no share was refused.\n\naddress of" in output
    desk.desk.close()


def test_what_is_right_is_said_with_what_an_operator_needs(
    desk_of: Any, chain: TheChain, tmp_path: Path
) -> None:
    other = f"http://localhost:{chain.url.rsplit(':', 1)[1]}"
    desk = desk_of(replace(chain.chain(), nodes=(chain.url, other)))
    follow(desk, chain)
    told = doctor(desk)
    operator = SeedSigner(DESK_PHRASE).address(OPERATOR)
    assert set(told.values()) == {"ok"}
    assert said(told, rf"seed phrase is in {tmp_path}") == "ok"
    assert said(told, rf"treasury is {TREASURY}") == "ok"
    assert said(told, r"Anvil is read to block \d+, final to \d+") == "ok"
    assert said(told, "USDC on Anvil has 6 decimals") == "ok"
    assert said(told, rf"operator's account {operator} has 100\sETH") == "ok"
    addresses = desk.app.test_cli_runner().invoke(commands, ["doctor"]).output
    assert "/gateways/test_web3" not in addresses


def test_one_node_is_too_few_and_http_is_for_this_machine_only(
    desk_of: Any, chain: TheChain
) -> None:
    far = "http://node.example:8545/key-0123456789"
    told = doctor(desk_of(replace(chain.chain(), nodes=(far,))))
    assert said(told, "has one node") == "warn"
    assert said(told, "node.example is reached by http") == "warn"
    assert "key-0123456789" not in "".join(told)
    assert not any("reached by http" in line for line in doctor(desk_of(chain.chain())))


@pytest.mark.parametrize(
    ("confirmations", "block_seconds", "testnet", "warned"),
    [(11, 12.0, False, True), (12, 12.0, False, False), (30, 2.0, False, True),
     (72, 2.0, False, False), (None, 12.0, False, False), (1, 12.0, True, False)],
)  # fmt: skip
def test_live_money_that_counts_too_soon(
    desk_of: Any, chain: TheChain, confirmations: int | None, block_seconds: float,
    testnet: bool, warned: bool,
) -> None:  # fmt: skip
    one = chain.chain(confirmations=confirmations, block_seconds=block_seconds)
    told = doctor(desk_of(replace(one, testnet=testnet)))
    assert any("money counts after" in line for line in told) == warned


def test_a_chain_that_nobody_follows(desk_of: Any, chain: TheChain, clock: Any) -> None:
    desk = desk_of()
    assert said(doctor(desk), "was never read") == "warn"
    follow(desk, chain)
    clock.advance(60)
    assert said(doctor(desk), "is read to block") == "ok"
    clock.advance(61)
    assert said(doctor(desk), "was last read at 2026-05-04 12:0") == "warn"


def test_in_production_it_is_an_error(desk_of: Any, chain: TheChain) -> None:
    desk = desk_of(env="production", public_url="https://pay.example")
    assert said(doctor(desk), "was never read") == "bad"


def test_a_chain_that_is_paused_and_what_a_person_has_to_look_at(
    desk_of: Any, chain: TheChain
) -> None:
    desk = desk_of()
    follow(desk, chain)
    desk.database.write(open_incident, chain.eth.chain_id, LOST, "0xabc", "a deposit went")
    assert said(doctor(desk), "an incident is open. See `flask till web3 incidents`") == "warn"
    desk.database.write(pause_chain, chain.eth.chain_id, "The nodes say different things.")
    told = doctor(desk)
    assert said(told, "is not read further: The nodes say different things") == "warn"
    assert said(told, "2 incidents are open") == "warn"


# --- keys -------------------------------------------------------------------------------------


def test_a_phrase_that_others_may_read(desk_of: Any, tmp_path: Path, chain: TheChain) -> None:
    (tmp_path / "desk.seed").chmod(0o640)
    assert said(doctor(desk_of()), "others may read the seed phrase") == "warn"
    live = replace(chain.chain(), testnet=False)
    desk = desk_of(live, env="production", public_url="https://pay.example")
    assert said(doctor(desk), r"others may read .*\. chmod 600 ") == "bad"


def test_a_phrase_in_the_environment_is_for_trying_things_out(
    desk_of: Any, chain: TheChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TILL_WEB3_SEED", DESK_PHRASE)
    assert said(doctor(desk_of(web3_seed_file=None)), "in the environment") == "ok"
    live = replace(chain.chain(), testnet=False)
    desk = desk_of(live, web3_seed_file=None, env="production", public_url="https://pay.example")
    told = doctor(desk)
    assert said(told, "in the environment") == "warn"
    assert "legal winner" not in "".join(told)


def test_keys_elsewhere_are_as_they_should_be(desk_of: Any) -> None:
    class KeyService:
        def __init__(self) -> None:
            self._inside = SeedSigner(DESK_PHRASE)

        def address(self, path: str) -> str:
            return self._inside.address(path)

        def sign(self, path: str, transaction: Any) -> tuple[str, str]:
            return self._inside.sign(path, transaction)

    told = doctor(desk_of(signer=KeyService(), web3_seed_file=None))
    assert said(told, "keys are with KeyService") == "ok"


def test_a_treasury_is_needed_and_its_key_is_elsewhere(desk_of: Any) -> None:
    assert said(doctor(desk_of(web3_treasury=None)), "no treasury") == "warn"
    operator = SeedSigner(DESK_PHRASE).address(OPERATOR)
    told = doctor(desk_of(web3_treasury=operator))
    assert said(told, "the treasury is the operator's account") == "warn"


# --- what nodes say ---------------------------------------------------------------------------


def test_a_node_of_another_chain(desk_of: Any, chain: TheChain) -> None:
    coins = tuple(replace(coin, chain_id=1) for coin in chain.chain().coins)
    told = doctor(desk_of(replace(chain.chain(), id=1, coins=coins)))
    assert said(told, r"is of chain 31337, not Anvil\. Check its nodes") == "bad"


def test_nodes_that_are_away(desk_of: Any, chain: TheChain, free_port: int) -> None:
    told = doctor(desk_of(replace(chain.chain(), nodes=(f"http://127.0.0.1:{free_port}",))))
    assert said(told, rf"127\.0\.0\.1:{free_port}.*Check its nodes") == "bad"


def test_contracts_that_are_no_such_coin(desk_of: Any, chain: TheChain) -> None:
    def told(**changes: Any) -> dict[str, str]:
        coin: Coin = replace(chain.dai, **changes)
        return doctor(desk_of(replace(chain.chain(), coins=(chain.eth, coin))))

    assert said(told(decimals=12), "DAI on Anvil has 18 decimals, the setting 12") == "bad"
    assert said(told(contract=TREASURY), f"there is no contract at {TREASURY}") == "bad"
    assert said(told(contract=chain.payer), "is no coin") == "bad"


def test_an_operator_who_cannot_pay_gas(desk_of: Any, chain: TheChain) -> None:
    operator = SeedSigner(DESK_PHRASE).address(OPERATOR)
    desk = desk_of()
    assert said(doctor(desk), r"has 100\sETH") == "ok"
    chain.fund(operator, 0)
    assert said(doctor(desk), r"has 0\sETH, for about 0 transfers. Send it some") == "warn"
    chain.fund(operator, ETHER // 1000)
    assert re.search(r"for about [1-9]\d? transfers", "".join(doctor(desk)))
