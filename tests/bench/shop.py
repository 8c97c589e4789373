"""The shop that is measured: the plugin as a user mounts it.

With the built-in desk, or with the one of `tests.bench.desk` when ``BENCH_DESK`` is its address.
"""

from __future__ import annotations

import os

from flask import Flask, Response, jsonify

from flask_till import Money, Product, Till

from .desk import KEY, SECRET
from .pages import pages


def open_shop(folder: str, *, background: bool = True, desk_url: str | None = None) -> Flask:
    app = Flask(__name__, instance_path=folder)
    app.config.update(
        SECRET_KEY="k" * 32,
        TILL_ENV="development",
        TILL_MAX_WAITERS=1000,
        TILL_LIMITS=False,  # one address asks for all
        TILL_BACKGROUND=background,
    )
    if desk_url is not None:
        app.config.update(
            TILL_DESK_URL=desk_url, TILL_DESK_KEY=KEY, TILL_DESK_CALLBACK_SECRETS=SECRET
        )
    till = Till(app, catalog=[Product("mug", "Blue mug", Money("49.99", "PLN"))])
    app.register_blueprint(pages)

    @app.get("/view")
    def view() -> Response:
        """A page view of the shop's own that reads the count and nothing else."""
        return jsonify(count=till.count())

    return app


def serve_shop() -> Flask:
    """What gunicorn calls."""
    return open_shop(os.environ["BENCH_FOLDER"], desk_url=os.environ.get("BENCH_DESK"))
