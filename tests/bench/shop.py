"""The shop that is measured: the plugin as a user mounts it, with the built-in desk."""

from __future__ import annotations

import os

from flask import Flask

from flask_till import Money, Product, Till

app = Flask(__name__, instance_path=os.environ.get("BENCH_FOLDER"))
app.config.update(SECRET_KEY="k" * 32, TILL_ENV="development", TILL_MAX_WAITERS=2000)
till = Till(app, catalog=[Product("mug", "Blue mug", Money("49.99", "PLN"))])
