"""What is posted publicly (niêm yết): the procedures in force, by field, and where to hand them in."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from motcua.admin.domain.names import alphabetical
from motcua.admin.domain.procedures_in_force import in_force
from motcua.admin.domain.text import unaccented
from motcua.admin.enums import OfficeLevel
from motcua.admin.models import Field, Office, Procedure, ProcedureVersion

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from sqlalchemy.orm import Session

    from motcua.admin.enums import DurationUnit

#: Longer than any name one would type; what stands behind it is not read.
MAX_QUERY = 100


@dataclass(frozen=True, slots=True)
class PostedProcedure:
    """One line of the list."""

    code: str
    name: str
    field_id: int
    field: str
    duration_unit: DurationUnit
    duration_amount: float | None
    time_as_published: str
    fee_vnd: int | None
    fee_as_published: str
    is_verified: bool


@dataclass(frozen=True, slots=True)
class PostedField:
    """A field of administration with its procedures, by name."""

    id: int
    name: str
    procedures: tuple[PostedProcedure, ...]


def posted_fields(session: Session, day: date) -> tuple[PostedField, ...]:
    """Return everything that may be asked for on a day, in one question however long the list."""
    rows: Iterable[Any] = session.execute(
        in_force(day)
        .join(Procedure.field)
        .order_by(Field.position, Field.id)
        .with_only_columns(
            Procedure.code,
            ProcedureVersion.name,
            Field.id,
            Field.name,
            ProcedureVersion.duration_unit,
            ProcedureVersion.duration_amount,
            ProcedureVersion.time_as_published,
            ProcedureVersion.fee_vnd,
            ProcedureVersion.fee_as_published,
            ProcedureVersion.is_verified,
        )
    )
    posted = [PostedProcedure(*row) for row in rows]
    return tuple(
        PostedField(field_id, name, tuple(sorted(found, key=lambda one: alphabetical(one.name))))
        for (field_id, name), found in groupby(posted, key=lambda one: (one.field_id, one.field))
    )


def searched(fields: Iterable[PostedField], query: str) -> tuple[PostedField, ...]:
    """Keep the procedures whose name, code or field holds the query, signs or no signs.

    Where none holds it as it was typed, those that hold each of its words.
    """
    phrase = " ".join(unaccented(query[:MAX_QUERY]).split())
    listed = [(field, [(one, _searchable(one)) for one in field.procedures]) for field in fields]
    return _kept(listed, [phrase]) or _kept(listed, phrase.split())


def _kept(
    listed: Iterable[tuple[PostedField, list[tuple[PostedProcedure, str]]]], parts: list[str]
) -> tuple[PostedField, ...]:
    kept = (
        PostedField(field.id, field.name, tuple(one for one, text in lines if all(part in text for part in parts)))
        for field, lines in listed
    )
    return tuple(field for field in kept if field.procedures)


def _searchable(procedure: PostedProcedure) -> str:
    return unaccented(f"{procedure.name} {procedure.code} {procedure.field}")


def posting_offices(session: Session) -> list[Office]:
    """Return the centres a citizen may go to: communes, or whatever there is where there are none."""
    offices = list(
        session.scalars(select(Office).where(Office.is_active.is_(True)).options(selectinload(Office.hours)))
    )
    communes = [office for office in offices if office.level == OfficeLevel.COMMUNE]
    return sorted(communes or offices, key=lambda office: alphabetical(office.name))
