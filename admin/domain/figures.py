"""A few figures for the people who watch over the machines. No question here grows with the years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import and_, func, select

from motcua.admin.domain.lateness import is_running
from motcua.admin.enums import MailKind, MailState, PrintState
from motcua.admin.models import Dossier, Office, OutgoingMail, PrintJob, ProcedureVersion, QueueService, ServiceDay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from sqlalchemy import Executable
    from sqlalchemy.orm import Session

# The newest rows are read by their key, so the cost stays the same however many lie below.
_NEWEST = 20_000
_PAPERS_OF = timedelta(days=1)
_MAILS_OF = timedelta(days=7)
_UNDELIVERED = (MailState.QUEUED, MailState.SENDING)
_State = TypeVar("_State", PrintState, MailState)


@dataclass(frozen=True, slots=True)
class Figures:
    """How busy the centres are and what is stuck."""

    tickets_today: int
    waiting: int
    dossiers_overdue: int
    #: Papers of the last 24 hours, and everything still open.
    papers: Mapping[PrintState, int]
    #: Mails of the last seven days.
    mails: Mapping[MailState, int]
    last_digest_at: datetime | None


@dataclass(frozen=True, slots=True)
class MailStanding:
    """Which mails have not left, and why."""

    waiting: int
    waiting_since: datetime | None
    #: What the mail server, or we, last said about one that waits.
    last_error: str | None
    #: Of the last seven days: refused for good, and unanswered even after the second copy.
    failed: int
    uncertain: int


def figures(session: Session, *, now: datetime, today: date) -> Figures:
    """Count what the machines' keepers watch."""
    issued, waiting = session.execute(_day(today)).one()
    return Figures(
        tickets_today=issued or 0,
        waiting=waiting or 0,
        dossiers_overdue=session.scalar(_overdue(now)) or 0,
        papers=_by_state(session, _papers(now), PrintState),
        mails=_by_state(session, _mails(now), MailState),
        last_digest_at=last_digest_at(session),
    )


def last_digest_at(session: Session) -> datetime | None:
    """Return when the last digest was accepted by the mail server."""
    newest = (
        select(OutgoingMail.sent_at)
        .where(OutgoingMail.kind == MailKind.DIGEST)
        .order_by(OutgoingMail.id.desc())
        .limit(_NEWEST)
        .subquery()
    )
    found: datetime | None = session.scalar(select(func.max(newest.c.sent_at)))
    return found


def mail_standing(session: Session, *, now: datetime) -> MailStanding:
    """Return what is to be said about mails that have not left."""
    waiting, since = session.execute(
        select(func.count(), func.min(OutgoingMail.created_at)).where(OutgoingMail.state.in_(_UNDELIVERED))
    ).one()
    last_error = session.scalar(
        select(OutgoingMail.error)
        .where(OutgoingMail.state == MailState.QUEUED, OutgoingMail.error.is_not(None))
        .order_by(OutgoingMail.not_before.desc())
        .limit(1)
    )
    recent = _by_state(session, _mails(now), MailState)
    return MailStanding(
        waiting=waiting,
        waiting_since=since,
        last_error=last_error,
        failed=recent[MailState.FAILED],
        uncertain=recent[MailState.UNCERTAIN],
    )


def _day(today: date) -> Executable:
    """Ask by the key (office, series, day) of each line, rather than search the days for today."""
    line = and_(
        ServiceDay.office_id == QueueService.office_id,
        ServiceDay.series == QueueService.series,
        ServiceDay.day == today,
    )
    return (
        select(func.sum(ServiceDay.last_number), func.sum(ServiceDay.waiting_count))
        .select_from(QueueService)
        .join(ServiceDay, line)
    )


def _overdue(now: datetime) -> Executable:
    return (
        select(func.count())
        .select_from(Office)
        .join(Dossier, Dossier.office_id == Office.id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(is_running(), Dossier.due_at < now)
    )


def _papers(now: datetime) -> Executable:
    newest = select(PrintJob.state, PrintJob.created_at).order_by(PrintJob.id.desc()).limit(_NEWEST).subquery()
    recent = newest.c.created_at >= now - _PAPERS_OF
    is_open = newest.c.state.in_((PrintState.QUEUED, PrintState.SENDING))
    return select(newest.c.state, func.count()).where(recent | is_open).group_by(newest.c.state)


def _mails(now: datetime) -> Executable:
    newest = select(OutgoingMail.state, OutgoingMail.created_at).order_by(OutgoingMail.id.desc()).limit(_NEWEST)
    rows = newest.subquery()
    return select(rows.c.state, func.count()).where(rows.c.created_at >= now - _MAILS_OF).group_by(rows.c.state)


def _by_state(session: Session, counted: Executable, states: type[_State]) -> dict[_State, int]:
    found = {row[0]: row[1] for row in session.execute(counted)}
    return {state: found.get(state, 0) for state in states}
