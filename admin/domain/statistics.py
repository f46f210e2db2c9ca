"""How the work of some weeks went: figures per local day and per field, counted by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from sqlalchemy import and_, case, extract, func, select

from motcua.admin.enums import DossierStatus, TicketState
from motcua.admin.models import Dossier, Field, Procedure, ProcedureVersion, QueueService, Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Query

#: Decided with a result. What was refused, withdrawn or stopped keeps no promise and breaks none.
_WITH_RESULT = (DossierStatus.DONE, DossierStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Span:
    """Some days on end, both ends included, in the time zone of the offices."""

    first: date
    last: date
    time_zone: str

    @property
    def days(self) -> list[date]:
        """Every day, in order."""
        return [self.first + timedelta(days=count) for count in range((self.last - self.first).days + 1)]

    def starts(self) -> list[datetime]:
        """Return the moment each day begins, and at the end the one after the last: a zone's own midnights."""
        zone = ZoneInfo(self.time_zone)
        return [datetime.combine(day, time(), zone) for day in [*self.days, self.last + timedelta(days=1)]]


@dataclass(frozen=True, slots=True)
class DossierDay:
    """The dossiers of one day."""

    day: date
    received: int
    finished: int


@dataclass(frozen=True, slots=True)
class FieldStanding:
    """How a field (lĩnh vực) kept its promises."""

    name: str
    in_time: int
    late: int


@dataclass(frozen=True, slots=True)
class HallDay:
    """The visitors of one day."""

    day: date
    given: int
    served: int
    called: int
    #: From the number to the call, in seconds, of all who were called.
    waited_seconds: float


def dossier_days(dossiers: Query[Any], span: Span) -> list[DossierDay]:
    """Return, for each day of ``span``, the dossiers taken in and those finished with a result."""
    received = _per_day(dossiers, Dossier.received_at, span)
    finished = _per_day(dossiers.where(Dossier.status.in_(_WITH_RESULT)), Dossier.finished_at, span)
    return [
        DossierDay(day, received=received.get(number, 0), finished=finished.get(number, 0))
        for number, day in enumerate(span.days)
    ]


def field_standings(dossiers: Query[Any], span: Span) -> list[FieldStanding]:
    """Return, per field, what was finished within ``span``: in time or late; the busiest first."""
    late = func.sum(case((is_late(), 1), else_=0))
    rows = (
        dossiers.join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Procedure, Procedure.id == ProcedureVersion.procedure_id)
        .join(Field, Field.id == Procedure.field_id)
        .where(Dossier.status.in_(_WITH_RESULT), _within(Dossier.finished_at, span))
        .group_by(Field.id, Field.name)
        .order_by(func.count(Dossier.id).desc(), Field.name)
        .with_entities(Field.name, func.count(Dossier.id), late)
        .all()
    )
    return [FieldStanding(name, in_time=count - late, late=late) for name, count, late in rows]


def hall_days(tickets: Query[Any], span: Span) -> list[HallDay]:
    """Return, for each day of ``span``, the numbers given, those served to the end, and what the called waited."""
    waited = extract("epoch", Ticket.called_at) - extract("epoch", Ticket.issued_at)
    rows = (
        # Every service there is: so the days are found by the line's index, and not among the tickets of all years.
        tickets.where(Ticket.service_id.in_(select(QueueService.id)))
        .where(Ticket.service_day.between(span.first, span.last))
        .group_by(Ticket.service_day)
        .with_entities(
            Ticket.service_day,
            func.count(Ticket.id),
            func.sum(case((Ticket.state == TicketState.FINISHED, 1), else_=0)),
            func.count(Ticket.called_at),
            func.sum(case((Ticket.called_at.is_not(None), waited))),
        )
        .all()
    )
    found = {
        day: HallDay(day, given=given, served=served, called=called, waited_seconds=float(seconds or 0))
        for day, given, served, called, seconds in rows
    }
    return [found.get(day, HallDay(day, given=0, served=0, called=0, waited_seconds=0)) for day in span.days]


def is_late() -> ColumnElement[bool]:
    """Return the condition that a finished dossier was finished after its due date."""
    return and_(Dossier.due_at.is_not(None), Dossier.finished_at > Dossier.due_at)


def share_in_time(standings: Sequence[FieldStanding]) -> float | None:
    """Return the part of what was finished that kept its promise, from 0 to 1; None when nothing was finished."""
    finished = sum(standing.in_time + standing.late for standing in standings)
    return sum(standing.in_time for standing in standings) / finished if finished else None


def mean_wait(days: Sequence[HallDay]) -> float | None:
    """Return the seconds from the number to the call, on average over some days; None when nobody was called."""
    called = sum(day.called for day in days)
    return sum(day.waited_seconds for day in days) / called if called else None


def _within(moment: Any, span: Span) -> ColumnElement[bool]:
    starts = span.starts()
    return and_(moment >= starts[0], moment < starts[-1])


def _per_day(dossiers: Query[Any], moment: Any, span: Span) -> dict[int, int]:
    """Count rows by the number of the local day their moment falls on, 0 for the first."""
    starts = span.starts()
    number = case(*[(moment < end, position) for position, end in enumerate(starts[1:])])
    # A subquery, so that the days are named once: PostgreSQL takes two lists of places for two expressions.
    numbered = dossiers.where(_within(moment, span)).with_entities(number.label("number")).subquery()
    rows = dossiers.session.query(numbered.c.number, func.count()).group_by(numbered.c.number).all()
    return dict(rows)
