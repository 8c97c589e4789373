"""The calls behind ``window.izi*`` that link a basket with a phone (InPost Pay, 5.4, 5.5)."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from ...base.qr import qr_path
from ...errors import Conflict, InvalidRequest, NotFound, RequestError, Unavailable, Unreadable
from ...web.callers import limit_caller
from ...wire import strict_json
from ..actions.basket import add_line
from ..binding import LINKED, PENDING, Binding
from ..linking import Linking
from ..wallet import PayLink, PhoneNumber, Visitor, WalletRefused
from .basket import change, kept
from .blueprint import blueprint
from .body import answer, json_body, nothing_yet, product_id_of, seconds_of
from .channel import LONGEST_WAIT, wait_for
from .feed import Feed
from .origin import require_own_page
from .page_cookies import browser_id, drop_old_key, forget_browser, give_browser, give_key
from .shopfront import Shopfront, shopfront

LONGEST_WORD = 500
_PREFIX = re.compile(r"\+?[1-9][0-9]{0,3}")
_PHONE = re.compile(r"[0-9]{4,15}")
_BETWEEN = re.compile(r"[ ().-]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")


def linking_here(front: Shopfront) -> Linking:
    """Raises `NotFound` (NO_WALLET)."""
    if front.linking is None:
        raise NotFound("This shop is not connected to a wallet.", code="NO_WALLET")
    return front.linking


@blueprint.post("/iziGetPayData")
def get_pay_data() -> Response:
    """Ask the shopper to link, on the phone with that number or by a link and a QR code.

    An empty object says that the phone was asked, or that the basket is linked by now.
    """
    require_own_page()
    front = shopfront()
    linking = linking_here(front)
    body = json_body("prefix", "phone", "binding_place", "browser")
    phone, visitor = _phone(body), _visitor(body.get("browser"))
    limit_caller(front.limits, "link")
    if phone is not None:
        front.limits.require("phone", front.mark_of(phone.country_prefix + phone.phone))
    try:
        link = linking.start(
            front.basket_id(), phone, _place(body.get("binding_place")), visitor, browser_id()
        )
    except WalletRefused as refused:
        return answer({"error_code": refused.code, "error_message": refused.message})
    except Unavailable as error:
        return _unreachable(error)
    except Conflict as error:
        if error.code == "ORDER_EXISTS":
            raise InvalidRequest(error.message, code=error.code) from None
        raise
    return answer({} if link is None else _link_json(link))


@blueprint.get("/iziGetIsBound")
def get_is_bound() -> Response:
    """Whether the phone said yes, or no; 204 while it says nothing, or was not asked."""
    front, wait = shopfront(), seconds_of("wait", LONGEST_WAIT)
    linking, feed = linking_here(front), Feed(front)
    if feed.basket_id is None or linking.binding(feed.basket_id) is None:
        return nothing_yet()

    def settled() -> Binding | None:
        found = linking.binding(feed.basket_id)
        return None if found is None or found.status == PENDING else found

    found = wait_for(feed.basket_id, feed, settled, wait)
    if found is None:
        return nothing_yet()
    if found.status == LINKED:
        return give_browser(answer(_bound_json(found)), found)
    return answer(_refused_json(found)) if found.refusal is not None else nothing_yet()


@blueprint.post("/iziBindingDelete")
def delete_binding() -> Response:
    require_own_page()
    front = shopfront()
    linking_here(front).unlink(front.basket_id())
    return drop_old_key(nothing_yet(), None)


@blueprint.post("/iziBrowserDelete")
def delete_browser() -> Response:
    """The shopper no longer trusts this browser."""
    require_own_page()
    front, known = shopfront(), browser_id()
    linking = linking_here(front)
    if known is not None:
        limit_caller(front.limits, "link")
        linking.untrust(known)
    return forget_browser(nothing_yet())


@blueprint.get("/iziMobileLink")
def mobile_link() -> Response:
    """What opens the linked basket in the app."""
    front = shopfront()
    found = linking_here(front).binding(front.basket_id())
    if found is None or found.status != LINKED or found.inpost_basket_id is None:
        raise NotFound("This basket is not linked.", code="BASKET_NOT_BOUND")
    return answer({"link": front.settings.app_link(found.inpost_basket_id)})


@blueprint.post("/iziBindingKey")
def binding_key() -> Response:
    """The key of the vendor's second widget; ``product_id`` is put in the basket first."""
    require_own_page()
    front = shopfront()
    linking = linking_here(front)
    body = json_body("product_id", "refresh")
    refresh = body.get("refresh", False)
    if not isinstance(refresh, bool):
        raise InvalidRequest("refresh must be true or false.")
    limit_caller(front.limits, "link")
    basket = None
    if body.get("product_id") is not None:
        basket = change(add_line, product_id_of(body), 1)
    try:
        key = linking.key(front.basket_id() if basket is None else basket.id, refresh=refresh)
        response = give_key(answer({"basket_binding_api_key": key}), key)
    except Unavailable as error:
        response = _unreachable(error)
    except RequestError as error:
        response = answer({"error_code": error.code, "error_message": error.message}, error.status)
    return response if basket is None else kept(basket, response)


# ---- reading ----


def _phone(body: Mapping[str, Any]) -> PhoneNumber | None:
    """The number as people type it; the page leaves out the ``+`` of its prefix (5.4)."""
    number, prefix = body.get("phone"), body.get("prefix")
    if number in (None, ""):
        return None
    if not isinstance(number, str) or not isinstance(prefix, str):
        raise _no_phone()
    digits, code = _BETWEEN.sub("", number), prefix.strip()
    if not _PHONE.fullmatch(digits) or not _PREFIX.fullmatch(code):
        raise _no_phone()
    return PhoneNumber(f"+{code.removeprefix('+')}", digits)


def _no_phone() -> InvalidRequest:
    return InvalidRequest(
        "That is not a phone number.", code="PHONE_INVALID", fields={"phone": "not a number"}
    )


def _place(value: object) -> str | None:
    if value is not None and not isinstance(value, str):
        raise InvalidRequest("binding_place must be a text.")
    return value


def _visitor(given: object) -> Visitor:
    """What the page says of its browser, an object or that in base64, and what we see of it."""
    told = _from_base64(given) if isinstance(given, str) else given
    if told is None:
        told = {}
    if not isinstance(told, dict):
        raise InvalidRequest("browser must be an object, or one in base64.")
    agent = request.headers.get("User-Agent", "")
    return Visitor(
        user_agent=_word(told.get("user_agent")) or _CONTROL.sub("", agent)[:LONGEST_WORD],
        address=request.remote_addr or "",
        port=str(request.environ.get("REMOTE_PORT", "")),
        description=_word(told.get("description")),
        platform=_word(told.get("platform")),
        architecture=_word(told.get("architecture")),
    )


def _from_base64(text: str) -> object:
    try:
        return strict_json.parse(base64.b64decode(text, validate=True))
    except (ValueError, Unreadable):
        raise InvalidRequest("browser must be an object, or one in base64.") from None


def _word(value: object) -> str | None:
    """Any text; what is none is left out, for it only helps the shopper to know the browser."""
    return _CONTROL.sub("", value)[:LONGEST_WORD] or None if isinstance(value, str) else None


# ---- answering ----


def _unreachable(error: Unavailable) -> Response:
    """502, as the contract has it (5.5)."""
    response = answer({"error_code": error.code, "error_message": error.message}, 502)
    response.headers["Retry-After"] = str(error.retry_after)
    return response


def _link_json(link: PayLink) -> dict[str, Any]:
    path, size = qr_path(link.deep_link)
    return {
        "qr_code": link.qr_code,
        "deep_link": link.deep_link,
        "deep_link_hms": link.deep_link_hms,
        "qr_svg_path": path,
        "qr_size": size,
    }


def _bound_json(found: Binding) -> dict[str, Any]:
    phone = {"country_prefix": found.country_prefix, "phone": found.phone}
    return {
        "status": "SUCCESS",
        "inpost_basket_id": found.inpost_basket_id,
        "phone_number": phone if found.phone is not None else None,
        "masked_phone_number": found.masked_phone_number,
        "name": found.name,
        "surname": found.surname,
        "browser": {"browser_trusted": found.browser_trusted, "browser_id": found.browser_id},
    }


def _refused_json(found: Binding) -> dict[str, Any]:
    return {
        "status": "REJECT",
        "message": "The shopper did not confirm.",
        "error_code": found.refusal,
    }
