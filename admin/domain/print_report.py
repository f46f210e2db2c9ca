"""How printing goes: what the printers say of themselves, and whether papers wait too long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from motcua.admin.enums import PrintState
from motcua.admin.models import PrinterDevice, PrintJob

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class PrintReport:
    """The figures."""

    #: The last words of every printer in use; None for one that was never asked.
    statuses: tuple[str | None, ...]
    #: Papers that nobody has even tried to print for too long.
    untouched: int


def print_report(session: Session, *, now: datetime, too_long: timedelta) -> PrintReport:
    """Return how printing goes."""
    statuses = session.scalars(select(PrinterDevice.last_status).where(PrinterDevice.is_active.is_(True)))
    untouched = session.scalar(
        select(func.count())
        .select_from(PrintJob)
        .where(
            # Spelled out for SQLite, which otherwise does not use the index on open papers.
            text("motcua_print_job.state IN ('queued', 'sending')"),
            PrintJob.state == PrintState.QUEUED,
            PrintJob.attempts == 0,
            PrintJob.error.is_(None),
            PrintJob.created_at <= now - too_long,
        )
    )
    return PrintReport(statuses=tuple(statuses), untouched=untouched or 0)
