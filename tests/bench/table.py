"""Prints what was measured, ours beside the limit, as pairs taken in turn."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from .load import Speed

ROUNDS = 3


def compare(name: str, ours: Callable[[], Speed], limit: Callable[[], Speed], aim: str) -> None:
    """Measure both in turn, several times; print the medians and the ratio pair by pair."""
    pairs = [(limit(), ours()) for _ in range(ROUNDS)]
    rate = median(mine.rate / bare.rate for bare, mine in pairs)
    tail = median(mine.p99 / bare.p99 for bare, mine in pairs)
    mine = median(mine.rate for _, mine in pairs)
    bare = median(bare.rate for bare, _ in pairs)
    p99 = median(mine.p99 for _, mine in pairs)
    print(
        f"{name:<34} {mine:>8.0f}/s  limit {bare:>8.0f}/s  ratio {rate:.2f}"
        f"  p99 {p99:>7.1f} ms ({tail:.2f} of the limit's)  aim {aim}",
        flush=True,
    )
