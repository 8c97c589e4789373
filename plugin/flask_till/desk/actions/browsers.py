"""Browsers that a shopper trusts with one shop (1.5)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import insert, select, update

from ...base.database import Work
from ...errors import NotFound
from ..linked_basket import TrustedBrowser
from ..tables.wallet import trusted_browsers
from .shoppers import touch


def find_trusted(work: Work, merchant_id: str, browser_id: str | None) -> TrustedBrowser | None:
    """The browser, if it is trusted for this merchant's baskets now."""
    if browser_id is None:
        return None
    browser = _of_merchant(work, merchant_id, browser_id)
    return None if browser is None or browser.revoked_at is not None else browser


def trust(
    work: Work, browser_id: str, *, shopper_id: str, merchant_id: str, description: str | None
) -> None:
    """From now on this browser links baskets of this merchant without a prompt."""
    work.execute(
        insert(trusted_browsers).values(
            id=browser_id,
            shopper_id=shopper_id,
            merchant_id=merchant_id,
            description=description,
            created_at=work.now,
        )
    )


def browsers_of(work: Work, shopper_id: str) -> list[TrustedBrowser]:
    """Those the shopper still trusts, newest first."""
    query = (
        select(trusted_browsers)
        .where(trusted_browsers.c.shopper_id == shopper_id, trusted_browsers.c.revoked_at.is_(None))
        .order_by(trusted_browsers.c.created_at.desc(), trusted_browsers.c.id)
    )
    return [browser_from(row) for row in work.execute(query).all()]


def revoke_browser(work: Work, browser_id: str, shopper_id: str) -> None:
    """The shopper trusts it no more. Raises `NotFound` (BROWSER_NOT_FOUND); repeats do nothing."""
    row = work.execute(
        select(trusted_browsers).where(
            trusted_browsers.c.id == browser_id, trusted_browsers.c.shopper_id == shopper_id
        )
    ).first()
    _revoke(work, None if row is None else browser_from(row))


def revoke_for_merchant(work: Work, browser_id: str, merchant_id: str) -> None:
    """As `revoke_browser`, asked for in the shop (1.9)."""
    _revoke(work, _of_merchant(work, merchant_id, browser_id))


def _of_merchant(work: Work, merchant_id: str, browser_id: str) -> TrustedBrowser | None:
    row = work.execute(
        select(trusted_browsers).where(
            trusted_browsers.c.id == browser_id, trusted_browsers.c.merchant_id == merchant_id
        )
    ).first()
    return None if row is None else browser_from(row)


def _revoke(work: Work, browser: TrustedBrowser | None) -> None:
    if browser is None:
        raise NotFound("There is no such browser.", code="BROWSER_NOT_FOUND")
    done = work.execute(
        update(trusted_browsers)
        .where(trusted_browsers.c.id == browser.id, trusted_browsers.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    if done.rowcount:
        touch(work, browser.shopper_id)


def browser_from(row: Any) -> TrustedBrowser:
    return TrustedBrowser(
        id=row.id,
        shopper_id=row.shopper_id,
        merchant_id=row.merchant_id,
        description=row.description,
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
