"""Host-side login: a portal's own backend vouches for its user (section 9 of the IPOS contract)."""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

from ....errors import SettingsError
from ....wire.ipos.login import checksum
from ....wire.ipos.tokens import LONGEST_TOKEN, end_of
from ...order import Order
from .. import ShopperUnknown
from ..exchange import Exchange, require_address, unavailable, utc_now
from .answers import data_of

PATH = "/api/v1/app/auth/login"
SPARE = timedelta(minutes=16)
"""A token that ends sooner is not handed out: an order's page needs it for 15 minutes (8)."""
MOST_KEPT = 10_000


@dataclass(frozen=True, slots=True)
class _Kept:
    token: str = field(repr=False)
    ends_at: datetime | None


class HostLogin:
    """A ready-made ``user_token`` for `IposDesk`: logs users in by their e-mail, and keeps tokens.

    ``email`` gives that of who buys an order, or None when nobody is signed in. ``secret`` is the
    app's, ``origin`` one on the platform's allow list. A token is kept until shortly before its
    end, or until the platform answers it with 401. Safe to share between threads.
    """

    def __init__(
        self,
        base_url: str,
        *,
        app_id: str,
        secret: str,
        origin: str,
        email: Callable[[Order], str | None],
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        if not app_id or not secret:
            raise SettingsError("HostLogin needs the app's id and its secret.")
        self._app_id, self._secret = app_id, secret
        self._email = email
        self._clock = clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._lock = threading.Lock()
        self._exchange = Exchange(
            require_address("base_url", base_url),
            headers={"origin": require_address("origin", origin)},
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"HostLogin({self._exchange.base!r})"

    def __call__(self, order: Order) -> str:
        """The token of who buys the order. Raises `ShopperUnknown`, and `RequestError`."""
        email = self._of(order)
        kept = self._kept.get(email)
        if kept is not None and (kept.ends_at is None or kept.ends_at - SPARE > self._clock()):
            return kept.token
        token = self._log_in(email)
        with self._lock:
            self._kept[email] = _Kept(token, end_of(token))
            self._kept.move_to_end(email)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return token

    def forget(self, order: Order) -> None:
        """The buyer's token was answered with 401; the next one is fetched."""
        with self._lock:
            self._kept.pop(self._of(order), None)

    def close(self) -> None:
        self._exchange.close()

    def _of(self, order: Order) -> str:
        email = self._email(order)
        if not email:
            raise ShopperUnknown("The platform wants to know who pays.")
        return email

    def _log_in(self, email: str) -> str:
        told = {
            "email": email,
            "timestamp": int(self._clock().timestamp()),
            "app_id": self._app_id,
        }
        body = json.dumps({**told, "sign": checksum(told, self._secret)}).encode()
        data = data_of(self._exchange.send("POST", PATH, body))
        token = data.get("token") if isinstance(data, dict) else None
        if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN:
            raise unavailable("it logs a user in without a token")
        return token
