"""What cannot be sent yet waits, with words, and holds up no other."""

from __future__ import annotations

from flask_till.desk.web3.sending import MOST_LEAVING
from tests.desk.web3.the_office import ETHER, TheOffice

OTHER = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8"


def test_without_coins_it_waits_and_says_so_and_holds_up_no_other(office: TheOffice) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 3_000_000)
    large, small = office.want(usdc, 5_000_000), office.want(usdc, 2_000_000)
    office.settle(small)
    waits = office.now(large)
    assert (waits.status, waits.nonce) == ("queued", None)
    assert waits.reason == f"Waits for 4\u00a0USDC at {office.operator}."
    office.chain.mint(usdc, office.operator, 4_000_000)
    (done,) = office.settle(large)
    assert (done.status, done.reason) == ("final", None)
    assert office.has(usdc) == 7_000_000


def test_without_gas_it_waits_and_says_so(office: TheOffice) -> None:
    office.chain.mint(office.chain.usdc, office.operator, 10)
    office.chain.fund(office.operator, 1000)
    wanted = office.want(office.chain.usdc, 10)
    office.step()
    waits = office.now(wanted)
    assert waits.status == "queued"
    assert "ETH for its gas" in str(waits.reason)
    assert office.operator in str(waits.reason)
    office.chain.fund(office.operator)
    assert office.settle(wanted)[0].status == "final"


def test_the_native_coin_is_not_sent_without_the_gas_on_top(office: TheOffice) -> None:
    office.chain.fund(office.operator, ETHER)
    wanted = office.want(office.chain.eth, ETHER)
    office.step()
    assert office.now(wanted).status == "queued"
    assert "for its gas" in str(office.now(wanted).reason)


def test_what_is_on_its_way_is_not_spent_twice(office: TheOffice) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 10)
    first, second = office.want(usdc, 8), office.want(usdc, 8)
    office.chain.stop_mining()
    office.step()
    assert [office.now(one).status for one in (first, second)] == ["sent", "queued"]
    assert "Waits for 0.000006" in str(office.now(second).reason)
    office.chain.go_on_mining()
    office.settle(first)
    assert office.now(second).status == "queued"


def test_gas_that_is_on_its_way_is_not_spent_twice(office: TheOffice) -> None:
    office.chain.fund(office.operator, ETHER)
    first, second = (office.want(office.chain.eth, ETHER * 6 // 10) for _ in range(2))
    office.chain.stop_mining()
    office.step()
    assert [office.now(one).status for one in (first, second)] == ["sent", "queued"]


def test_what_has_left_in_a_block_is_not_counted_again(office: TheOffice) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 20)
    first = office.want(usdc, 10)
    office.step()
    second = office.want(usdc, 10)
    office.step()
    assert [office.now(one).status for one in (first, second)] == ["sent", "sent"]
    office.settle(first, second)
    assert office.has(usdc) == 20


def test_gas_for_tokens_that_is_on_its_way_is_not_spent_twice(office: TheOffice) -> None:
    usdc = office.chain.usdc
    office.chain.mint(usdc, office.operator, 30)
    office.chain.stop_mining()
    first = office.want(usdc, 10)
    office.step()
    (form,) = office.posted(first).forms
    office.chain.fund(office.operator, form.cost * 3 // 2)
    second = office.want(usdc, 10)
    office.step()
    assert office.now(second).status == "queued"
    assert "for its gas" in str(office.now(second).reason)


def test_a_coin_that_is_not_set_up_any_more_waits(office: TheOffice) -> None:
    wanted = office.want(office.chain.look_alike, 5)
    assert not office.step()
    assert office.now(wanted).status == "queued"
    assert "is not set up any more" in str(office.now(wanted).reason)


def test_an_account_has_only_so_many_on_their_way(office: TheOffice) -> None:
    office.chain.stop_mining()
    wanted = [office.want(office.chain.eth, 1) for _ in range(MOST_LEAVING + 2)]
    office.step()
    states = [office.now(one).status for one in wanted]
    assert (states.count("sent"), states.count("queued")) == (MOST_LEAVING, 2)
    office.chain.go_on_mining()
    office.settle(*wanted)
    assert office.has(office.chain.eth) == len(wanted)


def test_one_that_waits_for_another_goes_when_that_is_final(office: TheOffice) -> None:
    first = office.want(office.chain.eth, 1)
    second = office.want(office.chain.eth, 2, after=first)
    office.step()
    office.step()
    assert office.now(second).status == "queued"
    office.mine()
    office.step()
    office.step()
    assert office.now(second).status == "sent"
    assert office.settle(second)[0].status == "final"


def test_one_that_waits_for_what_failed_fails_too(office: TheOffice) -> None:
    bad = office.want(None, 0, str(office.chain.usdc.contract), purpose="mint", data="0x12345678")
    second = office.want(office.chain.eth, 2, after=bad)
    done = office.settle(bad, second)
    assert [one.status for one in done] == ["failed", "failed"]
    assert bad in str(done[1].reason)
    assert office.heard == done
    assert office.has(office.chain.eth) == 0
