"""A portal of the wire alone: it knows the contract's paths and JSON, and stock crypto."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from flask.testing import FlaskClient

EXAMPLES = Path(__file__).parents[2] / "wire" / "ipos" / "examples"
BASE = "/ipos/api/v1"
ACCESS_KEY = "wgt_ak_a1b2c3d4e5f60718293a4b5c6"
SECRET_KEY = "wgt_sk_0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c"
ORDER_ID = "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"
WIDGET = "https://skins.example.org"


def example(name: str) -> dict[str, Any]:
    """A payload of the contract, as it is."""
    data: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_bytes())
    return data


def asked(**more: Any) -> dict[str, Any]:
    """What a user asks for, with nothing that only developers may say."""
    return {"amount": 1299, "item": "Dragon skin"} | more


def refused(answer: Any, status: int, message: str | None = None) -> None:
    """The answer is a refusal in the contract's envelope, and in these words."""
    assert answer.status_code == status, answer.data
    assert answer.json["code"] == status
    assert answer.json["data"] is None
    assert set(answer.json) == {"code", "msg", "data"}
    if message is not None:
        assert answer.json["msg"] == message


class Caller:
    """One kind of credentials, and a call for each method."""

    def __init__(self, client: FlaskClient, **headers: str) -> None:
        self.client = client
        self.headers = headers

    def by(self, **headers: str) -> Caller:
        """The same with other headers; underscores stand for dashes."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return Caller(self.client, **{**self.headers, **given})

    def post(self, path: str, body: Any = None, **options: Any) -> Any:
        return self.client.post(BASE + path, json=body, headers=self.headers, **options)

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(BASE + path, query_string=query, headers=self.headers)

    # --- shorthands -----------------------------------------------------------------------

    def create(self, **more: Any) -> dict[str, Any]:
        """An order that must come about; what the answer says of it."""
        answer = self.post("/order/create", asked(**more))
        assert answer.status_code == 200, answer.data
        data: dict[str, Any] = answer.json["data"]
        return data

    def detail(self, order_id: str) -> dict[str, Any]:
        answer = self.get("/order/detail", order_id=order_id)
        assert answer.status_code == 200, answer.data
        data: dict[str, Any] = answer.json["data"]
        return data

    def pay(self, order_id: str) -> dict[str, Any]:
        """From the wallet."""
        answer = self.post("/order/payWithWallet", {"order_id": order_id})
        assert answer.status_code == 200, answer.data
        data: dict[str, Any] = answer.json["data"]
        return data

    def buy_with_credit(self, **more: Any) -> dict[str, Any]:
        answer = self.post("/order/pay-with-credit", asked(**more))
        assert answer.status_code == 200, answer.data
        data: dict[str, Any] = answer.json["data"]
        return data

    def balance(self) -> dict[str, int]:
        data: dict[str, int] = self.get("/credit/balance").json["data"]
        return data


class Portal:
    """The contract's portal on a desk: one app, one widget with fixed keys, and Ada in it."""

    def __init__(self, desk: Any) -> None:
        self.desk = desk
        self.clock = desk.clock
        self.enrolled = desk.desk.ipos
        self.merchant = desk.desk.add_merchant(name="Portal", origins=[WIDGET])
        self.app = self.enrolled.add_app(
            self.merchant.merchant_id,
            app_id="app_7f3c",
            ip_id=417,
            login_secret="a secret of the portal",
            login_origins=["https://portal.example.org"],
        )
        self.enrolled.add_widget(
            "app_7f3c", tag="skin_shop", access_key=ACCESS_KEY, secret_key=SECRET_KEY
        )
        self.ada = self.enrolled.add_user(
            "Ada Lovelace", short_name="u_ada01", email="ada@example.org", user_id="usr_ada"
        )
        self.bob = self.enrolled.add_user("Bob", user_id="usr_bob")

    # --- tokens ---------------------------------------------------------------------------

    def mint(self, secret: str = SECRET_KEY, algorithm: str = "HS256", **claims: Any) -> str:
        """A widget token as a developer makes it alone."""
        now: datetime = self.clock()
        made = {"iss": ACCESS_KEY, "iat": now, "exp": now + timedelta(minutes=10)}
        return jwt.encode(made | claims, secret, algorithm)

    def user_token(self, user_id: str = "usr_ada", widget: str | None = "skin_shop") -> str:
        token: str = self.enrolled.issue_token(user_id, widget)
        return token

    # --- who calls ------------------------------------------------------------------------

    @property
    def nobody(self) -> Caller:
        return Caller(self.desk.app.test_client())

    def bearer(self, token: str, **headers: str) -> Caller:
        return self.nobody.by(Authorization=f"Bearer {token}", **headers)

    @property
    def developer(self) -> Caller:
        """The widget's backend, with a token that outlives the test."""
        return self.bearer(self.mint(exp=self.clock() + timedelta(days=90)))

    @property
    def user(self) -> Caller:
        """Ada, in the widget."""
        return self.bearer(self.user_token())

    @property
    def other_user(self) -> Caller:
        return self.bearer(self.user_token("usr_bob"))

    def another_widget(self, tag: str = "hat_shop") -> Caller:
        """The backend of another widget in the same portal."""
        made = self.enrolled.add_widget("app_7f3c", tag=tag)
        return self.bearer(self.mint(made.secret_key, iss=made.access_key))

    # --- money ----------------------------------------------------------------------------

    def give(self, kind: str, cents: int, user_id: str = "usr_ada") -> None:
        self.enrolled.grant(user_id, kind, cents, live=False)
