"""Linking a basket with a phone, and unlinking (2.4 to 2.7, 2.9, 3.4).

Widget 1 asks with a phone number or for a deep link; widget 2 asks for a key and does the rest
itself. Either way the wallet then confirms, and is answered with the whole basket.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import quote

from pydantic import Field, StringConstraints, TypeAdapter, model_validator

from .error_codes import MerchantCode, refusal
from .message import Message, WrongShape, read
from .values import Id, Label, Moment, Phone, Text, Word


class BindingMethod(StrEnum):
    """How the phone is found (2.5)."""

    PHONE = "PHONE"
    DEEP_LINK = "DEEP_LINK"


class BindingPlace(StrEnum):
    """Where the button stands (5.3); all but a product card need something in the basket."""

    PRODUCT_CARD = "PRODUCT_CARD"
    BASKET_SUMMARY = "BASKET_SUMMARY"
    BASKET_POPUP = "BASKET_POPUP"
    ORDER_CREATE = "ORDER_CREATE"
    CHECKOUT_PAGE = "CHECKOUT_PAGE"
    LOGIN_PAGE = "LOGIN_PAGE"
    REGISTERFORM_PAGE = "REGISTERFORM_PAGE"
    MINICART_PAGE = "MINICART_PAGE"
    THANK_YOU_PAGE = "THANK_YOU_PAGE"


class ClientDetails(Message):
    """Whose phone it is (2.4)."""

    phone_number: Phone | None = None
    masked_phone_number: Label | None = None
    name: Text | None = None
    surname: Text | None = None


class Binding(Message):
    """Is the basket linked, is the browser trusted: the reply of GET binding (2.4)."""

    basket_linked: bool
    browser_trusted: bool
    inpost_basket_id: Id | None = None
    client_details: ClientDetails | None = None


class BrowserData(Message):
    """The shopper's browser as the shop saw it (2.5); ``data_time`` is now."""

    user_agent: Text
    description: Text | None = None
    platform: Text | None = None
    architecture: Text | None = None
    data_time: Moment
    location: Text | None = None
    customer_ip: Label
    port: Label


class BindingRequest(Message):
    """POST binding, widget 1 (2.5). A phone number is needed for the method ``PHONE``."""

    binding_method: Word[BindingMethod]
    binding_place: Word[BindingPlace] | None = None
    phone_number: Phone | None = None
    browser: BrowserData

    @model_validator(mode="after")
    def _phone_for_phone(self) -> BindingRequest:
        if self.binding_method == BindingMethod.PHONE and self.phone_number is None:
            raise WrongShape("PHONE needs a phone_number")
        return self


class DeepLink(Message):
    """The answer to ``DEEP_LINK`` (2.5): a QR code image in base64 and links for the app."""

    qr_code: Annotated[
        str, StringConstraints(pattern="^[A-Za-z0-9+/]*={0,2}$", max_length=1_000_000)
    ]
    deep_link: Label
    deep_link_hms: Label


class BindingKey(Message):
    """The answer of PUT v2 binding (2.7): opaque, for the page's widget 2."""

    basket_binding_api_key: Annotated[Label, Field(repr=False)]


class BasketStored(Message):
    """The answer of PUT basket, v1 and v2 (2.6, 2.8): the wallet's own id of the basket."""

    inpost_basket_id: Id


class ConfirmedBrowser(Message):
    """Whether the shopper trusts the browser; its id only then (3.4)."""

    browser_trusted: bool
    browser_id: Id | None = None


class BindingConfirmed(Message):
    """The shopper said yes (3.4). Answered with the whole basket, else there is no link."""

    status: Literal["SUCCESS"] = "SUCCESS"
    inpost_basket_id: Id
    phone_number: Phone
    browser: ConfirmedBrowser | None = None
    masked_phone_number: Label | None = None
    name: Text | None = None
    surname: Text | None = None

    @property
    def trusted_browser_id(self) -> str | None:
        """The id for the ``BrowserId`` cookie, if the shopper trusts the browser."""
        trusted = self.browser is not None and self.browser.browser_trusted
        return self.browser.browser_id if self.browser is not None and trusted else None


class BindingRejected(Message):
    """The shopper said no (3.4); the shop answers with the same (7.3)."""

    status: Literal["REJECT"] = "REJECT"


Confirmation = BindingConfirmed | BindingRejected
_CONFIRMATION: TypeAdapter[Confirmation] = TypeAdapter(
    Annotated[Confirmation, Field(discriminator="status")]
)


def read_confirmation(body: bytes) -> Confirmation:
    """POST confirmation, wallet to shop (3.4). Raises as `Message.read`."""
    return read(_CONFIRMATION.validate_python, body)


REALIZED = "true"
"""How ``if_basket_realized`` is written (7.8)."""


def read_realized(value: str | None) -> bool:
    """The query ``if_basket_realized`` of DELETE binding (2.9): ``true`` or ``1``.

    Raises `RequestError` with ``BAD_REQUEST`` for a word that is neither yes nor no.
    """
    if value in {"true", "1"}:
        return True
    if value in {None, "", "false", "0"}:
        return False
    raise refusal(MerchantCode.BAD_REQUEST, "if_basket_realized is true or false.")


def app_link(inpost_basket_id: str, *, sandbox: bool = False) -> str:
    """Opens a linked basket in the app (5.4)."""
    scheme = "inpostsandbox" if sandbox else "inpost"
    return f"{scheme}://izilink?basket_id={quote(inpost_basket_id, safe='')}"
