"""What promotions take off, and when they count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flask_till.errors import SettingsError
from flask_till.money import Money
from flask_till.shop.promotion import Promotion, Uses, apply_promotions
from tests.shop.shelves import zl

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def apply(subtotal: str, *promotions: Promotion, codes: list[str] | None = None, **uses: Uses):
    known = {promotion.code: promotion for promotion in promotions}
    return apply_promotions(codes or list(known), known, zl(subtotal), NOW, uses)


def taken(*args: Promotion, subtotal: str) -> str:
    applied = apply(subtotal, *args)
    return str(-Money.sum((one.amount for one in applied), "PLN"))


def test_a_percentage_rounds_half_away_from_zero_to_a_minor_unit():
    assert taken(Promotion("A", percent=10), subtotal="0.05") == "0.01"
    assert taken(Promotion("A", percent=Decimal("12.5")), subtotal="9.99") == "1.25"


def test_a_fixed_amount_never_takes_more_than_there_is():
    assert taken(Promotion("A", amount=zl("20")), subtotal="12.00") == "12.00"


def test_percentages_count_before_amounts_however_they_were_typed():
    ten, five = Promotion("TEN", percent=10), Promotion("FIVE", amount=zl("5"))
    for codes in (["TEN", "FIVE"], ["FIVE", "TEN"], ["FIVE", "TEN", "TEN"]):
        applied = apply("100.00", five, ten, codes=codes)
        assert [(one.code, str(one.amount)) for one in applied] == [
            ("TEN", "-10.00"),
            ("FIVE", "-5.00"),
        ]


def test_a_second_percentage_takes_from_what_the_first_one_left():
    assert taken(Promotion("A", percent=50), Promotion("B", percent=50), subtotal="100") == "75.00"


@pytest.mark.parametrize(
    ("promotion", "uses", "reason"),
    [
        (Promotion("A", percent=1, starts=NOW), Uses(), None),
        (Promotion("A", percent=1, starts=NOW + SECOND), Uses(), "PROMOTION_NOT_STARTED"),
        (Promotion("A", percent=1, ends=NOW + SECOND), Uses(), None),
        (Promotion("A", percent=1, ends=NOW), Uses(), "PROMOTION_ENDED"),
        (Promotion("A", percent=1, minimum=zl("100")), Uses(), None),
        (Promotion("A", percent=1, minimum=zl("100.01")), Uses(), "PROMOTION_MINIMUM"),
        (Promotion("A", percent=1, max_uses=2), Uses(1, 1), None),
        (Promotion("A", percent=1, max_uses=2), Uses(2, 0), "PROMOTION_USED_UP"),
        (Promotion("A", percent=1, max_uses_per_shopper=1), Uses(9, 0), None),
        (Promotion("A", percent=1, max_uses_per_shopper=1), Uses(9, 1), "PROMOTION_USED_UP"),
    ],
)
def test_a_promotion_that_does_not_count_says_why(promotion, uses, reason):
    (applied,) = apply("100.00", promotion, A=uses)
    assert (applied.reason, applied.applied) == (reason, reason is None)
    assert bool(applied.amount) == (reason is None)


def test_a_code_that_the_shop_does_not_know_takes_nothing():
    (applied,) = apply("100.00", codes=["NEVER"])
    assert (applied.reason, applied.amount) == ("PROMOTION_UNKNOWN", zl("0"))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"percent": 10, "amount": zl("1")},
        {"percent": 0},
        {"percent": 101},
        {"percent": True},
        {"percent": 0.5},
        {"amount": zl("0")},
        {"percent": 1, "max_uses": 0},
        {"percent": 1, "max_uses_per_shopper": True},
        {"percent": 1, "starts": datetime(2026, 1, 1)},  # noqa: DTZ001
        {"percent": 1, "starts": NOW, "ends": NOW},
        {"percent": 1, "label": "x" * 251},
    ],
)
def test_a_promotion_that_cannot_work_is_refused_when_it_is_made(wrong):
    with pytest.raises(SettingsError):
        Promotion("A", **wrong)


@pytest.mark.parametrize("code", ["", " ", "A B", "x" * 65, "Ł"])
def test_a_code_is_made_of_letters_digits_and_a_few_marks(code):
    with pytest.raises(SettingsError):
        Promotion(code, percent=1)


def test_a_code_is_known_in_any_case():
    assert Promotion(" ten ", percent=1).code == "TEN"


percentages = st.one_of(
    st.integers(1, 100),
    st.decimals("0.01", "100", places=2),
)
promotions = st.lists(
    st.one_of(
        st.builds(lambda percent: {"percent": percent}, percentages),
        st.builds(lambda minor: {"amount": Money.of_minor(minor, "JPY")}, st.integers(1, 10**6)),
    ),
    max_size=6,
)


@given(st.integers(0, 10**9), promotions, st.randoms())
def test_whatever_is_combined_the_total_stays_between_nothing_and_the_subtotal(minor, kinds, rng):
    known = {f"P{n}": Promotion(f"P{n}", **kind) for n, kind in enumerate(kinds)}
    subtotal = Money.of_minor(minor, "JPY")
    codes = list(known)
    applied = apply_promotions(codes, known, subtotal, NOW, {})
    total = subtotal + Money.sum((one.amount for one in applied), "JPY")
    assert 0 <= total.minor <= minor
    assert all(one.amount.minor <= 0 for one in applied)
    rng.shuffle(codes)
    assert apply_promotions(codes, known, subtotal, NOW, {}) == applied
