"""What opens a partner's door is in no log, in no table as it is, and in nobody else's answer."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from sqlalchemy import inspect, text

from tests.attacks.neighbourhood import (
    ACCESS_KEY,
    APP_ID,
    BOXO,
    HOST_SECRET,
    IPOS,
    LOGIN_SECRET,
    MINE,
    MINI_SECRET,
    ORDER,
    PORTAL,
    SECRET_KEY,
    SIGNING_KEY,
    Neighbourhood,
)
from tests.attacks.test_partner_tokens import now, signed


def everything_stored(neighbourhood: Neighbourhood) -> str:
    """Every cell of every table."""
    names = inspect(neighbourhood.database.engine).get_table_names()
    return repr(neighbourhood.database.read(
        lambda work: [work.execute(text(f"select * from {name}")).all() for name in names]
    ))  # fmt: skip


@pytest.fixture
def said(neighbourhood: Neighbourhood) -> list[str]:
    """Bodies and headers of all answers."""
    answers: list[str] = []

    def note(answer: Any) -> Any:
        answers.append(f"{answer.headers}{answer.get_data(as_text=True)}")
        return answer

    neighbourhood.app.after_request(note)
    return answers


def test_no_secret_of_a_portal_is_logged_stored_or_told(
    neighbourhood: Neighbourhood, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    token, minted = neighbourhood.user_token(), neighbourhood.mint()
    user, developer = neighbourhood.bearer(token), neighbourhood.bearer(minted)
    keyed = neighbourhood.client(x_api_key=neighbourhood.ada.api_key, app_id=APP_ID)
    order_id = neighbourhood.order()
    for client in (user, developer, keyed):
        for path, body in (
            ("/order/create", {"amount": 5, "user_jwt": token}),
            ("/order/create", {"amount": "x", "user_jwt": token}),
            ("/order/create", {"amount": 5, "user_jwt": token + "x", "metadata": {"a": 1}}),
            ("/order/preview", {"amount": 5, "user_jwt": token}),
            ("/order/payWithWallet", {"order_id": order_id}),
            ("/order/payWithStripe", {"order_id": order_id}),
            ("/order/refund", {"order_id": order_id, "secret_key": SECRET_KEY}),
            ("/order/resend-callback", {"order_id": order_id}),
            ("/nowhere", {"secret_key": SECRET_KEY}),
            (
                "/developer/widgets/get-access-token",
                {"access_key": "wgt_ak_x", "secret_key": SECRET_KEY},
            ),
            (
                "/developer/widgets/get-access-token",
                {"access_key": ACCESS_KEY, "secret_key": [SECRET_KEY]},
            ),
        ):
            client.post(IPOS + path, json=body)
        client.get(f"{IPOS}/order/detail?order_id={order_id}")
        client.get(f"{IPOS}/order/list?page=1&page_size=9")
        client.get(f"{IPOS}/credit/balance")
        client.get(f"/order?orderId={order_id}")
    vouched = signed({"email": "ada@example.org", "timestamp": now(), "app_id": APP_ID})
    for body in (vouched | {"sign": "0" * 32}, vouched | {"timestamp": now() - 5000}):
        neighbourhood.client(origin=PORTAL).post(f"{IPOS}/app/auth/login", json=body)
    neighbourhood.deliver()
    logged = "\n".join(map(logging.Formatter().format, caplog.records))
    stored, told = everything_stored(neighbourhood), "\n".join(said)
    heard = b"\n".join(neighbourhood.heard).decode()
    assert heard
    for name, secret in {
        "widget's secret key": SECRET_KEY,
        "portal's login secret": LOGIN_SECRET,
        "user's API key": neighbourhood.ada.api_key,
        "user's token": token.split(".")[2],
        "widget's token": minted.split(".")[2],
        "desk's secret key": str(neighbourhood.app.config["SECRET_KEY"]),
        "key of user tokens": neighbourhood.desk.ipos._tokens._secrets[0],
    }.items():
        for place, words in (("logged", logged), ("stored", stored), ("told", told)):
            assert secret not in words, f"the {name} is {place}"
        assert secret not in heard, f"the {name} is in a callback"


def test_no_secret_of_a_miniapp_or_host_is_logged_stored_or_told(
    neighbourhood: Neighbourhood, said: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    boxo = neighbourhood.desk.boxo
    code, spent = (boxo.issue_auth_code("tea_host", "user-77") for _ in range(2))
    payment_id = neighbourhood.payment(hostapp_user_id="user-77", custom_attributes={"a": "b"})
    both = {"app_id": "tea", "client_id": "tea_host"}
    one = both | {"order_payment_id": payment_id}
    headers = {"X-Signature": SIGNING_KEY, "X-Timestamp": str(now()), "X-Nonce": "12345678"}
    for address in (MINE, "127.0.0.1"):
        client = neighbourhood.client(address)
        for path, body in (
            ("/orders/create-order-payment/", both | {"order": ORDER}),
            ("/orders/create-order-payment/", both | {"order": {"secret": MINI_SECRET}}),
            ("/orders/get-payment-status/", one),
            ("/orders/complete-order/", one | {"payment_status": "x", "key": HOST_SECRET}),
            ("/orders/complete-order/", one | {"payment_status": "paid"}),
            ("/authorize/", both | {"auth_code": code + "x"}),
            ("/partner/login/", both | {"payload": [code]}),
            ("/analytics/track/", both | {"payload": {"token": MINI_SECRET}}),
        ):
            client.post(BOXO + path, json=body)
            client.post(BOXO + path, json=body, headers=headers)
            client.post(BOXO + path, data=b"{" + MINI_SECRET.encode())
        client.get(f"{BOXO}/miniapps/tea/settings/?client_id=tea_host")
        client.get(f"/boxo/hostapp/pay/{payment_id}")
    neighbourhood.client().post(f"{BOXO}/authorize/", json=both | {"auth_code": spent})
    neighbourhood.deliver()
    logged = "\n".join(map(logging.Formatter().format, caplog.records))
    stored, told = everything_stored(neighbourhood), "\n".join(said)
    assert neighbourhood.heard
    for name, secret in {
        "miniapp's secret key": MINI_SECRET,
        "host app's secret key": HOST_SECRET,
        "signing key": SIGNING_KEY,
        "code that nobody used": code,
        "code that was used": spent,
    }.items():
        for place, words in (("logged", logged), ("stored", stored), ("told", told)):
            assert secret not in words, f"the {name} is {place}"
        assert secret.encode() not in b"".join(neighbourhood.heard), f"the {name} is in a webhook"


def test_what_operators_see_of_partners_has_no_secret(neighbourhood: Neighbourhood) -> None:
    from flask_till.desk.actions.boxo_partners import find_host, find_miniapp
    from flask_till.desk.actions.ipos_apps import find_app, find_widget

    read = neighbourhood.database.read
    shown = repr([
        read(find_app, APP_ID), read(find_widget, "skins"), read(find_miniapp, "tea"),
        read(find_host, "tea_host"), neighbourhood.desk, neighbourhood.desk.ipos,
        neighbourhood.desk.boxo, neighbourhood.desk.settings,
    ])  # fmt: skip
    keys = (SECRET_KEY, LOGIN_SECRET, MINI_SECRET, HOST_SECRET, SIGNING_KEY, "canary-secret-key")
    for secret in keys:
        assert secret not in shown
