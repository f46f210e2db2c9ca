"""What the displays in the hall show: numbers and counters, never a person.

Boards read the office's append-only log by sequence number. An event's number
is given under a lock that lasts until its commit, so whoever has seen 41 and
asks for what is after it can't miss 42.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from sqlalchemy import func, select

from motcua.admin.clock import local_day
from motcua.admin.domain.text import clean_line
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.errors import NotFoundError
from motcua.admin.models import Counter, EventHead, Office, QueueService, ServiceDay, Ticket, TicketEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

#: At most so many events in one answer; whoever is further behind asks again.
EVENTS_AT_ONCE = 500
# Calls are looked for among so many last events: the cost stays the same however long the log is.
_WINDOW = 400
_LARGEST_NUMBER = 2**15 - 1  # of a counter, as its column holds it
_CALLS = 6  # the present one and the last five
_OLDEST_CALL = timedelta(hours=12)
_CALLING = (TicketEventKind.CALLED, TicketEventKind.RECALLED)
# A ticket at a counter has been called; the type checker can't know.
_CALLED_AT = cast("ColumnElement[datetime]", Ticket.called_at)
_AT_A_COUNTER = (TicketState.CALLED, TicketState.SERVING)


@dataclass(frozen=True, slots=True)
class BoardEvent:
    """Something that happened to a number."""

    seq: int
    kind: str
    label: str
    service: str
    counter: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class BoardCall:
    """A number that was called, and where to."""

    label: str
    service: str
    counter: int | None
    at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class BoardLine:
    """How many wait for a service."""

    service: str
    series: str
    name_vi: str
    name_en: str
    waiting: int


@dataclass(frozen=True, slots=True)
class BoardNews:
    """What a display needs to be up to date: field for field what the JSON says."""

    events: tuple[BoardEvent, ...]
    #: Where to go on reading.
    last_seq: int
    now: datetime
    waiting: tuple[BoardLine, ...]
    calls: tuple[BoardCall, ...]


def find_hall(session: Session, code: str) -> Office:
    """Return the office of a display. Raises NotFoundError."""
    office = session.scalar(select(Office).where(Office.code == clean_line(code), Office.is_active.is_(True)))
    if office is None:
        raise NotFoundError
    return office


def check_counter_exists(session: Session, office: Office, number: int) -> None:
    """Raise NotFoundError when the office has no such counter in use."""
    if number > _LARGEST_NUMBER:
        raise NotFoundError
    counter = select(Counter.id).where(
        Counter.office_id == office.id, Counter.number == number, Counter.is_active.is_(True)
    )
    if session.scalar(counter) is None:
        raise NotFoundError


def last_seq(session: Session, office_id: int) -> int:
    """Return the number of the office's latest event; 0 before the first."""
    return session.scalar(select(EventHead.last_seq).where(EventHead.office_id == office_id)) or 0


def board_news(session: Session, office: Office, *, after: int | None, now: datetime) -> BoardNews:
    """Return the events after ``after``, in order, and how the hall stands.

    A display that has seen nothing yet (``after`` is None) starts at the
    present; so does one that has seen more than there is, because then the
    record behind it is a new one.
    """
    head = last_seq(session, office.id)
    events = () if after is None or after > head else _events_after(session, office.id, after)
    if events:
        head = events[-1].seq if len(events) == EVENTS_AT_ONCE else max(head, events[-1].seq)
    return BoardNews(
        events=events,
        last_seq=head,
        now=now,
        waiting=_waiting(session, office, now),
        calls=_calls(session, office.id, head, now),
    )


def _events_after(session: Session, office_id: int, after: int) -> tuple[BoardEvent, ...]:
    rows = session.execute(
        select(
            TicketEvent.seq,
            TicketEvent.kind,
            TicketEvent.label,
            QueueService.code,
            TicketEvent.counter_number,
            TicketEvent.at,
        )
        .join(QueueService, QueueService.id == TicketEvent.service_id)
        .where(TicketEvent.office_id == office_id, TicketEvent.seq > after)
        .order_by(TicketEvent.seq)
        .limit(EVENTS_AT_ONCE)
    )
    return tuple(
        BoardEvent(seq, kind.value, label, service, counter, at) for seq, kind, label, service, counter, at in rows
    )


def _waiting(session: Session, office: Office, now: datetime) -> tuple[BoardLine, ...]:
    """Return every open service, and closed ones somebody still waits for."""
    rows = session.execute(
        select(
            QueueService.code,
            QueueService.series,
            QueueService.name_vi,
            QueueService.name_en,
            func.coalesce(ServiceDay.waiting_count, 0),
            QueueService.is_open,
        )
        .outerjoin(
            ServiceDay,
            (ServiceDay.office_id == QueueService.office_id)
            & (ServiceDay.series == QueueService.series)
            & (ServiceDay.day == local_day(now, office.time_zone)),
        )
        .where(QueueService.office_id == office.id)
        .order_by(QueueService.position, QueueService.id)
    )
    return tuple(BoardLine(row[0], row[1], row[2], row[3], row[4]) for row in rows if row[4] or row[5])


def _calls(session: Session, office_id: int, head: int, now: datetime) -> tuple[BoardCall, ...]:
    """Return the last calls and whoever else is at a counter, latest first, each number once."""
    latest: dict[int, BoardCall] = {}
    for ticket_id, call in _called_lately(session, office_id, head, now):
        if ticket_id not in latest and (len(latest) < _CALLS or call.state in _AT_A_COUNTER):
            latest[ticket_id] = call
    long_served = [call for ticket_id, call in _at_counters(session, office_id, now) if ticket_id not in latest]
    return (*latest.values(), *long_served)


def _called_lately(session: Session, office_id: int, head: int, now: datetime) -> Iterator[tuple[int, BoardCall]]:
    rows = session.execute(
        select(
            TicketEvent.ticket_id,
            TicketEvent.label,
            QueueService.code,
            TicketEvent.counter_number,
            TicketEvent.at,
            Ticket.state,
        )
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .join(QueueService, QueueService.id == TicketEvent.service_id)
        .where(
            TicketEvent.office_id == office_id,
            TicketEvent.seq > head - _WINDOW,
            TicketEvent.kind.in_(_CALLING),
            TicketEvent.at > now - _OLDEST_CALL,
        )
        .order_by(TicketEvent.seq.desc())
    )
    return ((row[0], BoardCall(row[1], row[2], row[3], row[4], row[5].value)) for row in rows)


def _at_counters(session: Session, office_id: int, now: datetime) -> Iterator[tuple[int, BoardCall]]:
    rows = session.execute(
        select(Ticket.id, Ticket.label, QueueService.code, Counter.number, _CALLED_AT, Ticket.state)
        .join(Counter, Counter.id == Ticket.counter_id)
        .join(QueueService, QueueService.id == Ticket.service_id)
        .where(
            Counter.office_id == office_id,
            Ticket.state.in_(_AT_A_COUNTER),
            Ticket.called_at > now - _OLDEST_CALL,
        )
        .order_by(Ticket.called_at.desc())
    )
    return ((row[0], BoardCall(row[1], row[2], row[3], row[4], row[5].value)) for row in rows)
