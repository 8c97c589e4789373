"""Setting a desk up: what it refuses, what it mounts, and that apps keep apart."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from flask_till.desk.extension import OrderDesk
from flask_till.desk.gateway_choice import INSIDE
from flask_till.desk.gateways.sandbox import SandboxGateway
from flask_till.errors import Conflict, InvalidRequest, SettingsError
from tests.desk.the_desk import PAGES, SHOP, order_body
from tests.stand_ins.paper_gateway import PaperGateway

LONG = "x" * 40


def an_app(folder: Path, name: str = "an_app", **config: Any) -> Flask:
    app = Flask(name, instance_path=str(folder / name))
    app.config.from_mapping(
        SECRET_KEY=LONG,
        TILL_BACKGROUND=False,
        TRUSTED_HOSTS=["localhost", "pay.example"],
        **config,
    )
    return app


def test_a_second_desk_on_one_app_is_refused_with_the_remedy(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_ENV="development")
    OrderDesk(app)
    with pytest.raises(SettingsError, match=r"has an OrderDesk already.*once for each"):
        OrderDesk(app)


def test_one_desk_serves_several_apps_and_keeps_them_apart(tmp_path: Path) -> None:
    desk = OrderDesk(env="development")
    apps = [an_app(tmp_path, name) for name in ("one", "two")]
    keys = []
    for app in apps:
        desk.init_app(app)
        with app.app_context():
            keys.append(desk.add_merchant(name="Mugs").api_key)
    headers = {"Authorization": f"Bearer {keys[0]}"}
    assert apps[0].test_client().get("/v1/orders", headers=headers).status_code == 200
    assert apps[1].test_client().get("/v1/orders", headers=headers).status_code == 401
    with pytest.raises(SettingsError, match="2 applications"):
        _ = desk.cashier
    for app in apps:
        with app.app_context():
            desk.close()


def test_production_needs_a_gateway_that_takes_money(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no gateway"):
        OrderDesk(an_app(tmp_path))
    with pytest.raises(SettingsError, match="sandbox"):
        OrderDesk(an_app(tmp_path), gateways=[SandboxGateway(in_development=True)])
    OrderDesk(an_app(tmp_path), gateways=[PaperGateway()])


def test_stripe_half_set_up_is_refused_and_says_what_is_missing(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_STRIPE_SECRET_KEY="sk_test_1", TILL_STRIPE_WEBHOOK_SECRETS="")
    with pytest.raises(SettingsError, match="TILL_STRIPE_WEBHOOK_SECRETS"):
        OrderDesk(app)


def test_stripe_is_there_when_its_settings_are(tmp_path: Path) -> None:
    app = an_app(
        tmp_path,
        TILL_STRIPE_SECRET_KEY="sk_test_1",
        TILL_STRIPE_PUBLISHABLE_KEY="pk_test_1",
        TILL_STRIPE_WEBHOOK_SECRETS="whsec_" + LONG,
    )
    assert [one for one in OrderDesk(app).cashier.gateways if one not in INSIDE] == ["stripe"]


def test_the_wrong_word_in_a_setting_is_refused(tmp_path: Path) -> None:
    for given in ({"databse_url": "x"}, {"url_prefix": "desk"}, {"url_prefix": "/desk/"}):
        with pytest.raises(SettingsError):
            OrderDesk(an_app(tmp_path), env="development", **given)  # type: ignore[arg-type]
    with pytest.raises(SettingsError, match="same name"):
        OrderDesk(an_app(tmp_path), gateways=[PaperGateway(), PaperGateway()])


def test_everything_is_mounted_under_the_prefix(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_ENV="development")
    desk = OrderDesk(app, url_prefix="/desk")
    credentials, client = desk.add_merchant(name="Mugs"), app.test_client()
    headers = {"Authorization": f"Bearer {credentials.api_key}"}
    told = client.post(
        "/desk/v1/orders", json=order_body(), headers=headers, base_url="https://pay.example"
    ).json
    assert told["order_url"] == f"{PAGES}/desk/order?orderId={told['id']}"
    assert client.get(told["order_url"] + f"&token={told['token']}").status_code == 303
    assert client.post("/desk/gateways/sandbox/webhook").status_code == 400
    assert client.get("/v1/orders").status_code == 404
    desk.close()


def test_callbacks_carry_the_address_that_a_merchant_used_and_no_strangers(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_ENV="development")
    desk = OrderDesk(app)
    credentials, client = desk.add_merchant(name="Mugs"), app.test_client()
    headers = {"Authorization": f"Bearer {credentials.api_key}"}
    client.get("/v1/orders", headers=headers, base_url="https://pay.example")
    client.get("/v1/orders", base_url="https://evil.example")
    assert desk.page_url("ord_1") == f"{PAGES}/order?orderId=ord_1"
    desk.close()


def test_a_merchant_with_fixed_credentials_is_made_once_and_kept_up_to_date(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_ENV="development")
    desk = OrderDesk(app)
    fixed = {"merchant_id": "mer_demo", "name": "Demo", "api_key": "k" * 24,
             "callback_secret": "whsec_" + "QUJD" * 8}  # fmt: skip
    first = desk.ensure_merchant(**fixed, origins=[SHOP])
    again = desk.ensure_merchant(**fixed, origins=["https://other.example"])
    assert first == again
    with pytest.raises(SettingsError, match="another key"):
        desk.ensure_merchant(**fixed | {"api_key": "z" * 24})
    with pytest.raises(Conflict):
        desk.add_merchant(name="Demo", merchant_id="mer_demo")
    desk.close()


ODD = [
    {"name": ""}, {"name": "a\nb"}, {"name": "x" * 251}, {"origins": ["shop.example"]},
    {"origins": ["https://shop.example/path"]}, {"origins": ["https://u@shop.example"]},
    {"origins": ["javascript:x"]}, {"origins": ["*"]}, {"origins": ["null"]},
    {"callback_secret": "secret"}, {"callback_secret": "whsec_AAAA"},
]  # fmt: skip


def test_a_merchant_with_something_odd_is_refused(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_ENV="development")
    desk = OrderDesk(app)
    for given in ODD:
        with pytest.raises(InvalidRequest):
            desk.add_merchant(**{"name": "Mugs"} | given)  # type: ignore[arg-type]
    desk.close()


def test_secrets_are_not_in_the_database_in_clear(tmp_path: Path) -> None:
    app = an_app(tmp_path, TILL_ENV="development")
    desk = OrderDesk(app)
    credentials = desk.add_merchant(name="Mugs")
    path = Path(str(desk.database.url.database))
    desk.close()
    kept = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert credentials.api_key.encode() not in kept
    assert credentials.callback_secret.removeprefix("whsec_").encode() not in kept


def ours() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name in ("till-relay", "till-sweeper")}


def threads(others: set[threading.Thread]) -> set[str]:
    """Names of our threads, less those that another test has left to end by themselves."""
    return {thread.name for thread in ours() - others}


def test_threads_start_with_the_first_request_and_end_with_the_desk(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    app.config["TILL_BACKGROUND"] = True
    desk = OrderDesk(app, gateways=[PaperGateway()])
    others = ours()
    app.test_client().get("/v1/orders")
    assert threads(others) == {"till-relay", "till-sweeper"}
    desk.close()
    assert threads(others) == set()


def test_threads_stay_away_when_the_setting_says_so(tmp_path: Path) -> None:
    app = an_app(tmp_path)
    desk = OrderDesk(app, gateways=[PaperGateway()])
    others = ours()
    app.test_client().get("/v1/orders")
    time.sleep(0.05)
    assert threads(others) == set()
    desk.close()
