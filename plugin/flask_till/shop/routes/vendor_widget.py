"""What a page needs for the vendor's own script of the second widget (InPost Pay, 5.1 and 5.7)."""

from __future__ import annotations

from jinja2.utils import htmlsafe_json_dumps
from markupsafe import Markup

from ...errors import SettingsError
from .shopfront import Shopfront
from .snapshot import locale_asked_for

OPTIONS_ID = "till-inpost-widget-options"


def widget_options(front: Shopfront, nonce: str | None = None) -> Markup:
    """A script element that is data, not code: ``izi.js`` finds the options in it.

    Raises `SettingsError` without a wallet, or without the public id of this shop.
    """
    settings = front.settings
    if not settings.has_wallet or settings.inpost_merchant_client_id is None:
        raise SettingsError(
            "The vendor's widget cannot say which shop it is in.",
            remedy="Set TILL_INPOST_MERCHANT_CLIENT_ID, and TILL_INPOST_CLIENT_ID with what"
            " belongs to it.",
        )
    options = {
        "merchantClientId": settings.inpost_merchant_client_id,
        "language": locale_asked_for(front),
        "prefix": settings.url_prefix,
    }
    if settings.inpost_widget_api_url is not None:
        options["apiBaseUrl"] = settings.inpost_widget_api_url
    tag = Markup('<script type="application/json" id="{}"{}>{}</script>')
    return tag.format(OPTIONS_ID, _with(nonce), htmlsafe_json_dumps(options))


def widget_script(front: Shopfront, nonce: str | None = None) -> Markup:
    """The tag of the vendor's script; it works on origins that the vendor has registered."""
    tag = Markup('<script src="{}"{} defer></script>')
    return tag.format(front.settings.wallet_widget, _with(nonce))


def _with(nonce: str | None) -> Markup:
    return Markup("") if nonce is None else Markup(' nonce="{}"').format(nonce)
