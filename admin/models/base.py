"""The family our tables belong to.

Not FAB's own base: FAB creates every table of its metadata on an empty
database, and ours must only ever come from our migrations.
"""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase


class Record(DeclarativeBase):
    """Base of every model of the add-on. Constraints other than the primary key are named where they stand."""

    metadata = MetaData(naming_convention={"pk": "pk_%(table_name)s"})
