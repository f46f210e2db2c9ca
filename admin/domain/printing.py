"""Papers owed to people, as rows: ordering a first paper and a second.

A row is at most one paper. Once the printer has been spoken to about it, the
row is never printed again: what follows is a new row with the next
``copy_number``, and its paper says that it is a copy. How a row becomes paper
is in ``print_claims.py``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.enums import PrintKind, PrintReason, PrintState
from motcua.admin.models import Dossier, PrintJob, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

# Two presses within this time are one wish, even when the first paper is already out.
SAME_PRESS = timedelta(seconds=5)
_ON_PAPER = frozenset({PrintState.CONFIRMED, PrintState.UNCONFIRMED})
SUPERSEDED = "superseded"


def order_receipt(session: Session, dossier: Dossier, *, printer_id: int | None, now: datetime) -> PrintJob:
    """Order the receipt of a dossier that has just been taken in. The caller commits."""
    return _add(session, dossier, copy_number=1, printer_id=printer_id, by_user_id=dossier.received_by_id, now=now)


def order_reprint(
    session: Session,
    *,
    ticket: Ticket | None = None,
    dossier: Dossier | None = None,
    by_user_id: int,
    now: datetime,
    printer_id: int | None = None,
) -> PrintJob:
    """Order another paper of a ticket, or of a dossier's receipt. The caller commits.

    Pressed ten times, also at once, it is one paper: the order that is
    already open is returned. A first paper that still waits for its printer
    gives way, so that two never come out. ``printer_id`` sends it elsewhere
    than the last one. The row says who asked and when.
    """
    subject = ticket or dossier
    if subject is None or (ticket and dossier):
        msg = "a paper is of a ticket or of a dossier"
        raise TypeError(msg)
    lock_subject(session, subject)
    last = last_paper(session, subject)
    if last is not None:
        if last.state == PrintState.SENDING or _is_same_wish(last, now):
            return last
        if last.state == PrintState.QUEUED:
            last.state = PrintState.STALE
            last.error = SUPERSEDED
            last.finished_at = now
    return _add(
        session,
        subject,
        copy_number=last.copy_number + 1 if last else 1,
        printer_id=printer_id or (last.printer_id if last else None),
        by_user_id=by_user_id,
        now=now,
    )


def last_paper(session: Session, subject: Ticket | Dossier) -> PrintJob | None:
    """Return the newest paper of a ticket or dossier, wanted or printed."""
    column = PrintJob.ticket_id if isinstance(subject, Ticket) else PrintJob.dossier_id
    return session.scalar(
        select(PrintJob)
        .where(column == subject.id, PrintJob.kind == _kind(subject))
        .order_by(PrintJob.copy_number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def lock_subject(session: Session, subject: Ticket | Dossier) -> None:
    """Let nobody else order a paper of the same subject until the commit.

    SQLite's commands stand in line anyway; PostgreSQL's wait here.
    """
    model = type(subject)
    session.execute(select(model.id).where(model.id == subject.id).with_for_update(key_share=True))


def _is_same_wish(last: PrintJob, now: datetime) -> bool:
    if last.requested_by_id is None or last.reason != PrintReason.REPRINT:
        return False
    return last.state == PrintState.QUEUED or (last.state in _ON_PAPER and now - last.created_at < SAME_PRESS)


def _add(
    session: Session,
    subject: Ticket | Dossier,
    *,
    copy_number: int,
    printer_id: int | None,
    by_user_id: int | None,
    now: datetime,
) -> PrintJob:
    job = PrintJob(
        office_id=subject.office_id,
        printer_id=printer_id,
        kind=_kind(subject),
        ticket_id=subject.id if isinstance(subject, Ticket) else None,
        dossier_id=subject.id if isinstance(subject, Dossier) else None,
        copy_number=copy_number,
        reason=PrintReason.FIRST if copy_number == 1 else PrintReason.REPRINT,
        requested_by_id=by_user_id,
        state=PrintState.QUEUED,
        attempts=0,
        created_at=now,
    )
    session.add(job)
    session.flush()
    return job


def _kind(subject: Ticket | Dossier) -> PrintKind:
    return PrintKind.TICKET if isinstance(subject, Ticket) else PrintKind.RECEIPT
