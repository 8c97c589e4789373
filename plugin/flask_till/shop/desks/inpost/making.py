"""The parts of InPost Pay, put together from settings."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from ....base.http import Outbound
from ...terms import Terms
from .access import Access
from .back_office import BackOffice
from .client import InpostClient
from .connection import Connection
from .keys import KeyCache
from .promoted import PromotedList
from .wallet import InpostWallet

LARGEST_ANSWER = 512 * 1024
"""Bytes; the picture of a QR code is the longest part of any answer."""


@dataclass(frozen=True, slots=True)
class InpostParts:
    """``client`` speaks the wallet's words; ``wallet`` is the shop's port to it."""

    client: InpostClient
    wallet: InpostWallet
    keys: KeyCache
    promoted: PromotedList
    back_office: BackOffice


def inpost_parts(
    *,
    api_url: str,
    token_url: str,
    client_id: str,
    client_secret: str,
    merchant_secret: str | None,
    terms: Terms,
    outbound: Outbound | None = None,
) -> InpostParts:
    """The wallet at those addresses, which the operator named and may therefore be private."""
    hosts = {urlsplit(url).hostname or "" for url in (api_url, token_url)}
    way = outbound or Outbound(allowed_hosts=hosts, largest=LARGEST_ANSWER)
    connection = Connection(way, api_url, Access(way, token_url, client_id, client_secret))
    client = InpostClient(connection)
    return InpostParts(
        client=client,
        wallet=InpostWallet(client, terms),
        keys=KeyCache(client.signing_keys),
        promoted=PromotedList(connection),
        back_office=BackOffice(connection, merchant_secret),
    )
