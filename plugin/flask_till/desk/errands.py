"""Errands to merchants: what the wallet has to tell them, carried by the relay.

Each runs action, call, action: nothing is locked while a merchant thinks, and a repeat after a
crash finds out what was done already. What a shopper waits for is given up after a bounded time
and shown; what is owed to a merchant is tried for about three days and then lies where it can be
seen. One basket's errands keep their order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from ..base.database import Database
from ..base.logs import logger
from ..base.outbox import Delivery
from ..base.relay import DONE, Outcome
from ..errors import NotFound, TillError
from .actions.inpost_merchants import read_inpost
from .actions.merchant_health import note_call
from .linked_basket import InpostMerchant
from .wallet_port import AnswerUnusable, MerchantAddress, MerchantRefused, MerchantSilent

log = logger(__name__)
T = TypeVar("T")

RETRIES = (1, 2, 5, 10, 20, 30, 60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 86_400)
"""Seconds between tries: at once while a shopper waits, and about three days in all."""
LONGEST_JITTER = 1.2
"""The relay stretches a pause by as much."""
WHILE_OFF = 60
"""Seconds until a merchant that is switched off is thought of again."""

GiveUp = Callable[[Delivery, TillError], None]


@dataclass(frozen=True, slots=True)
class Errand:
    """How one kind is carried. ``give_up`` writes down that it came to nothing.

    ``within`` bounds the time that it is tried; without it only a refusal ends it early.
    ``is_final`` says which refusals are: the others are worth another try.
    """

    carry: Callable[[Delivery, MerchantAddress], None]
    give_up: GiveUp | None = None
    within: timedelta | None = None
    is_final: Callable[[MerchantRefused], bool] = lambda _: True


class Watched:
    """Calls to merchants, each counted: one that fails nearly always is switched off (3.2)."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, call: Callable[..., T], to: MerchantAddress, *given: object) -> T:
        """``call(to, *given)``; raises what it raises."""
        try:
            answer = call(to, *given)
        except (MerchantSilent, AnswerUnusable):
            self._note(to, failed=True)
            raise
        except MerchantRefused:
            self._note(to, failed=False)
            raise
        self._note(to, failed=False)
        return answer

    def _note(self, to: MerchantAddress, *, failed: bool) -> None:
        if self._database.write(note_call, to.merchant_id, failed=failed):
            log.error(
                "merchant %s fails nearly always and is switched off; see `flask till merchants`",
                to.merchant_id,
            )


class Errands:
    """A courier. ``errands`` names those of each kind; of any other kind nothing is to be told."""

    def __init__(self, database: Database, errands: Mapping[str, Errand]) -> None:
        self._database = database
        self._errands = dict(errands)

    def __call__(self, delivery: Delivery) -> Outcome:
        errand = self._errands.get(delivery.kind)
        if errand is None:
            return DONE
        try:
            merchant = self._database.read(read_inpost, delivery.receiver.address)
        except NotFound as error:
            return Outcome("dead", detail=error.message)
        if not merchant.is_on:
            return self._rest(delivery, errand)
        return self._carry(delivery, errand, address_of(merchant))

    def _carry(self, delivery: Delivery, errand: Errand, to: MerchantAddress) -> Outcome:
        try:
            errand.carry(delivery, to)
        except MerchantSilent as error:
            return self._try_again(delivery, errand, error)
        except MerchantRefused as error:
            if not errand.is_final(error):
                return self._try_again(delivery, errand, error)
            return self._give_up(delivery, errand, error)
        except AnswerUnusable as error:
            return self._give_up(delivery, errand, error)
        return DONE

    def _try_again(self, delivery: Delivery, errand: Errand, error: TillError) -> Outcome:
        if self._is_over(delivery, errand):
            return self._give_up(delivery, errand, error)
        silent = error if isinstance(error, MerchantSilent) else None
        return Outcome(
            "retry",
            status=silent.status if silent else None,
            detail=_detail(error),
            retry_after=silent.retry_after if silent else None,
        )

    def _rest(self, delivery: Delivery, errand: Errand) -> Outcome:
        off = MerchantSilent("The merchant is switched off.")
        off.code = "MERCHANT_DISABLE"
        if errand.within is not None:  # a shopper waits for it
            return self._give_up(delivery, errand, off)
        return Outcome("retry", detail=off.message, retry_after=WHILE_OFF)

    def _is_over(self, delivery: Delivery, errand: Errand) -> bool:
        """Whether the next try would come too late for whoever waits."""
        if errand.within is None:
            return False
        pause = RETRIES[min(delivery.tries, len(RETRIES)) - 1] * LONGEST_JITTER
        return self._now() + timedelta(seconds=pause) >= delivery.created_at + errand.within

    def _give_up(self, delivery: Delivery, errand: Errand, error: TillError) -> Outcome:
        """Over. What a shopper was shown as refused is done; the rest is dead, for an operator."""
        log.warning("%s for merchant %s: %s", delivery.kind, delivery.receiver.address, error)
        if errand.give_up is not None:
            errand.give_up(delivery, error)
        is_shown = errand.give_up is not None and errand.within is not None
        status = error.status if isinstance(error, MerchantSilent) else None
        return Outcome("done" if is_shown else "dead", status=status, detail=_detail(error))

    def _now(self) -> datetime:
        return self._database.clock()


def address_of(merchant: InpostMerchant) -> MerchantAddress:
    return MerchantAddress(merchant.merchant_id, merchant.merchant_external_id, merchant.base_url)


def _detail(error: TillError) -> str:
    return f"{error.code}: {error.message}"
