"""``flask till w3block``: companies, their users, and the keys that sign tokens."""

from __future__ import annotations

from typing import Any

import click
from flask.cli import AppGroup

from ...base.sealing import new_secret
from ...wire.w3block.access import TenantRole, UserRole
from ...wire.w3block.values import PaymentProvider
from ...wire.w3block.webhooks import MOST_TRIES, TRIES
from ..actions.w3block_companies import read_company, read_currencies
from ..actions.w3block_hooks import list_hooks, switch_hook
from ..actions.w3block_listing import list_companies, list_keys, list_users
from ..enrolment.w3block import CompanyCredentials
from ..w3block_company import Coin, Company, Provider
from ..w3block_hook import MOST_HOOKS, Part
from .merchants import desk_here, moment, rows
from .w3block_chains import contract, currencies
from .w3block_goods import METHODS, coin_of, coupons, enrolment, percent, products

w3block = AppGroup("w3block", help="This desk as the W3block of companies that sell tokens.")
companies = AppGroup("companies", help="Sellers: each is a merchant of this desk.")
users = AppGroup("users", help="Who signs in at a company: buyers and its staff.")
keys = AppGroup("keys", help="The keys that sign tokens, which everybody can check.")
webhooks = AppGroup("webhooks", help="Where companies are told what becomes of their orders.")
for group in (companies, users, products, coupons, currencies, webhooks, keys):
    w3block.add_command(group)

companies.add_command(contract)

ONCE = "key and secret are shown this once"
PROVIDERS = click.Choice([str(one) for one in PaymentProvider])


# --- companies --------------------------------------------------------------------------------


@companies.command("add")
@click.argument("merchant_id")
@click.argument("name")
@click.option("--id", "company_id", help="A UUID of your choice instead of a random one.")
def add_company(merchant_id: str, name: str, company_id: str | None) -> None:
    """Make MERCHANT_ID the company NAME and print the key of its server, this once."""
    _show(enrolment().add_company(merchant_id, name=name, company_id=company_id))


@companies.command("renew")
@click.argument("company_id")
def renew(company_id: str) -> None:
    """Make another key and secret for COMPANY_ID; the present ones hold no more."""
    _show(enrolment().renew_company(company_id))


@companies.command("set")
@click.argument("company_id")
@click.option("--name", help="What people call it.")
@click.option("--service-fee", type=percent, help="Percent of the basket that a buyer pays.")
@click.option("--gas/--no-gas", "bills_gas", default=None, help="Whether buyers pay a gas fee.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([str(one) for one in TenantRole]),
    help="What its server may do; may be repeated.",
)
def change(company_id: str, **given: Any) -> None:
    """Change what is given of COMPANY_ID."""
    said = {name: value for name, value in given.items() if value not in (None, ())}
    enrolment().change_company(company_id, **said)
    click.echo(f"{company_id} is changed.")


@companies.command("provider")
@click.argument("company_id")
@click.argument("currency")
@click.argument("method", type=METHODS)
@click.argument("provider", type=PROVIDERS)
@click.option("--selected", is_flag=True, help="Goes before other providers of that method.")
@click.option(
    "--expires-in", type=click.IntRange(1), help="Seconds that an order lives. Default: 540."
)
@click.option("--remove", is_flag=True, help="Offer it no more.")
def set_provider(
    company_id: str, currency: str, method: str, provider: str, remove: bool, **how: Any
) -> None:
    """Have METHOD in CURRENCY, such as BRL, paid through PROVIDER."""
    coin = coin_of(currency)
    if remove:
        company = enrolment().withdraw(company_id, coin.id, method, provider)
    else:
        company = enrolment().offer(company_id, coin.id, method, provider, **how)
    click.echo(f"{method} in {coin.code}: {_ways(company, coin, method)}")


@companies.command("delay")
@click.argument("company_id")
@click.argument("method", type=METHODS)
@click.argument("seconds", type=click.IntRange(0))
def set_delay(company_id: str, method: str, seconds: int) -> None:
    """Hand over what was paid by METHOD that many SECONDS later."""
    company = desk_here().database.read(read_company, company_id)
    enrolment().change_company(company_id, delays={**company.delays, method: seconds})
    click.echo(f"What is paid by {method} is handed over after {seconds} s.")


@companies.command("bank")
@click.argument("company_id")
@click.option("--pix-key", help="Take transfers by this PIX key.")
@click.option("--bank", "bank_code", help="Or by an account: the code of the bank,")
@click.option("--agency", help="its agency,")
@click.option("--account", help="and the account.")
@click.option("--holder", help="Whose account it is.")
def set_bank(company_id: str, **account: str | None) -> None:
    """Say where the transfers of buyers to COMPANY_ID go."""
    said = {name: value for name, value in account.items() if value}
    kind = "pix" if "pix_key" in said else "bank_transfer"
    if kind == "bank_transfer" and not {"bank_code", "account"} <= set(said):
        raise click.UsageError("Give --pix-key, or --bank and --account.")
    enrolment().set_bank(company_id, kind=kind, **said)
    click.echo(f"Transfers to {company_id} go there from now on.")


@companies.command("list")
def show_companies() -> None:
    """List the companies, oldest first, with how each currency can be paid."""
    database = desk_here().database
    coins = database.read(read_currencies)
    rows(
        ("id", "name", "merchant", "fee %", "gas", "server may", "ways to pay"),
        [
            (
                one.id,
                one.name,
                one.merchant_id,
                f"{one.service_fee:f}",
                "" if one.bills_gas else "off",
                " ".join(one.roles),
                " ".join(_way(way, coins) for way in one.providers),
            )
            for one in database.read(list_companies)
        ],
    )


def _ways(company: Company, coin: Coin, method: str) -> str:
    names = [one.provider for one in company.ways(coin.id) if one.method == method]
    return ", ".join(names) or "not offered"


def _way(way: Provider, coins: dict[str, Coin]) -> str:
    coin = coins.get(way.currency_id)
    said = f"{coin.code if coin else way.currency_id}:{way.method}:{way.provider}"
    return said if way.expires_in is None else f"{said}:{way.expires_in}s"


def _show(made: CompanyCredentials) -> None:
    base = f"{desk_here().address.base() or 'https://<this desk>'}/w3block"
    rows(
        ("", ONCE),
        [
            ("company id", made.company_id),
            ("base URL", base),
            ("key", made.key),
            ("secret", made.secret),
        ],
    )


# --- users ------------------------------------------------------------------------------------


@users.command("add")
@click.argument("company_id")
@click.argument("email")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice([str(one) for one in UserRole]),
    default=[str(UserRole.USER)],
    help="What this user may do; may be repeated. Default: user.",
)
@click.option("--wallet", help="Where tokens go that are bought without an address: 0x...")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one.")
@click.option("--id", "user_id", help="A UUID of your choice instead of a random one.")
def add_user(
    company_id: str, email: str, name: str, roles: tuple[str, ...], ask: bool, **given: Any
) -> None:
    """Let EMAIL sign in at COMPANY_ID, and print the password, this once."""
    password = _asked() if ask else new_secret()
    user_id = enrolment().add_user(
        company_id, email=email, name=name, password=password, roles=roles, **given
    )
    shown = [] if ask else [("password", password)]
    rows(("", "the password is shown this once"), [("user id", user_id), *shown])


@users.command("list")
@click.argument("company_id")
def show_users(company_id: str) -> None:
    """List who signs in at COMPANY_ID, oldest first."""
    found = desk_here().database.read(list_users, company_id)
    rows(
        ("id", "email", "name", "roles", "wallet"),
        [(one.id, one.email, one.name, " ".join(one.roles), one.wallet) for one in found],
    )


def _asked() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


# --- webhooks ---------------------------------------------------------------------------------


@webhooks.command("add")
@click.argument("company_id")
@click.argument("url")
@click.option("--tries", type=click.IntRange(1, MOST_TRIES), default=TRIES, show_default=True)
def add_webhook(company_id: str, url: str, tries: int) -> None:
    """Tell COMPANY_ID of its orders at URL, and print the key that signs what it is told."""
    company, hooks = desk_here().database.read(read_company, company_id), enrolment().hooks
    made = hooks.add(company.id, url, tries=tries)
    rows(("", ""), [("id", made.id), ("signature key", hooks.key_of(made))])


@webhooks.command("off")
@click.argument("company_id")
@click.argument("webhook_id")
def disable(company_id: str, webhook_id: str) -> None:
    """Send nothing more to WEBHOOK_ID."""
    desk_here().database.write(switch_hook, company_id, webhook_id, is_on=False)
    click.echo(f"{webhook_id} is switched off.")


@webhooks.command("on")
@click.argument("company_id")
@click.argument("webhook_id")
def enable(company_id: str, webhook_id: str) -> None:
    """Tell WEBHOOK_ID again what happens from now on."""
    desk_here().database.write(switch_hook, company_id, webhook_id, is_on=True)
    click.echo(f"{webhook_id} is told again.")


@webhooks.command("list")
@click.argument("company_id")
def show_webhooks(company_id: str) -> None:
    """List where COMPANY_ID is told, oldest first."""
    database = desk_here().database
    company = database.read(read_company, company_id)
    whole = Part(0, MOST_HOOKS, newest_first=False)
    found, _ = database.read(list_hooks, company.id, whole)
    rows(
        ("id", "url", "tries", "state"),
        [(one.id, one.url, one.tries, "" if one.is_on else "off") for one in found],
    )


# --- keys -------------------------------------------------------------------------------------


@keys.command("rotate")
def rotate() -> None:
    """Sign tokens with a new key; the one before is published as long as its tokens live."""
    enrolment().rotate_keys()
    click.echo("A new key signs from now on.")


@keys.command("list")
def show_keys() -> None:
    """List the keys, newest first."""
    found = desk_here().database.read(list_keys)
    rows(
        ("kid", "made", "signed until"),
        [(one.kid, moment(one.created_at), moment(one.retired_at)) for one in found],
    )
