"""Enrolling partners: what is accepted, what is kept, what the commands say."""

from __future__ import annotations

import json
from typing import Any

import pytest

from flask_till.desk.actions.boxo_partners import read_host, read_miniapp
from flask_till.desk.commands.boxo import boxo as commands
from flask_till.desk.tables.boxo import boxo_hosts, boxo_miniapps
from flask_till.errors import Conflict, InvalidRequest, NotFound, SettingsError
from flask_till.money import Money
from tests.desk.boxo.the_miniapp import APP, HOST, SECRET, TheMiniapp


@pytest.fixture
def new_database_url(tmp_path: Any) -> Any:
    """SQLite is enough: what the database refuses is tried in the other tests."""
    return lambda: f"sqlite:///{tmp_path}/till.db"


def test_ids_and_secrets_are_random_unless_they_are_given(desk, boxo):
    app = boxo.add_miniapp(desk.merchant.id)
    host = boxo.add_host()
    assert app.id.startswith("app_")
    assert host.id.startswith("host_")
    assert len({app.secret_key, host.secret_key}) == 2
    assert SECRET not in repr(boxo.change_miniapp(app.id, secret_key=SECRET))


def test_secrets_and_keys_are_sealed(desk, partners):
    partners.change_miniapp(APP, signing={"key": "a signing secret"})
    partners.add_host(client_id="h2", secret_key="a host secret", signing={"key": "another one"})
    kept = str(desk.rows(boxo_miniapps)) + str(desk.rows(boxo_hosts))
    for secret in (SECRET, "a signing secret", "a host secret", "another one"):
        assert secret not in kept


def test_what_is_taken_is_refused(desk, partners):
    with pytest.raises(Conflict) as taken:
        partners.add_miniapp(desk.merchant.id)
    assert taken.value.code == "BOXO_EXISTS"
    with pytest.raises(Conflict):
        partners.add_host(client_id=HOST)
    with pytest.raises(NotFound):
        partners.add_miniapp("mer_nobody")
    for app, client in (("nope", HOST), (APP, "nobody")):
        with pytest.raises(NotFound):
            partners.add_partnership(app, client)
    with pytest.raises(NotFound):
        partners.switch_payments(APP, "nobody", on=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"app_id": "a b"},
        {"app_id": "x" * 251},
        {"url": "javascript:alert(1)"},
        {"webhook_url": "http://10.0.0.1/"},
        {"webhook_url": "https://u:p@tea.example/"},
        {"webhook_url": "https://169.254.169.254/"},
        {"secret_key": "short"},
        {"secret_key": "no:\nlines please"},
        {"name": " "},
        {"addresses": ["203.0.113.7/24"]},
        {"addresses": ["tea.example"]},
        {"addresses": ["0.0.0.0/0"]},
        {"addresses": ["::/0"]},
        {"addresses": ["::ffff:0.0.0.0/96"]},
        {"signing": {}},
        {"signing": {"key": ""}},
        {"signing": {"key": 5}},
        {"signing": {"key": "k", "algorithm": "none"}},
        {"signing": {"key": "k", "hash": "CRC32"}},
        {"signing": {"key": "k", "colour": "red"}},
        {"signing": {"key": "k", "headers": {"colour": "red"}}},
        {"signing": {"key": "k", "headers": "X"}},
        {"signing": {"key": "k", "payload_template": 5}},
        {"signing": {"key": "k", "nonce_length": "8"}},
        {"signing": {"key": "no key", "algorithm": "RSA2"}},
        {"signing": {"key": "bm8ga2V5", "algorithm": "ECDSA"}},
    ],
    ids=lambda wrong: json.dumps(wrong)[:50],
)
def test_what_cannot_work_is_refused(desk, boxo, wrong):
    with pytest.raises(InvalidRequest):
        boxo.add_miniapp(desk.merchant.id, **wrong)
    assert desk.count(boxo_miniapps) == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "cloud"},
        {"create_url": "http://10.0.0.1/"},
        {"status_url": "ftp://host.example/"},
        {"auth_prefix": "To ken"},
        {"auth_prefix": "T\r\nX: y"},
        {"origins": ["https://super.example/path"]},
    ],
)
def test_a_host_that_cannot_work_is_refused(desk, boxo, wrong):
    with pytest.raises(InvalidRequest):
        boxo.add_host(**wrong)
    assert desk.count(boxo_hosts) == 0


def test_ensuring_twice_brings_up_to_date_and_keeps_what_is_not_named(desk, boxo):
    for url in ("https://one.example/", "https://two.example/"):
        boxo.ensure_miniapp(desk.merchant.id, app_id=APP, secret_key=SECRET, url=url)
        boxo.ensure_host(client_id=HOST, name=url[:11], origins=["https://super.example"])
        boxo.ensure_partnership(APP, HOST)
    boxo.change_miniapp(APP, name="Tea")
    kept = desk.database.read(read_miniapp, APP)
    assert (kept.url, kept.name) == ("https://two.example/", "Tea")
    host = desk.database.read(read_host, HOST)
    assert (host.name, host.origins) == ("https://two", ("https://super.example",))


def test_an_id_of_somebody_else_is_not_ensured(desk, partners):
    other = desk.desk.add_merchant(name="Coffee")
    with pytest.raises(SettingsError):
        partners.ensure_miniapp(other.merchant_id, app_id=APP)
    with pytest.raises(SettingsError):
        partners.ensure_miniapp(desk.merchant.id, app_id="app-2")
    with pytest.raises(SettingsError):
        partners.ensure_host(client_id=HOST, kind="outside")


def test_changing_one_thing_of_the_proof_keeps_the_others(desk, partners):
    partners.change_miniapp(APP, signing={"key": "a signing secret"}, must_sign=True)
    partners.change_miniapp(APP, addresses=["::ffff:203.0.113.0/120"])
    proof = desk.database.read(read_miniapp, APP).proof
    assert proof.addresses == ("203.0.113.0/24",)
    assert proof.scheme["algorithm"] == "HMAC"
    assert proof.must_sign
    partners.change_miniapp(APP, signing=None, must_sign=False)
    proof = desk.database.read(read_miniapp, APP).proof
    assert (proof.scheme, proof.key, proof.addresses) == (None, None, ("203.0.113.0/24",))


@pytest.mark.parametrize("amount", ["0.00", "-1.00"])
def test_only_something_is_granted(partners, amount):
    with pytest.raises(InvalidRequest):
        partners.grant(HOST, "user-77", Money(amount, "USD"))


# --- commands ---------------------------------------------------------------------------------


@pytest.fixture
def run(desk: Any) -> Any:
    runner = desk.app.test_cli_runner()

    def call(*words: str) -> str:
        done = runner.invoke(commands, list(words))
        assert done.exit_code == 0, done.output
        return str(done.output)

    return call


def test_a_pair_is_set_up_on_the_command_line_and_pays(desk, run, tmp_path):
    settings = tmp_path / "signing.json"
    settings.write_text('{"algorithm": "HMAC", "key": "a signing secret"}')
    said = run(
        "miniapps", "add", desk.merchant.id, "--app-id", APP, "--url", "https://tea.example/",
        "--address", "127.0.0.1", "--signing", str(settings),
    )  # fmt: skip
    assert "https://pay.example/boxo/api/v1" in said
    assert "boxo_" in said
    assert "client_id" in run("hosts", "add", "--client-id", HOST, "--origin", "https://a.example")
    assert "payments are on" in run("pairs", "add", APP, HOST)
    assert TheMiniapp(desk).created()
    assert "HMAC signature, 127.0.0.1/32" in run("miniapps", "list")
    assert "https://a.example" in run("hosts", "list")
    assert "on" in run("pairs", "list")
    run("pairs", "add", APP, HOST, "--no-payments")
    assert TheMiniapp(desk).create().json["error_code"] == "FEATURE_DISABLED_IN_INTEGRATION"
    assert "off" in run("pairs", "list")
    run("miniapps", "change", APP, "--off")
    assert "off" in run("miniapps", "list")
    run("hosts", "change", HOST, "--name", "Super")
    assert "Super" in run("hosts", "list")
    assert len(run("auth-code", HOST, "user-77").strip()) == 32
    assert "25.00 USD" in run("grant", HOST, "user-77", "25.00", "USD")


def test_a_key_of_our_own_is_shown(desk, run, tmp_path):
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    theirs = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    pem = theirs.public_bytes(serialization.Encoding.PEM, form).decode()
    settings = tmp_path / "signing.json"
    settings.write_text(json.dumps({"algorithm": "ECDSA", "key": pem}))
    said = run("miniapps", "add", desk.merchant.id, "--signing", str(settings))
    assert "BEGIN PUBLIC KEY" in said
