"""``flask till w3block currencies`` and ``companies contract``: coins and tokens on chains."""

from __future__ import annotations

import click
from flask.cli import AppGroup, with_appcontext

from ..actions.w3block_companies import read_company, read_currencies
from ..w3block_token import Contract
from .merchants import desk_here, rows
from .w3block_goods import enrolment

currencies = AppGroup("currencies", help="What prices may be in: money of countries, and coins.")


@currencies.command("add")
@click.argument("code")
@click.option("--name", help="What people call it. Default: as the chain's setting has it.")
@click.option("--id", "currency_id", help="A UUID of your choice instead of a random one.")
def add_coin(code: str, name: str | None, currency_id: str | None) -> None:
    """Let prices be in the coin CODE, such as USDC, which a chain of this desk has."""
    made = enrolment().chains.add_coin(code, name=name, currency_id=currency_id)
    rows(("", ""), [("id", made.id), ("digits after the point", str(made.decimals))])


@currencies.command("list")
def show_currencies() -> None:
    """List the currencies, by their codes."""
    found = desk_here().database.read(read_currencies).values()
    rows(
        ("id", "code", "name", "digits", ""),
        [(one.id, one.code, one.name, str(one.decimals), _kind(one.is_crypto)) for one in found],
    )


def _kind(is_crypto: bool) -> str:
    return "coin" if is_crypto else ""


@click.command("contract")
@click.argument("company_id")
@click.option("--chain", "chain_id", type=int, help="The id of a chain that is set up here.")
@click.option("--address", help="A contract that is there, whose operator account is this desk's.")
@click.option("--deploy", is_flag=True, help="Put one of ours there instead.")
@click.option("--name", help="With --deploy: what the tokens are called. Default: the company.")
@click.option("--symbol", default="TILL", show_default=True, help="With --deploy: their symbol.")
@click.option("--base", default="", help="With --deploy: where metadata is, before the number.")
@click.option("--remove", is_flag=True, help="Deliver in the desk's own book again.")
@with_appcontext
def contract(
    company_id: str,
    chain_id: int | None,
    address: str | None,
    deploy: bool,
    name: str | None,
    symbol: str,
    base: str,
    remove: bool,
) -> None:
    """Deliver the tokens of COMPANY_ID on a chain; without options, say where they are."""
    company, chains = desk_here().database.read(read_company, company_id), enrolment().chains
    if remove:
        chains.drop_contract(company.id)
    elif deploy or address is not None:
        if chain_id is None or (deploy and address is not None):
            raise click.UsageError("Give --chain, and either --address or --deploy.")
        if address is not None:
            chains.set_contract(company.id, chain_id, address)
        else:
            words = {"name": name or company.name, "symbol": symbol, "base": base}
            chains.deploy_contract(company.id, chain_id, **words)
    click.echo(f"Tokens of {company.name} are {_where(chains.contract(company.id))}.")


def _where(found: Contract | None) -> str:
    if found is None:
        return "in the desk's own book"
    return f"on chain {found.chain_id}, in {found.address}"
