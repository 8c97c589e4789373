"""The pages of the demo's chain, at ``/chain``: the wallet, an explorer, and what pages ask.

They live beside the desk, as the host app does, because the wallet has to be in its pages; a real
one is a part of the browser.
"""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import httpx
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import escape
from werkzeug import Response

from .bank import CHAIN_ID, DECIMALS, USDC
from .links import read_wish
from .node import BLOCK_SECONDS, Refused
from .transactions import find_transaction, shorten
from .wallet import NAME, Wallet

if TYPE_CHECKING:
    from . import LocalChain

HASH = re.compile(r"0x[0-9a-f]{64}")
NONCE = re.compile(r"script-src 'nonce-([\w-]+)'")

pages = Blueprint(
    "chain",
    __name__,
    url_prefix="/chain",
    static_folder="../static/chain",
    static_url_path="/static",
    template_folder="../templates",
)


def mount_chain(app: Flask, chain: LocalChain, shop_url: str) -> None:
    """The pages, on the desk's app, and the wallet in every page of the desk."""
    app.extensions["demo_wallet"] = Wallet(chain)
    app.config["DEMO_SHOP"] = shop_url
    app.register_blueprint(pages)
    app.after_request(put_wallet_in)


def wallet_here() -> Wallet:
    wallet: Wallet = current_app.extensions["demo_wallet"]
    return wallet


@pages.get("/")
def home() -> ResponseReturnValue:
    return show_wallet(pasted=request.args.get("to", ""))


def show_wallet(status: int = 200, **words: Any) -> ResponseReturnValue:
    wallet = wallet_here()
    chain, bank = wallet.chain, wallet.chain.bank
    people = {
        "You": wallet.account.address,
        "The desk’s operator": chain.keys.operator,
        "The desk’s treasury": chain.keys["treasury"].address,
    }
    held = [
        (who, address, {code: shorten(bank.balance(address, code), code) for code in DECIMALS})
        for who, address in people.items()
    ]
    sent = [found for one in wallet.sent if (found := find_transaction(chain, one))]
    facts = {"chain_id": CHAIN_ID, "coin": bank.coin, "node": chain.node.url}
    form = {"pasted": "", "amount": "", "code": USDC, "codes": tuple(reversed(DECIMALS))}
    words = {**facts, **form, **words}
    page = render_template("chain/wallet.html", wallet=wallet, held=held, sent=sent, **words)
    return page, status


@pages.post("/faucet")
def faucet() -> ResponseReturnValue:
    wallet = wallet_here()
    wallet.chain.bank.give(wallet.account.address)
    wallet.chain.node.rpc("evm_mine")  # nobody likes to wait for a present
    return redirect(url_for(".home"), 303)


@pages.post("/send")
def send() -> ResponseReturnValue:
    wallet = wallet_here()
    form = {name: request.form.get(name, "") for name in ("pasted", "amount", "code")}
    try:
        wish = read_wish(**form, coin=wallet.chain.bank.coin)
        sent = wallet.pay(**asdict(wish))
    except ValueError as error:
        return show_wallet(422, refusal=str(error), **form)
    except Refused as error:
        return show_wallet(422, refusal=f"The chain refuses it: {error}.", **form)
    return redirect(url_for(".transaction", tx_hash=sent), 303)


@pages.get("/tx/<tx_hash>")
def transaction(tx_hash: str) -> str:
    """The explorer that the desk links to."""
    found = find_transaction(wallet_here().chain, tx_hash) if HASH.fullmatch(tx_hash) else None
    return render_template("chain/transaction.html", one=found or abort(404), every=BLOCK_SECONDS)


@pages.post("/rpc")
def rpc() -> ResponseReturnValue:
    """What the wallet in a page asks, after its owner agreed there."""
    asked = request.get_json()
    try:
        return {"result": wallet_here().answer(asked["method"], asked["params"])}
    except Refused as error:
        return {"error": error.error}


@pages.errorhandler(httpx.HTTPError)
def node_is_gone(_: httpx.HTTPError) -> ResponseReturnValue:
    return "The chain does not answer. Is the demo still running?", 503


@pages.before_request
def refuse_other_sites() -> None:
    """No other site may press the buttons of this wallet."""
    ours = request.host_url.rstrip("/")
    if request.method == "POST" and request.headers.get("Origin", ours) != ours:
        abort(403)


@pages.after_request
def protect(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers.setdefault("Cache-Control", "no-store")
    return response


@pages.context_processor
def words() -> dict[str, Any]:
    return {"wallet_name": NAME, "shop_url": current_app.config["DEMO_SHOP"]}


def put_wallet_in(response: Response) -> Response:
    """What an extension of a browser does for its owner: the wallet is in every page of the desk.

    It announces itself as any wallet does (EIP-6963), and the order page knows no other way to it.
    """
    nonce = NONCE.search(response.headers.get("Content-Security-Policy", ""))
    if nonce and response.mimetype == "text/html" and not response.is_streamed:
        source = escape(url_for("chain.static", filename="injected.js"))
        tag = f'<script type="module" nonce="{nonce[1]}" src="{source}"></script>'
        page = response.get_data(as_text=True)
        response.set_data(page.replace("<head>", f"<head>\n  {tag}", 1))
    return response
