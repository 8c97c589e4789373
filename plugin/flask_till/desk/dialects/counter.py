"""The counter: what every dialect needs of the desk that it speaks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app

from ...base.database import Database
from ...base.limits import Limits
from ...base.sealing import Seal
from ...settings import DeskSettings
from ..cashier import Cashier

EXTENSION = "till_desk"


@dataclass(frozen=True, slots=True)
class Counter:
    """``page_address`` gives the order page's address as browsers see it, without its query."""

    settings: DeskSettings
    database: Database
    cashier: Cashier
    seal: Seal
    limits: Limits
    page_address: Callable[[], str]
    remember_address: Callable[[], None]


def counter() -> Counter:
    """That of the desk in the present application."""
    found: Counter = current_app.extensions[EXTENSION].counter
    return found
