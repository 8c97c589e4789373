"""Delivery of tokens (6): after the company's delay, through whatever keeps who holds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from ...base.database import Database
from ...base.logs import logger
from ...errors import Conflict, RequestError, Unavailable
from ..actions import product_sales, w3block_deliveries
from ..actions.products import tokens_of
from ..product_token import HELD

log = logger(__name__)


class TokenRegistry(Protocol):
    """Who holds which token. Raises `RequestError` when it cannot move one."""

    def move(self, order_id: str, token_id: str, holder: str) -> bool:
        """False while it is on its way; `Unavailable` when it has to be asked again later.

        To be asked again without harm: the same order's token goes to the same holder once.
        """
        ...

    def settle(self, order_id: str) -> bool:
        """Note what arrived or failed on its way; False while that order's tokens are on it."""
        ...

    def stirred(self) -> Sequence[str]:
        """Orders of which something arrived or failed that nobody noted."""
        ...


class OwnRegistry:
    """The desk's own book; a chain stands behind the same port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def move(self, order_id: str, token_id: str, holder: str) -> bool:
        if not self._database.write(product_sales.move, order_id, token_id, holder):
            raise Conflict("The token has another holder.", code="TOKEN_ELSEWHERE")
        return True

    def settle(self, order_id: str) -> bool:
        return True

    def stirred(self) -> Sequence[str]:
        return ()


class Deliveries:
    def __init__(self, database: Database, registry: TokenRegistry) -> None:
        self._database = database
        self.registry = registry

    def sweep(self) -> int:
        """Deliver what is due; returns how many orders that were."""
        due = self._database.read(w3block_deliveries.due_deliveries)
        for order_id in dict.fromkeys([*self.registry.stirred(), *due]):
            try:
                self.deliver(order_id)
            except RequestError:
                log.exception("order %s could not be delivered", order_id)
        return len(due)

    def deliver(self, order_id: str) -> None:
        """Hand over what is due of an order. A repeat carries on where another stopped."""
        if not self.registry.settle(order_id):
            return
        holder = self._database.write(w3block_deliveries.begin_delivery, order_id)
        if holder is None:
            return
        try:
            if not self._move_all(order_id, holder):
                return
            trouble = None
        except Unavailable as error:
            log.warning("order %s cannot be delivered yet: %s", order_id, error.code)
            return
        except RequestError as error:
            log.warning("order %s could not be delivered: %s", order_id, error.code)
            trouble = error.message
        self._database.write(w3block_deliveries.end_delivery, order_id, trouble=trouble)

    def _move_all(self, order_id: str, holder: str) -> bool:
        """Whether all of it is there; the first trouble is raised when all was asked for."""
        trouble: RequestError | None = None
        arrived = True
        for _, token in self._database.read(tokens_of, order_id):
            if token.state == HELD:
                continue
            try:
                arrived &= self.registry.move(order_id, token.id, holder)
            except Unavailable:
                raise
            except RequestError as error:
                trouble = trouble or error
        if trouble is not None and arrived:
            raise trouble
        return arrived
