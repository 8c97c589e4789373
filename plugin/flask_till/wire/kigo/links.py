"""Deep links: who holds one may claim, so it is shown to one user and never logged (5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit

from .claim_codes import read_claim_code
from .error_codes import KigoCode, refusal
from .query import read_query
from .values import check_web_url

KIGO_HUB = "https://partner-hub.kigo.io"
CLAIM_CODE, SESSION_ID = "claim-code", "session-id"
PROGRAM_SESSION = "uuid"


@dataclass(frozen=True, slots=True)
class HubVisit:
    """What the address of the hub page says; empty where it says nothing.

    ``claim_code`` is as it was given: `read_claim_code` tells whether it is one.
    """

    claim_code: str = field(default="", repr=False)
    session_id: str = field(default="", repr=False)


def deeplink(hub: str, claim_code: str) -> str:
    """``<hub>?claim-code=<code>``, without a slash before the ``?`` (5, 9.4).

    Raises `RequestError` for a hub that is no http(s) address or has a query of its own.
    """
    _web(hub)
    if "?" in hub or "#" in hub:
        raise refusal(KigoCode.INVALID_REQUEST, "The hub's address has no ? and no #.")
    return f"{hub.rstrip('/')}?{CLAIM_CODE}={quote(claim_code, safe='')}"


def with_session(link: str, session_id: str) -> str:
    """The link with ``&session-id=<id>`` at its end, instead of one that stood there (5).

    Raises `RequestError` for what is no http(s) address.
    """
    parts = urlsplit(_web(link))
    kept = [part for part in parts.query.split("&") if _name(part) != SESSION_ID]
    kept.append(f"{SESSION_ID}={quote(session_id, safe='')}")
    return parts._replace(query="&".join(part for part in kept if part)).geturl()


def program_link(site: str, external_program_id: str, session_id: str) -> str:
    """``<site>/sso/<program>?uuid=<session>``, the other form that is in use (5.1).

    Raises `RequestError` for a site that is no http(s) address.
    """
    program = quote(external_program_id, safe="")
    return f"{_web(site).rstrip('/')}/sso/{program}?{PROGRAM_SESSION}={quote(session_id, safe='')}"


def read_visit(query: bytes) -> HubVisit:
    """What is behind the ``?``: in any order, other parameters ignored (5).

    Raises `RequestError` (400 ``invalid_request``), see `read_query`.
    """
    told = read_query(query, (CLAIM_CODE, SESSION_ID))
    return HubVisit(told.get(CLAIM_CODE, ""), told.get(SESSION_ID, ""))


def read_program_session(query: bytes) -> str:
    """The session behind the ``?`` of a `program_link`, empty without one. Raises as above."""
    return read_query(query, (PROGRAM_SESSION,)).get(PROGRAM_SESSION, "")


def read_deeplink(link: str) -> HubVisit:
    """The code and session of a whole link, the code as it is written.

    Raises `RequestError` for what is no http(s) address or names no code.
    """
    visit = read_visit(urlsplit(_web(link)).query.encode())
    return HubVisit(read_claim_code(visit.claim_code), visit.session_id)


def _name(part: str) -> str:
    return unquote(part.partition("=")[0])


def _web(address: str) -> str:
    try:
        return check_web_url(address)
    except ValueError as error:
        raise refusal(KigoCode.INVALID_REQUEST, f"The address {error}.") from None
