"""Partners of the Kigo protocol with their programs and products: enrolled by an operator."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import Select, bindparam, select, update

from ...base.database import Work
from ...base.prepared import Prepared
from ...errors import Conflict, Forbidden, NotFound
from ..kigo_partner import KigoProduct, Partner, Program
from ..tables import merchants
from ..tables.kigo import kigo_partners, kigo_products, kigo_programs
from .merchants import read_merchant


def _partners() -> Select[Any]:
    query = select(kigo_partners, merchants.c.name, merchants.c.live)
    return query.join(merchants, merchants.c.id == kigo_partners.c.merchant_id)


_PARTNER = Prepared(_partners().where(kigo_partners.c.id == bindparam("partner")))
_PRODUCT = Prepared(
    select(kigo_products, merchants.c.live)
    .join(kigo_partners, kigo_partners.c.id == kigo_products.c.partner_id)
    .join(merchants, merchants.c.id == kigo_partners.c.merchant_id)
    .where(kigo_products.c.id == bindparam("product"))
)


def add_partner(
    work: Work,
    partner_id: str,
    merchant_id: str,
    *,
    api_key: str,
    webhook_url: str | None = None,
    webhook_secret: str | None = None,
) -> Partner:
    """``api_key`` is a digest, ``webhook_secret`` sealed. Raises `NotFound` for the merchant,
    `Conflict` (PARTNER_EXISTS) for an id, a merchant or a key that is taken."""
    read_merchant(work, merchant_id)
    row = {
        "id": partner_id,
        "merchant_id": merchant_id,
        "api_key": api_key,
        "webhook_url": webhook_url,
        "webhook_secret": webhook_secret,
        "is_on": True,
        "created_at": work.now,
    }
    if not work.insert_once(kigo_partners, row):
        raise Conflict("That partner, its merchant or its key exists.", code="PARTNER_EXISTS")
    return read_partner(work, partner_id)


def change_partner(work: Work, partner_id: str, **values: Any) -> Partner:
    """Change ``api_key`` (a digest), ``webhook_url``, ``webhook_secret`` (sealed), ``is_on``."""
    read_partner(work, partner_id)
    if values:
        work.execute(update(kigo_partners).where(kigo_partners.c.id == partner_id).values(**values))
    return read_partner(work, partner_id)


def find_partner(work: Work, partner_id: str) -> Partner | None:
    row = work.execute(_PARTNER, {"partner": partner_id}).first()
    return None if row is None else _partner(row)


def read_partner(work: Work, partner_id: str) -> Partner:
    """Raises `NotFound` (PARTNER_NOT_FOUND)."""
    found = find_partner(work, partner_id)
    if found is None:
        raise NotFound(f"There is no partner {partner_id}.", code="PARTNER_NOT_FOUND")
    return found


def list_partners(work: Work) -> list[Partner]:
    query = _partners().order_by(kigo_partners.c.created_at, kigo_partners.c.id)
    return [_partner(row) for row in work.execute(query).all()]


# --- programs ---------------------------------------------------------------------------------


def ensure_program(work: Work, partner_id: str, external_program_id: str) -> None:
    """A program that nobody configured yet is made on the fly (5.1)."""
    work.insert_once(kigo_programs, asdict(Program(partner_id, external_program_id)))


def set_program(work: Work, program: Program) -> Program:
    """Configure a program, new or not. Raises `NotFound` (PARTNER_NOT_FOUND)."""
    read_partner(work, program.partner_id)
    ensure_program(work, program.partner_id, program.external_program_id)
    work.execute(update(kigo_programs).where(*_key(program)).values(**asdict(program)))
    return program


def find_program(work: Work, partner_id: str, external_program_id: str | None) -> Program | None:
    if external_program_id is None:
        return None
    wanted = Program(partner_id, external_program_id)
    row = work.execute(select(kigo_programs).where(*_key(wanted))).first()
    return None if row is None else Program(**row._mapping)


def list_programs(work: Work) -> list[Program]:
    keys = (kigo_programs.c.partner_id, kigo_programs.c.external_program_id)
    rows = work.execute(select(kigo_programs).order_by(*keys)).all()
    return [Program(**row._mapping) for row in rows]


def _key(program: Program) -> tuple[Any, Any]:
    return (
        kigo_programs.c.partner_id == program.partner_id,
        kigo_programs.c.external_program_id == program.external_program_id,
    )


# --- products ---------------------------------------------------------------------------------


def add_product(work: Work, product: KigoProduct) -> KigoProduct:
    """Raises `NotFound` (PARTNER_NOT_FOUND), `Conflict` (PRODUCT_EXISTS)."""
    read_partner(work, product.partner_id)
    row = _row(product) | {"sold": 0, "created_at": work.now}
    if not work.insert_once(kigo_products, row):
        raise Conflict(f"There is a product {product.id} already.", code="PRODUCT_EXISTS")
    return product


def change_product(work: Work, product_id: str, **values: Any) -> KigoProduct:
    """Change what a `KigoProduct` has, but not whose it is. Raises `NotFound`."""
    read_product(work, product_id)
    if values:
        work.execute(update(kigo_products).where(kigo_products.c.id == product_id).values(**values))
    return read_product(work, product_id)


def find_product(work: Work, product_id: str) -> KigoProduct | None:
    row = work.execute(_PRODUCT, {"product": product_id}).first()
    return None if row is None else _product(row)


def read_product(work: Work, product_id: str) -> KigoProduct:
    """Raises `NotFound` (PRODUCT_NOT_FOUND)."""
    found = find_product(work, product_id)
    if found is None:
        raise _no_product()
    return found


def product_for(work: Work, partner: Partner, product_id: str) -> KigoProduct:
    """One that this partner may order.

    Raises `NotFound` (PRODUCT_NOT_FOUND), also for one of the other environment (9.9);
    `Forbidden` (FOREIGN_PRODUCT) for another partner's (2).
    """
    row = work.execute(_PRODUCT, {"product": product_id}).first()
    if row is None or row.live != partner.live:
        raise _no_product()
    if row.partner_id != partner.id:
        raise Forbidden("That is another partner's product.", code="FOREIGN_PRODUCT")
    return _product(row)


def list_products(work: Work) -> list[KigoProduct]:
    query = select(kigo_products).order_by(kigo_products.c.created_at, kigo_products.c.id)
    return [_product(row) for row in work.execute(query).all()]


def take_one(work: Work, product_id: str) -> bool:
    """Sell one; False when it is switched off or out of stock."""
    taken = work.execute(
        update(kigo_products)
        .where(
            kigo_products.c.id == product_id,
            kigo_products.c.is_on == 1,
            (kigo_products.c.stock.is_(None)) | (kigo_products.c.stock > 0),
        )
        .values(stock=kigo_products.c.stock - 1, sold=kigo_products.c.sold + 1)
    )
    return bool(taken.rowcount)


def give_one_back(work: Work, product_id: str) -> None:
    """One that was sold will not be claimed."""
    work.execute(
        update(kigo_products)
        .where(kigo_products.c.id == product_id)
        .values(stock=kigo_products.c.stock + 1, sold=kigo_products.c.sold - 1)
    )


def _row(product: KigoProduct) -> dict[str, Any]:
    lists = {name: list(getattr(product, name)) for name in _LISTS}
    return asdict(product) | lists


_LISTS = ("parts", "actions", "creators", "tags")


def _product(row: Any) -> KigoProduct:
    values = {name: getattr(row, name) for name in KigoProduct.__dataclass_fields__}
    return KigoProduct(**values | {name: tuple(values[name]) for name in _LISTS})


def _partner(row: Any) -> Partner:
    return Partner(**{name: getattr(row, name) for name in Partner.__dataclass_fields__})


def _no_product() -> NotFound:
    return NotFound("There is no such product.", code="PRODUCT_NOT_FOUND")
