"""The one schema that all tables of the desk belong to, wherever they are written down."""

from __future__ import annotations

from sqlalchemy import MetaData

from ...base.columns import NAMING

PREFIX = "till_desk_"
metadata = MetaData(naming_convention=NAMING)
