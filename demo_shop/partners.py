"""The demo's merchants: the same ids, keys and secrets on every machine, so that a curl command
that worked yesterday works today. They are public, and worth nothing outside of this demo.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import Site
from .catalog import PRODUCTS

TOKEN_PATH = "/auth/realms/external/protocol/openid-connect/token"  # noqa: S105  # a path


@dataclass(frozen=True)
class Merchant:
    """A shop as the desk knows it."""

    merchant_id: str
    name: str
    api_key: str
    callback_secret: str


SHOP = Merchant(
    merchant_id="mer_demoStempel",
    name="Stempel",
    api_key="till_key_demoStempel_0123456789abcdefghijkl",
    callback_secret="whsec_c3RlbXBlbC1kZW1vLWNhbGxiYWNrLXNlY3JldC0wMQ==",  # noqa: S106  # for all to see
)


@dataclass(frozen=True)
class InpostMerchant:
    """The same shop as InPost's protocol knows it (a real one gets these from InPost)."""

    client_id: str
    client_secret: str
    merchant_external_id: str
    pos_id: str
    merchant_client_id: str
    merchant_secret: str


INPOST = InpostMerchant(
    client_id="stempel-demo",
    client_secret="stempel-demo-client-secret-01",  # noqa: S106  # for all to see
    merchant_external_id="0c1f6a52-5a43-4d55-9c0e-5741e0d8a001",
    pos_id="V000000001",
    merchant_client_id="stempel-demo-widget",
    merchant_secret="stempel-demo-merchant-secret-01",  # noqa: S106  # for all to see
)


def describe(site: Site) -> dict[str, Any]:
    """For each protocol that the desk speaks, all that a client of it needs to begin."""
    return {
        "till": {
            "base_url": f"{site.desk_url}/v1",
            "openapi_url": f"{site.desk_url}/v1/openapi.json",
            "merchant_id": SHOP.merchant_id,
            "api_key": SHOP.api_key,
            "callback_secret": SHOP.callback_secret,
            "callback_url": f"{site.shop_url}/till/callbacks/till",
            "shop_url": site.shop_url,
            "desk_url": site.desk_url,
            "product_ids": [product.id for product in PRODUCTS],
        },
        "inpost": {
            "base_url": f"{site.desk_url}/inpost",
            "token_url": f"{site.desk_url}/inpost{TOKEN_PATH}",
            **asdict(INPOST),
            "signing_keys_url": f"{site.desk_url}/inpost/v1/izi/signing-keys/public",
            "merchant_base_url": f"{site.shop_url}/till/merchant",
            "wallet_url": f"{site.desk_url}/wallet",
            "product_ids": [product.id for product in PRODUCTS],
        },
    }


def write(site: Site) -> Path:
    """Writes ``partners.json`` into the demo's folder and says where it is."""
    path = site.folder / "partners.json"
    path.write_text(json.dumps(describe(site), indent=2) + "\n")
    return path
