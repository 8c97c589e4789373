"""Money at deposit addresses goes to the treasury: what is final, free, and worth its gas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions import web3_sendings, web3_sweeps
from flask_till.desk.actions.web3_payments import decide
from flask_till.desk.actions.web3_sendings_audit import SENDINGS_INVARIANTS
from flask_till.desk.onchain import SETTLED, Sending
from flask_till.desk.web3.sweeping import Line, Plan, Sweeping
from flask_till.errors import Conflict, GatewayUnavailable
from tests.desk.web3.chain_desk import ChainDesk
from tests.stand_ins.chain.the_chain import call

TREASURY = "0x1111111111111111111111111111111111111111"
CUSTOMER = "0x8ba1f109551bD432803012645Ac136ddd64DBA72"
ETHER = 10**18


def sweeping(desk: ChainDesk, treasury: str | None = TREASURY) -> Sweeping:
    chain_id = desk.chain.eth.chain_id
    return Sweeping(
        desk.database,
        desk.web3.nodes(chain_id),
        desk.web3.chain(chain_id),
        address_of=desk.web3.signer.address,
        treasury=treasury,
    )


def paid(desk: ChainDesk, coin: Any, number: int = 1, units: int | None = None) -> str:
    """An order that was paid with that coin; the address that has it."""
    order = desk.order(f"T-{number}")
    address = desk.open(order).address
    desk.send(order, coin, units)
    desk.finish()
    return address


@pytest.fixture
def rich(desk: ChainDesk) -> Iterator[ChainDesk]:
    """Its operator has gas, its treasury nothing. What was sent is audited afterwards."""
    desk.chain.fund(desk.web3.signer.address("operator"))
    desk.chain.fund(TREASURY, 0)
    yield desk
    assert not desk.database.read(find_breaches, SENDINGS_INVARIANTS)


def sweep(desk: ChainDesk, **only: Any) -> list[Sending]:
    here = sweeping(desk)
    return here.queue(here.plan(**only))


def carry_out(desk: ChainDesk) -> list[Sending]:
    """Until all that is queued is final; as it is then."""
    for _ in range(12):
        desk.finish()
        posted = desk.database.read(web3_sendings.list_sendings)
        if all(one.sending.status in ("final", "failed") for one in posted):
            return [one.sending for one in posted]
    raise AssertionError(posted)


def amounts(plan: Plan) -> list[tuple[str, int, str | None]]:
    return [(one.coin.code, one.units, one.obstacle) for one in plan.lines]


# --- looking ----------------------------------------------------------------------------------


def test_there_is_nothing_to_sweep_at_first(rich: ChainDesk) -> None:
    plan = sweeping(rich).plan()
    assert (plan.lines, plan.moves) == ((), ())


def test_a_plan_says_what_would_move_and_what_that_costs_and_changes_nothing(
    rich: ChainDesk,
) -> None:
    usdc, eth = rich.chain.usdc, rich.chain.eth
    paid(rich, usdc, 1)
    paid(rich, usdc, 2)
    paid(rich, eth, 3)
    before = rich.rows(web3_sweeps.web3_sendings)
    plan = sweeping(rich).plan()
    due = 4_999_000_000_000_000
    assert amounts(plan) == [("USDC", 12_497_500, None)] * 2 + [("ETH", due, None)]
    assert plan.total(usdc) == 24_995_000
    fee = rich.web3.nodes(eth.chain_id).fees().max_fee
    assert plan.total(eth) == due - 21_000 * fee
    lines: list[Line] = list(plan.lines)
    assert lines[2].gas == 21_000
    assert 30_000 < lines[0].gas < 100_000
    assert all(one.cost == one.gas * fee for one in lines)
    assert plan.gas_sent > sum(one.cost for one in lines[:2])
    assert plan.funds == 100 * ETHER
    assert rich.rows(web3_sweeps.web3_sendings) == before == []


def test_there_has_to_be_a_treasury_outside_of_the_desk(rich: ChainDesk) -> None:
    with pytest.raises(Conflict) as missing:
        sweeping(rich, None)
    assert missing.value.code == "TREASURY_MISSING"
    assert "TILL_WEB3_TREASURY" in missing.value.remedy
    address = paid(rich, rich.chain.usdc)
    with pytest.raises(Conflict) as ours:
        sweeping(rich, address).plan()
    assert ours.value.code == "TREASURY_OURS"


# --- moving -----------------------------------------------------------------------------------


def test_tokens_get_their_gas_first_and_all_of_them_arrive(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    addresses = [paid(rich, usdc, number) for number in (1, 2)]
    queued = sweep(rich)
    assert [one.purpose for one in queued] == ["gas", "sweep"] * 2
    assert [queued[1].after, queued[3].after] == [queued[0].id, queued[2].id]
    done = carry_out(rich)
    assert {one.status for one in done} == {"final"}
    assert rich.chain.balance(usdc, TREASURY) == 24_995_000
    assert [rich.chain.balance(usdc, one) for one in addresses] == [0, 0]
    assert sweeping(rich).plan().moves == ()


def test_the_native_coin_leaves_nothing_behind(rich: ChainDesk) -> None:
    eth = rich.chain.eth
    address = paid(rich, eth)
    (queued,) = sweep(rich)
    assert (queued.purpose, queued.units, queued.after) == ("sweep", 4_999 * 10**12, None)
    carry_out(rich)
    assert rich.chain.balance(eth, address) == 0
    fee = 4_999 * 10**12 - rich.chain.balance(eth, TREASURY)
    assert 0 < fee < 21_000 * 10**11


def test_a_stuck_sweep_of_the_native_coin_still_moves_no_more_than_there_is(
    rich: ChainDesk,
) -> None:
    eth = rich.chain.eth
    address = paid(rich, eth)
    rich.chain.stop_mining()
    (queued,) = sweep(rich)
    sender = rich.web3.sender(eth.chain_id)
    for _ in range(4):
        sender.step()
        rich.clock.advance(10)
    forms = rich.database.read(web3_sendings.read_posted, queued.id).forms
    assert len(forms) == 4
    rich.chain.go_on_mining()
    rich.chain.mine(1)
    carry_out(rich)
    assert rich.chain.balance(eth, address) == 0
    arrived = rich.chain.balance(eth, TREASURY)
    assert arrived == queued.units - forms[-1].cost


def test_a_second_sweep_moves_nothing_twice(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    address = paid(rich, usdc)
    assert len(sweep(rich)) == 2
    assert sweep(rich) == []
    rich.web3.sender(usdc.chain_id).step()
    assert sweep(rich) == []
    rich.chain.pay(usdc, address, 3)
    rich.finish()
    carry_out(rich)
    assert rich.chain.balance(usdc, TREASURY) == 12_497_500
    assert len(sweep(rich)) == 2
    carry_out(rich)
    assert rich.chain.balance(usdc, TREASURY) == 12_497_503
    assert rich.chain.balance(usdc, address) == 0


def test_plans_made_at_the_same_moment_are_queued_once(
    rich: ChainDesk, at_once: Callable[..., Any]
) -> None:
    usdc = rich.chain.usdc
    for number in (1, 2):
        paid(rich, usdc, number)
    here = sweeping(rich)
    plans = [here.plan() for _ in range(6)]
    at_once(lambda number: here.queue(plans[number]), 6)
    assert rich.count(web3_sweeps.web3_sendings) == 4
    carry_out(rich)
    assert rich.chain.balance(usdc, TREASURY) == 24_995_000


def test_a_plan_that_is_out_of_date_moves_nothing(rich: ChainDesk) -> None:
    paid(rich, rich.chain.usdc)
    here = sweeping(rich)
    plan = here.plan()
    assert len(here.queue(plan)) == 2
    assert here.queue(plan) == []
    carry_out(rich)
    assert here.queue(plan) == []


def test_only_the_chosen_coins_and_what_is_worth_it(rich: ChainDesk) -> None:
    usdc, dai = rich.chain.usdc, rich.chain.dai
    address = paid(rich, usdc, 1)
    rich.chain.pay(dai, address, 5 * 10**18)
    rich.finish()
    assert amounts(sweeping(rich).plan()) == [
        ("USDC", 12_497_500, None),
        ("DAI", 5 * 10**18, None),
    ]
    assert amounts(sweeping(rich).plan([dai])) == [("DAI", 5 * 10**18, None)]
    assert amounts(sweeping(rich).plan(least=Decimal(6))) == [("USDC", 12_497_500, None)]
    queued = sweep(rich)
    assert [one.purpose for one in queued] == ["gas", "sweep", "sweep"]
    assert {one.after for one in queued[1:]} == {queued[0].id}
    carry_out(rich)
    assert rich.chain.balance(dai, TREASURY) == 5 * 10**18


def test_an_address_that_has_the_native_coin_pays_its_own_gas(rich: ChainDesk) -> None:
    usdc, eth = rich.chain.usdc, rich.chain.eth
    address = paid(rich, usdc)
    rich.chain.pay(eth, address, ETHER)
    rich.finish()
    queued = sweep(rich)
    assert [(one.purpose, one.coin_id, one.after) for one in queued] == [
        ("sweep", usdc.id, None),
        ("sweep", eth.id, None),
    ]
    carry_out(rich)
    assert rich.chain.balance(usdc, TREASURY) == 12_497_500
    assert rich.chain.balance(usdc, address) == 0
    assert rich.chain.balance(eth, TREASURY) > ETHER * 99 // 100


# --- not moved --------------------------------------------------------------------------------


def test_money_that_is_not_final_stays(rich: ChainDesk) -> None:
    order = rich.order()
    rich.open(order)
    rich.send(order, rich.chain.usdc)
    rich.follow()
    assert sweeping(rich).plan().moves == ()


def test_money_that_something_has_to_be_decided_about_stays(rich: ChainDesk) -> None:
    usdc, order = rich.chain.usdc, rich.order()
    rich.open(order)
    rich.send(order, usdc, 5)
    rich.finish()
    assert sweeping(rich).plan().moves == ()
    rich.database.write(decide, rich.crypto_payment(order), SETTLED)
    assert amounts(sweeping(rich).plan()) == [("USDC", 5, None)]


def test_what_shoppers_have_not_spent_stays(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    rich.top_up("sho_1", usdc, 20_000_000)
    assert sweeping(rich).plan().moves == ()
    rich.pay_from_account(rich.order(), "sho_1")
    assert amounts(sweeping(rich).plan()) == [("USDC", 12_497_500, None)]
    sweep(rich)
    carry_out(rich)
    assert rich.chain.balance(usdc, TREASURY) == 12_497_500
    assert rich.chain.balance(usdc, rich.web3.account("sho_1").address) == 7_502_500
    assert dict(rich.web3.account("sho_1").balances) == {usdc.id: 7_502_500}


def test_gas_that_we_sent_is_nobodys_money(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    rich.top_up("sho_1", usdc, 20_000_000)
    rich.pay_from_account(rich.order(), "sho_1")
    sweep(rich)
    carry_out(rich)
    assert set(rich.web3.account("sho_1").balances) == {usdc.id}


def test_what_costs_more_than_it_is_stays_and_is_shown(rich: ChainDesk) -> None:
    address = paid(rich, rich.chain.usdc)
    rich.chain.pay(rich.chain.eth, address, 1000)
    rich.finish()
    plan = sweeping(rich).plan([rich.chain.eth])
    assert amounts(plan) == [("ETH", 1000, "less than its gas costs")]
    assert plan.moves == ()


def test_a_coin_whose_transfer_fails_stays_and_is_shown(rich: ChainDesk) -> None:
    paid(rich, rich.chain.usdc)
    rich.chain.send(str(rich.chain.usdc.contract), call("freeze(bool)", 1))
    plan = sweeping(rich).plan()
    ((code, units, obstacle),) = amounts(plan)
    assert (code, units) == ("USDC", 12_497_500)
    assert "frozen" in str(obstacle)
    assert plan.moves == ()


def test_what_our_books_do_not_know_stays(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    address = paid(rich, usdc)
    sweep(rich)
    carry_out(rich)
    rich.chain.pay(usdc, address, 7)
    rich.chain.mine(5)
    assert sweeping(rich).plan().lines == ()


def test_no_more_is_moved_than_the_chain_has(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    address = paid(rich, usdc)
    rich.chain.fund(address)
    rich.chain("anvil_impersonateAccount", address)
    rich.chain.send(
        str(usdc.contract), call("transfer(address,uint256)", CUSTOMER, 497_500), sender=address
    )
    rich.chain("anvil_stopImpersonatingAccount", address)
    rich.chain.mine(3)
    assert amounts(sweeping(rich).plan([usdc])) == [("USDC", 12_000_000, None)]


def test_nodes_that_forgot_the_final_block_leave_it_to_the_books(
    rich: ChainDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid(rich, rich.chain.usdc)
    nodes = rich.web3.nodes(rich.chain.eth.chain_id)
    balance = nodes.balance

    def forgetful(address: str, contract: str | None, number: int) -> int:
        if number < rich.chain.height:
            raise GatewayUnavailable("no state so old", code="HISTORY_GONE")
        return int(balance(address, contract, number))

    monkeypatch.setattr(nodes, "balance", forgetful)
    assert amounts(sweeping(rich).plan()) == [("USDC", 12_497_500, None)]


def test_an_address_of_another_seed_phrase_stays(rich: ChainDesk) -> None:
    paid(rich, rich.chain.usdc)
    here = sweeping(rich)
    here._address_of = lambda path: CUSTOMER
    ((_, _, obstacle),) = amounts(here.plan())
    assert obstacle == "its key is not in the seed phrase"


# --- gas that was not enough ------------------------------------------------------------------


def test_more_gas_is_sent_when_it_became_dearer(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    address = paid(rich, usdc)
    gas, moved = sweep(rich)
    sender = rich.web3.sender(usdc.chain_id)
    sender.step()
    assert sweep(rich) == []
    rich.chain.mine(3)
    rich.chain.fund(address, 1000)
    sender.step()
    sender.step()
    waiting = rich.database.read(web3_sendings.read_sending, moved.id)
    assert waiting is not None
    assert (waiting.status, waiting.nonce) == ("queued", None)
    assert "for its gas" in str(waiting.reason)
    (more,) = sweep(rich)
    assert (more.purpose, more.recipient) == ("gas", address)
    assert more.id != gas.id
    assert {one.status for one in carry_out(rich)} == {"final"}
    assert rich.chain.balance(usdc, TREASURY) == 12_497_500


def test_a_sweep_that_failed_is_made_anew(rich: ChainDesk) -> None:
    usdc = rich.chain.usdc
    paid(rich, usdc)
    freeze = call("freeze(bool)", 1), call("freeze(bool)", 0)
    sweep(rich)
    rich.chain.send(str(usdc.contract), freeze[0])
    done = carry_out(rich)
    assert [one.status for one in done if one.purpose == "sweep"] == ["failed"]
    rich.chain.send(str(usdc.contract), freeze[1])
    again = sweep(rich)
    assert [one.purpose for one in again] == ["sweep"]  # its gas is still there
    carry_out(rich)
    assert rich.chain.balance(usdc, TREASURY) == 12_497_500
