"""Which rule of the database a write ran into, whichever database it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import UniqueConstraint

if TYPE_CHECKING:
    from sqlalchemy import Index, Table
    from sqlalchemy.exc import IntegrityError

Kind = Literal["unique", "in_use", "other"]
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>.+)")
_POSTGRES_UNIQUE, _POSTGRES_FOREIGN_KEY = "23505", "23503"


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """What stood in the way; for a doublet, the columns that must be unique together."""

    kind: Kind
    columns: tuple[str, ...] = ()


def broken_rule(error: IntegrityError, table: Table) -> BrokenRule:
    """Return the rule that an error of a database is about."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        state = getattr(error.orig, "sqlstate", None)
        if state == _POSTGRES_UNIQUE:
            return BrokenRule("unique", _columns_of(table, diagnosis.constraint_name))
        return BrokenRule("in_use" if state == _POSTGRES_FOREIGN_KEY else "other")
    text = str(error.orig)
    unique = _SQLITE_UNIQUE.search(text)
    if unique:
        return BrokenRule("unique", tuple(name.rpartition(".")[2] for name in unique["columns"].split(", ")))
    return BrokenRule("in_use" if "FOREIGN KEY" in text else "other")


def _columns_of(table: Table, constraint: str | None) -> tuple[str, ...]:
    rules: list[UniqueConstraint | Index] = [rule for rule in table.constraints if isinstance(rule, UniqueConstraint)]
    rules += table.indexes
    return next((tuple(column.name for column in rule.columns) for rule in rules if rule.name == constraint), ())
