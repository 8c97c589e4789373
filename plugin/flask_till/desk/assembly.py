"""Puts the parts of a desk together, and mounts what browsers, shops and providers call."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask

from ..base.background import Background
from ..base.clock import Clock
from ..base.database import Database
from ..base.http import IN_PROCESS_HOST
from ..base.limits import Limits
from ..base.sealing import Seal
from ..settings import DeskSettings
from .address import Address
from .background import background_of
from .cashier import Cashier
from .counter import Counter
from .dialect_parts import DialectParts
from .dialects.bearer import MOST as BEARERS
from .dialects.boxo.host_calls import HostCalls
from .dialects.gateway_webhooks import gateway_webhooks
from .dialects.inpost.front import MOST as INPOST
from .dialects.inpost.front import Front
from .dialects.inpost.keyring import Keyring
from .dialects.inpost.server import inpost_dialect
from .dialects.inpost.tokens import AccessTokens
from .dialects.till import till_dialect
from .dialects.till_callbacks import TillCallbacks
from .dialects.till_words import page_url
from .enrolment.inpost import InpostEnrolment
from .enrolment.merchants import Enrolment
from .gateway_choice import choose_gateways
from .gateways import Gateway
from .gateways.balance import BalanceGateway
from .gateways.host import HostGateway
from .gateways.transfer import TransferGateway
from .pages import MOST as VISITORS
from .pages import order_pages
from .pages.kigo_hub import HubParts, hub_pages
from .pages.wallet import WALLET, WalletParts, wallet_pages
from .partner_dialects import MOST as PARTNERS
from .partner_dialects import Partners, partners_of
from .purse import DeskPurse
from .signing_in import MOST as SIGN_INS
from .tables import MIGRATIONS
from .w3block.accounts import CompanyAccounts
from .wallet_desk import WalletDesk, wallet_desk_of
from .wallet_port import SendCode

if TYPE_CHECKING:
    from .web3.token_port import Rates
    from .web3.web3_desk import Signs, Web3Desk

LOCAL_HOSTS = ("localhost", "127.0.0.1")


@dataclass(frozen=True, slots=True)
class DeskState:
    """The desk of one application; ``owner`` is the `OrderDesk` that it was mounted with."""

    owner: Any
    settings: DeskSettings
    url_prefix: str
    allowed_hosts: tuple[str, ...]
    database: Database
    cashier: Cashier
    enrolment: Enrolment
    inpost_enrolment: InpostEnrolment
    inpost: Front
    wallet_desk: WalletDesk
    partners: Partners
    address: Address
    counter: Counter
    background: Background
    callbacks: TillCallbacks
    web3: Web3Desk | None


def assemble(
    owner: object,
    settings: DeskSettings,
    url_prefix: str,
    gateways: Iterable[Gateway] | None,
    clock: Clock,
    send_code: SendCode | None,
    *,
    signer: Signs | None = None,
    rates: Rates | None = None,
) -> DeskState:
    """Every part, put together. Opens no connection and starts no thread."""
    database = Database(settings.database_url, clock=clock)
    if database.dialect == "sqlite":
        Path(str(database.url.database)).parent.mkdir(parents=True, exist_ok=True)
    MIGRATIONS.attach(database)
    address = Address(settings.public_url, url_prefix)
    seal = Seal(settings.secret_keys)
    hosts = (IN_PROCESS_HOST, *settings.allowed_hosts)
    hosts += LOCAL_HOSTS if settings.in_development else ()
    host_calls = HostCalls(database, seal, clock, allowed_hosts=hosts)
    inside = gateways_inside(database, host_calls)
    web3, of_chains = chains_of(settings, database, signer, rates)
    cashier = Cashier(
        database,
        choose_gateways(settings, gateways, clock, inside, of_chains),
        page_url=lambda order_id: page_url(address.page(), order_id),
    )
    if web3 is not None:
        web3.cashier = cashier
    most = {**BEARERS, **VISITORS, **INPOST, **SIGN_INS, **PARTNERS}
    limits = Limits(settings.limits_storage, most, enabled=settings.limits)
    callbacks = TillCallbacks(database, seal, allowed_hosts=hosts, page_address=address.page)
    keyring = Keyring(database, seal)
    wallet_desk = wallet_desk_of(
        settings,
        database,
        cashier,
        limits,
        signing_key=keyring.signing,
        hosts=hosts,
        base_address=address.base,
        send_code=send_code,
    )
    partners = partners_of(
        DialectParts(
            settings=settings,
            database=database,
            cashier=cashier,
            seal=seal,
            limits=limits,
            hosts=hosts,
            page_address=address.page,
            base_address=address.base,
            remember_address=address.remember,
            clock=clock,
            web3=web3,
        ),
        host_calls,
    )
    return DeskState(
        owner=owner,
        settings=settings,
        url_prefix=url_prefix,
        allowed_hosts=hosts,
        database=database,
        cashier=cashier,
        enrolment=Enrolment(database, seal, hosts),
        inpost_enrolment=InpostEnrolment(database, seal, hosts),
        inpost=Front(
            settings=settings,
            database=database,
            cashier=cashier,
            seal=seal,
            limits=limits,
            keyring=keyring,
            tokens=AccessTokens(settings.secret_keys, clock),
            base_address=address.base,
            remember_address=address.remember,
        ),
        wallet_desk=wallet_desk,
        partners=partners,
        address=address,
        counter=Counter(
            settings=settings,
            database=database,
            cashier=cashier,
            seal=seal,
            limits=limits,
            page_address=address.page,
            remember_address=address.remember,
            admits=partners.ipos.admits,
            web3=web3,
        ),
        background=background_of(
            database,
            cashier,
            {
                "till": callbacks,
                "inpost": wallet_desk.courier,
                **{one.name: one.courier for one in partners},
            },
            schedules={one.name: one.schedule for one in partners},
            also_sweep=lambda: wallet_desk.sweep() + partners.sweep(),
            enabled=settings.background,
            beside=web3.loops if web3 is not None and settings.watches else tuple,
        ),
        callbacks=callbacks,
        web3=web3,
    )


def chains_of(
    settings: DeskSettings, database: Database, signer: Signs | None, rates: Rates | None
) -> tuple[Web3Desk | None, list[Gateway]]:
    """Nothing where no chain is set up; only then are the libraries of chains imported."""
    if not settings.has_web3:
        return None, []
    from .web3_setup import web3_of

    return web3_of(settings, database, signer, rates)


def gateways_inside(database: Database, calls: HostCalls) -> list[Gateway]:
    """Those that need no provider: balances, host apps, transfers; for real money and for test."""
    purse, accounts = DeskPurse(database), CompanyAccounts(database)
    made: list[Gateway] = []
    for live in (True, False):
        made += [
            BalanceGateway(purse, live=live),
            HostGateway(calls, live=live),
            TransferGateway(accounts, live=live),
        ]
    return made


def mount(app: Flask, state: DeskState) -> None:
    """The desk's addresses, on an application that has none yet."""
    prefix = state.url_prefix
    app.register_blueprint(till_dialect(), url_prefix=f"{prefix}/v1")
    app.register_blueprint(gateway_webhooks(), url_prefix=f"{prefix}/gateways")
    app.register_blueprint(inpost_dialect(state.inpost), url_prefix=f"{prefix}/inpost")
    state.partners.mount(app, prefix, state.counter)
    app.register_blueprint(order_pages(state.counter), url_prefix=prefix or None)
    parts = WalletParts(
        state.wallet_desk.wallet,
        state.database,
        state.settings,
        state.counter.limits,
        web3=state.web3,
    )
    hub = HubParts(
        state.partners.kigo.claims, parts.wallet, parts.database, parts.settings, parts.limits
    )
    app.register_blueprint(hub_pages(hub), url_prefix=f"{prefix}/kigo")
    app.register_blueprint(wallet_pages(parts), url_prefix=f"{prefix}{WALLET}")
    app.before_request(state.background.wake)
