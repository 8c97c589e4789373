"""What handing over tokens needs of a chain, and what a price in another coin needs of a market."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from ...chains import Chain, Coin
from ...money import Money


class Fees(Protocol):
    """Wei for each gas."""

    @property
    def max_fee(self) -> int: ...


class TokenNodes(Protocol):
    """The nodes of one chain, asked as one. They raise `GatewayUnavailable` as long as one does
    not answer or they disagree, and a `TillError` (NODE_REFUSED) when they refuse.
    """

    def head(self) -> Any:
        """The highest block that all of them have."""

    def final_number(self, head: Any) -> int: ...

    def call(self, to: str, data: str, block: int | str = "latest") -> bytes: ...

    def code(self, address: str) -> str:
        """0x for an address without a contract."""

    def fees(self) -> Fees: ...

    def estimate(self, transaction: Mapping[str, Any]) -> int: ...


class Calls(Protocol):
    """How a contract of tokens (ERC-721) is called: data to send, and answers read."""

    def encode_mint(self, recipient: str, token_number: int) -> str: ...

    def encode_safe_transfer(self, sender: str, recipient: str, token_number: int) -> str: ...

    def encode_owner_of(self, token_number: int) -> str: ...

    def decode_address(self, data: bytes) -> str:
        """Raises `ValueError` for what is none."""


class Rates(Protocol):
    def rate(self, coin: str, currency: str) -> Decimal | None:
        """What one coin costs in that currency now; None when nobody says."""


class Prices(Protocol):
    def due_in(self, coin: Coin, price: Money, rates: Rates) -> int | None:
        """Base units of a coin that a price comes to; None without a rate."""


class Links(Protocol):
    def payment_uri(self, coin: Coin, address: str, units: int) -> str:
        """What a wallet reads to send just that (EIP-681)."""


class Offers(Protocol):
    def coin_to_page(self, chain: Chain, coin: Coin, address: str, units: int) -> Mapping[str, Any]:
        """How so much of a coin is sent to an address, by script, by QR code or by hand."""


class Holds(Protocol):
    """Knows the addresses of the desk's keys."""

    def address(self, path: str) -> str: ...


class Chains(Protocol):
    """The chains of a desk, as far as tokens and prices need them."""

    @property
    def chains(self) -> Sequence[Chain]: ...

    @property
    def signer(self) -> Holds: ...

    @property
    def calls(self) -> Calls: ...

    @property
    def rates(self) -> Rates: ...

    @property
    def prices(self) -> Prices: ...

    def nodes(self, chain_id: int) -> TokenNodes:
        """Raises `NotFound` (CHAIN_NOT_FOUND)."""
