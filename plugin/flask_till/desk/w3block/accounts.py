"""Bank accounts of companies, as the gateway for transfers asks for them."""

from __future__ import annotations

from collections.abc import Mapping

from ...base.database import Database
from ..actions.w3block_parts import bank_of_leg


class CompanyAccounts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def account_for(self, order_id: str) -> Mapping[str, str]:
        """By what each thing is called; the reference is what the order's receipt is found by."""
        found = self._database.read(bank_of_leg, order_id)
        if found is None:
            return {}
        bank, reference = found
        known = {
            "holder": bank.holder,
            "pix_key": bank.pix_key,
            "bank_code": bank.bank_code,
            "agency": bank.agency,
            "account": bank.account,
            "reference": reference,
        }
        return {name: text for name, text in known.items() if text}
