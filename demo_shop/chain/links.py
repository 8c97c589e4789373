"""What people paste into a wallet: a payment link (EIP-681), or an address."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import parse_qs

from .bank import CHAIN_ID, ETH, USDC, units_of

_LINK = re.compile(
    r"ethereum:(?:pay-)?(?P<target>0x[0-9a-fA-F]{40})(?:@(?P<chain>[0-9]+))?"
    r"(?:/(?P<function>\w+))?(?:\?(?P<query>.*))?"
)
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")


@dataclass(frozen=True)
class Wish:
    """``units`` of a coin, in base units, for ``recipient``."""

    recipient: str
    units: int
    code: str


def read_wish(pasted: str, amount: str, code: str, coin: str) -> Wish:
    """Amount and code count with an address only. Raises `ValueError` with words to show."""
    pasted = "".join(pasted.split())
    if pasted.lower().startswith("ethereum:"):
        return _read_link(pasted, coin)
    if not _ADDRESS.fullmatch(pasted):
        raise ValueError("That is neither a payment link nor an address (0x and 40 digits).")
    if code not in (ETH, USDC):
        raise ValueError("Choose a coin.")
    try:
        units = units_of(Decimal(amount.strip().replace(",", ".")), code)
    except (InvalidOperation, ValueError):
        raise ValueError(f"An amount of {code} is needed, such as 12.5.") from None
    return Wish(_checked(pasted), units, code)


def _read_link(link: str, coin: str) -> Wish:
    match = _LINK.fullmatch(link)
    if match is None:
        raise ValueError("This wallet cannot read that link.")
    if int(match["chain"] or 1) != CHAIN_ID:
        raise ValueError(f"The link is for another chain than this wallet's, which is {CHAIN_ID}.")
    told = {name: values[-1] for name, values in parse_qs(match["query"] or "").items()}
    if match["function"] is None:
        return Wish(_checked(match["target"]), _units(told.get("value")), ETH)
    if match["function"] != "transfer" or match["target"].lower() != coin.lower():
        raise ValueError("The link is for a coin that this wallet does not know.")
    recipient = told.get("address", "")
    if not _ADDRESS.fullmatch(recipient):
        raise ValueError("The link names nobody to pay.")
    return Wish(_checked(recipient), _units(told.get("uint256")), USDC)


def _units(text: str | None) -> int:
    try:
        units = Decimal(text or "")  # 1e18 is how some write it
    except InvalidOperation:
        units = Decimal(0)
    if not 0 < units < 2**256 or units != units.to_integral_value():
        raise ValueError("The link names no amount.")
    return int(units)


def _checked(address: str) -> str:
    from eth_utils.address import is_checksum_formatted_address, to_checksum_address

    written = to_checksum_address(address)
    if is_checksum_formatted_address(address) and address != written:
        raise ValueError("The address was mistyped: its capitals do not match it.")
    return written
