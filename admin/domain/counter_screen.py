"""What an officer's screen shows: the visitor at the counter, the line, and today's figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from motcua.admin.domain.board import last_seq
from motcua.admin.domain.line import calling_order
from motcua.admin.domain.ticket_steps import AT_COUNTER
from motcua.admin.enums import DossierStatus, Errand, Language, PrintState, TicketState
from motcua.admin.models import (
    Counter,
    Dossier,
    PrintJob,
    PriorityGroup,
    ProcedureVersion,
    QueueService,
    ServiceDay,
    Ticket,
)

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from motcua.admin.domain.seats import Seat

#: So many of the line are listed; the rest is a number.
LINE_SHOWN = 50
_ABSENT_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ShownTicket:
    """A visitor, as far as the officers may know him: a number, and what he came for."""

    id: int
    version: int
    label: str
    service: str
    series: str
    errand: Errand
    language: Language
    state: TicketState
    priority: str | None
    priority_vi: str | None
    priority_en: str | None
    issued_at: datetime
    called_at: datetime | None
    started_at: datetime | None
    call_count: int
    counter: int | None


@dataclass(frozen=True, slots=True)
class ShownDossier:
    """A dossier of the present visit."""

    id: int
    code: str
    procedure: str
    due_at: datetime | None
    due_is_provisional: bool
    status: DossierStatus
    receipt: PrintState | None


@dataclass(frozen=True, slots=True)
class ShownService:
    """A line this counter calls from."""

    code: str
    series: str
    name_vi: str
    name_en: str
    waiting: int


@dataclass(frozen=True, slots=True)
class ShownFigures:
    """What the officer has done today."""

    served: int
    absent: int
    dossiers: int
    average_seconds: int | None


@dataclass(frozen=True, slots=True)
class CounterScreen:
    """Everything the screen shows, and up to which event of the office's log it holds."""

    seq: int
    day: date
    now: datetime
    current: ShownTicket | None
    dossiers: tuple[ShownDossier, ...]
    waiting: int
    line: tuple[ShownTicket, ...]
    held: tuple[ShownTicket, ...]
    absent: tuple[ShownTicket, ...]
    services: tuple[ShownService, ...]
    figures: ShownFigures


def counter_screen(session: Session, seat: Seat) -> CounterScreen:
    """Return how things stand at a counter.

    The log's number is read first: what happens while we look is looked at
    again the next time.
    """
    seq = last_seq(session, seat.office.id)
    services = _services(session, seat)
    here = _TICKETS.where(
        Ticket.service_id.in_([service.id for service in seat.counter.services]), Ticket.service_day == seat.day
    )
    at_counter = _TICKETS.where(Ticket.counter_id == seat.counter.id, Ticket.state.in_(AT_COUNTER))
    line = here.where(Ticket.state == TicketState.WAITING).order_by(*calling_order()).limit(LINE_SHOWN)
    held = here.where(Ticket.state == TicketState.HELD).order_by(Ticket.queued_seq)
    absent = here.where(Ticket.state == TicketState.NO_SHOW).order_by(Ticket.ended_at.desc()).limit(_ABSENT_SHOWN)
    current = next(iter(_shown(session, at_counter)), None)
    return CounterScreen(
        seq=seq,
        day=seat.day,
        now=seat.now,
        current=current,
        dossiers=_dossiers(session, current.id) if current else (),
        waiting=sum(service.waiting for service in services),
        line=_shown(session, line),
        held=_shown(session, held),
        absent=_shown(session, absent),
        services=services,
        figures=_figures(session, seat),
    )


_TICKETS = (
    select(
        Ticket.id,
        Ticket.version,
        Ticket.label,
        QueueService.code,
        QueueService.series,
        Ticket.errand,
        Ticket.language,
        Ticket.state,
        Ticket.priority,
        PriorityGroup.name_vi,
        PriorityGroup.name_en,
        Ticket.issued_at,
        Ticket.called_at,
        Ticket.started_at,
        Ticket.call_count,
        Counter.number,
    )
    .join(QueueService, QueueService.id == Ticket.service_id)
    .outerjoin(Counter, Counter.id == Ticket.counter_id)
    .outerjoin(PriorityGroup, (PriorityGroup.office_id == Ticket.office_id) & (PriorityGroup.code == Ticket.priority))
)


def _shown(session: Session, tickets: Select[*tuple[Any, ...]]) -> tuple[ShownTicket, ...]:
    return tuple(ShownTicket(*row) for row in session.execute(tickets))


def _services(session: Session, seat: Seat) -> tuple[ShownService, ...]:
    days = session.scalars(select(ServiceDay).where(ServiceDay.office_id == seat.office.id, ServiceDay.day == seat.day))
    waiting = {day.series: day.waiting_count for day in days}
    return tuple(
        ShownService(service.code, service.series, service.name_vi, service.name_en, waiting.get(service.series, 0))
        for service in seat.counter.services
    )


def _dossiers(session: Session, ticket_id: int) -> tuple[ShownDossier, ...]:
    receipt = (
        select(PrintJob.state)
        .where(PrintJob.dossier_id == Dossier.id)
        .order_by(PrintJob.copy_number.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Dossier.id,
            Dossier.code,
            ProcedureVersion.name,
            Dossier.due_at,
            Dossier.due_is_provisional,
            Dossier.status,
            receipt,
        )
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(Dossier.ticket_id == ticket_id)
        .order_by(Dossier.id)
    )
    return tuple(ShownDossier(*row) for row in rows)


def _figures(session: Session, seat: Seat) -> ShownFigures:
    mine = (
        Ticket.service_id.in_(select(QueueService.id).where(QueueService.office_id == seat.office.id)),
        Ticket.service_day == seat.day,
        Ticket.officer_id == seat.officer_id,
    )
    visits = session.execute(
        select(Ticket.started_at, Ticket.called_at, Ticket.ended_at).where(*mine, Ticket.state == TicketState.FINISHED)
    ).all()
    took = [
        ended_at - (started_at or called_at) for started_at, called_at, ended_at in visits if ended_at and called_at
    ]
    absent = select(func.count(Ticket.id)).where(*mine, Ticket.state == TicketState.NO_SHOW)
    # By way of the visits: their index leads to today's, while dossiers are many and of all days.
    dossiers = select(func.count(Dossier.id)).join(Ticket, Ticket.id == Dossier.ticket_id).where(*mine)
    return ShownFigures(
        served=len(visits),
        absent=session.scalar(absent) or 0,
        dossiers=session.scalar(dossiers) or 0,
        average_seconds=round(sum(took, timedelta()).total_seconds() / len(took)) if took else None,
    )
