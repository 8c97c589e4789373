"""The shopper's wallet: ``/wallet``, baskets of many shops on one page made for a phone."""

from __future__ import annotations

from functools import partial

from flask import Blueprint
from werkzeug.exceptions import HTTPException

from ....errors import RequestError
from ..faults import as_ours, begin, fault
from ..headers import guard
from .account import CoinAccount
from .baskets import Baskets
from .door import Door
from .me import Me
from .news import News
from .orders import Orders
from .page import WalletParts
from .prompts import Prompts

__all__ = ["WalletParts", "wallet_pages"]

WALLET = "/wallet"


def wallet_pages(parts: WalletParts) -> Blueprint:
    """``/wallet`` and what belongs to it, for one desk; register it where the desk is mounted."""
    pages = Blueprint("till_wallet", __name__, url_prefix=WALLET)
    door = Door(parts)
    groups = (Prompts, Baskets, Orders, CoinAccount, Me, News)
    for part in (door, *(group(parts) for group in groups)):
        part.add_to(pages)
    pages.before_request(partial(begin, parts.limits))
    pages.after_request(guard)
    pages.register_error_handler(RequestError, door.dead_end)
    pages.register_error_handler(HTTPException, lambda error: door.dead_end(as_ours(error)))
    pages.register_error_handler(Exception, lambda error: door.dead_end(fault(error)))
    return pages
