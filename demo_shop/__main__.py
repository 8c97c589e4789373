"""Starts the demo: a shop, and on another site the order desk that takes its money."""

from __future__ import annotations

import argparse
import logging
import signal
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from wsgiref.types import WSGIApplication

from werkzeug.serving import make_server

from . import Site, desk, partners, shop

VARIABLES = """environment:
  SHOP_PORT        port of the shop (5000), served as http://localhost:5000
  DESK_PORT        port of the order desk (5001), served as http://127.0.0.1:5001
  TILL_DEMO_DIR    folder of the databases and of partners.json (demo_shop/instance);
                   delete it to start afresh
  STRIPE_SECRET_KEY, STRIPE_PUBLISHABLE_KEY, STRIPE_WEBHOOK_SECRET
                   together, these turn on Stripe beside the sandbox (use test keys)
"""


def main() -> None:
    argparse.ArgumentParser(
        "python -m demo_shop",
        description=__doc__,
        epilog=VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    ).parse_args()
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, lambda *_: stop.set())
    logging.getLogger("werkzeug").setLevel(logging.WARNING)
    site = Site.from_environment()
    site.folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as running:
        shop_socket = running.enter_context(listen("SHOP_PORT", site.shop_port))
        desk_socket = running.enter_context(listen("DESK_PORT", site.desk_port))
        running.enter_context(serve(desk.create_app(site), desk_socket))
        running.enter_context(serve(shop.create_app(site), shop_socket))
        wait_until_up(f"{site.desk_url}/v1/openapi.json", site.shop_url)
        print(welcome(site, str(partners.write(site))), flush=True)
        stop.wait()
        print("\nThe demo stops. Orders and baskets are kept.", flush=True)


stop = threading.Event()


def listen(variable: str, port: int) -> socket.socket:
    """Takes the port before anything is set up, so that a second demo says at once what is wrong."""
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        raise SystemExit(
            f"Port {port} cannot be used: {error.strerror}.\n"
            f"Is another demo running? Stop it, or choose another port: {variable}={port + 100}"
        ) from None


@contextmanager
def serve(app: WSGIApplication, listening: socket.socket) -> Iterator[None]:
    host, port = listening.getsockname()
    server = make_server(host, port, app, threaded=True, fd=listening.fileno())
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()


def wait_until_up(*urls: str) -> None:
    """Asks until each answers. Raises the last error after 20 seconds."""
    deadline = time.monotonic() + 20
    for url in urls:
        while True:
            try:
                urllib.request.urlopen(url, timeout=20).close()
                break
            except OSError:
                if time.monotonic() > deadline or stop.wait(0.1):
                    raise


def welcome(site: Site, partners_file: str) -> str:
    return f"""
  Stempel is open. Click here:

    shop      {site.shop_url}
    basket    {site.shop_url}/basket
    orders    {site.shop_url}/orders

  Put something in the basket and check out. The order page opens on the desk's site,
  {site.desk_url}, where the sandbox lets you choose how the payment ends.
  With two tabs open, the count and the thank-you appear in both.
  Promotion codes: TEN, MINUS20.
"""


if __name__ == "__main__":
    main()
