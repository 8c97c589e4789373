"""``flask till transfers``: where the shares of paid orders are."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..actions.transfers import (
    list_reversals,
    list_transfers,
    retry_reversal,
    retry_transfer,
)
from .merchants import desk_here, moment, rows

STATES = ("pending", "succeeded", "failed", "withheld")

transfers = AppGroup("transfers", help="Shares of paid orders, on their way to whom they belong.")


@transfers.command("list")
@click.option("--state", type=click.Choice(STATES), help="failed: the gateway refused it.")
@click.option("--order", help="Only those of this order.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def show_transfers(state: str | None, order: str | None, limit: int) -> None:
    """List what is passed on, and what refunds take back of it, newest first."""
    read = desk_here().database.read
    out = [
        (t.id, moment(t.created_at), t.order_id, "out", t.receiver, t.account, t.sent or t.amount,
         t.amount.currency, t.status, t.reason)
        for t in read(list_transfers, status=state, order_id=order, limit=limit)
    ]  # fmt: skip
    back = [
        (r.id, moment(r.created_at), t.order_id, "back", t.receiver, t.account, r.amount,
         r.amount.currency, r.status, r.reason)
        for r, t in read(list_reversals, status=state, order_id=order, limit=limit)
    ]  # fmt: skip
    newest_first = sorted(out + back, key=lambda row: row[1], reverse=True)[:limit]
    head = ("id", "at", "order", "way", "receiver", "account", "amount", "", "state", "why")
    rows(head, list(newest_first))


@transfers.command("retry")
@click.argument("transfer_id", metavar="ID")
@click.option("--account", help="The receiver's account at the gateway, where it was wrong.")
def retry(transfer_id: str, account: str | None) -> None:
    """Try ID once more: a transfer (shr_...), or what a refund takes back of one (rev_...)."""
    database = desk_here().database
    if not transfer_id.startswith("rev_"):
        database.write(retry_transfer, transfer_id, account=account)
    elif account is None:
        database.write(retry_reversal, transfer_id)
    else:
        raise click.UsageError("What comes back comes from the account that it went to.")
    click.echo(f"{transfer_id} is on its way again.")
