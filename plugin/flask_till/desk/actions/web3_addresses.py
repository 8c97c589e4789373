"""Addresses of ours: each is derived from its number, and is given away once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Text, cast, func, select

from ...base.database import Work
from ...errors import NotFound
from ..tables.web3 import web3_addresses, web3_payments


def next_number(work: Work) -> int:
    """The number that the next address may have; whoever adds it first has it."""
    highest = work.execute(select(func.max(web3_addresses.c.number))).scalar_one()
    return 0 if highest is None else highest + 1


def add_address(work: Work, number: int, address: str, owner: str | None = None) -> bool:
    """Note an address as given away; False when its number, or the owner's account, exists."""
    return work.insert_once(
        web3_addresses,
        {"number": number, "address": address, "owner": owner, "created_at": work.now},
    )


def number_of(work: Work, address: str) -> int:
    """Raises `NotFound` (ADDRESS_NOT_FOUND) for one that is not ours."""
    query = select(web3_addresses.c.number).where(web3_addresses.c.address == address)
    number = work.execute(query).scalar_one_or_none()
    if number is None:
        raise NotFound("That address is none of this desk.", code="ADDRESS_NOT_FOUND")
    return int(number)


def address_of(work: Work, owner: str) -> str | None:
    """That of an owner's account, if there is one."""
    query = select(web3_addresses.c.address).where(web3_addresses.c.owner == owner)
    return work.execute(query).scalar_one_or_none()


def owner_of(work: Work, address: str) -> str | None:
    """Whose account it is; None for a payment's address."""
    query = select(web3_addresses.c.owner).where(web3_addresses.c.address == address)
    return work.execute(query).scalar_one_or_none()


def watched_addresses(work: Work, chain_id: int) -> list[str]:
    """Where money may come on a chain: payments whose time runs, and every account.

    A payment is awaited on the chains that it has a price on; an account on all of them.
    """
    awaited = select(web3_payments.c.address).where(
        web3_payments.c.watched_until >= work.now,
        cast(web3_payments.c.dues, Text).contains(f'"{chain_id}:'),
    )
    accounts = select(web3_addresses.c.address).where(web3_addresses.c.owner.is_not(None))
    return list(work.execute(awaited.union_all(accounts)).scalars())


def payments_at(work: Work, addresses: Sequence[str]) -> list[str]:
    """The ids of the payments that these addresses belong to."""
    query = select(web3_payments.c.payment_id).where(web3_payments.c.address.in_(addresses))
    return list(work.execute(query).scalars())
