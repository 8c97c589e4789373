"""Signing in to the wallet: a phone number, a code that was sent to it, a session."""

from __future__ import annotations

import hmac
import re
import secrets
from collections.abc import Sequence
from hashlib import sha256

from ..base.database import Database
from ..base.limits import Limits, household
from ..base.sealing import digest, new_secret
from ..errors import InvalidRequest, Unauthenticated, Unavailable
from .actions import shoppers
from .actions.shoppers import Phone
from .linked_basket import Shopper
from .wallet_port import SendCode, SentCode

MOST = {
    "wallet_code_phone": "6/hour",
    "wallet_code_address": "30/hour",
    "wallet_try_phone": "30/hour",
    "wallet_try_address": "120/hour",
}
"""Codes sent and tried, for one number and from one address."""

_PREFIX = re.compile(r"\+[1-9][0-9]{0,3}")
_DIGITS = re.compile("[0-9]{4,15}")
_CODE = re.compile("[0-9]{6}")


class SigningIn:
    """``secret_keys`` are the desk's, newest first: with them a stolen table of hashed codes, of
    which there are only a million, tells nothing. ``send`` is None where no code can be sent;
    with ``is_shown`` the code comes back to the page instead, which is for development."""

    def __init__(
        self,
        database: Database,
        limits: Limits,
        secret_keys: Sequence[str],
        *,
        send: SendCode | None,
        is_shown: bool,
    ) -> None:
        self._database = database
        self._limits = limits
        self._key = secret_keys[0].encode()
        self._send = send
        self._is_shown = is_shown

    def send_code(self, country_prefix: str, phone: str, address: str) -> SentCode:
        """Make a code and send it, whether anybody has that number or not."""
        number = checked_phone(country_prefix, phone)
        if self._send is None and not self._is_shown:
            raise Unavailable(
                "This desk cannot send codes.", code="CODES_NOT_SENT", retry_after=3600
            )
        self._limits.require("wallet_code_address", household(address))
        self._limits.require("wallet_code_phone", str(number))
        code = f"{secrets.randbelow(1_000_000):06d}"
        expires_at = self._database.write(shoppers.store_code, number, self._digest(number, code))
        if self._send is not None:
            self._send(str(number), code)
            return SentCode(expires_at, None)
        return SentCode(expires_at, code)

    def sign_in(self, country_prefix: str, phone: str, code: str, address: str) -> str:
        """A session's secret. Whatever is wrong, the answer is the same."""
        number = checked_phone(country_prefix, phone)
        self._limits.require("wallet_try_address", household(address))
        self._limits.require("wallet_try_phone", str(number))
        session = new_secret()
        given = "".join(code.split())
        shopper = None
        if _CODE.fullmatch(given):
            shopper = self._database.write(
                shoppers.try_code, number, self._digest(number, given), digest(session)
            )
        if shopper is None:
            raise Unauthenticated(
                "The code is wrong or too old.", code="CODE_WRONG", remedy="Ask for a new one."
            )
        return session

    def shopper_of(self, session: str) -> Shopper | None:
        return self._database.read(shoppers.shopper_of_session, digest(session))

    def sign_out(self, session: str) -> None:
        self._database.write(shoppers.end_session, digest(session))

    def _digest(self, number: Phone, code: str) -> str:
        text = f"till-sign-in:{number}:{code}".encode()
        return hmac.new(self._key, text, sha256).hexdigest()


def checked_phone(country_prefix: str, phone: str) -> Phone:
    """A number as people write it; raises `InvalidRequest` (PHONE_INVALID)."""
    prefix = "+" + country_prefix.strip().removeprefix("+").removeprefix("00")
    digits = re.sub(r"[\s().-]", "", phone)
    if not _PREFIX.fullmatch(prefix) or not _DIGITS.fullmatch(digits) or not digits.isascii():
        raise _not_a_phone()
    if prefix == "+48" and len(digits) != 9:
        raise _not_a_phone()
    return Phone(prefix, digits)


def _not_a_phone() -> InvalidRequest:
    return InvalidRequest(
        "That is no phone number.", code="PHONE_INVALID", fields={"phone": "digits only"}
    )
