"""Starts the demo: a shop in four fronts, and on another site the order desk of them all."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress

import httpx
from flask import Flask
from werkzeug.serving import make_server

from . import Site, chain, partners
from .desk import create_desk, desk, user_token
from .fronts import FRONTS, Front
from .shop import create_app, till

ENVIRONMENT = """environment:
  SHOP_PORT        port of the shop (5000), which is served as http://localhost:5000
  DESK_PORT        port of the order desk (5001), which is served as http://127.0.0.1:5001;
                   on the three ports after it the same shop is an IPOS widget, a Boxo miniapp
                   and a W3block company
  CHAIN_PORT       port of the chain's node (8545), with --web3
  TILL_DEMO_DIR    folder of the databases, of the chain and of partners.json (demo_shop/instance);
                   delete it to start afresh
  STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET
                   together, these put Stripe beside the sandbox; use test keys
"""

stopping = threading.Event()


def main() -> None:
    parser = argparse.ArgumentParser("python -m demo_shop", description=__doc__, epilog=ENVIRONMENT)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--web3", action="store_true", help="with a chain, its coins, and a wallet")
    with_chain = parser.parse_args().web3
    try:
        site = Site.from_environment()
    except ValueError:
        parser.error("SHOP_PORT, DESK_PORT and CHAIN_PORT must be numbers.")
    for stop in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stop, lambda *_: stopping.set())
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    with ExitStack() as running:
        fronts = [front(site) for front in FRONTS]
        sockets = {f.name: running.enter_context(listen(variable(f), f.port)) for f in fronts}
        desk_socket = running.enter_context(listen("DESK_PORT", site.desk_port))
        chain.forget(site)
        local = running.enter_context(chain.run_chain(site)) if with_chain else None
        desk_app = create_desk(site, local)
        running.callback(close_desk, desk_app)
        running.enter_context(serve(desk_app, desk_socket))
        for front in fronts:
            shop_app = create_app(site, front)
            running.callback(till.close, shop_app)
            running.enter_context(serve(shop_app, sockets[front.name]))
        with desk_app.app_context():
            file = partners.write(site, user_token=user_token())
        urls = [f"{site.desk_url}/v1/openapi.json", *(front.url for front in fronts)]
        if all(answers(url) for url in urls):
            print(welcome(site, str(file)), flush=True)
            if local is not None:
                print(welcome_to_chain(site, local), flush=True)
            print("  Ctrl-C stops it all.\n", flush=True)
            stopping.wait()
        print("The demo stops. Baskets and orders are kept for the next time.", flush=True)


def variable(front: Front) -> str:
    """What moves the front to another port."""
    return "SHOP_PORT" if front.name == "till" else "DESK_PORT"


def listen(variable: str, port: int) -> socket.socket:
    """Takes the port before anything is set up, so that a second demo knows at once."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except (OSError, OverflowError):
        sys.exit(
            f"Port {port} cannot be used. Is another demo running, or another program there?\n"
            f"Stop it, or choose another port, such as {variable}={port + 10}."
        )


@contextmanager
def serve(app: Flask, listening: socket.socket) -> Iterator[None]:
    """Answers on that socket from threads of its own, until the block ends."""
    server = make_server("127.0.0.1", 0, app, threaded=True, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, name=app.name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def answers(url: str) -> bool:
    """Waits until it does; False when it does not, or when the demo is to stop."""
    for _ in range(40):
        with suppress(httpx.TransportError):
            return httpx.get(url, timeout=20).is_success
        if stopping.wait(0.25):
            break
    return False


def close_desk(app: Flask) -> None:
    with app.app_context():
        desk.close()


def welcome(site: Site, partners_file: str) -> str:
    return f"""
  Stempel is open. Click here:

    the shop      {site.shop_url}
    the basket    {site.shop_url}/basket
    your orders   {site.shop_url}/orders
    the wallet    {site.desk_url}/wallet

  The same shop, selling through other protocols:

    IPOS widget   {site.ipos_url}   in dollars, for Ada, who has money in her wallet
    Boxo miniapp  {site.desk_url}/host   inside a host app, where she has some, too
    W3block shop  {site.w3block_url}   prices that are held for seconds, orders for a minute:
                  check out, do nothing, and the purchase expires in front of you

  Put something in the basket and check out. The order page opens on another site, the
  desk's ({site.desk_url}), where you choose how the payment ends; then watch the shop
  say thank you by itself, in every tab. Promotion codes: TEN, MINUS20.

  Or pay with a phone. Open the wallet in a second window and sign in with any number of nine
  digits; the code is on the page. Then press "Buy with your phone" in the shop, type the same
  number, and say yes in the wallet: now the basket is in both, and you order and pay there.

  Or buy the Studio gift card ({site.shop_url}/products/gift-card): the shop's
  thank-you then has a code and a link, and what you claim there lands in the wallet.

  The first way from another terminal, with curl alone:

    ask() {{ curl -sS -b jar -c jar -H X-Till:1 "$@"; }}
    ask --json '{{"product_id": "mug"}}' {site.shop_url}/till/iziAddToCart
    ask --json '{{"mode": "redirect"}}' {site.shop_url}/till/checkout | tee opened.json
    page=$(grep -o 'http[^"]*' opened.json) token=$(sed 's/.*"token": *"//; s/".*//' opened.json)
    ask -L "$page&token=$token" -o page.html
    ask {site.desk_url}/order/pay -d "${{page#*\\?}}" -d gateway=sandbox -d method=sandbox \\
        -d outcome=paid -o paid.html
    ask '{site.shop_url}/till/iziGetOrderComplete?wait=20'

  Each protocol has a session of that kind: docs/protocol-till.md, docs/protocol-ipos.md,
  docs/protocol-boxo.md, docs/protocol-w3block.md, docs/inpost-pay.md. The keys that they use are in
  {partners_file}
"""


def welcome_to_chain(site: Site, local: chain.LocalChain) -> str:
    """Where to click to pay on the chain, and what an operator types."""
    from .chain.bank import CHAIN_ID

    return f"""
  A chain runs here, too: one node (anvil) at {local.node.url}, with a coin that is worth nothing.
  It is kept with the rest, and makes blocks while something happens.

    a wallet      {site.desk_url}/chain   shows what it has, gives coins away, sends

  Put something in the basket, check out, and choose "Crypto" on the order page. Then

    own wallet    press the button of Trzos, the demo wallet, which is in the desk's pages;
                  one of your own (MetaMask) is offered there, too: add the network Demo chain,
                  id {CHAIN_ID}, {local.node.url}, and import this key, which has money:
                  {local.private_key}
    QR, address   press "Open in a wallet app" and send what the wallet shows; or copy the address,
                  and send too little or too much to see what becomes of it
    account       open {site.desk_url}/wallet and sign in, send something to the address of your
                  account there, then choose "Crypto account" on the order page

  What was paid waits at the addresses of the orders. In another terminal, sweep it together:

    export FLASK_APP=demo_shop.desk:create_desk{variables()}
    .venv/bin/flask till web3 sweep          # what would move
    .venv/bin/flask till web3 sweep --yes    # to {local.keys["treasury"].address}
    .venv/bin/flask till web3 status

  The words that the desk's addresses come from are in {local.keys.desk_file}
"""


def variables() -> str:
    """What another terminal has to set to mean this demo."""
    names = ("SHOP_PORT", "DESK_PORT", "CHAIN_PORT", "TILL_DEMO_DIR")
    return "".join(f" {name}={os.environ[name]}" for name in names if name in os.environ)


if __name__ == "__main__":
    main()
