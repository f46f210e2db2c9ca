"""Which version of a procedure holds on a day: from its first day on, until the day before the next one's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.orm import contains_eager, selectinload

from motcua.admin.errors import UnknownProcedureError
from motcua.admin.models import Procedure, ProcedureVersion

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session


def procedures_in_force(session: Session, day: date) -> list[ProcedureVersion]:
    """Return what may be asked for on a day, by field and code."""
    versions = in_force(day).join(Procedure.field)
    versions = versions.options(contains_eager(ProcedureVersion.procedure).contains_eager(Procedure.field)).order_by(
        Procedure.code
    )
    return list(session.scalars(versions))


def procedure_in_force(session: Session, code: str, day: date) -> ProcedureVersion:
    """Return the version of a procedure that holds on a day, with its papers. Raises UnknownProcedureError."""
    version = session.scalar(in_force(day).where(Procedure.code == code).options(selectinload(ProcedureVersion.papers)))
    if version is None:
        raise UnknownProcedureError(procedure=code)
    return version


def in_force(day: date) -> Select[ProcedureVersion]:
    """Ask for the versions that hold on a day, joined to their procedures."""
    return (
        select(ProcedureVersion)
        .join(ProcedureVersion.procedure)
        .where(
            Procedure.is_active.is_(True),
            ProcedureVersion.effective_from <= day,
            or_(ProcedureVersion.effective_to.is_(None), ProcedureVersion.effective_to > day),
        )
    )
