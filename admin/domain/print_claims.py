"""How an owed paper becomes a paper: claimed, handed over, and what came of it.

Every step is one conditional UPDATE in a short transaction of its own, so it
does not matter how many workers there are or where one dies. What was claimed
and never handed over goes back untouched; what was handed over may have left
a paper, so the row is closed as unconfirmed and a marked copy is ordered.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import exists, func, select, text, update
from sqlalchemy.orm import aliased

from motcua.admin.domain.printing import last_paper, lock_subject
from motcua.admin.enums import PrintKind, PrintReason, PrintState, TicketState
from motcua.admin.models import Dossier, PrinterDevice, PrintJob, Ticket

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sqlalchemy import Connection, CursorResult, Update
    from sqlalchemy.orm import Session

# Longer than the deadlines of any network printer taken together.
LEASE = timedelta(seconds=30)
# A printer that failed rests this long, by the number of attempts so far.
REST_SECONDS = (1, 2, 4, 8, 10)
# Papers of one wish that may be tried without anybody asking again: the first and two marked copies.
TRIES_UNASKED = 3
# When it was not the printer that failed but a worker that died, more are worth trying.
TRIES_AFTER_DEATHS = 6
_ERROR_CHARS = 300
# Spelled out, because SQLite uses a partial index only for the very words of its condition.
_IS_OPEN = text("motcua_print_job.state IN ('queued', 'sending')")
_OPEN_ROWS = (
    select(
        PrintJob.printer_id,
        PrintJob.state,
        PrintJob.not_before,
        PrintJob.lease,
        PrintJob.lease_until,
    )
    .where(_IS_OPEN)
    .order_by(PrintJob.created_at, PrintJob.id)
)


@dataclass(frozen=True, slots=True)
class Work:
    """What there is to do now."""

    #: Printers whose first paper in line may be tried; None stands for papers without a printer.
    printers: tuple[int | None, ...]
    has_lost_leases: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A paper that this worker, and nobody else, may put out until the lease ends."""

    job_id: int
    lease: str
    printer_id: int
    kind: PrintKind
    subject_id: int
    copy_number: int
    attempt: int


def look_for_work(connection: Connection, *, now: datetime, own_leases: Collection[str] = ()) -> Work:
    """Say in one cheap statement which printers have something to do."""
    first: dict[int | None, bool] = {}
    sending: set[int | None] = set()
    is_lost = False
    for printer_id, state, not_before, lease, lease_until in connection.execute(_OPEN_ROWS):
        if state == PrintState.QUEUED:
            first.setdefault(printer_id, not_before is None or not_before <= now)
        elif lease not in own_leases and (lease_until is None or lease_until <= now):
            is_lost = True
        else:
            sending.add(printer_id)
    return Work(
        printers=tuple(printer for printer, is_due in first.items() if is_due and printer not in sending),
        has_lost_leases=is_lost,
    )


def claim_next(session: Session, printer_id: int | None, *, now: datetime, stale_after: timedelta) -> Claim | None:
    """Take the printer's first paper in line, if it is due and nothing else is being printed there.

    Papers that nobody wants any more are closed on the way, and so are those
    of a printer that does not exist or is switched off.
    """
    usable = _lock_usable_printer(session, printer_id)
    while (job := _first_in_line(session, printer_id)) is not None:
        if _is_stale(session, job, now=now, stale_after=stale_after):
            _close(session, job, PrintState.STALE, "stale", now)
        elif not usable:
            _close(session, job, PrintState.FAILED, "no_printer" if printer_id is None else "printer_off", now)
        else:
            return _take(session, job, now)
    return None


def hand_over(session: Session, claim: Claim, *, now: datetime, seconds: float) -> bool:
    """Note that the printer is spoken to from now on, for at most ``seconds``; False if the lease was lost."""
    lease_until = now + max(LEASE, timedelta(seconds=seconds))
    return _changed(session, _mine(claim).values(handoff_at=now, lease_until=lease_until))


def confirm(session: Session, claim: Claim, *, now: datetime) -> bool:
    """Close a paper that the printer says is out."""
    return _changed(session, _mine(claim).values(state=PrintState.CONFIRMED, **_closed(None, now)))


def leave_unconfirmed(session: Session, claim: Claim, *, why: str, wants_copy: bool, now: datetime) -> bool:
    """Close a paper nobody can vouch for; order a marked copy if it is likely to be spoilt."""
    job = session.get_one(PrintJob, claim.job_id)
    subject = _subject(session, job)
    lock_subject(session, subject)
    if not _changed(session, _mine(claim).values(state=PrintState.UNCONFIRMED, **_closed(why, now))):
        return False
    if wants_copy:
        _order_copy(session, job, subject, most=TRIES_UNASKED)
    return True


def put_back(session: Session, claim: Claim, *, why: str, now: datetime) -> bool:
    """Put a paper of which nothing has left back to the head of the line; its printer rests a while."""
    rest = timedelta(seconds=REST_SECONDS[min(claim.attempt, len(REST_SECONDS)) - 1])
    return _changed(session, _mine(claim).values(not_before=now + rest, **_back_in_line(why)))


def give_back(session: Session, claim: Claim) -> bool:
    """Give a paper back as it was, because the worker stops."""
    return _changed(session, _mine(claim).values(**_back_in_line(None)))


def give_up(session: Session, claim: Claim, *, why: str, now: datetime) -> bool:
    """Close a paper that can't be made, so that it does not hold up the line."""
    return _changed(session, _mine(claim).values(state=PrintState.FAILED, **_closed(why, now)))


def free_lost_leases(session: Session, *, now: datetime, own_leases: Collection[str] = ()) -> int:
    """Take care of papers whose worker has died; return how many."""
    lost = session.scalars(
        select(PrintJob).where(
            PrintJob.state == PrintState.SENDING,
            PrintJob.lease_until.is_(None) | (PrintJob.lease_until <= now),
            PrintJob.lease.not_in(own_leases),
        )
    ).all()
    return sum(_free(session, job, now) for job in lost)


def note_status(session: Session, printer_id: int, status: str, *, now: datetime) -> None:
    """Write down what a printer last said of itself.

    Not as an edit of the printer: nobody who has its form open shall be told
    that somebody else has changed it.
    """
    printer = cast("Any", PrinterDevice.__table__)
    session.execute(
        update(printer).where(printer.c.id == printer_id).values(last_status=status[:40], last_status_at=now)
    )


def printers_to_ask(connection: Connection, *, now: datetime, every: timedelta) -> list[int]:
    """Return the printers in use that nobody has heard of for so long and that are printing nothing."""
    is_printing = exists().where(PrintJob.printer_id == PrinterDevice.id, PrintJob.state == PrintState.SENDING)
    return list(
        connection.scalars(
            select(PrinterDevice.id).where(
                PrinterDevice.is_active.is_(True),
                PrinterDevice.last_status_at.is_(None) | (PrinterDevice.last_status_at <= now - every),
                ~is_printing,
            )
        )
    )


def _lock_usable_printer(session: Session, printer_id: int | None) -> bool:
    """Say whether the printer may be used, and let no other worker claim for it until the commit."""
    if printer_id is None:
        return False
    return bool(
        session.scalar(
            select(PrinterDevice.is_active).where(PrinterDevice.id == printer_id).with_for_update(key_share=True)
        )
    )


def _first_in_line(session: Session, printer_id: int | None) -> PrintJob | None:
    return session.scalar(
        select(PrintJob)
        .where(_IS_OPEN, PrintJob.state == PrintState.QUEUED, PrintJob.printer_id == printer_id)
        .order_by(PrintJob.created_at, PrintJob.id)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _is_stale(session: Session, job: PrintJob, *, now: datetime, stale_after: timedelta) -> bool:
    """Say whether the paper would come too late to be of use to anybody."""
    if now - job.created_at > stale_after:
        return True
    if job.ticket_id is None or job.requested_by_id is not None:
        return False
    state = session.scalar(select(Ticket.state).where(Ticket.id == job.ticket_id))
    return state != TicketState.WAITING


def _take(session: Session, job: PrintJob, now: datetime) -> Claim | None:
    if job.printer_id is None or (job.not_before is not None and job.not_before > now):
        return None
    lease = uuid.uuid4().hex
    other = aliased(PrintJob)
    is_busy = exists().where(other.printer_id == job.printer_id, other.state == PrintState.SENDING)
    claimed = _changed(
        session,
        update(PrintJob)
        .where(PrintJob.id == job.id, PrintJob.state == PrintState.QUEUED, ~is_busy)
        .values(
            state=PrintState.SENDING,
            lease=lease,
            lease_until=now + LEASE,
            attempts=PrintJob.attempts + 1,
        ),
    )
    if not claimed:
        return None
    return Claim(
        job_id=job.id,
        lease=lease,
        printer_id=job.printer_id,
        kind=job.kind,
        subject_id=cast("int", job.ticket_id or job.dossier_id),
        copy_number=job.copy_number,
        attempt=job.attempts + 1,
    )


def _free(session: Session, job: PrintJob, now: datetime) -> bool:
    claim = update(PrintJob).where(
        PrintJob.id == job.id, PrintJob.lease == job.lease, PrintJob.state == PrintState.SENDING
    )
    if job.handoff_at is None:
        return _changed(session, claim.values(**_back_in_line("worker_lost")))
    subject = _subject(session, job)
    lock_subject(session, subject)
    if not _changed(session, claim.values(state=PrintState.UNCONFIRMED, **_closed("worker_lost", now))):
        return False
    _order_copy(session, job, subject, most=TRIES_AFTER_DEATHS)
    return True


def _order_copy(session: Session, job: PrintJob, subject: Ticket | Dossier, *, most: int) -> None:
    """Order a marked copy of a paper that may be spoilt, unless enough were tried or a newer one is on its way.

    It keeps the moment of the first, and with it its place in the line.
    """
    last = last_paper(session, subject)
    same_subject = PrintJob.ticket_id == job.ticket_id if job.ticket_id else PrintJob.dossier_id == job.dossier_id
    tries = session.scalar(
        select(func.count()).where(same_subject, PrintJob.kind == job.kind, PrintJob.created_at == job.created_at)
    )
    if last is None or last.id != job.id or (tries or 0) >= most:
        return
    session.add(
        PrintJob(
            office_id=job.office_id,
            printer_id=job.printer_id,
            kind=job.kind,
            ticket_id=job.ticket_id,
            dossier_id=job.dossier_id,
            copy_number=job.copy_number + 1,
            reason=PrintReason.REPRINT,
            requested_by_id=job.requested_by_id,
            state=PrintState.QUEUED,
            attempts=0,
            created_at=job.created_at,
        )
    )
    session.flush()


def _subject(session: Session, job: PrintJob) -> Ticket | Dossier:
    if job.ticket_id is not None:
        return session.get_one(Ticket, job.ticket_id)
    return session.get_one(Dossier, job.dossier_id)


def _mine(claim: Claim) -> Update:
    return update(PrintJob).where(
        PrintJob.id == claim.job_id, PrintJob.lease == claim.lease, PrintJob.state == PrintState.SENDING
    )


def _closed(why: str | None, now: datetime) -> dict[str, Any]:
    return {"lease": None, "lease_until": None, "finished_at": now, "error": why and why[:_ERROR_CHARS]}


def _back_in_line(why: str | None) -> dict[str, Any]:
    return {
        "state": PrintState.QUEUED,
        "lease": None,
        "lease_until": None,
        "handoff_at": None,
        "error": why and why[:_ERROR_CHARS],
    }


def _close(session: Session, job: PrintJob, state: PrintState, why: str, now: datetime) -> None:
    job.state = state
    job.error = job.error or why
    job.finished_at = now
    session.flush()


def _changed(session: Session, statement: Update) -> bool:
    result = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", result).rowcount == 1
