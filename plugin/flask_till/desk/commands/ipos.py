"""``flask till ipos``: portals, their widgets and users, tokens, and money for their balances."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from ..actions.ipos_apps import list_apps, list_widgets
from ..actions.ipos_rewards import list_pools
from ..actions.ipos_users import list_users
from ..balance import KINDS
from ..enrolment.ipos import IposEnrolment, WidgetCredentials
from .merchants import desk_here, rows

ipos = AppGroup("ipos", help="This desk as a platform for portals and widgets that speak IPOS.")
apps = AppGroup("apps", help="Portals: each is bound to an IP and sells for a merchant.")
widgets = AppGroup("widgets", help="Apps of third parties in a portal, with keys of their own.")
users = AppGroup("users", help="Who buys: users of the platform, or of one portal.")
pools = AppGroup("pools", help="Rewards of an IP that orders may be bound to.")
for group in (apps, widgets, users, pools):
    ipos.add_command(group)

ONCE = "the secrets are shown this once"


def _enrolment() -> IposEnrolment:
    found: IposEnrolment = desk_here().owner.ipos
    return found


# --- apps -------------------------------------------------------------------------------------


@apps.command("add")
@click.argument("merchant_id")
@click.option("--ip", "ip_id", type=int, required=True, help="The IP that the portal is bound to.")
@click.option("--name", default="", help="What people call it.")
@click.option("--id", "app_id", help="An id of your choice instead of a random one.")
@click.option("--login-origin", multiple=True, help="An origin that may sign users in; repeat it.")
@click.option("--shares-all", is_flag=True, help="Rewards models may hand out up to 100 percent.")
def add_app(
    merchant_id: str,
    ip_id: int,
    name: str,
    app_id: str | None,
    login_origin: tuple[str, ...],
    shares_all: bool,
) -> None:
    """Add a portal of MERCHANT_ID and print its secret for the host-side login, this once."""
    made = _enrolment().add_app(
        merchant_id,
        ip_id=ip_id,
        name=name,
        app_id=app_id,
        login_origins=login_origin,
        shares_all=shares_all,
    )
    rows(("", ONCE), [("app_id", made.app_id), ("login secret", made.login_secret)])


@apps.command("list")
def show_apps() -> None:
    """List the portals, oldest first."""
    found = desk_here().database.read(list_apps)
    rows(
        ("app_id", "name", "ip", "merchant", "login origins"),
        [(a.app_id, a.name, a.ip_id, a.merchant_id, " ".join(a.login_origins)) for a in found],
    )


# --- widgets ----------------------------------------------------------------------------------


@widgets.command("add")
@click.argument("app_id")
@click.argument("tag")
@click.option("--merchant", "merchant_id", help="Whose its orders are. Default: the portal's.")
def add_widget(app_id: str, tag: str, merchant_id: str | None) -> None:
    """Add the widget TAG to the portal APP_ID and print its keys, the secret one this once."""
    _show(_enrolment().add_widget(app_id, tag=tag, merchant_id=merchant_id))


@widgets.command("renew")
@click.argument("tag")
def renew_widget(tag: str) -> None:
    """Make another secret key for the widget TAG; the present one holds no more."""
    _show(_enrolment().renew_widget(tag))


@widgets.command("list")
def show_widgets() -> None:
    """List the widgets, oldest first."""
    found = desk_here().database.read(list_widgets)
    rows(
        ("tag", "app_id", "merchant", "access key"),
        [(one.tag, one.app_id, one.merchant_id, one.access_key) for one in found],
    )


def _show(made: WidgetCredentials) -> None:
    base = f"{desk_here().address.base() or 'https://<this desk>'}/ipos"
    rows(
        ("", ONCE),
        [
            ("tag", made.tag),
            ("base URL", base),
            ("access_key", made.access_key),
            ("secret_key", made.secret_key),
        ],
    )


# --- users ------------------------------------------------------------------------------------


@users.command("add")
@click.argument("username")
@click.option("--short-name", help="What orders call the buyer. Default: USERNAME.")
@click.option("--email")
@click.option("--app", "app_id", help="The only portal that may sign this user in by email.")
@click.option("--id", "user_id", help="An id of your choice instead of a random one.")
def add_user(
    username: str,
    short_name: str | None,
    email: str | None,
    app_id: str | None,
    user_id: str | None,
) -> None:
    """Add a user and print the key for x-api-key, this once."""
    made = _enrolment().add_user(
        username, short_name=short_name, email=email, app_id=app_id, user_id=user_id
    )
    rows(("", ONCE), [("user_id", made.user_id), ("api key", made.api_key)])


@users.command("list")
def show_users() -> None:
    """List the users, oldest first."""
    found = desk_here().database.read(list_users)
    rows(
        ("user_id", "name", "email", "app_id", "state"),
        [(u.id, u.short_name, u.email, u.app_id, "blocked" if u.is_blocked else "") for u in found],
    )


@users.command("block")
@click.argument("user_id")
def block(user_id: str) -> None:
    """Answer USER_ID with 401 from now on, whatever token or key is shown."""
    _enrolment().block_user(user_id)
    click.echo(f"{user_id} is blocked.")


@users.command("unblock")
@click.argument("user_id")
def unblock(user_id: str) -> None:
    """Let USER_ID in again."""
    _enrolment().block_user(user_id, is_blocked=False)
    click.echo(f"{user_id} is let in again.")


# --- tokens and money -------------------------------------------------------------------------


@ipos.command("token")
@click.argument("user_id")
@click.option("--widget", "tag", help="The widget that it is bound to.")
def token(user_id: str, tag: str | None) -> None:
    """Print a token of USER_ID, good for seven days."""
    click.echo(_enrolment().issue_token(user_id, tag))


@ipos.command("grant")
@click.argument("user_id")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("cents", type=click.IntRange(1))
@click.option("--live", is_flag=True, help="Real money. Without it, it pays for test orders only.")
def grant(user_id: str, kind: str, cents: int, live: bool) -> None:
    """Give CENTS of a US dollar to a balance of USER_ID."""
    _enrolment().grant(user_id, kind, cents, live=live)
    click.echo(f"{user_id} has {cents} cents more of {kind}.")


# --- pools ------------------------------------------------------------------------------------


@pools.command("add")
@click.argument("pool_id", type=int)
@click.argument("reward_token")
@click.option("--ip", "ip_id", type=int, required=True, help="The IP that it belongs to.")
@click.option("--parent-ip", "parent_ip_id", type=int, help="The IP that this one is a child of.")
@click.option("--per-dollar", type=click.IntRange(0), default=0, help="Tokens for each dollar.")
def add_pool(
    pool_id: int, reward_token: str, ip_id: int, parent_ip_id: int | None, per_dollar: int
) -> None:
    """Add the reward pool POOL_ID, which orders name by REWARD_TOKEN."""
    _enrolment().add_pool(
        pool_id,
        token=reward_token,
        ip_id=ip_id,
        parent_ip_id=parent_ip_id,
        tokens_per_dollar=per_dollar,
    )
    click.echo(f"The pool {pool_id} is there.")


@pools.command("list")
def show_pools() -> None:
    """List the reward pools."""
    found = desk_here().database.read(list_pools)
    rows(
        ("id", "token", "ip", "parent ip", "per dollar"),
        [(p.id, p.token, p.ip_id, p.parent_ip_id, p.tokens_per_dollar) for p in found],
    )
