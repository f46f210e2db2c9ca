"""A row in every table of ours, so that migrations are tried on a record and not on empty tables."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa

from motcua.admin.models.base import Record
from motcua.admin.models.types import UtcDateTime
from tests.town import NINE, WEDNESDAY, build_town

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def fill_every_table(session: Session) -> dict[str, int]:
    """Build a town, and add a made-up row to every table it leaves empty; return the number of rows of each."""
    build_town(session)
    for table in Record.metadata.sorted_tables:
        if not _count(session, table):
            session.execute(table.insert(), {column.name: _value(session, column) for column in table.columns})
    session.commit()
    return {table.name: _count(session, table) for table in Record.metadata.sorted_tables}


def _count(session: Session, table: sa.Table) -> int:
    return session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


_EXAMPLES: dict[type, object] = {
    UtcDateTime: NINE + timedelta(minutes=1),
    sa.Boolean: False,
    sa.Date: WEDNESDAY,
    sa.Time: NINE.time(),
    sa.JSON: {"a": 1},
    sa.String: "x",
}


def _value(session: Session, column: sa.Column[object]) -> object:
    """Make up a value that the column's type, references and checks allow."""
    if column.name == "dossier_id" and column.nullable:
        return None  # a paper is of a ticket or of a dossier, not of both
    if column.foreign_keys:
        return session.scalar(sa.select(next(iter(column.foreign_keys)).column).limit(1))
    if column.nullable:
        return None
    words = getattr(column.type, "enum_class", None)
    if words is not None:
        return next(iter(words))
    if column.name == "year":
        return WEDNESDAY.year
    if column.name == "may_push":
        return True  # a key opens something
    return next((value for kind, value in _EXAMPLES.items() if isinstance(column.type, kind)), 1)
