"""An order desk that plays Kigo: a partner with two products on it, and a line to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from flask_till.desk.tables.claims import claims
from flask_till.desk.tables.kigo import kigo_orders, kigo_sso_sessions
from tests.desk.receiver import Receiver
from tests.desk.the_desk import PAGES, TheDesk
from tests.stand_ins.line import Line

BASE = f"{PAGES}/kigo"
HUB = f"{BASE}/hub"
PARTNER = "c0ffee00-0000-4000-8000-000000000001"
MUG = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a11"
CARD = "7b1f2a0c-6a55-4c5e-9c0e-2f7f6f3f0a12"
API_KEY, WEBHOOK_SECRET = "kigo-api-key-0123456789", "kigo-webhook-secret-0123456789"
WEBHOOK = "https://in-process.till/hooks/kigo"
PRODUCTS = {"mug": MUG, "card": CARD}


class TwistedLine(Line):
    """A line on which the answers about orders may be changed: ``twist`` gets their JSON."""

    twist: Callable[[dict[str, Any]], dict[str, Any]] | None = None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = super().handle_request(request)
        if self.twist is None or "/orders" not in request.url.path:
            return answer
        told = httpx.Response(answer.status_code, content=answer.read()).json()
        return httpx.Response(answer.status_code, json=self.twist(told))


class KigoDesk:
    """``line`` is how the shop reaches it; ``hooks`` is what it tells."""

    def __init__(self, url: str, clock: Any, folder: Path, **given: Any) -> None:
        self.clock = clock
        self.the_desk = TheDesk(url, clock, folder, **{"limits": False} | given)
        self.app = self.the_desk.app
        self.kigo: Any = self.the_desk.desk.kigo
        self.kigo.add_partner(
            self.the_desk.credentials.merchant_id,
            partner_id=PARTNER,
            api_key=API_KEY,
            webhook_url=WEBHOOK,
            webhook_secret=WEBHOOK_SECRET,
        )
        self.kigo.add_product(PARTNER, name="Mug in the wallet", product_id=MUG)
        self.kigo.add_product(PARTNER, name="Card", product_id=CARD, stock=1, claim_seconds=60)
        self.hooks = Receiver()
        self.the_desk.desk.connect(self.hooks.app)
        self.calls: list[str] = []
        self.line = TwistedLine(self._counting)

    def _counting(self, environ: Any, start_response: Any) -> Any:
        self.calls.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}")
        return self.app.wsgi_app(environ, start_response)

    def asked(self, end: str) -> int:
        """How many calls there were whose path ends like that."""
        return sum(call.endswith(end) for call in self.calls)

    def orders(self) -> list[Any]:
        rows: list[Any] = self.the_desk.rows(kigo_orders)
        return rows

    def codes(self) -> list[str]:
        """The statuses of all codes, oldest first."""
        return [row.status for row in self.the_desk.rows(claims)]

    def sessions(self) -> list[Any]:
        rows: list[Any] = self.the_desk.rows(kigo_sso_sessions)
        return rows

    def partner(self) -> dict[str, str]:
        """The headers of a partner's server."""
        answer = self.app.test_client().post(
            "/kigo/api/v1/auth/session",
            json={"partner_id": PARTNER},
            headers={"x-api-key": API_KEY},
        )
        return {"Authorization": f"Bearer {answer.json['access_token']}"}

    def claim(self, code: str, user: str = "somebody") -> int:
        """Somebody claims the code in the wallet; the answer's status."""
        client = self.app.test_client()
        session = client.post(
            "/kigo/api/v1/auth/user-session",
            json={"external_user_id": user},
            headers=self.partner(),
        )
        answer = client.post(
            "/kigo/api/v1/tokens/claim",
            json={"claim_code": code},
            headers={"Authorization": f"Bearer {session.json['access_token']}"},
        )
        return answer.status_code

    def told(self) -> list[tuple[dict[str, str], bytes]]:
        """What it tells its partner now: headers and body of each call."""
        self.hooks.calls.clear()
        self.the_desk.desk.relay.drain()
        return list(self.hooks.calls)

    def close(self) -> None:
        self.the_desk.audit()
        self.the_desk.desk.close()
