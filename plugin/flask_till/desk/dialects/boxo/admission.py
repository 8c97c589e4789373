"""Who calls: a listed address, or a signature by the partner's own scheme (2.1, 2.2).

A signature that is there must be right, whatever the address is.
"""

from __future__ import annotations

import hmac
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from flask import request

from ....base.logs import logger
from ....errors import Conflict, RequestError, SettingsError
from ....web.callers import WARN_EVERY, forwarded_unseen, limit_caller
from ....wire.boxo.error_codes import BoxoCode, refusal
from ....wire.boxo.signing import Call, HeaderNames, Scheme, verify
from ...actions.boxo_used_once import use_nonce
from ...boxo_payment import Proof
from ...boxo_signing import key_bytes, scheme_of
from .front import Front

log = logger(__name__)
API = "/api/v1/"


def require_proof(front: Front, partner: str, client_id: str, proof: Proof, body: bytes) -> None:
    """Raises `RequestError` unless the request is that partner's.

    ``partner`` is whose nonces they are, ``client_id`` its id for the API. Codes:
    NOT_A_WHITELISTED_IP, INVALID_SIGNATURE, MISSING_HEADER, MISSING_REQUEST_SIGNATURE_SETTINGS,
    SIGNATURE_VALIDATION_ERROR (our key for it cannot be used).
    """
    try:
        if _is_signed(proof):
            _check_signature(front, partner, client_id, proof, body)
        elif not is_listed(request.remote_addr, proof.addresses):
            raise _unlisted(front)
    except RequestError:
        limit_caller(front.parts.limits, "boxo_wrong_proof")
        raise
    front.parts.remember_address()


def is_listed(address: str | None, networks: tuple[str, ...]) -> bool:
    """Whether the address lies in one of the networks; IPv4 in IPv6's clothes is IPv4."""
    try:
        ip = _plain(ip_address((address or "").partition("%")[0]))
    except ValueError:
        return False
    return any(ip in ip_network(network) for network in networks)


def _plain(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = getattr(ip, "ipv4_mapped", None)
    return ip if mapped is None else mapped


def _is_signed(proof: Proof) -> bool:
    """Whether a signature decides. Raises when one is needed that nobody can check."""
    names = HeaderNames() if proof.scheme is None else scheme_of(proof.scheme).headers
    has_signature = names.signature in request.headers
    if proof.scheme is not None:
        if has_signature or proof.must_sign:
            return True
        # Half of a signature, from an address that proves nothing: say what is missing.
        half = names.timestamp in request.headers or names.nonce in request.headers
        return half and not is_listed(request.remote_addr, proof.addresses)
    if proof.must_sign or (has_signature and not is_listed(request.remote_addr, proof.addresses)):
        raise refusal(
            BoxoCode.MISSING_REQUEST_SIGNATURE_SETTINGS,
            "No signing settings are stored for this partner.",
        )
    return False


def _check_signature(front: Front, partner: str, client_id: str, proof: Proof, body: bytes) -> None:
    try:
        nonce = _verify(front, client_id, proof, body)
        if nonce:
            front.database.write(use_nonce, partner, nonce)
    except Conflict as conflict:
        raise refusal(BoxoCode.INVALID_SIGNATURE, conflict.message) from None
    except RequestError:
        raise
    except SettingsError as error:
        log.error("signatures of %s cannot be checked: %s", partner, error)
        raise _broken() from None
    except Exception:
        log.exception("signatures of %s cannot be checked", partner)
        raise _broken() from None


def _verify(front: Front, client_id: str, proof: Proof, body: bytes) -> str:
    assert proof.scheme is not None
    assert proof.key is not None
    scheme = scheme_of(proof.scheme)
    key = key_bytes(scheme, front.parts.seal.open(proof.key))
    call = Call(request.method, _signed_url(), body)
    now = int(front.parts.clock().timestamp())
    _same_merchant(scheme)
    return verify(scheme, key, call, dict(request.headers.items()), client_id=client_id, now=now)


def _same_merchant(scheme: Scheme) -> None:
    """A merchant id that is sent although the signature may not cover it."""
    sent = request.headers.get(scheme.headers.merchant_id)
    told, ours = (sent or "").encode(), scheme.merchant_id.encode()
    if scheme.merchant_id and sent is not None and not hmac.compare_digest(told, ours):
        raise refusal(BoxoCode.INVALID_SIGNATURE, "The signature does not fit.")


def _signed_url() -> str:
    """The API path, without host, mount prefix or query (2.2)."""
    return request.path[request.path.rindex(API) :]


def _unlisted(front: Front) -> RequestError:
    # Anybody can send that header: the log must not grow with each time it comes.
    if forwarded_unseen() and front.pace.may("proxy", WARN_EVERY):
        log.warning(
            "%s is on no list. If that is your proxy, wrap the app in werkzeug's ProxyFix.",
            request.remote_addr,
        )
    return refusal(
        BoxoCode.NOT_A_WHITELISTED_IP, "The address is not listed and the call is not signed."
    )


def _broken() -> RequestError:
    return refusal(
        BoxoCode.SIGNATURE_VALIDATION_ERROR, "The signature cannot be checked here at the moment."
    )
