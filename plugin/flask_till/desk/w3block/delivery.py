"""Delivery of tokens (6): after the company's delay, through whatever keeps who holds them."""

from __future__ import annotations

from typing import Protocol

from ...base.database import Database
from ...base.logs import logger
from ...errors import Conflict, RequestError
from ..actions import product_sales, w3block_deliveries
from ..actions.products import tokens_of
from ..product_token import HELD

log = logger(__name__)


class TokenRegistry(Protocol):
    """Who holds which token. Raises `RequestError` when it cannot move one."""

    def move(self, order_id: str, token_id: str, holder: str) -> None:
        """To be asked again without harm: the same order's token goes to the same holder once."""
        ...


class OwnRegistry:
    """The desk's own book; a chain stands behind the same port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def move(self, order_id: str, token_id: str, holder: str) -> None:
        if not self._database.write(product_sales.move, order_id, token_id, holder):
            raise Conflict("The token has another holder.", code="TOKEN_ELSEWHERE")


class Deliveries:
    def __init__(self, database: Database, registry: TokenRegistry) -> None:
        self._database = database
        self.registry = registry

    def sweep(self) -> int:
        """Deliver what is due; returns how many orders that were."""
        due = self._database.read(w3block_deliveries.due_deliveries)
        for order_id in due:
            self.deliver(order_id)
        return len(due)

    def deliver(self, order_id: str) -> None:
        """Hand over what is due of an order. A repeat carries on where another stopped."""
        holder = self._database.write(w3block_deliveries.begin_delivery, order_id)
        if holder is None:
            return
        trouble = self._move_all(order_id, holder)
        self._database.write(w3block_deliveries.end_delivery, order_id, trouble=trouble)

    def _move_all(self, order_id: str, holder: str) -> str | None:
        """What went wrong, for the company to read."""
        try:
            for _, token in self._database.read(tokens_of, order_id):
                if token.state != HELD:
                    self.registry.move(order_id, token.id, holder)
        except RequestError as error:
            log.warning("order %s could not be delivered: %s", order_id, error.code)
            return error.message
        return None
