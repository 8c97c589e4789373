"""A desk in production that strangers reach: a portal, a miniapp, their rivals, and their keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from flask import Flask, Response
from flask.testing import FlaskClient

from flask_till import Money, OrderDesk
from flask_till.base.database import Database
from flask_till.desk.actions.audit import audit_desk
from flask_till.desk.tables import MIGRATIONS
from tests.attacks.market import migrate
from tests.stand_ins.paper_gateway import PaperGateway

IPOS, BOXO = "/ipos/api/v1", "/boxo/api/v1"
PORTAL, WIDGET = "https://portal.example.org", "https://skins.example.org"
CALLED_BACK = "https://in-process.till/told"
MINE, RIVAL = "10.1.1.1", "10.2.2.2"
"""Addresses of the miniapp and its host app, and of others."""
APP_ID, LOGIN_SECRET = "app_canary", "canary-login-secret-0123456789"
ACCESS_KEY = "wgt_ak_" + "ca" * 12 + "0"
SECRET_KEY = "wgt_sk_" + "ca" * 28 + "0"
MINI_SECRET, HOST_SECRET = "canary-mini-secret-0123", "canary-host-secret-0123"
SIGNING_KEY = "canary-signing-key-0123456789"
UNKNOWN = "2b9f0a6e-4d1c-4c77-9a53-6e0f1d2c3b4a"
ORDER = {"currency": "USD", "amount": "12.99"}


class Neighbourhood:
    """``limits`` are off, so that an attack meets the door itself."""

    def __init__(self, url: str, folder: Path, *, env: str = "production", **config: Any) -> None:
        migrate(MIGRATIONS, url)
        self.app = Flask("a_desk", instance_path=str(folder))
        self.app.config.from_mapping({
            "SECRET_KEY": "canary-secret-key-".ljust(40, "0"), "TILL_BACKGROUND": False,
            "TILL_ENV": env, "TILL_DESK_DATABASE_URL": url,
            "TILL_DESK_PUBLIC_URL": "https://pay.example.org", **config,
        })  # fmt: skip
        self.gateway = PaperGateway()
        self.desk = OrderDesk(self.app, gateways=[self.gateway])
        self.desk._here.counter.limits.enabled = False
        self.heard: list[bytes] = []
        listener = Flask("a_listener")
        listener.add_url_rule("/told", view_func=self._hear, methods=["POST"])
        self.desk.connect(listener)
        self._set_up_ipos()
        self._set_up_boxo()

    def _hear(self) -> Response:
        from flask import request

        self.heard.append(request.get_data())
        return Response('{"code":"SUCCESS"}', 200, mimetype="application/json")

    @property
    def database(self) -> Database:
        return self.desk.database

    def _set_up_ipos(self) -> None:
        ipos = self.desk.ipos
        merchant = self.desk.add_merchant(name="Portal", origins=[WIDGET]).merchant_id
        ipos.add_app(merchant, app_id=APP_ID, ip_id=417, login_secret=LOGIN_SECRET,
                     login_origins=[PORTAL])  # fmt: skip
        ipos.add_widget(APP_ID, tag="skins", access_key=ACCESS_KEY, secret_key=SECRET_KEY)
        self.ada = ipos.add_user("Ada", user_id="usr_ada", email="ada@example.org")
        self.eve = ipos.add_user("Eve", user_id="usr_eve", email="eve@example.org")
        self.rival_widget = ipos.add_widget(APP_ID, tag="rival")
        for kind in ("wallet", "credit"):
            ipos.grant("usr_ada", kind, 10_000_000, live=False)

    def _set_up_boxo(self) -> None:
        boxo = self.desk.boxo
        for number, (name, address) in enumerate((("tea", MINE), ("rival", RIVAL))):
            merchant = self.desk.add_merchant(name=name).merchant_id
            boxo.add_miniapp(
                merchant,
                app_id=name,
                url=f"https://{name}.example.org/",
                webhook_url=CALLED_BACK,
                secret_key=f"{MINI_SECRET}{number}",
                addresses=[address],
                signing={"key": f"{SIGNING_KEY}{number}", "nonce_length": 8},
            )
            boxo.add_host(
                client_id=f"{name}_host", secret_key=f"{HOST_SECRET}{number}", addresses=[address]
            )
        for app, host in (("tea", "tea_host"), ("rival", "rival_host"), ("rival", "tea_host"),
                          ("tea", "rival_host")):  # fmt: skip
            boxo.add_partnership(app, host)
        boxo.grant("tea_host", "user-77", Money("1000.00", "USD"))

    # --- who calls ------------------------------------------------------------------------

    def client(self, address: str = "127.0.0.1", **headers: str) -> FlaskClient:
        made = self.app.test_client()
        made.environ_base["REMOTE_ADDR"] = address
        made.environ_base |= {
            f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()
        }
        return made

    def bearer(self, token: str) -> FlaskClient:
        return self.client(authorization=f"Bearer {token}")

    def user_token(self, user_id: str = "usr_ada", widget: str | None = "skins") -> str:
        token: str = self.desk.ipos.issue_token(user_id, widget)
        return token

    @property
    def user(self) -> FlaskClient:
        return self.bearer(self.user_token())

    @property
    def stranger(self) -> FlaskClient:
        """Another user of the same portal."""
        return self.bearer(self.user_token("usr_eve"))

    @property
    def developer(self) -> FlaskClient:
        return self.bearer(self.mint())

    @property
    def rival(self) -> FlaskClient:
        """The backend of another widget of the same portal."""
        made = self.rival_widget
        return self.bearer(self.mint(made.secret_key, iss=made.access_key))

    def mint(self, secret: str = SECRET_KEY, algorithm: str = "HS256", **claims: Any) -> str:
        now = datetime.now(UTC)
        made = {"iss": ACCESS_KEY, "iat": now, "exp": now + timedelta(minutes=10)}
        return jwt.encode(made | claims, secret, algorithm)

    # --- what there is --------------------------------------------------------------------

    def order(self, path: str = "/order/create", **more: Any) -> str:
        """An IPOS order of Ada's in the widget."""
        body = {"amount": 1299, "callback_url": CALLED_BACK, **more}
        answer = self.user.post(IPOS + path, json=body)
        assert answer.status_code == 200, answer.text
        order_id: str = answer.json["data"]["order_id"]
        return order_id

    def payment(self, miniapp: str = "tea", host: str = "tea_host", **more: Any) -> str:
        """A Boxo payment of a miniapp at a host app."""
        body = {"app_id": miniapp, "client_id": host, "order": ORDER | more}
        address = MINE if miniapp == "tea" else RIVAL
        answer = self.client(address).post(f"{BOXO}/orders/create-order-payment/", json=body)
        assert answer.status_code == 200, answer.text
        payment_id: str = answer.json["order_payment_id"]
        return payment_id

    def deliver(self) -> None:
        self.desk.relay.drain()

    def audit(self) -> None:
        assert self.database.read(audit_desk) == []

    def close(self) -> None:
        self.desk.close()
