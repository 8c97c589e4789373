"""Companies, users and currencies of the W3block protocol: enrolled by an operator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..tables.w3block import w3_companies, w3_currencies, w3_users
from ..w3block_company import BankAccount, Coin, Company, CompanyUser, Provider
from .merchants import read_merchant


def add_company(work: Work, company: Company) -> Company:
    """Raises `NotFound` for its merchant, `Conflict` (COMPANY_EXISTS)."""
    read_merchant(work, company.merchant_id)
    values = _values(company) | {"id": company.id, "created_at": work.now}
    if not work.insert_once(w3_companies, values):
        raise Conflict(f"There is a company {company.id} already.", code="COMPANY_EXISTS")
    return company


def change_company(work: Work, company: Company) -> Company:
    """Have it as it is said here, under its id."""
    changed = update(w3_companies).where(w3_companies.c.id == company.id)
    work.execute(changed.values(**_values(company)))
    return read_company(work, company.id)


def find_company(work: Work, company_id: str) -> Company | None:
    row = work.execute(select(w3_companies).where(w3_companies.c.id == company_id)).first()
    return None if row is None else _company(row)


def read_company(work: Work, company_id: str) -> Company:
    """Raises `NotFound` (COMPANY_NOT_FOUND)."""
    found = find_company(work, company_id)
    if found is None:
        raise NotFound("There is no such company.", code="COMPANY_NOT_FOUND")
    return found


def add_user(work: Work, user: CompanyUser) -> CompanyUser:
    """Raises `NotFound` (COMPANY_NOT_FOUND), `Conflict` (USER_EXISTS) for its id or e-mail."""
    read_company(work, user.company_id)
    values = asdict(user) | {"roles": list(user.roles), "created_at": work.now}
    if not work.insert_once(w3_users, values):
        raise Conflict(f"There is a user {user.email} already.", code="USER_EXISTS")
    return user


def find_user(work: Work, company_id: str, user_id: str) -> CompanyUser | None:
    row = work.execute(
        select(w3_users).where(w3_users.c.company_id == company_id, w3_users.c.id == user_id)
    ).first()
    return None if row is None else _user(row)


def find_user_by_mail(work: Work, email: str, company_id: str | None) -> CompanyUser | None:
    """Without a company: the only user with that address; None where there are several."""
    query = select(w3_users).where(w3_users.c.email == email).limit(2)
    if company_id is not None:
        query = query.where(w3_users.c.company_id == company_id)
    rows = work.execute(query).all()
    return _user(rows[0]) if len(rows) == 1 else None


def ensure_currency(work: Work, coin: Coin) -> None:
    """A currency, unless it is there already."""
    work.insert_once(w3_currencies, asdict(coin))


def read_currencies(work: Work) -> dict[str, Coin]:
    """All of them by id, in the order of their codes."""
    rows = work.execute(select(w3_currencies).order_by(w3_currencies.c.code, w3_currencies.c.id))
    return {row.id: Coin(**row._mapping) for row in rows.all()}


def _values(company: Company) -> dict[str, Any]:
    return {
        "merchant_id": company.merchant_id,
        "name": company.name,
        "key_digest": company.key_digest,
        "secret_digest": company.secret_digest,
        "roles": list(company.roles),
        "bills_gas": company.bills_gas,
        "service_fee": company.service_fee,
        "delays": dict(company.delays),
        "providers": [asdict(one) for one in company.providers],
        "bank": None if company.bank is None else asdict(company.bank),
    }


def _company(row: Any) -> Company:
    return Company(
        id=row.id,
        merchant_id=row.merchant_id,
        name=row.name,
        key_digest=row.key_digest,
        secret_digest=row.secret_digest,
        roles=tuple(row.roles),
        bills_gas=row.bills_gas,
        service_fee=row.service_fee,
        delays=row.delays,
        providers=tuple(Provider(**one) for one in row.providers),
        bank=bank_from(row.bank),
    )


def bank_from(data: Mapping[str, Any] | None) -> BankAccount | None:
    """Of the column that it is kept in."""
    return None if data is None else BankAccount(**data)


def _user(row: Any) -> CompanyUser:
    return CompanyUser(
        id=row.id,
        company_id=row.company_id,
        email=row.email,
        password=row.password,
        name=row.name,
        roles=tuple(row.roles),
        wallet=row.wallet,
        email_verified=row.email_verified,
        phone_verified=row.phone_verified,
    )
