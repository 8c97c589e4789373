"""What a partner's protocol needs of the desk that speaks it, and what it gives the desk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ..base.clock import Clock
from ..base.database import Database
from ..base.limits import Limits
from ..base.outbox import Delivery
from ..base.relay import Outcome
from ..base.sealing import Seal
from ..settings import DeskSettings
from .cashier import Cashier

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from flask import Blueprint

    from .web3.web3_desk import Web3Desk


@dataclass(frozen=True, slots=True)
class DialectParts:
    """``hosts`` may be called although private or plain http; ``page_address`` is the order
    page's, ``base_address`` the desk's, both as browsers see them and without a final slash."""

    settings: DeskSettings
    database: Database
    cashier: Cashier
    seal: Seal
    limits: Limits
    hosts: tuple[str, ...]
    page_address: Callable[[], str]
    base_address: Callable[[], str]
    remember_address: Callable[[], None]
    clock: Clock
    web3: Web3Desk | None = None


class Dialect(Protocol):
    """``name`` is that of its orders, of its courier and of its place below the desk's address;
    ``schedule`` is the seconds between tries of what it tells merchants."""

    @property
    def name(self) -> str: ...

    @property
    def schedule(self) -> tuple[int, ...]: ...

    def blueprint(self) -> Blueprint: ...

    def courier(self, delivery: Delivery) -> Outcome: ...

    def connect(self, host: str, application: WSGIApplication) -> None:
        """What is told to that host name is handed to an application of this process."""

    def close(self) -> None: ...
