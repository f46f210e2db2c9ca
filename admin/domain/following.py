"""What the holder of a tracking link may know, and nothing else.

The shape of these records is the allow-list: a name, a telephone number, a
reason or an officer has no field to stand in, so no page can show one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import and_, bindparam, func, select
from sqlalchemy.orm import aliased

from motcua.admin.domain.line import is_before
from motcua.admin.domain.tracking import find_by_token, token_digest
from motcua.admin.domain.waits import estimated_minutes
from motcua.admin.enums import DossierStatus, Errand, TicketState
from motcua.admin.errors import NotFoundError
from motcua.admin.models import (
    Counter,
    Dossier,
    DossierEvent,
    Office,
    QueueService,
    ServiceDay,
    Ticket,
    counter_service,
)

if TYPE_CHECKING:
    from typing import Any

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

# How long a link lives: a ticket's to the end of its day and a day more, a dossier's a month past its end.
_TICKET_DAYS = 2
_DOSSIER_LIFE = timedelta(days=30)
_NEVER = datetime.max.replace(tzinfo=UTC)
_AT_A_COUNTER = frozenset({TicketState.CALLED, TicketState.SERVING})
_ENDED = frozenset({DossierStatus.REFUSED, DossierStatus.WITHDRAWN, DossierStatus.STOPPED})
_PROCESSED = _ENDED | {DossierStatus.DONE, DossierStatus.RETURNED}


@dataclass(frozen=True, slots=True)
class FollowedDossier:
    """A dossier, as far as everybody with the link may know it."""

    code: str
    state: str
    due_at: datetime | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Following:
    """The public state of a ticket, later of its dossier: field for field what the JSON says."""

    kind: str
    number: str | None
    service: str | None
    state: str
    waiting_ahead: int | None
    estimated_wait_minutes: int | None
    counter: int | None
    called_at: datetime | None
    dossier: FollowedDossier | None
    #: Grows with every change of the ticket and its dossiers.
    version: int


@dataclass(frozen=True, slots=True)
class FollowedStep:
    """One step of the dossier's way; ``due_at`` where a new date was given with it."""

    at: datetime
    state: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class FollowedOffice:
    """Where to ask."""

    name: str
    hotline: str | None
    time_zone: str
    #: Weekday (0 is Monday), opening, closing.
    hours: tuple[tuple[int, time, time], ...]


@dataclass(frozen=True, slots=True)
class FollowingPage:
    """What the page shows around the state: nothing more personal than the state itself."""

    state: Following
    series: str | None
    service_vi: str
    service_en: str
    errand: Errand | None
    ahead_at_issue: int
    due_is_provisional: bool
    steps: tuple[FollowedStep, ...]
    office: FollowedOffice

    @property
    def is_processed(self) -> bool:
        """Whether nothing more is to be expected of the dossier's due date."""
        return self.state.dossier is not None and DossierStatus[self.state.dossier.state.upper()] in _PROCESSED


def follow(session: Session, token: str, *, now: datetime) -> Following:
    """Return the public state behind a link.

    Raises NotFoundError for a token that is unknown, malformed, revoked or
    past its time, without saying which.
    """
    # A hall of phones asks for this every few seconds, and so in one statement.
    ticket = session.execute(_TICKET_ALONE, {"digest": token_digest(token)}).one_or_none()
    if ticket is not None and now < _ticket_void_at(ticket.service_day, ticket.time_zone):
        return _of_ticket(ticket)
    return _state(session, subject_behind(session, token, now), now)


def follow_on_page(session: Session, token: str, *, now: datetime) -> FollowingPage:
    """Return what the page shows. Raises NotFoundError as ``follow`` does."""
    subject = subject_behind(session, token, now)
    ticket, dossier = (subject.ticket, subject) if isinstance(subject, Dossier) else (subject, None)
    office = subject.office
    return FollowingPage(
        state=_state(session, subject, now),
        series=ticket.series if ticket else None,
        service_vi=ticket.service.name_vi if ticket else "",
        service_en=ticket.service.name_en if ticket else "",
        errand=ticket.errand if ticket else None,
        ahead_at_issue=ticket.ahead_at_issue if ticket else 0,
        due_is_provisional=dossier.due_is_provisional if dossier else False,
        steps=_steps(session, dossier) if dossier else (),
        office=FollowedOffice(
            name=office.name,
            hotline=office.hotline,
            time_zone=office.time_zone,
            hours=tuple((hours.weekday, hours.opens_at, hours.closes_at) for hours in office.hours),
        ),
    )


def subject_behind(session: Session, token: str, now: datetime) -> Ticket | Dossier:
    """Return what the link is about now: the ticket, until a dossier has been taken in from it.

    Raises NotFoundError as ``follow`` does.
    """
    found = find_by_token(session, token)
    subject = (_dossier_of(session, found) or found) if isinstance(found, Ticket) else found
    if subject is None or now >= _void_at(subject):
        raise NotFoundError
    return subject


def _dossier_of(session: Session, ticket: Ticket) -> Dossier | None:
    """Return the last dossier that was taken in from a ticket."""
    return session.scalar(
        select(Dossier)
        .where(Dossier.ticket_id == ticket.id)
        .order_by(Dossier.received_at.desc(), Dossier.id.desc())
        .limit(1)
    )


def _void_at(subject: Ticket | Dossier) -> datetime:
    """Return when the link stops working; a dossier on its way keeps it alive."""
    if isinstance(subject, Ticket):
        return _ticket_void_at(subject.service_day, subject.office.time_zone)
    ended_at = subject.returned_at or (subject.finished_at if subject.status in _ENDED else None)
    return ended_at + _DOSSIER_LIFE if ended_at else _NEVER


def _ticket_void_at(service_day: date, time_zone: str) -> datetime:
    return datetime.combine(service_day + timedelta(days=_TICKET_DAYS), time(), tzinfo=ZoneInfo(time_zone))


def _ticket_alone() -> Select[*tuple[Any, ...]]:
    """Return the statement for all that is said of a ticket from which no dossier was taken in."""
    other = aliased(Ticket)
    ahead = select(func.count(other.id)).where(
        other.service_id == Ticket.service_id,
        other.service_day == Ticket.service_day,
        other.state == TicketState.WAITING,
        is_before(other, Ticket),
    )
    open_counters = (
        select(func.count(counter_service.c.counter_id))
        .join(Counter, Counter.id == counter_service.c.counter_id)
        .where(counter_service.c.service_id == Ticket.service_id, Counter.is_active.is_(True))
    )
    day = and_(
        ServiceDay.office_id == Ticket.office_id,
        ServiceDay.series == Ticket.series,
        ServiceDay.day == Ticket.service_day,
    )
    return (
        select(
            Ticket.label,
            Ticket.state,
            Ticket.version,
            Ticket.service_day,
            Ticket.called_at,
            Counter.number.label("counter"),
            QueueService.code.label("service"),
            QueueService.average_minutes,
            Office.time_zone,
            func.coalesce(ServiceDay.served_count, 0).label("served_count"),
            func.coalesce(ServiceDay.served_seconds, 0).label("served_seconds"),
            ahead.correlate(Ticket).scalar_subquery().label("ahead"),
            open_counters.correlate(Ticket).scalar_subquery().label("open_counters"),
        )
        .join(QueueService, QueueService.id == Ticket.service_id)
        .join(Office, Office.id == Ticket.office_id)
        .outerjoin(Counter, Counter.id == Ticket.counter_id)
        .outerjoin(ServiceDay, day)
        .where(
            Ticket.token_digest == bindparam("digest"),
            ~select(Dossier.id).where(Dossier.ticket_id == Ticket.id).exists(),
        )
    )


_TICKET_ALONE = _ticket_alone()


def _state(session: Session, subject: Ticket | Dossier, now: datetime) -> Following:
    if isinstance(subject, Dossier):
        return _of_dossier(session, subject, now)
    return _of_ticket(session.execute(_TICKET_ALONE, {"digest": subject.token_digest}).one())


def _of_ticket(row: Row[*tuple[Any, ...]]) -> Following:
    is_called = row.state in _AT_A_COUNTER
    ahead = 0 if is_called else row.ahead if row.state == TicketState.WAITING else None
    return Following(
        kind="ticket",
        number=row.label,
        service=row.service,
        state=row.state.value,
        waiting_ahead=ahead,
        estimated_wait_minutes=None if ahead is None else _wait(row, ahead),
        counter=row.counter if is_called else None,
        called_at=row.called_at if is_called else None,
        dossier=None,
        version=row.version,
    )


def _wait(row: Row[*tuple[Any, ...]], ahead: int) -> int:
    return estimated_minutes(
        ahead,
        average_minutes=row.average_minutes,
        open_counters=row.open_counters,
        served_count=row.served_count,
        served_seconds=row.served_seconds,
    )


def _of_dossier(session: Session, dossier: Dossier, now: datetime) -> Following:
    ticket = dossier.ticket
    is_called = ticket is not None and ticket.state in _AT_A_COUNTER
    state = dossier.status.name.lower()
    return Following(
        kind="dossier",
        number=ticket.label if ticket else None,
        service=ticket.service.code if ticket else None,
        state=state,
        waiting_ahead=None,
        estimated_wait_minutes=None,
        counter=ticket.counter.number if ticket and ticket.counter and is_called else None,
        called_at=ticket.called_at if ticket and is_called else None,
        dossier=FollowedDossier(
            code=dossier.code, state=state, due_at=dossier.due_at, overdue=is_overdue(dossier, now)
        ),
        version=_version(session, ticket, dossier),
    )


def is_overdue(dossier: Dossier, now: datetime) -> bool:
    """Tell whether a dossier's day is past and its result is not there."""
    return dossier.due_at is not None and dossier.due_at < now and dossier.status not in _PROCESSED


def _version(session: Session, ticket: Ticket | None, dossier: Dossier) -> int:
    """Add up the versions of everything behind the link, so that it only ever grows."""
    if ticket is None:
        return dossier.version
    dossiers = session.scalar(select(func.sum(Dossier.version)).where(Dossier.ticket_id == ticket.id))
    return ticket.version + int(dossiers or 0)


def _steps(session: Session, dossier: Dossier) -> tuple[FollowedStep, ...]:
    """Return the dossier's way, oldest first: states and dates, neither persons nor reasons."""
    rows = session.execute(
        select(
            DossierEvent.at,
            DossierEvent.from_status,
            DossierEvent.to_status,
            DossierEvent.due_from,
            DossierEvent.due_to,
        )
        .where(DossierEvent.dossier_id == dossier.id)
        .order_by(DossierEvent.id)
    )
    return tuple(
        FollowedStep(at, to_status.name.lower(), due_to if due_from is not None and due_to != due_from else None)
        for at, from_status, to_status, due_from, due_to in rows
        if from_status != to_status or (due_from is not None and due_to != due_from)
    )
