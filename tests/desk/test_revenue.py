"""Who gets what of an order's money: to the cent, whatever the percentages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.desk.ledger import capture, is_balanced
from flask_till.desk.order import Share
from flask_till.desk.revenue import Cost, Ratio, Reallocation, share_out
from flask_till.errors import InvalidRequest
from flask_till.money import Money


def usd(cents: int) -> Money:
    return Money.of_minor(cents, "USD")


def by_receiver(shares: tuple[Share, ...]) -> dict[str, int]:
    return {share.receiver: share.amount for share in shares}


def test_costs_come_off_before_the_rest_is_shared() -> None:
    shares = share_out(
        usd(1299),
        costs=[Cost("artist", usd(300))],
        ratios=[Ratio("holder", 60, "ip-holder"), Ratio("fund", 30)],
    )
    assert by_receiver(shares) == {"artist": 300, "holder": 599, "fund": 300}


def test_the_holder_passes_on_parts_of_its_own_part() -> None:
    shares = share_out(
        usd(1000),
        ratios=[Ratio("holder", 90, "ip-holder", "acct_h")],
        reallocations=[Reallocation("creator", 50, "acct_c"), Reallocation("remixer", 33)],
    )
    assert shares == (
        Share("holder", 153, "acct_h"),
        Share("creator", 450, "acct_c"),
        Share("remixer", 297),
    )


def test_the_remainder_goes_to_the_largest_fraction() -> None:
    thirds = [Ratio(name, 33) for name in ("a", "b", "c")]
    assert by_receiver(share_out(usd(101), ratios=thirds)) == {"a": 34, "b": 33, "c": 33}
    assert by_receiver(share_out(usd(1), ratios=thirds)) == {"a": 1}


@pytest.mark.parametrize(
    ("costs", "ratios", "reallocations"),
    [
        ([Cost("a", usd(901))], [], []),
        ([], [Ratio("a", 60), Ratio("b", 41)], []),
        ([], [Ratio("a", -1)], []),
        ([], [Ratio("a", 90, "ip-holder")], [Reallocation("b", 60), Reallocation("c", 41)]),
    ],
)
def test_more_than_there_is_is_refused(
    costs: list[Cost], ratios: list[Ratio], reallocations: list[Reallocation]
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        share_out(usd(1000), costs=costs, ratios=ratios, reallocations=reallocations)
    assert refused.value.code == "SHARES_TOO_LARGE"


percents = st.lists(st.integers(0, 50), max_size=4).filter(lambda found: sum(found) <= 100)


@given(st.integers(1, 99_999_999), st.integers(0, 90), percents, percents)
def test_nothing_is_lost_and_nothing_is_made(
    cents: int, cost: int, ratios: list[int], passed_on: list[int]
) -> None:
    amount = usd(cents)
    shares = share_out(
        amount,
        costs=[Cost("cost", usd(cents * cost // 100))],
        ratios=[
            Ratio(f"r{n}", percent, "" if n else "ip-holder") for n, percent in enumerate(ratios)
        ],
        reallocations=[Reallocation(f"p{n}", percent) for n, percent in enumerate(passed_on)],
    )
    assert all(share.amount > 0 for share in shares)
    assert sum(share.amount for share in shares) <= cents
    assert is_balanced(capture("stripe", "mer_1", amount, shares))
    rest = cents - cents * cost // 100
    for n, percent in enumerate(ratios[1:], 1):
        paid = sum(share.amount for share in shares if share.receiver == f"r{n}")
        assert abs(paid - rest * percent / 100) <= 1
