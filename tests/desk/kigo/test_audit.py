"""The invariants hold where all kinds of things happened, and notice what breaks them."""

from __future__ import annotations

from typing import Any

import pytest

from flask_till.base.invariants import find_breaches
from flask_till.desk.actions.claim_audit import CLAIM_INVARIANTS, KIGO_INVARIANTS
from tests.desk.kigo.spoils import KIGO_SPOILS
from tests.desk.kigo.the_partner import SCARCE, Caller

INVARIANTS = (*CLAIM_INVARIANTS, *KIGO_INVARIANTS)


class Seen(Exception):
    """Carries what the audit found out of a transaction that must not be kept."""


@pytest.fixture
def busy(desk, server, partner, clock) -> Any:
    """Claimed, bound, withdrawn, over and open; and a session that was refreshed."""
    tokens = partner.user_session()
    partner.user("another")
    user = partner.bearer(tokens["access_token"])
    made = [server.placed(f"k-{n}") for n in range(4)]
    server.placed("scarce", SCARCE, external_user_id="bound")
    user.claim(made[0]["claim_code"])
    server.post(f"/orders/{made[1]['order_id']}/cancel")
    Caller(desk.app).post("/auth/refresh", {"refresh_token": tokens["refresh_token"]})
    clock.advance(90)
    desk.app.extensions["till_desk"].partners.sweep()
    return desk


def test_each_notices_what_breaks_it(busy):
    assert busy.database.read(find_breaches, INVARIANTS) == []
    assert set(KIGO_SPOILS) == {one.name for one in INVARIANTS}
    for name, spoil in KIGO_SPOILS.items():

        def look(work: Any, spoil: Any = spoil) -> None:
            spoil(work)
            raise Seen({breach.invariant.name for breach in find_breaches(work, INVARIANTS)})

        with pytest.raises(Seen) as seen:
            busy.database.write(look)
        assert name in seen.value.args[0]
