"""Where companies' tokens are on chains: named by an operator."""

from __future__ import annotations

from sqlalchemy import delete, select

from ...base.database import Work
from ...errors import Conflict, NotFound
from ..onchain import Sending
from ..tables.w3block import w3_contracts, w3_moves
from ..w3block_token import UNDER_WAY, Contract
from .merchants import read_merchant
from .w3block_companies import read_company
from .web3_sendings import queue_sending


def find_contract(work: Work, company_id: str) -> Contract | None:
    row = work.execute(select(w3_contracts).where(w3_contracts.c.company_id == company_id)).first()
    if row is None:
        return None
    return Contract(row.company_id, row.chain_id, row.address, row.sending_id)


def name_contract(
    work: Work, contract: Contract, *, live: bool, deploying: Sending | None = None
) -> Contract:
    """Deliver a company's tokens there from now on; ``deploying`` puts it there.

    Raises `NotFound` (COMPANY_NOT_FOUND), `Conflict`: WRONG_MODE when live and test money would
    meet, CONTRACT_TAKEN when it is another company's, and what `_require_still` does.
    """
    company = read_company(work, contract.company_id)
    if read_merchant(work, company.merchant_id).live != live:
        raise Conflict(
            "A company that takes real money delivers on a live chain, and one in test mode on a"
            " test chain.",
            code="WRONG_MODE",
        )
    if find_contract(work, company.id) == contract:
        return contract
    _require_still(work, company.id)
    _forget(work, company.id)
    if deploying is not None:
        queue_sending(work, deploying)
    values = {
        "company_id": company.id,
        "chain_id": contract.chain_id,
        "address": contract.address,
        "sending_id": contract.sending_id,
        "created_at": work.now,
    }
    if not work.insert_once(w3_contracts, values):
        raise Conflict("That contract is another company's.", code="CONTRACT_TAKEN")
    return contract


def forget_contract(work: Work, company_id: str) -> None:
    """Deliver a company's tokens in the desk's own book from now on.

    Raises `NotFound` (CONTRACT_NOT_FOUND), and what `_require_still` does.
    """
    if find_contract(work, company_id) is None:
        raise NotFound("That company has no contract.", code="CONTRACT_NOT_FOUND")
    _require_still(work, company_id)
    _forget(work, company_id)


def _forget(work: Work, company_id: str) -> None:
    work.execute(delete(w3_contracts).where(w3_contracts.c.company_id == company_id))


def _require_still(work: Work, company_id: str) -> None:
    """Raises `Conflict` (TOKENS_MOVING) while tokens are on their way through the present one."""
    here = find_contract(work, company_id)
    if here is None:
        return
    moving = select(w3_moves.c.token_id).where(
        w3_moves.c.chain_id == here.chain_id,
        w3_moves.c.contract == here.address,
        w3_moves.c.state == UNDER_WAY,
    )
    if work.execute(moving.limit(1)).first() is not None:
        raise Conflict("Tokens of that company are on their way.", code="TOKENS_MOVING")
