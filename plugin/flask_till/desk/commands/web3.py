"""``flask till web3``: how chains stand, money that does not fit, what is sent, and sweeps."""

from __future__ import annotations

import time
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from ...chains import Chain, Coin
from ...errors import InvalidRequest, SettingsError, Unavailable
from ...wire.eip55 import checksummed
from ..actions import web3_incidents, web3_overview, web3_payments, web3_returns, web3_sendings
from ..actions.web3_chain import Head, list_heads
from ..actions.web3_overview import KINDS, Misfit
from ..onchain import FAILED, OPERATOR, QUEUED, SENDING_STATES, SENT, SETTLED, Sending
from ..web3.sweeping import Plan, Sweeping
from .merchants import desk_here, moment, rows

if TYPE_CHECKING:
    from ..web3.web3_desk import Web3Desk

web3 = AppGroup("web3", help="Money on chains: how it stands, and what has to be decided.")
PACE = 0.5
"""A sweep is looked after every so many block times; at least every two seconds."""


def web3_here() -> Web3Desk:
    """The chains of the present desk. Raises `SettingsError` (WEB3_OFF) when it has none."""
    here = desk_here().web3
    if here is None:
        raise SettingsError(
            "This desk takes no money on chains.",
            code="WEB3_OFF",
            remedy="Set TILL_WEB3_CHAINS and a seed phrase; docs/web3.md shows how.",
        )
    return here


def _shown(here: Web3Desk, amounts: dict[str, int]) -> str:
    """Amounts by the coin's id, for people; a coin that is no longer set up in its base units."""
    coins = {coin.id: coin for chain in here.chains for coin in chain.coins}
    return ", ".join(
        _plain(coins[one], units) if one in coins else f"{units} of {one}"
        for one, units in amounts.items()
        if units
    )


def _plain(coin: Coin, units: int) -> str:
    return coin.show(units).replace("\u00a0", " ")


# --- how it stands ----------------------------------------------------------------------------


@web3.command("status")
def status() -> None:
    """Show each chain: how far it is read, why not further, and what the operator's account has."""
    here = web3_here()
    heads = {one.chain_id: one for one in here.database.read(list_heads)}
    counts = here.database.read(web3_overview.count_sendings)
    rows(
        ("chain", "id", "read to", "final to", "behind", "at", "queued", "sent", "state"),
        [_chain_row(here, chain, heads.get(chain.id), counts) for chain in here.chains],
    )
    operator = here.signer.address(OPERATOR)
    click.echo(f"\nThe operator's account, which pays gas and refunds: {operator}")
    rows(("chain", "holds"), [(chain.name, _holds(here, chain, operator)) for chain in here.chains])
    open_now = here.database.read(web3_incidents.list_incidents)
    if open_now:
        click.echo(f"\n{len(open_now)} open: see `flask till web3 incidents`.")


def _chain_row(
    here: Web3Desk, chain: Chain, head: Head | None, counts: dict[tuple[int, str], int]
) -> tuple[object, ...]:
    under_way = counts.get((chain.id, QUEUED), 0), counts.get((chain.id, SENT), 0)
    if head is None:
        said = "not read yet: run `flask till watch`"
        return (chain.name, chain.id, "", "", "", "", *under_way, said)
    try:
        behind: object = max(0, here.nodes(chain.id).head().number - head.number)
        said = head.paused or ("held: see the incidents" if head.is_held else "ok")
    except Unavailable as error:
        behind, said = "?", head.paused or error.message
    return (chain.name, chain.id, head.number, head.final_number, behind, moment(head.read_at),
            *under_way, said)  # fmt: skip


def _holds(here: Web3Desk, chain: Chain, address: str) -> str:
    nodes = here.nodes(chain.id)
    try:
        number = nodes.head().number
        held = {one.id: nodes.balance(address, one.contract, number) for one in chain.coins}
    except Unavailable as error:
        return f"unknown: {error.message}"
    return _shown(here, held) or "nothing: it cannot pay gas"


@web3.command("accounts")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def accounts(limit: int) -> None:
    """List shoppers' accounts and what they hold, newest first."""
    here = web3_here()
    found = here.database.read(web3_overview.list_accounts, limit=limit)
    if not found:
        click.echo("No shopper has an account yet. It is made when one asks for its address.")
        return
    rows(
        ("shopper", "address", "holds"),
        [(one.owner, one.address, _shown(here, dict(one.balances))) for one in found],
    )


@web3.command("incidents")
@click.option(
    "--close", "closed", metavar="ID", help="You have looked at it, and it is dealt with."
)
@click.option("--all", "with_closed", is_flag=True, help="Those that are closed, too.")
def incidents(closed: str | None, with_closed: bool) -> None:
    """List what a person has to look at, newest first."""
    database = web3_here().database
    if closed is not None:
        database.write(web3_incidents.close_incident, closed)
        click.echo(f"{closed} is closed.")
        return
    found = database.read(web3_incidents.list_incidents, closed=with_closed)
    if not found:
        click.echo("There is nothing to look at.")
        return
    rows(
        ("id", "at", "chain", "what", "about", "words", "closed"),
        [(one.id, moment(one.at), one.chain_id, one.kind, one.subject, one.words,
          moment(one.closed_at)) for one in found],
    )  # fmt: skip


# --- payments that do not fit -----------------------------------------------------------------


@web3.command("payments")
@click.option("--state", type=click.Choice(KINDS), help="late: its order had ended before.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def payments(state: str | None, limit: int) -> None:
    """List payments whose money does not fit: too little, too much, or too late."""
    here = web3_here()
    found = here.database.read(web3_overview.list_misfits, kind=state, limit=limit)
    if not found:
        click.echo("Every payment on a chain fits its price.")
        return
    rows(
        ("payment", "order", "its state", "what", "due", "arrived", "of it final", "decided"),
        [_misfit_row(here, one) for one in found],
    )
    click.echo(
        "\nTake too little for enough: `flask till web3 settle PAYMENT`."
        "\nSend it back: `flask till web3 refund PAYMENT`, what is too much with --excess."
    )


def _misfit_row(here: Web3Desk, one: Misfit) -> tuple[object, ...]:
    standing = one.standing
    came = {coin: standing.seen(coin) for coin in standing.dues}
    dues = {coin: due for coin, due in standing.dues.items() if came[coin]}
    final = {coin: standing.final(coin) for coin in standing.dues}
    return (standing.payment_id, one.order_id, one.order_status, one.kind, _shown(here, dues),
            _shown(here, came), _shown(here, final), standing.decision)  # fmt: skip


@web3.command("settle")
@click.argument("payment_id", metavar="PAYMENT")
def settle(payment_id: str) -> None:
    """Take what came for PAYMENT as its price, although it is less: the order is paid.

    Of an order that has ended, the money goes back by its rule for late money.
    """
    here = web3_here()
    here.database.write(web3_payments.decide, payment_id, SETTLED)
    desk_here().cashier.paying.ask(payment_id)
    click.echo(f"{payment_id} is settled with what came.")


@web3.command("refund")
@click.argument("payment_id", metavar="PAYMENT")
@click.option("--to", metavar="ADDRESS", help="To this address instead of who sent it.")
@click.option("--excess", is_flag=True, help="Only what came beyond the price of a paid order.")
def refund(payment_id: str, to: str | None, excess: bool) -> None:
    """Send back what came for PAYMENT and pays for nothing, from the operator's account.

    It goes to the addresses that it came from. An exchange sends from addresses that belong to
    nobody: ask the shopper for one, and give it with --to. Repeats send nothing twice.
    """
    here = web3_here()
    address = None if to is None else _address(to)
    action = web3_returns.return_excess if excess else web3_returns.return_money
    for one in here.database.write(action, payment_id, to=address):
        click.echo(f"{_shown(here, {str(one.coin_id): one.units})} go to {one.recipient}.")
    click.echo("`flask till web3 sendings` shows when that is final.")


def _address(text: str) -> str:
    """EIP-55. Raises `InvalidRequest` (ADDRESS_INVALID)."""
    try:
        return checksummed(text)
    except ValueError as error:
        raise InvalidRequest(f"The address {error}.", code="ADDRESS_INVALID") from None


# --- what is sent -----------------------------------------------------------------------------


@web3.command("sendings")
@click.option("--state", type=click.Choice(SENDING_STATES))
@click.option("--retry", "retried", metavar="ID", help="Try ID once more, or hand it out again.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
def sendings(state: str | None, retried: str | None, limit: int) -> None:
    """List what the desk sends: refunds, gas, sweeps, tokens; newest first.

    What is queued or sent is looked after by `flask till watch`; the last column says what it
    waits for.
    """
    here = web3_here()
    if retried is not None:
        now = here.database.write(web3_sendings.retry_sending, retried)
        click.echo(f"{retried} is {now.status}, and is tried at the next step.")
        return
    found = here.database.read(web3_sendings.list_sendings, status=state, limit=limit)
    if not found:
        click.echo("Nothing was sent yet." if state is None else f"Nothing is {state}.")
        return
    rows(
        ("id", "at", "chain", "what for", "amount", "to", "state", "nonce", "transaction", "why"),
        [
            (one.sending.id, moment(one.created_at), one.sending.chain_id, one.sending.purpose,
             _amount(here, one.sending), one.sending.recipient, one.sending.status,
             one.sending.nonce, one.sending.tx_hash, one.sending.reason)
            for one in found
        ],
    )  # fmt: skip


def _amount(here: Web3Desk, sending: Sending) -> str:
    if sending.coin_id is None:
        return ""
    return _shown(here, {sending.coin_id: sending.units})


# --- to the treasury --------------------------------------------------------------------------


@web3.command("sweep")
@click.option("--yes", is_flag=True, help="Do it. Without it, only what would be done is shown.")
@click.option("--chain", "chain_id", type=int, metavar="ID", help="Only on this chain.")
@click.option("--coin", "codes", multiple=True, metavar="CODE", help="Only this; may be repeated.")
@click.option("--at-least", "least", metavar="AMOUNT", help="Only where so much of a coin is.")
@click.option("--no-wait", is_flag=True, help="With --yes: do not stay until it is final.")
def sweep(
    yes: bool, chain_id: int | None, codes: Sequence[str], least: str | None, no_wait: bool
) -> None:
    """Bring the money at deposit addresses to TILL_WEB3_TREASURY.

    Only what is final and needed for nothing moves. A repeat moves nothing twice, and what comes
    meanwhile is for the next one.
    """
    here = web3_here()
    at_least = _least(least)
    chains = here.chains if chain_id is None else [here.chain(chain_id)]
    _known(chains, codes)
    sweepings = {chain.id: _sweeping(here, chain) for chain in chains}
    plans = []
    for chain in chains:
        coins = [coin for coin in chain.coins if not codes or coin.code in codes]
        plans.append(sweepings[chain.id].plan(coins, least=at_least))
    _show(plans)
    if not any(plan.moves for plan in plans):
        click.echo("There is nothing to sweep.")
    elif not yes:
        click.echo(f"\nNothing was done. It would go to {here.treasury}; add --yes to do it.")
    else:
        _carry_out(here, [(plan, sweepings[plan.chain.id]) for plan in plans], wait=not no_wait)


def _least(text: str | None) -> Decimal | None:
    try:
        least = None if text is None else Decimal(text)
    except InvalidOperation:
        least = Decimal("nan")
    if least is not None and not (least.is_finite() and least >= 0):
        raise click.UsageError("--at-least is an amount like 0.5.")
    return least


def _known(chains: Sequence[Chain], codes: Sequence[str]) -> None:
    known = sorted({coin.code for chain in chains for coin in chain.coins})
    if unknown := [code for code in codes if code not in known]:
        raise click.UsageError(f"No coin is called {unknown[0]}; there are {', '.join(known)}.")


def _sweeping(here: Web3Desk, chain: Chain) -> Sweeping:
    return Sweeping(
        here.database,
        here.nodes(chain.id),
        chain,
        address_of=here.signer.address,
        treasury=here.treasury,
    )


def _show(plans: Sequence[Plan]) -> None:
    lines = [one for plan in plans for one in plan.lines]
    if lines:
        rows(
            ("chain", "address", "coin", "amount", "units", "gas", "costs at most", "not moved"),
            [(one.chain.name, one.address, one.coin.code, f"{one.coin.amount(one.units):f}",
              one.units, one.gas or "", _plain(one.chain.native, one.cost) if one.cost else "",
              one.obstacle) for one in lines],
        )  # fmt: skip
    for plan in plans:
        totals = [_plain(coin, total) for coin in plan.chain.coins if (total := plan.total(coin))]
        if totals:
            click.echo(f"\n{plan.chain.name}: {', '.join(totals)} to the treasury.")
        if plan.gas_sent:
            native = plan.chain.native
            click.echo(f"The operator's account sends {_plain(native, plan.gas_sent)} for gas"
                       f" before; it has {_plain(native, plan.funds)}.")  # fmt: skip


def _carry_out(here: Web3Desk, planned: Sequence[tuple[Plan, Sweeping]], *, wait: bool) -> None:
    queued = [one for plan, sweeping in planned for one in sweeping.queue(plan)]
    click.echo(f"\n{len(queued)} queued, on their way to {here.treasury}.")
    if not wait:
        click.echo(
            "`flask till watch` sends them; `flask till web3 sendings` shows how they stand."
        )
        return
    click.echo("Waiting until they are final. Ctrl-C stops the waiting, not them.")
    told: dict[str, str] = {}
    while any(_state(here, one, told) in (QUEUED, SENT) for one in queued):
        chain_ids = {one.chain_id for one in queued}
        for chain_id in chain_ids:
            here.sender(chain_id).step()
        time.sleep(min(PACE * min(here.chain(one).block_seconds for one in chain_ids), 2))
    failed = [one for one in queued if _state(here, one, told) == FAILED]
    if failed:
        raise click.ClickException(f"{len(failed)} of {len(queued)} failed; sweep again for them.")
    click.echo(f"All {len(queued)} are final.")


def _state(here: Web3Desk, queued: Sending, told: dict[str, str]) -> str:
    """How a sending stands; every change is told, and what it waits for."""
    now = here.database.read(web3_sendings.read_sending, queued.id)
    assert now is not None
    amount = _shown(here, {str(now.coin_id): now.units})
    words = f"{now.purpose} of {amount}: {now.status}" + (f" ({now.reason})" if now.reason else "")
    if told.get(now.id) != words:
        told[now.id] = words
        click.echo(words.replace("\u00a0", " "))
    return now.status
