"""``flask till ledger`` and ``flask till receivers``: who is owed what, and where it goes."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from ...money import Money
from ..actions.merchants import read_merchant
from ..actions.posting import list_accounts, list_entries
from ..actions.receivers import list_receivers, set_account
from .merchants import desk_here, moment, rows


@click.command("ledger")
@click.argument("order", required=False)
@click.option("--account", help="Only accounts whose name begins like this, e.g. receiver:")
@with_appcontext
def ledger(order: str | None, account: str | None) -> None:
    """Show what each account holds, or every posting of ORDER.

    A provider's account holds money (positive); merchants, receivers and balances are owed it
    (negative). Each entry adds up to zero.
    """
    read = desk_here().database.read
    if order is None:
        rows(
            ("account", "amount", ""),
            [
                (name, str(Money.of_minor(total, currency)), currency)
                for name, currency, total in read(list_accounts, beginning=account or "")
            ],
        )
        return
    rows(
        ("at", "entry", "what", "account", "amount", ""),
        [
            (moment(one.at), one.entry, one.kind, one.account,
             str(Money.of_minor(one.amount, one.currency)), one.currency)
            for one in read(list_entries, order)
            if one.account.startswith(account or "")
        ],
    )  # fmt: skip


receivers = AppGroup("receivers", help="Who gets shares of orders, and on which account.")


@receivers.command("set")
@click.argument("merchant_id")
@click.argument("name")
@click.argument("account")
def set_receiver(merchant_id: str, name: str, account: str) -> None:
    """Pass shares of MERCHANT_ID's orders for NAME on to ACCOUNT (acct_... at Stripe).

    It holds for orders that are made from now on.
    """
    database = desk_here().database
    database.read(read_merchant, merchant_id)
    database.write(set_account, merchant_id, name, account)
    click.echo(f"Shares of {name} go to {account}.")


@receivers.command("list")
@click.argument("merchant_id", required=False)
def show_receivers(merchant_id: str | None) -> None:
    """List receivers that have an account; shares of others are kept here for them."""
    found = desk_here().database.read(list_receivers, merchant_id)
    rows(("merchant", "receiver", "account"), list(found))
