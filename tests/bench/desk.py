"""An order desk on a server of its own, and what a merchant of it knows."""

from __future__ import annotations

import os

from flask import Flask

from flask_till import OrderDesk

KEY = "till_key_bench_0123456789abcdef0123456789"
SECRET = "whsec_YmVuY2gtY2FsbGJhY2stc2VjcmV0LTAxMjM0NTY3"


def serve_desk() -> Flask:
    """What gunicorn calls; ``BENCH_CALLBACKS`` is where the shop is told."""
    app = Flask(__name__, instance_path=os.environ["BENCH_FOLDER"])
    app.config.update(SECRET_KEY="d" * 32, TILL_ENV="development", TILL_LIMITS=False)
    OrderDesk(app).ensure_merchant(
        merchant_id="mer_bench",
        name="Bench shop",
        api_key=KEY,
        callback_secret=SECRET,
        callback_url=os.environ["BENCH_CALLBACKS"],
        origins=["http://localhost"],
    )
    return app
