"""From a wallet's wish to an order: judge the basket, set the goods aside, or say why not (3.8)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from ..base.database import Database
from ..base.logs import logger
from ..errors import Conflict, RequestError
from . import notices
from .actions.binding import set_notice
from .actions.orders import Heard, always, open_order
from .actions.telling import read_told
from .actions.wallet_orders import BasketMoved, place_wallet_order
from .binding import ERROR
from .catalog import Shelf
from .terms import Terms
from .wallet import Told
from .wallet_order import NotCreated, Wanted, check_order

log = logger(__name__)
TRIES = 5
PATIENCE = timedelta(seconds=15)
"""How long after it was asked for an order may be made; the wallet gives up after 20 s (6)."""


class Rivals(Protocol):
    """Ends what the same basket started at another desk."""

    def end_open_order(self, basket_id: str) -> None:
        """Raises `RequestError` when it is paid, being paid, or its desk does not answer."""


class WalletCheckout:
    """Orders from one wallet, for one shop. ``rivals`` is the checkout at the shop's own desk."""

    def __init__(
        self,
        database: Database,
        shelf: Shelf,
        terms: Terms,
        rivals: Rivals,
        *,
        heard: Heard = always,
    ) -> None:
        self._database = database
        self._shelf = shelf
        self._terms = terms
        self._rivals = rivals
        self._heard = heard

    def place(self, wanted: Wanted, asked_at: datetime) -> str:
        """The id of the binding's one order, made now or before.

        Raises `NotFound` (BASKET_NOT_FOUND) and `Conflict` (ORDER_NOT_CREATE), of which the
        shopper reads the reason with the next basket.
        """
        try:
            return self._place(wanted, asked_at + PATIENCE)
        except NotCreated as error:
            log.info("no order of basket %s: %s", wanted.binding_id, error)
            text = notices.say(error.why, self._terms.locale, name=error.name)
            self._database.write(set_notice, wanted.binding_id, (ERROR, text))
            raise

    def _place(self, wanted: Wanted, by: datetime) -> str:
        for _ in range(TRIES):
            told = self._database.read(read_told, self._shelf, self._terms, wanted.binding_id)
            if told.binding.order_id is not None:
                return told.binding.order_id
            sale = check_order(wanted, told.basket, told.products, self._terms)
            self._end_rival(told)
            try:
                return self._database.write(
                    place_wallet_order,
                    self._shelf,
                    sale,
                    locale=self._terms.locale,
                    by=by,
                    heard=self._heard,
                )
            except BasketMoved:
                continue
            except NotCreated:
                raise
            except Conflict as error:
                log.info("what basket %s holds is gone: %s", wanted.binding_id, error)
                raise NotCreated(notices.STOCK) from None
        raise NotCreated(notices.UNSETTLED)

    def _end_rival(self, told: Told) -> None:
        """An order of this basket that waits at the shop's own desk makes room, unless paid."""
        basket_id = told.binding.basket_id
        if self._database.read(open_order, basket_id) is None:
            return
        try:
            self._rivals.end_open_order(basket_id)
        except RequestError as error:
            log.info("the basket %s is being bought at a desk: %s", basket_id, error)
            raise NotCreated(notices.ORDERED_ELSEWHERE) from None
