"""Miniapps, host apps and their partnerships: added, changed, read."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, NotFound
from ..boxo_payment import BoxoHost, BoxoMiniapp, Partnership, Proof
from ..tables.boxo import boxo_hosts, boxo_miniapps, boxo_partnerships
from .merchants import read_merchant

_MINIAPP = Prepared(select(boxo_miniapps).where(boxo_miniapps.c.app_id == bindparam("id")))
_HOST = Prepared(select(boxo_hosts).where(boxo_hosts.c.client_id == bindparam("id")))
_PAIR = Prepared(
    select(boxo_partnerships).where(
        boxo_partnerships.c.app_id == bindparam("app"),
        boxo_partnerships.c.client_id == bindparam("client"),
    )
)


# --- miniapps ---------------------------------------------------------------------------------


def add_miniapp(work: Work, miniapp: BoxoMiniapp) -> BoxoMiniapp:
    """Raises `NotFound` for an unknown merchant, `Conflict` (BOXO_EXISTS) for an id that is taken
    or a merchant that is another miniapp already."""
    read_merchant(work, miniapp.merchant_id)
    values = {
        "app_id": miniapp.app_id,
        "merchant_id": miniapp.merchant_id,
        "name": miniapp.name,
        "secret_key": miniapp.secret_key,
        "url": miniapp.url,
        "webhook_url": miniapp.webhook_url,
        "is_on": miniapp.is_on,
        "created_at": work.now,
        **_columns(miniapp.proof),
    }
    if not work.insert_once(boxo_miniapps, values):
        raise _taken(f"The miniapp {miniapp.app_id}, or one of that merchant,")
    return read_miniapp(work, miniapp.app_id)


def change_miniapp(
    work: Work, app_id: str, *, proof: Proof | None = None, **values: Any
) -> BoxoMiniapp:
    """Change ``name``, ``url``, ``webhook_url``, ``is_on`` or ``proof``. Raises `NotFound`."""
    values |= {} if proof is None else _columns(proof)
    read_miniapp(work, app_id)
    if values:
        work.execute(update(boxo_miniapps).where(boxo_miniapps.c.app_id == app_id).values(**values))
    return read_miniapp(work, app_id)


def find_miniapp(work: Work, app_id: str) -> BoxoMiniapp | None:
    row = work.execute(_MINIAPP, {"id": app_id}).first()
    return None if row is None else _miniapp(row)


def read_miniapp(work: Work, app_id: str) -> BoxoMiniapp:
    """Raises `NotFound` (MINIAPP_NOT_FOUND)."""
    found = find_miniapp(work, app_id)
    if found is None:
        raise NotFound(f"There is no miniapp {app_id}.", code="MINIAPP_NOT_FOUND")
    return found


def miniapp_of_merchant(work: Work, merchant_id: str) -> BoxoMiniapp | None:
    query = select(boxo_miniapps).where(boxo_miniapps.c.merchant_id == merchant_id)
    row = work.execute(query).first()
    return None if row is None else _miniapp(row)


def list_miniapps(work: Work) -> list[BoxoMiniapp]:
    query = select(boxo_miniapps).order_by(boxo_miniapps.c.app_id)
    return [_miniapp(row) for row in work.execute(query).all()]


# --- hosts ------------------------------------------------------------------------------------


def add_host(work: Work, host: BoxoHost) -> BoxoHost:
    """Raises `Conflict` (BOXO_EXISTS) for an id that is taken."""
    values = {
        "client_id": host.client_id,
        "kind": host.kind,
        "name": host.name,
        "secret_key": host.secret_key,
        "create_url": host.create_url,
        "status_url": host.status_url,
        "auth_prefix": host.auth_prefix,
        "origins": list(host.origins),
        "is_on": host.is_on,
        "created_at": work.now,
        **_columns(host.proof),
    }
    if not work.insert_once(boxo_hosts, values):
        raise _taken(f"The host app {host.client_id}")
    return read_host(work, host.client_id)


def change_host(
    work: Work, client_id: str, *, proof: Proof | None = None, **values: Any
) -> BoxoHost:
    """Change whatever `BoxoHost` has besides its id and its kind. Raises `NotFound`."""
    values |= {} if proof is None else _columns(proof)
    read_host(work, client_id)
    if values:
        work.execute(update(boxo_hosts).where(boxo_hosts.c.client_id == client_id).values(**values))
    return read_host(work, client_id)


def find_host(work: Work, client_id: str) -> BoxoHost | None:
    row = work.execute(_HOST, {"id": client_id}).first()
    return None if row is None else _host(row)


def read_host(work: Work, client_id: str) -> BoxoHost:
    """Raises `NotFound` (HOSTAPP_NOT_FOUND)."""
    found = find_host(work, client_id)
    if found is None:
        raise NotFound(f"There is no host app {client_id}.", code="HOSTAPP_NOT_FOUND")
    return found


def list_hosts(work: Work) -> list[BoxoHost]:
    query = select(boxo_hosts).order_by(boxo_hosts.c.client_id)
    return [_host(row) for row in work.execute(query).all()]


def is_page_of_a_host(work: Work, origin: str) -> bool:
    """Whether a page from there may be a host app's: registered by one, or by a host that lists
    no origins and so may be anywhere."""
    query = select(boxo_hosts.c.origins).where(boxo_hosts.c.is_on == True)  # noqa: E712 - SQL
    return any(not origins or origin in origins for origins in work.execute(query).scalars())


# --- partnerships -----------------------------------------------------------------------------


def add_partnership(work: Work, app_id: str, client_id: str, *, payments_on: bool) -> Partnership:
    """Pair the two; paired already, `payments_on` is set. Raises `NotFound`."""
    read_miniapp(work, app_id)
    read_host(work, client_id)
    values = {"app_id": app_id, "client_id": client_id, "payments_on": payments_on}
    work.insert_once(boxo_partnerships, values | {"created_at": work.now})
    return switch_payments(work, app_id, client_id, on=payments_on)


def switch_payments(work: Work, app_id: str, client_id: str, *, on: bool) -> Partnership:
    """Raises `NotFound` (NO_INTEGRATION)."""
    pairs = boxo_partnerships
    work.execute(
        update(pairs)
        .where(pairs.c.app_id == app_id, pairs.c.client_id == client_id)
        .values(payments_on=on)
    )
    found = find_partnership(work, app_id, client_id)
    if found is None:
        raise NotFound(f"{app_id} and {client_id} are no partners.", code="NO_INTEGRATION")
    return found


def find_partnership(work: Work, app_id: str, client_id: str) -> Partnership | None:
    row = work.execute(_PAIR, {"app": app_id, "client": client_id}).first()
    return None if row is None else Partnership(row.app_id, row.client_id, row.payments_on)


def list_partnerships(work: Work) -> list[Partnership]:
    pairs = boxo_partnerships
    rows = work.execute(select(pairs).order_by(pairs.c.app_id, pairs.c.client_id)).all()
    return [Partnership(row.app_id, row.client_id, row.payments_on) for row in rows]


def _taken(what: str) -> Conflict:
    return Conflict(f"{what} is there already.", code="BOXO_EXISTS", remedy="Choose another id.")


def _columns(proof: Proof) -> dict[str, Any]:
    return {
        "addresses": list(proof.addresses),
        "scheme": None if proof.scheme is None else dict(proof.scheme),
        "signing_key": proof.key,
        "own_key": proof.own_key,
        "must_sign": proof.must_sign,
    }


def _proof(row: Any) -> Proof:
    return Proof(tuple(row.addresses), row.scheme, row.signing_key, row.own_key, row.must_sign)


def _miniapp(row: Any) -> BoxoMiniapp:
    return BoxoMiniapp(
        app_id=row.app_id,
        merchant_id=row.merchant_id,
        name=row.name,
        url=row.url,
        webhook_url=row.webhook_url,
        secret_key=row.secret_key,
        proof=_proof(row),
        is_on=row.is_on,
    )


def _host(row: Any) -> BoxoHost:
    return BoxoHost(
        client_id=row.client_id,
        kind=row.kind,
        name=row.name,
        create_url=row.create_url,
        status_url=row.status_url,
        auth_prefix=row.auth_prefix,
        secret_key=row.secret_key,
        proof=_proof(row),
        origins=tuple(row.origins),
        is_on=row.is_on,
    )
