"""Which miniapp and which host app a call is about, checked in the contract's order (3.3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ....errors import RequestError
from ....wire.boxo.error_codes import BoxoCode, refusal
from ...actions.boxo_partners import find_host, find_miniapp, find_partnership
from ...boxo_payment import BoxoHost, BoxoMiniapp, Partnership
from .admission import require_proof
from .answers import asked
from .front import Front

_ID = re.compile(r"[\x21-\x7e]{1,250}")


@dataclass(frozen=True, slots=True)
class Pair:
    """A call's JSON, and the two that it is between; they are partners and switched on."""

    data: Mapping[str, Any]
    miniapp: BoxoMiniapp
    host: BoxoHost
    partnership: Partnership


def called_by_miniapp(front: Front) -> Pair:
    """Steps 1 to 5 for a miniapp's server. Raises `RequestError` at the first that fails."""
    data, body = asked()
    miniapp = _miniapp(front, data.get("app_id"))
    require_proof(front, f"miniapp:{miniapp.app_id}", miniapp.app_id, miniapp.proof, body)
    host = _host(front, data.get("client_id"))
    pair = _pair(front, data, miniapp, host)
    require_payments(pair)
    return pair


def called_by_host(front: Front) -> Pair:
    """The same for a host's server (7); it must be known before it can prove itself.

    What it reports counts with payments switched off, too: the money is there or it is not.
    """
    data, body = asked()
    miniapp = _miniapp(front, data.get("app_id"))
    host = _host(front, data.get("client_id"))
    require_proof(front, f"host:{host.client_id}", host.client_id, host.proof, body)
    return _pair(front, data, miniapp, host)


def called_by_page(front: Front, data: Mapping[str, Any]) -> Pair:
    """For a host's page in a browser (6), which proves nothing."""
    miniapp = _miniapp(front, data.get("app_id"))
    return _pair(front, data, miniapp, _host(front, data.get("client_id")))


def require_payments(pair: Pair) -> None:
    """Raises `RequestError` (FEATURE_DISABLED_IN_INTEGRATION)."""
    if not pair.partnership.payments_on:
        raise refusal(
            BoxoCode.FEATURE_DISABLED_IN_INTEGRATION, "Payments of this pair are switched off."
        )


def _pair(front: Front, data: Mapping[str, Any], miniapp: BoxoMiniapp, host: BoxoHost) -> Pair:
    found = front.database.read(find_partnership, miniapp.app_id, host.client_id)
    if found is None:
        raise refusal(BoxoCode.NO_INTEGRATION, "The miniapp and the host app are no partners.")
    if not miniapp.is_on:
        raise refusal(BoxoCode.FEATURE_DISABLED_IN_MINIAPP, "The miniapp is switched off.")
    if not host.is_on:
        raise refusal(BoxoCode.FEATURE_DISABLED_IN_HOSTAPP, "The host app is switched off.")
    return Pair(data, miniapp, host, found)


def _miniapp(front: Front, app_id: Any) -> BoxoMiniapp:
    found = front.database.read(find_miniapp, app_id) if _may_be_id(app_id) else None
    if found is None:
        raise _unknown(BoxoCode.MINIAPP_NOT_FOUND, "miniapp")
    return found


def _host(front: Front, client_id: Any) -> BoxoHost:
    found = front.database.read(find_host, client_id) if _may_be_id(client_id) else None
    if found is None:
        raise _unknown(BoxoCode.HOSTAPP_NOT_FOUND, "host app")
    return found


def _may_be_id(text: Any) -> bool:
    return isinstance(text, str) and _ID.fullmatch(text) is not None


def _unknown(code: BoxoCode, what: str) -> RequestError:
    return refusal(code, f"There is no such {what}.")
