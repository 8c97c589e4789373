"""The public keys that shops check our signature with (3.1), and what can be paid with (2.3)."""

from __future__ import annotations

from flask import Response

from ....wire.inpost.access import PaymentMethods
from ....wire.inpost.error_codes import WalletCode, refusal
from ....wire.inpost.keys import SigningKey, SigningKeys
from ....wire.inpost.values import PaymentType
from ...actions.merchants import read_merchant
from ...linked_basket import InpostMerchant
from .answers import say
from .call_words import METHODS
from .front import Front

CURRENCY = "PLN"


def show_all(front: Front, merchant: InpostMerchant) -> Response:
    """GET signing-keys/public: the live keys, newest first; the newest signs."""
    return say(
        SigningKeys(
            merchant_external_id=merchant.merchant_external_id,
            public_keys=front.keyring.published(),
        )
    )


def show_one(front: Front, merchant: InpostMerchant, version: str) -> Response:
    """GET signing-keys/public/{version}. Raises `NotFound` (PUBLIC_KEY_NOT_FOUND)."""
    for key in front.keyring.published():
        if key.version == version:
            return say(
                SigningKey(merchant_external_id=merchant.merchant_external_id, public_key=key)
            )
    raise refusal(WalletCode.PUBLIC_KEY_NOT_FOUND, "There is no live key of that version.")


def payment_methods(front: Front, merchant: InpostMerchant) -> Response:
    """GET payment-methods (2.3): those of our gateways in złoty, and those that need none."""
    live = front.database.read(read_merchant, merchant.merchant_id).live
    offered = front.cashier.offered(CURRENCY, live=live)
    types = [METHODS.get(one.name, PaymentType.PAY_BY_LINK) for one in offered]
    without_gateway = [PaymentType.CASH_ON_DELIVERY, PaymentType.FREE_ORDER]
    return say(PaymentMethods(payment_type=list(dict.fromkeys([*types, *without_gateway]))))
