"""One order paid in parts: nothing lost, nothing twice (3, 11.7)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import MoneyError, RequestError
from flask_till.wire.w3block.basket import Part
from flask_till.wire.w3block.split import Whole, divide
from flask_till.wire.w3block.values import AmountType

REAL = "65fe1119-6ec0-4b78-8d30-cb989914bdcb"
COIN = "aaaaaaaa-0000-4000-8000-000000000000"
WHOLES = {REAL: Whole(Decimal("90.35"), 2), COIN: Whole(Decimal(3), 18)}


def part(kind: str, amount: str | None = None, currency: str = REAL) -> Part:
    said = {"currencyId": currency, "amountType": kind, "amount": amount}
    return Part.of_data(said)


def rest(currency: str = REAL) -> Part:
    return part("all_remaining", None, currency)


CASES: list[tuple[list[Part], list[str]]] = [
    ([part("percentage", "100")], ["90.35"]),
    ([rest()], ["90.35"]),
    ([part("fixed", "90.35")], ["90.35"]),
    ([part("fixed", "90.350")], ["90.35"]),
    ([part("fixed", "0.35"), rest()], ["0.35", "90"]),
    ([rest(), part("percentage", "50")], ["45.18", "45.17"]),
    ([part("percentage", "50"), part("percentage", "50")], ["45.18", "45.17"]),
    ([part("percentage", "33"), part("percentage", "67")], ["29.81", "60.54"]),
    ([part("percentage", "100"), rest()], ["90.35", "0"]),
    ([part("percentage", "0"), part("percentage", "100")], ["0", "90.35"]),
    ([rest(), part("fixed", "1.5", COIN)], ["45.18", "1.5"]),
    ([rest(), part("fixed", "1", COIN)], ["60.24", "1"]),
    ([part("fixed", "90.35"), rest(COIN)], ["90.35", "0"]),
    ([part("percentage", "50", COIN), part("fixed", "45.17"), rest()], ["1.5", "45.17", "0.01"]),
    (
        [part("percentage", "49.99"), part("percentage", "49.99"), part("percentage", "0.02")],
        ["45.18", "45.16", "0.01"],
    ),
    ([part("percentage", "10"), part("fixed", "81.31"), rest()], ["9.03", "81.31", "0.01"]),
    ([part("fixed", "45.17"), part("percentage", "50", COIN), rest()], ["45.17", "1.5", "0.01"]),
    # node: (6024n * 3n * 10n ** 18n + 9034n) / 9035n
    ([part("fixed", "30.11"), rest(COIN)], ["30.11", "2.000221361372440510"]),
]


@pytest.mark.parametrize(("parts", "paid"), CASES)
def test_each_part_pays_its_share(parts: list[Part], paid: list[str]) -> None:
    assert divide(parts, WHOLES) == [Decimal(amount) for amount in paid]


NOT_COVERING: list[list[Part]] = [
    [],
    [part("percentage", "99.999999999999999999")],
    [part("percentage", "100"), part("percentage", "0.000000000000000001")],
    [part("fixed", "90.34")],
    [part("fixed", "90.36")],
    [part("fixed", "90.36"), rest()],
    [part("fixed", "0.001"), rest()],
    [part("fixed", "90.35"), part("fixed", "0.000000000000000001", COIN)],
    [part("percentage", "60"), part("percentage", "60"), rest()],
    [rest(), rest()],
    [rest(), rest(COIN)],
    [part("percentage", "100"), rest(), rest()],
    [part("percentage", "0")],
]


@pytest.mark.parametrize("parts", NOT_COVERING)
def test_parts_that_are_not_the_whole_are_refused(parts: list[Part], refused: Any) -> None:
    error = refused(divide, parts, WHOLES)
    assert (error.status, error.code) == (400, "payments-not-covering-total")


def test_a_currency_without_a_price_is_refused(refused: Any) -> None:
    error = refused(divide, [rest(COIN)], {REAL: WHOLES[REAL]})
    assert (error.status, error.code) == (400, "currency-not-enabled")


def test_what_costs_nothing_is_paid_with_nothing(refused: Any) -> None:
    free = {REAL: Whole(Decimal(0), 2), COIN: WHOLES[COIN]}
    assert divide([part("percentage", "100")], free) == [0]
    assert divide([part("percentage", "50"), rest()], free) == [0, 0]
    assert divide([part("percentage", "50"), rest(COIN)], free) == [0, Decimal("1.5")]
    assert divide([part("fixed", "0"), part("percentage", "100", COIN)], free) == [0, 3]
    refused(divide, [part("fixed", "0.01"), rest()], free)


def test_a_price_finer_than_its_currency_is_a_mistake_of_ours() -> None:
    with pytest.raises(MoneyError):
        divide([rest()], {REAL: Whole(Decimal("0.001"), 2)})


amounts = st.integers(0, 10**12)


@given(amounts, st.lists(st.integers(0, 100), min_size=1, max_size=9))
def test_parts_of_one_currency_are_the_total_to_the_unit(units: int, weights: list[int]) -> None:
    total = Decimal(units).scaleb(-2)
    asked = [part("percentage", str(weight)) for weight in weights if weight]
    if sum(weights) <= 100:
        paid = divide([*asked, rest()], {REAL: Whole(total, 2)})
        assert sum(paid) == total
        assert min(paid) >= 0
        for one, amount in zip(asked, paid, strict=False):
            exact = Fraction(one.amount or 0) * units / 100
            assert 0 <= exact - Fraction(amount) * 100 < 1
    else:
        with pytest.raises(RequestError):
            divide([*asked, rest()], {REAL: Whole(total, 2)})


@given(st.integers(1, 10**12), st.integers(1, 10**30), st.integers(0, 10**30))
def test_two_currencies_cover_the_whole_and_at_most_a_unit_more(
    units: int, coins: int, fixed: int
) -> None:
    wholes = {
        REAL: Whole(Decimal(units).scaleb(-2), 2),
        COIN: Whole(Decimal(f"{coins}E-18"), 18),
    }
    fixed = min(fixed, coins)
    amount = f"{fixed // 10**18}.{fixed % 10**18:018d}"
    money, coin = divide([rest(), part("fixed", amount, COIN)], wholes)
    assert coin == Decimal(amount)
    left = 1 - Fraction(fixed, coins)
    assert 0 <= Fraction(money) * 100 - left * units < 1


@given(st.permutations([("percentage", "20"), ("percentage", "30"), ("percentage", "50")]))
def test_the_order_of_parts_does_not_change_what_each_pays(kinds: Any) -> None:
    paid = divide([part(*kind) for kind in kinds], WHOLES)
    found = {kind[1]: amount for kind, amount in zip(kinds, paid, strict=True)}
    assert found == {"20": Decimal("18.07"), "30": Decimal("27.1"), "50": Decimal("45.18")}


def test_all_three_kinds_are_there() -> None:
    assert {kind.value for kind in AmountType} == {"percentage", "fixed", "all_remaining"}
