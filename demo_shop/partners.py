"""The demo's merchants: the same ids, keys and secrets on every machine, so that a curl command
that worked yesterday works today. They are public, and worth nothing outside of this demo.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from . import Site
from .catalog import GIFT_CARD, Goods

TOKEN_PATH = "/auth/realms/external/protocol/openid-connect/token"


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
    callback_secret="whsec_c3RlbXBlbC1kZW1vLWNhbGxiYWNrLXNlY3JldC0wMQ==",
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
    client_secret="stempel-demo-client-secret-01",
    merchant_external_id="0c1f6a52-5a43-4d55-9c0e-5741e0d8a001",
    pos_id="V000000001",
    merchant_client_id="stempel-demo-widget",
    merchant_secret="stempel-demo-merchant-secret-01",
)


@dataclass(frozen=True)
class IposWidget:
    """A portal, the shop as a widget in it, and one user with money in her wallet."""

    merchant_id: str
    app_id: str
    ip_id: int
    login_secret: str
    widget_tag: str
    access_key: str
    secret_key: str
    user_id: str
    user_name: str
    email: str
    api_key: str


IPOS = IposWidget(
    merchant_id="mer_demoStempelIpos",
    app_id="app_stempel",
    ip_id=417,
    login_secret="stempel-demo-login-secret-01",
    widget_tag="stempel",
    access_key="wgt_ak_5ce23e15ce23e15ce23e15ce2",
    secret_key="wgt_sk_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c",
    user_id="usr_ada",
    user_name="ada",
    email="ada@stempel.example",
    api_key="ipos_key_demoAda_0123456789abcdefghijkl",
)


@dataclass(frozen=True)
class BoxoPair:
    """The shop as a miniapp, the host app that shows it, and one of the host's users.

    ``outside_*`` is a second host, whose own server takes the money.
    """

    merchant_id: str
    app_id: str
    secret_key: str
    hmac_secret: str
    client_id: str
    host_secret_key: str
    host_hmac_secret: str
    user_reference: str
    outside_client_id: str
    outside_secret_key: str


BOXO = BoxoPair(
    merchant_id="mer_demoStempelBoxo",
    app_id="app36902",
    secret_key="mini-secret-1",
    hmac_secret="boxo-example-hmac-secret",
    client_id="host_client_1",
    host_secret_key="host-secret-1",
    host_hmac_secret="boxo-example-host-hmac-secret",
    user_reference="user-77",
    outside_client_id="host_client_2",
    outside_secret_key="host-secret-2",
)


@dataclass(frozen=True)
class KigoPartner:
    """The shop as a partner that gives its customers claim codes, in Kigo's test environment.

    ``live_*`` is the same company in production, whose products UAT does not know.
    """

    merchant_id: str
    partner_id: str
    api_key: str
    webhook_secret: str
    product_id: str
    external_program_id: str
    external_user_id: str
    live_merchant_id: str
    live_partner_id: str
    live_api_key: str
    live_product_id: str


KIGO = KigoPartner(
    merchant_id="mer_demoStempelKigo",
    partner_id="c0ffee00-0000-4000-8000-000000000001",
    api_key="kigo_key_demoStempel_0123456789abcdefghijkl",
    webhook_secret="kigo_whsec_demoStempel_0123456789abcdefghij",
    product_id="7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a11",
    external_program_id="stempel",
    external_user_id="member-4471",
    live_merchant_id="mer_demoStempelKigoLive",
    live_partner_id="c0ffee00-0000-4000-8000-000000000002",
    live_api_key="kigo_key_liveStempel_0123456789abcdefghijkl",
    live_product_id="7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a12",
)


@dataclass(frozen=True)
class W3blockCompany:
    """The shop as a company that sells tokens. Its products have ids of that protocol."""

    merchant_id: str
    company_id: str
    key: str
    secret: str
    email: str
    password: str
    user_id: str
    wallet: str
    admin_email: str
    admin_password: str
    token_product_id: str
    stock_product_id: str
    coupon: str
    webhook_id: str
    signature_key: str
    currency_ids: Mapping[str, str]
    providers: Sequence[tuple[str, str, str, int | None]]
    bank: Mapping[str, str]


def w3block_id(name: str) -> str:
    """A product of ours in a protocol whose ids are UUIDs."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"stempel:{name}"))


W3BLOCK = W3blockCompany(
    merchant_id="mer_demoStempelW3block",
    company_id="57e3be10-0000-4000-8000-000000000001",
    key="w3k_demoStempel_0123456789abcdefghijklmnop",
    secret="w3s_demoStempel_0123456789abcdefghijklmnop",
    email="ada@buyers.example",
    password="ada-buys-a-ticket",
    user_id="57e3be10-0000-4000-8000-0000000000ad",
    wallet="0x7a3c9e5b1d8f2046a1b3c5d7e9f0a2b4c6d8e0f1",
    admin_email="zofia@stempel.example",
    admin_password="zofia-looks-after-orders",
    token_product_id=w3block_id("workshop"),
    stock_product_id=w3block_id("mug"),
    coupon="TEN",
    webhook_id="57e3be10-0000-4000-8000-00000000f00c",
    signature_key="w3_signature_key_demoStempel_0123456789abcdef",
    currency_ids={
        "BRL": "65fe1119-6ec0-4b78-8d30-cb989914bdcb",
        "USD": "8c43ece8-99b0-4877-aed3-2170d2deb4bf",
    },
    providers=(
        ("BRL", "pix", "asaas", 60),
        ("BRL", "credit_card", "pagar_me", None),
        ("BRL", "transfer", "transfer", 86_400),
        ("USD", "credit_card", "paypal", None),
    ),
    bank={"kind": "pix", "pix_key": "stempel@pix.example", "holder": SHOP.name},
)
"""``providers``: currency, method, provider, and for how many seconds an order then waits for its
money; None is nine minutes. Whoever pays by PIX sees it run out."""

LOCAL_NETWORKS = ("127.0.0.0/8", "::1")
"""Whose calls need no signature in the demo."""


def describe(site: Site, *, user_token: str) -> dict[str, Any]:
    """For each protocol that the desk speaks, all that a client of it needs to begin."""
    product_ids = [product.id for product in Goods("PLN").products]
    ipos, boxo, kigo = (f"{site.desk_url}/{name}" for name in ("ipos", "boxo", "kigo"))
    w3block = f"{site.desk_url}/w3block"
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
            "product_ids": product_ids,
        },
        "inpost": {
            "base_url": f"{site.desk_url}/inpost",
            "token_url": f"{site.desk_url}/inpost{TOKEN_PATH}",
            **asdict(INPOST),
            "signing_keys_url": f"{site.desk_url}/inpost/v1/izi/signing-keys/public",
            "merchant_base_url": f"{site.shop_url}/till/merchant",
            "wallet_url": f"{site.desk_url}/wallet",
            "product_ids": product_ids,
        },
        "ipos": {
            "base_url": ipos,
            "openapi_url": f"{ipos}/openapi.json",
            "api_url": f"{ipos}/api/v1",
            **asdict(IPOS),
            "user_token": user_token,
            "login_origin": site.ipos_url,
            "order_page_url": f"{site.desk_url}/order",
            "callback_url": f"{site.ipos_url}/till-ipos/callbacks/ipos",
            "shop_url": site.ipos_url,
            "currency": "USD",
            "product_ids": product_ids,
        },
        "boxo": {
            "base_url": boxo,
            "openapi_url": f"{boxo}/openapi.json",
            "api_url": f"{boxo}/api/v1",
            **asdict(BOXO),
            "allowed_networks": list(LOCAL_NETWORKS),
            "webhook_url": f"{site.boxo_url}/till-boxo/callbacks/boxo",
            "confirmation_url": f"{boxo}/hostapp/pay",
            "host_page_url": f"{site.desk_url}/host",
            "miniapp_url": site.boxo_url,
            "product_ids": product_ids,
        },
        "kigo": {
            "base_url": kigo,
            "openapi_url": f"{kigo}/openapi.json",
            "api_url": f"{kigo}/api/v1",
            **asdict(KIGO),
            "hub_url": f"{kigo}/hub",
            "wallet_url": f"{site.desk_url}/wallet",
            "webhook_url": f"{site.shop_url}/till/callbacks/kigo",
            "shop_url": site.shop_url,
            "product_ids": {GIFT_CARD: KIGO.product_id},
        },
        "w3block": {
            "base_url": w3block,
            "openapi_url": f"{w3block}/openapi.json",
            "identity_url": w3block,
            "commerce_url": w3block,
            **asdict(W3BLOCK),
            "providers": [
                dict(zip(("currency", "method", "provider", "expires_in"), one, strict=True))
                for one in W3BLOCK.providers
            ],
            "webhook_url": f"{site.w3block_url}/till-w3block/callbacks/w3block",
            "shop_url": site.w3block_url,
            "product_ids": {name: w3block_id(name) for name in product_ids if name != GIFT_CARD},
        },
    }


def write(site: Site, *, user_token: str) -> Path:
    """Writes ``partners.json`` into the demo's folder and says where it is."""
    path = site.folder / "partners.json"
    path.write_text(json.dumps(describe(site, user_token=user_token), indent=2) + "\n")
    return path
