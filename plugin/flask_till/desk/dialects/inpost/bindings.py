"""Linking a basket with a phone, unlinking, and trusted browsers (2.4 to 2.7, 2.9, 1.9)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from io import BytesIO

import segno
from flask import Response, request

from ....base.database import Work
from ....base.sealing import digest, new_secret
from ....errors import Conflict, TooMany
from ....wire.inpost import binding
from ....wire.inpost.values import Phone
from ...actions import browsers, linking, prompts
from ...actions.linked_baskets import find_basket
from ...actions.shoppers import read_shopper
from ...linked_basket import BOUND, InpostMerchant, LinkedBasket, Shopper
from .admission import checked_id, optional_id
from .answers import body_of, nothing, say
from .front import Front

QR_SCALE = 6
"""Pixels of a module in the picture."""


# --- is it linked? ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Facts:
    basket: LinkedBasket | None
    is_trusted: bool
    shopper: Shopper | None


def show(front: Front, merchant: InpostMerchant, basket_id: str) -> Response:
    """GET binding (2.4). Of an unknown basket nothing is true, which is no error (7.9)."""
    browser_id = optional_id("browser_id")
    facts = front.database.read(_facts, merchant.merchant_id, basket_id, browser_id)
    return say(
        binding.Binding(
            basket_linked=facts.basket is not None,
            browser_trusted=facts.is_trusted,
            inpost_basket_id=None if facts.basket is None else facts.basket.id,
            client_details=None if facts.shopper is None else _details(facts.shopper),
        )
    )


def _facts(work: Work, merchant_id: str, basket_id: str, browser_id: str | None) -> _Facts:
    basket = find_basket(work, merchant_id, basket_id)
    if basket is not None and (basket.status != BOUND or basket.is_over(work.now)):
        basket = None
    browser = browsers.find_trusted(work, merchant_id, browser_id)
    whose = basket.shopper_id if basket else browser.shopper_id if browser else None
    shopper = None if whose is None else read_shopper(work, whose)
    return _Facts(basket, browser is not None, shopper)


def _details(shopper: Shopper) -> binding.ClientDetails:
    return binding.ClientDetails(
        phone_number=Phone(country_prefix=shopper.country_prefix, phone=shopper.phone),
        masked_phone_number=shopper.masked_phone_number,
        name=shopper.name,
        surname=shopper.surname,
    )


# --- asking -----------------------------------------------------------------------------------


def ask(front: Front, merchant: InpostMerchant, basket_id: str) -> Response:
    """POST binding (2.5): 202 for a phone, whether it has a wallet or not; links with 200."""
    asked = body_of(binding.BindingRequest)
    if asked.binding_method == binding.BindingMethod.PHONE:
        assert asked.phone_number is not None
        return _ask_phone(front, merchant, basket_id, asked, asked.phone_number)
    _require_pace(front, merchant)
    code = new_secret()
    front.database.write(
        prompts.ask_by_link,
        merchant.merchant_id,
        basket_id,
        code_digest=digest(code),
        place=asked.binding_place,
        browser=asked.browser.to_data(),
        life=front.prompt_life,
    )
    link = front.link_to(code)
    return say(binding.DeepLink(qr_code=qr_picture(link), deep_link=link, deep_link_hms=link))


def _ask_phone(
    front: Front,
    merchant: InpostMerchant,
    basket_id: str,
    asked: binding.BindingRequest,
    phone: Phone,
) -> Response:
    if not front.limits.hit("inpost_ask", merchant.merchant_id):
        raise Conflict("This shop asks too often; try later.", code="PHONE_BUSY")
    front.database.write(
        prompts.ask_by_phone,
        merchant.merchant_id,
        basket_id,
        country_prefix=phone.country_prefix,
        phone=phone.phone,
        place=asked.binding_place,
        browser=asked.browser.to_data(),
        allowance=front.allowance,
    )
    return nothing(202)


def _require_pace(front: Front, merchant: InpostMerchant) -> None:
    if not front.limits.hit("inpost_ask", merchant.merchant_id):
        raise TooMany("This shop asks too often; slow down.")


def ask_for_key(front: Front, merchant: InpostMerchant, basket_id: str) -> Response:
    """PUT binding v2 (2.7): an opaque key for the page; a repeat gives another one.

    Whoever opens the key as a link is asked, as with `DEEP_LINK`.
    """
    _require_pace(front, merchant)
    key = new_secret()
    front.database.write(
        prompts.ask_by_key,
        merchant.merchant_id,
        basket_id,
        key_digest=digest(key),
        life=front.prompt_life,
    )
    return say(binding.BindingKey(basket_binding_api_key=key))


def qr_picture(link: str) -> str:
    """A QR code of the link: a PNG in base64."""
    picture = BytesIO()
    segno.make_qr(link, error="m").save(picture, kind="png", scale=QR_SCALE)
    return base64.b64encode(picture.getvalue()).decode("ascii")


# --- unlinking --------------------------------------------------------------------------------


def end(front: Front, merchant: InpostMerchant, basket_id: str) -> Response:
    """DELETE binding (2.9); also withdraws a prompt that waits."""
    realized = binding.read_realized(request.args.get("if_basket_realized"))
    front.database.write(
        linking.unlink_for_merchant, merchant.merchant_id, basket_id, realized=realized
    )
    return nothing(204)


def forget_browser(front: Front, merchant: InpostMerchant, browser_id: str) -> Response:
    """DELETE browser binding (1.9): from now on it gets a prompt like any other."""
    front.database.write(
        browsers.revoke_for_merchant, checked_id(browser_id, "browser_id"), merchant.merchant_id
    )
    return nothing(204)
