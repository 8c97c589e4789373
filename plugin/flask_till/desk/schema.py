"""The one schema that all tables of the desk belong to, wherever they are written down."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import MetaData

PREFIX = "till_desk_"
metadata = MetaData(
    naming_convention={
        "ck": "ck_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def listed(words: Iterable[str]) -> str:
    """The words as SQL has them behind ``in``."""
    return "(" + ", ".join(f"'{word}'" for word in sorted(words)) + ")"
