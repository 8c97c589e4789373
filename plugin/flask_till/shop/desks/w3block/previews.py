"""A price that is asked for once, and shared by all who want to know it while it holds (3)."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from ....wire.w3block.gas_fee import ASK_AGAIN, LIFE
from ...quote import Goods, Quote

MARGIN = timedelta(seconds=5)
"""A promise that holds for no longer than this is not built upon: an order needs time to arrive."""
FRESH = ASK_AGAIN - timedelta(seconds=1)
"""Whoever asks again after 20 s is given a new one, even if his clock is a little fast."""
MOST_KEPT = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """What the platform promised for some goods, counted from when it was asked.

    ``prices`` of one piece, line by line, and the ``signature`` to order with.
    """

    quote: Quote
    prices: tuple[Decimal, ...]
    signature: str = field(repr=False)

    @property
    def asked_at(self) -> datetime:
        return self.quote.valid_until - LIFE


class Previews:
    """Those that hold, by what they are for. Safe to share between threads."""

    def __init__(self, ask: Callable[[Goods], Preview], clock: Callable[[], datetime]) -> None:
        self._ask, self._clock = ask, clock
        self._kept: OrderedDict[Goods, Preview] = OrderedDict()
        self._asking: dict[Goods, Future[Preview]] = {}
        self._lock = threading.Lock()

    def to_show(self, goods: Goods) -> Preview:
        """One that a shopper can think about for a while: asked for anew every 20 s (10)."""
        return self._of(goods, FRESH)

    def to_order(self, goods: Goods) -> Preview:
        """One that lasts until an order with it has arrived."""
        return self._of(goods, LIFE - MARGIN)

    def drop(self, goods: Goods, preview: Preview) -> None:
        """That promise is not kept: the next one who asks gets another."""
        with self._lock:
            if self._kept.get(goods) is preview:
                del self._kept[goods]

    def _of(self, goods: Goods, oldest: timedelta) -> Preview:
        with self._lock:
            kept = self._kept.get(goods)
            if kept is not None and self._clock() - kept.asked_at < oldest:
                return kept
            under_way = self._asking.get(goods)
            if under_way is None:
                mine = self._asking[goods] = Future()
        if under_way is not None:
            return under_way.result()
        return self._settle(goods, mine)

    def _settle(self, goods: Goods, mine: Future[Preview]) -> Preview:
        """Ask; whoever waits gets the same, be it an error."""
        try:
            made = self._ask(goods)
        except BaseException as error:
            self._done(goods)
            mine.set_exception(error)
            raise
        self._done(goods, made)
        mine.set_result(made)
        return made

    def _done(self, goods: Goods, made: Preview | None = None) -> None:
        with self._lock:
            del self._asking[goods]
            self._kept.pop(goods, None)
            if made is not None:
                self._kept[goods] = made
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
