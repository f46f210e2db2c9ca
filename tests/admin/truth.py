"""What must be true of a queue's record at any moment, whoever did what at once."""

from __future__ import annotations

from collections import Counter as Count
from typing import TYPE_CHECKING

from sqlalchemy import select

from motcua.admin.domain.day_end import DAY_OVER
from motcua.admin.domain.ticket_steps import AT_COUNTER, STEPS
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.models import QueueService, ServiceDay, Ticket, TicketEvent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


def check_record(session: Session) -> None:
    """Assert that the log is whole, that it replays to every ticket's state, and that the counts are right."""
    tickets = {ticket.id: ticket for ticket in session.scalars(select(Ticket))}
    events = session.scalars(select(TicketEvent).order_by(TicketEvent.office_id, TicketEvent.seq)).all()
    for office_id, last in Count(event.office_id for event in events).items():
        assert [event.seq for event in events if event.office_id == office_id] == list(range(1, last + 1))
    assert replayed(events) == {ticket_id: ticket.state for ticket_id, ticket in tickets.items()}
    check_counts(session, list(tickets.values()))


def replayed(events: Iterable[TicketEvent]) -> dict[int, TicketState]:
    """Return the state of every ticket as the log alone tells it, every step having been legal."""
    states: dict[int, TicketState] = {}
    for event in events:
        assert event.from_state == states.get(event.ticket_id)
        if event.kind != TicketEventKind.ISSUED and event.reason != DAY_OVER:
            assert event.from_state in STEPS[event.kind].before
            assert event.to_state == STEPS[event.kind].after
        states[event.ticket_id] = event.to_state
    return states


def check_counts(session: Session, tickets: list[Ticket]) -> None:
    """Assert that "people ahead" is right and that a counter has one visitor at most."""
    series = {service.id: service.series for service in session.scalars(select(QueueService))}
    waiting = Count(
        (ticket.office_id, series[ticket.service_id], ticket.service_day)
        for ticket in tickets
        if ticket.state == TicketState.WAITING
    )
    kept = {(day.office_id, day.series, day.day): day.waiting_count for day in session.scalars(select(ServiceDay))}
    assert {line: count for line, count in kept.items() if count} == dict(waiting)
    at_counters = Count(ticket.counter_id for ticket in tickets if ticket.state in AT_COUNTER)
    assert None not in at_counters
    assert set(at_counters.values()) <= {1}
