"""The audit notices each thing that must not be."""

from __future__ import annotations

import pytest

from flask_till.desk.actions.audit import audit_desk
from tests.desk.w3block.spoils import W3BLOCK_SPOILS
from tests.desk.w3block.the_company import COMPANY


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


@pytest.mark.parametrize("name", W3BLOCK_SPOILS)
def test_each_thing_that_must_not_be_is_noticed_by_its_name(company, ann, desk, name):
    company.sell()
    company.enrolment.add_coupon(COMPANY, code="TEN", percent="10")
    made = ann.created(couponCode="TEN")
    desk.cashier.settle(desk.gateway.turn(made["providerTransactionId"], "succeeded"))
    assert ann.order(made["id"])["status"] == "concluded"
    assert desk.database.read(audit_desk) == []

    def spoil(work):
        W3BLOCK_SPOILS[name](work)
        raise Seen([breach.invariant.name for breach in audit_desk(work)])

    with pytest.raises(Seen) as seen:
        desk.database.write(spoil)
    assert name in seen.value.args[0]
