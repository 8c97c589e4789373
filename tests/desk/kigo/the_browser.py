"""Somebody's browser at the hub, without scripts."""

from __future__ import annotations

import re
from typing import Any

HUB = "/kigo/hub"
PHONE = "501234567"


class Browser:
    """Keeps its cookies; fills in the forms of the page as a person does."""

    def __init__(self, desk: Any) -> None:
        self.client = desk.app.test_client()

    def open(self, code: str = "", session: str = "", path: str = HUB, **more: str) -> Any:
        query = {"claim-code": code, "session-id": session} | more
        return self.client.get(path, query_string={k: v for k, v in query.items() if v})

    def post(self, name: str, **form: str) -> Any:
        found = self.client.get(HUB).get_data(as_text=True)
        proof = re.search(r'name="proof" value="(\w+)"', found)
        named = {name.replace("_", "-"): value for name, value in form.items()}
        return self.client.post(f"{HUB}/{name}", data=named | {"proof": proof[1] if proof else ""})

    def sign_in(self, phone: str = PHONE) -> str:
        """By phone; the page that follows."""
        given = {"country_prefix": "+48", "phone": phone}
        page = self.client.post(f"{HUB}/code", data=given).get_data(as_text=True)
        digits = re.search(r"data-code>(\d+)<", page)
        assert digits, page
        answer = self.client.post(f"{HUB}/sign-in", data=given | {"code": digits[1]})
        text: str = answer.get_data(as_text=True)
        return text

    def wallet(self) -> str:
        text: str = self.client.get("/wallet").get_data(as_text=True)
        return text
