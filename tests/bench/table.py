"""Measures ours and the limit in turn, and prints the ratios between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from .load import Speed

ROUNDS = 3
HEAD = f"{'':<52} {'ours':>11} {'limit':>11} {'ratio':>6}  aim"
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """One comparison. ``ratio`` is ours by the limit; more of it is better where ``least`` is set.

    Without ``least`` and ``most`` the row is only for information.
    """

    name: str
    ours: float
    limit: float
    unit: str
    ratio: float
    least: float | None = None
    most: float | None = None

    @property
    def aim(self) -> str:
        if self.least is not None:
            return f">= {self.least:.2f}{'' if self.ratio >= self.least else '   missed'}"
        if self.most is not None:
            return f"<= {self.most:.2f}{'' if self.ratio <= self.most else '   missed'}"
        return ""

    def __str__(self) -> str:
        ours, limit = (f"{_short(value)} {self.unit}" for value in (self.ours, self.limit))
        return f"{self.name:<52} {ours:>11} {limit:>11} {self.ratio:>6.2f}  {self.aim}".rstrip()


def in_turn(ours: Callable[[], T], limit: Callable[[], T], rounds: int) -> list[tuple[T, T]]:
    """Pairs of (ours, limit), measured one after the other; each goes first every other time."""
    pairs = []
    for round_ in range(rounds):
        if round_ % 2:
            mine, bare = ours(), limit()
        else:
            bare, mine = limit(), ours()
        pairs.append((mine, bare))
    return pairs


def compare(
    name: str,
    ours: Callable[[], Speed],
    limit: Callable[[], Speed],
    *,
    least: float | None,
    tail: float | None = None,
    rounds: int = ROUNDS,
) -> Iterator[Row]:
    """Rows for the answers per second and, with ``tail``, for the 99th percentile."""
    pairs = in_turn(ours, limit, rounds)
    yield _row(name, [(a.rate, b.rate) for a, b in pairs], "/s", least=least)
    if tail is not None:
        yield _row(f"{name}: p99", [(a.p99, b.p99) for a, b in pairs], "ms", most=tail)


def compare_times(
    name: str,
    ours: Callable[[], float],
    limit: Callable[[], float],
    *,
    most: float | None,
    rounds: int = ROUNDS,
) -> Row:
    """A row for something that takes milliseconds."""
    return _row(name, in_turn(ours, limit, rounds), "ms", most=most)


def paired(
    name: str, pairs: Iterable[tuple[float, float]], *, most: float | None, unit: str = "ms"
) -> Row:
    """A row for pairs of (ours, limit) that were measured already."""
    return _row(name, list(pairs), unit, most=most)


def _row(
    name: str,
    pairs: list[tuple[float, float]],
    unit: str,
    *,
    least: float | None = None,
    most: float | None = None,
) -> Row:
    return Row(
        name,
        median(mine for mine, _ in pairs),
        median(bare for _, bare in pairs),
        unit,
        median(mine / bare for mine, bare in pairs),
        least,
        most,
    )


def _short(value: float) -> str:
    return f"{value:.1f}" if value < 100 else f"{value:.0f}"
