"""The visitors of the last weeks, who do not exist: numbers given, called and served as fast as the counters could."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import insert

from motcua.admin.clock import local_day
from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.waits import estimated_minutes
from motcua.admin.enums import Errand, Language, TicketEventKind, TicketState
from motcua.admin.models import EventHead, ServiceDay, Ticket, TicketEvent
from motcua.admin.sample.links import tracked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table
    from sqlalchemy.orm import Session

    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import Counter, Office, QueueService

_TICKET, _EVENT = (cast("Table", model.__table__) for model in (Ticket, TicketEvent))
# Mondays are full, and most come early in the morning.
_VISITORS = (44, 34, 30, 30, 34, 16, 0)
_IN_THE_MORNING = 0.65
_LAST_ENTRY = timedelta(minutes=30)
# What people come for, in the order of the sample's services.
_WISHES = (30, 34, 12, 8, 6, 10)
_ERRANDS = {Errand.SUBMIT: 62, Errand.COLLECT: 26, Errand.SUPPLEMENT: 6, Errand.ASK: 6}
_ABSENT = 0.04
_PATIENCE = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class _Step:
    """One event of a visit; the first comes from no state."""

    at: datetime
    kind: TicketEventKind
    before: TicketState | None
    after: TicketState


@dataclass(frozen=True, slots=True)
class _Visit:
    """One visitor, from the kiosk to the end."""

    service: QueueService
    counter: Counter
    day: date
    number: int
    #: How many of the same line stood before.
    ahead: int
    issued_at: datetime
    called_at: datetime
    #: None when nobody came.
    started_at: datetime | None
    ended_at: datetime

    @property
    def state(self) -> TicketState:
        """How it ended."""
        return TicketState.FINISHED if self.started_at else TicketState.NO_SHOW

    def steps(self) -> Iterator[_Step]:
        """Give what happened, one after the other."""
        yield _Step(self.issued_at, TicketEventKind.ISSUED, None, TicketState.WAITING)
        yield _Step(self.called_at, TicketEventKind.CALLED, TicketState.WAITING, TicketState.CALLED)
        if self.started_at:
            yield _Step(self.started_at, TicketEventKind.STARTED, TicketState.CALLED, TicketState.SERVING)
            yield _Step(self.ended_at, TicketEventKind.FINISHED, TicketState.SERVING, TicketState.FINISHED)
        else:
            yield _Step(self.ended_at, TicketEventKind.NO_SHOW, TicketState.CALLED, TicketState.NO_SHOW)


def add_visitors(
    session: Session,
    office: Office,
    days: int,
    *,
    officers: Sequence[int],
    qr_key: bytes,
    digits: int,
    now: datetime,
) -> None:
    """Add the visitors of the last ``days`` working days to an office without any; one officer per counter."""
    random = Random(f"{office.code}:visitors")  # noqa: S311 - trial data
    calendar = working_calendar(session, office)
    hall = _Hall(random, calendar, office)
    visits = [visit for day in _days(calendar, days, now) for visit in hall.visits_of(day)]
    if not visits:
        return
    at_counter = dict(zip((counter.id for counter in office.counters), officers, strict=False))
    log = sorted(
        ((position, step) for position, visit in enumerate(visits) for step in visit.steps()),
        key=lambda entry: entry[1].at,
    )
    joined = {position: seq for seq, (position, step) in enumerate(log, start=1) if step.before is None}
    rows = [
        {
            **_ticket_row(random, visit, digits),
            **tracked(random, qr_key),
            "queued_seq": joined[position],
            "officer_id": at_counter.get(visit.counter.id),
        }
        for position, visit in enumerate(visits)
    ]
    ids = session.scalars(insert(_TICKET).returning(_TICKET.c.id, sort_by_parameter_order=True), rows).all()
    events = [
        {**_event_row(visits[position], step, rows[position]), "seq": seq, "ticket_id": ids[position]}
        for seq, (position, step) in enumerate(log, start=1)
    ]
    session.execute(insert(_EVENT), events)
    session.add(EventHead(office_id=office.id, last_seq=len(log)))
    session.add_all(_service_days(office, visits))
    session.flush()


class _Hall:
    """Counters that call whoever came first among those they serve."""

    def __init__(self, random: Random, calendar: WorkingCalendar, office: Office) -> None:
        self.random = random
        self.calendar = calendar
        self.counters: dict[QueueService, list[Counter]] = {}
        for counter in office.counters:
            for service in counter.services:
                self.counters.setdefault(service, []).append(counter)
        self.services = sorted(self.counters, key=lambda service: service.position)
        self.wishes = [_WISHES[position % len(_WISHES)] for position in range(len(self.services))]

    def visits_of(self, day: date) -> list[_Visit]:
        """Return a day's visits in the order of arrival."""
        opening = [
            (self.calendar.moment(day, opens), self.calendar.moment(day, closes))
            for opens, closes in self.calendar.open_spans(day)
        ]
        expected = _VISITORS[day.weekday()] or min(filter(None, _VISITORS))
        arrivals = sorted(self._arrival(opening) for _ in range(round(expected * self.random.uniform(0.85, 1.15))))
        free = {counter.id: opening[0][0] for counters in self.counters.values() for counter in counters}
        visits: list[_Visit] = []
        for at in arrivals:
            visits.append(self._visit(at, day, opening, free, visits))
            free[visits[-1].counter.id] = visits[-1].ended_at + timedelta(seconds=self.random.randrange(10, 90))
        return visits

    def _arrival(self, opening: Sequence[tuple[datetime, datetime]]) -> datetime:
        opens, closes = opening[0] if self.random.random() < _IN_THE_MORNING else opening[-1]
        return opens + (closes - _LAST_ENTRY - opens) * self.random.triangular(0, 1, 0.2)

    def _visit(
        self,
        at: datetime,
        day: date,
        opening: Sequence[tuple[datetime, datetime]],
        free: dict[int, datetime],
        before: Sequence[_Visit],
    ) -> _Visit:
        random = self.random
        service = random.choices(self.services, self.wishes)[0]
        counter = min(self.counters[service], key=lambda counter: free[counter.id])
        same_line = [visit for visit in before if visit.service is service]
        after = [same_line[-1].called_at] if same_line else []
        called_at = _when_open(max(at + timedelta(seconds=random.randrange(5, 40)), free[counter.id], *after), opening)
        comes = random.random() >= _ABSENT
        started_at = called_at + timedelta(seconds=random.randrange(15, 70)) if comes else None
        takes = timedelta(minutes=service.average_minutes) * random.triangular(0.3, 2.1, 0.6)
        return _Visit(
            service=service,
            counter=counter,
            day=day,
            number=len(same_line) + 1,
            ahead=sum(visit.called_at > at for visit in same_line),
            issued_at=at,
            called_at=called_at,
            started_at=started_at,
            ended_at=started_at + takes if started_at else called_at + _PATIENCE,
        )


def _days(calendar: WorkingCalendar, days: int, now: datetime) -> list[date]:
    """Return the working days before today, the earliest first."""
    today = local_day(now, calendar.zone.key)
    found: list[date] = []
    back = 1
    while len(found) < days:
        day = today - timedelta(days=back)
        if calendar.is_working_day(day):
            found.append(day)
        back += 1
    return found[::-1]


def _when_open(moment: datetime, opening: Sequence[tuple[datetime, datetime]]) -> datetime:
    """Return the moment itself, or when the office opens after its break; who is left at the end is served still."""
    return next((max(moment, opens) for opens, closes in opening if moment < closes), moment)


def _ticket_row(random: Random, visit: _Visit, digits: int) -> dict[str, Any]:
    service = visit.service
    return {
        "office_id": service.office_id,
        "service_id": service.id,
        "series": service.series,
        "service_day": visit.day,
        "number": visit.number,
        "label": f"{service.series}{visit.number:0{digits}d}",
        "errand": random.choices(list(_ERRANDS), list(_ERRANDS.values()))[0],
        "priority_rank": 1,
        "language": Language.VI,
        "state": visit.state,
        "issued_at": visit.issued_at,
        "ahead_at_issue": visit.ahead,
        "wait_at_issue": estimated_minutes(
            visit.ahead,
            average_minutes=service.average_minutes,
            open_counters=len(service.counters),
            served_count=0,
            served_seconds=0,
        ),
        "idempotency_key": f"sample-{random.getrandbits(64):016x}",
        "request_digest": "",
        "token_version": 1,
        "version": 1,
        "counter_id": visit.counter.id,
        "called_at": visit.called_at,
        "call_count": 1,
        "started_at": visit.started_at,
        "ended_at": visit.ended_at,
    }


def _event_row(visit: _Visit, step: _Step, ticket: dict[str, Any]) -> dict[str, Any]:
    is_at_the_counter = step.before is not None
    return {
        "office_id": ticket["office_id"],
        "kind": step.kind,
        "from_state": step.before,
        "to_state": step.after,
        "at": step.at,
        "label": ticket["label"],
        "service_id": ticket["service_id"],
        "counter_id": visit.counter.id if is_at_the_counter else None,
        "counter_number": visit.counter.number if is_at_the_counter else None,
        "actor_id": ticket["officer_id"] if is_at_the_counter else None,
    }


def _service_days(office: Office, visits: Sequence[_Visit]) -> list[ServiceDay]:
    """Return where the numbers of each line ended, and the pace of each day."""
    given = Tally((visit.service.series, visit.day) for visit in visits)
    served: dict[tuple[str, date], list[int]] = {}
    for visit in visits:
        if visit.started_at:
            seconds = int((visit.ended_at - visit.started_at).total_seconds())
            served.setdefault((visit.service.series, visit.day), []).append(seconds)
    return [
        ServiceDay(
            office_id=office.id,
            series=series,
            day=day,
            last_number=number,
            served_count=len(served.get((series, day), ())),
            served_seconds=sum(served.get((series, day), ())),
        )
        for (series, day), number in given.items()
    ]
