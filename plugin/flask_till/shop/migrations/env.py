"""Run by Alembic; see `flask_till.base.migrations`."""

from alembic import context

from flask_till.base.migrations import run

run(context)
