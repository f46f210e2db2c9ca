"""At the counter: calling the next number, and what becomes of the visit.

A number is a label; everything here acts by id. Each command takes the
counter's row first, changes one ticket, keeps "people ahead" and the day's
pace right, and writes its event, all in the caller's transaction. That a
ticket is called by one counter only is one conditional UPDATE; behind it
stands the unique index ``uq_motcua_ticket_active_at_counter``.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from motcua.admin.domain.line import ORDINARY_RANK, PRIORITY_RANK, count_served, move_waiting, waiting_at
from motcua.admin.domain.text import clean_line
from motcua.admin.domain.ticket_log import record
from motcua.admin.domain.ticket_steps import AT_COUNTER, STEPS, check_step
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.errors import (
    CounterBusyError,
    CounterIdleError,
    InBoth,
    InvalidInputError,
    NotFoundError,
    QueueEmptyError,
    ServiceNotServedError,
    StaleVersionError,
    TicketTakenError,
    UnknownServiceError,
)
from motcua.admin.models import PriorityGroup, QueueService, Ticket

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy.orm import Session

    from motcua.admin.domain.seats import Seat, Seen

# "Next" pressed again within this time is the same wish, whatever key it came under.
SAME_PRESS = timedelta(seconds=2)
# Longer than any visit: whoever finishes such a one forgot to, and would spoil the day's estimate.
_LONGEST_VISIT = timedelta(hours=2)
_REASON_LETTERS = 300


def call_next(session: Session, seat: Seat) -> Ticket:
    """Call the first of the line to the counter.

    Raises CounterBusyError while somebody is there (pressed twice in a
    moment, it is the same ticket again), and QueueEmptyError.
    """
    present = current_ticket(session, seat)
    if present is not None:
        if _is_same_press(present, seat):
            return present
        raise CounterBusyError(counter=seat.counter.number, label=present.label)
    # Counters that ask at once each take another row: no one waits for a call that is about to succeed.
    first = waiting_at(seat.counter.id, seat.day).limit(1).with_for_update(key_share=True, skip_locked=True)
    called = session.execute(
        update(Ticket)
        .where(Ticket.id == first.scalar_subquery(), Ticket.state == TicketState.WAITING)
        .values(
            state=TicketState.CALLED,
            counter_id=seat.counter.id,
            officer_id=seat.officer_id,
            called_at=seat.now,
            call_count=1,
            version=Ticket.version + 1,
        )
        .returning(Ticket.id)
        .execution_options(synchronize_session=False)
    ).scalar()
    if called is None:
        raise QueueEmptyError(counter=seat.counter.number)
    ticket = session.get_one(Ticket, called, populate_existing=True)
    _leave_line(session, ticket)
    _log(session, seat, ticket, TicketEventKind.CALLED, TicketState.WAITING)
    return ticket


def call_ticket(session: Session, seat: Seat, seen: Seen) -> Ticket:
    """Call a chosen ticket: out of turn, or one that was held or absent and has come back.

    Raises CounterBusyError, TicketTakenError when another counter was
    quicker, ServiceNotServedError, StaleVersionError and TicketStateError.
    """
    _check_idle(session, seat)
    ticket = _chosen(session, seat, seen, TicketEventKind.CALLED)
    ticket.called_at, ticket.call_count = seat.now, ticket.call_count + 1
    ticket.started_at = ticket.ended_at = None
    return _bring_here(session, seat, ticket, TicketEventKind.CALLED)


def resume(session: Session, seat: Seat, seen: Seen) -> Ticket:
    """Go on with a visitor who was held, or absent, and now stands at the counter.

    Raises as ``call_ticket`` does.
    """
    _check_idle(session, seat)
    ticket = _chosen(session, seat, seen, TicketEventKind.RESUMED)
    ticket.called_at = ticket.called_at or seat.now
    ticket.started_at, ticket.ended_at = seat.now, None
    return _bring_here(session, seat, ticket, TicketEventKind.RESUMED)


def recall(session: Session, seat: Seat, seen: Seen | None = None) -> Ticket:
    """Call the same number again. Raises CounterIdleError, StaleVersionError and TicketStateError."""
    ticket = at_the_counter(session, seat, seen)
    check_step(ticket, TicketEventKind.RECALLED)
    ticket.call_count += 1
    return _step(session, seat, ticket, TicketEventKind.RECALLED)


def start(session: Session, seat: Seat, seen: Seen | None = None) -> Ticket:
    """Say that the visitor has come. Raises as ``recall`` does."""
    ticket = at_the_counter(session, seat, seen)
    check_step(ticket, TicketEventKind.STARTED)
    ticket.started_at = seat.now
    return _step(session, seat, ticket, TicketEventKind.STARTED)


def hold(session: Session, seat: Seat, seen: Seen | None = None, *, reason: str | None = None) -> Ticket:
    """Put the visit aside, for a form to be filled in or a copy to be fetched. Raises as ``recall`` does."""
    ticket = at_the_counter(session, seat, seen)
    check_step(ticket, TicketEventKind.HELD)
    _add_to_pace(session, seat, ticket, visits=0)
    return _step(session, seat, ticket, TicketEventKind.HELD, reason=reason)


def mark_no_show(session: Session, seat: Seat, seen: Seen | None = None) -> Ticket:
    """Say that nobody came. Raises as ``recall`` does."""
    ticket = at_the_counter(session, seat, seen)
    check_step(ticket, TicketEventKind.NO_SHOW)
    ticket.ended_at = seat.now
    return _step(session, seat, ticket, TicketEventKind.NO_SHOW)


def finish(session: Session, seat: Seat, seen: Seen | None = None) -> Ticket:
    """End the visit. Raises as ``recall`` does."""
    ticket = at_the_counter(session, seat, seen)
    check_step(ticket, TicketEventKind.FINISHED)
    _add_to_pace(session, seat, ticket, visits=1)
    ticket.ended_at = seat.now
    return _step(session, seat, ticket, TicketEventKind.FINISHED)


def cancel(session: Session, seat: Seat, seen: Seen, *, reason: str | None = None) -> Ticket:
    """Take a ticket out of the line: mis-pressed, or the visitor has left.

    Raises NotFoundError, StaleVersionError, TicketTakenError and TicketStateError.
    """
    ticket = _chosen(session, seat, seen, TicketEventKind.CANCELLED, here_too=True)
    if ticket.state == TicketState.WAITING:
        _leave_line(session, ticket)
    ticket.ended_at = seat.now
    return _step(session, seat, ticket, TicketEventKind.CANCELLED, reason=reason)


def change_priority(session: Session, seat: Seat, group_code: str | None, seen: Seen) -> Ticket:
    """Put a waiting visitor into a priority group the kiosk was not told of, or out of it again.

    Raises InvalidInputError for an unknown group, and as ``cancel`` does.
    """
    ticket = _chosen(session, seat, seen, TicketEventKind.PRIORITY)
    if group_code is not None and not _has_group(session, seat.office.id, group_code):
        raise InvalidInputError(field="priority")
    ticket.priority = group_code
    ticket.priority_rank = ORDINARY_RANK if group_code is None else PRIORITY_RANK
    return _step(session, seat, ticket, TicketEventKind.PRIORITY)


def transfer(
    session: Session, seat: Seat, service_code: str, seen: Seen | None = None, *, reason: str | None = None
) -> Ticket:
    """Send a visitor on to another line, under the same number.

    He keeps the place that his waiting has earned: lines are ordered by when
    people came to the office, so he stands where he would stand had he chosen
    this service at the kiosk. Being sent on by the office must not cost a
    second wait. Without ``seen``, it is the visitor at the counter.

    Raises UnknownServiceError (also for the line he is in), CounterIdleError,
    StaleVersionError, TicketTakenError and TicketStateError.
    """
    if seen is None:
        ticket = at_the_counter(session, seat, None)
        check_step(ticket, TicketEventKind.TRANSFERRED)
    else:
        ticket = _chosen(session, seat, seen, TicketEventKind.TRANSFERRED, here_too=True)
    target = session.scalar(
        select(QueueService).where(QueueService.office_id == seat.office.id, QueueService.code == service_code)
    )
    if target is None or target.id == ticket.service_id:
        raise UnknownServiceError(service=service_code)
    moved = {target.series: 1}
    if ticket.state == TicketState.WAITING:
        moved[ticket.service.series] = -1
    elif ticket.state == TicketState.SERVING:
        _add_to_pace(session, seat, ticket, visits=1)
    move_waiting(session, ticket.office_id, ticket.service_day, moved)
    before = ticket.state
    ticket.service = target
    ticket.counter = None
    ticket.officer_id = ticket.called_at = ticket.started_at = None
    ticket.call_count = 0
    ticket.state = TicketState.WAITING
    session.flush()
    _log(session, seat, ticket, TicketEventKind.TRANSFERRED, before, reason=reason)
    return ticket


def current_ticket(session: Session, seat: Seat) -> Ticket | None:
    """Return the ticket at the counter, called or being served."""
    return session.scalar(
        select(Ticket)
        .where(Ticket.counter_id == seat.counter.id, Ticket.state.in_(AT_COUNTER))
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def at_the_counter(session: Session, seat: Seat, seen: Seen | None) -> Ticket:
    """Return the ticket at the counter, which must be the one the screen showed.

    Raises CounterIdleError, and StaleVersionError for a screen that is behind.
    """
    ticket = current_ticket(session, seat)
    if seen is not None and (ticket is None or ticket.id != seen.ticket_id or _is_behind(ticket, seen)):
        raise StaleVersionError
    if ticket is None:
        raise CounterIdleError(counter=seat.counter.number)
    return ticket


def _is_behind(ticket: Ticket, seen: Seen) -> bool:
    return seen.version is not None and seen.version != ticket.version


def _is_same_press(present: Ticket, seat: Seat) -> bool:
    return (
        present.state == TicketState.CALLED
        and present.officer_id == seat.officer_id
        and present.called_at is not None
        and seat.now - present.called_at < SAME_PRESS
    )


def _check_idle(session: Session, seat: Seat) -> None:
    present = current_ticket(session, seat)
    if present is not None:
        raise CounterBusyError(counter=seat.counter.number, label=present.label)


def _chosen(session: Session, seat: Seat, seen: Seen, kind: TicketEventKind, *, here_too: bool = False) -> Ticket:
    """Return the ticket an officer pointed at: of this office and day, for this counter, and fit for the step."""
    ticket = session.scalar(
        select(Ticket)
        .where(Ticket.id == seen.ticket_id, Ticket.office_id == seat.office.id, Ticket.service_day == seat.day)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if ticket is None:
        raise NotFoundError
    is_here = ticket.counter_id == seat.counter.id
    if ticket.state in AT_COUNTER and not (here_too and is_here):
        raise TicketTakenError(label=ticket.label, counter=ticket.counter.number if ticket.counter else "–")
    if _is_behind(ticket, seen):
        raise StaleVersionError
    if ticket.service_id not in {service.id for service in seat.counter.services} and not is_here:
        names = InBoth(ticket.service.name_vi, ticket.service.name_en)
        raise ServiceNotServedError(counter=seat.counter.number, service=names)
    check_step(ticket, kind)
    return ticket


def _bring_here(session: Session, seat: Seat, ticket: Ticket, kind: TicketEventKind) -> Ticket:
    if ticket.state == TicketState.WAITING:
        _leave_line(session, ticket)
    ticket.counter = seat.counter
    return _step(session, seat, ticket, kind)


def _has_group(session: Session, office_id: int, code: str) -> bool:
    group = select(PriorityGroup.id).where(
        PriorityGroup.office_id == office_id, PriorityGroup.code == code, PriorityGroup.is_active.is_(True)
    )
    return session.scalar(group) is not None


def _leave_line(session: Session, ticket: Ticket) -> None:
    move_waiting(session, ticket.office_id, ticket.service_day, {ticket.service.series: -1})


def _step(session: Session, seat: Seat, ticket: Ticket, kind: TicketEventKind, *, reason: str | None = None) -> Ticket:
    before, ticket.state = ticket.state, STEPS[kind].after
    ticket.officer_id = seat.officer_id
    session.flush()
    _log(session, seat, ticket, kind, before, reason=reason)
    return ticket


def _log(
    session: Session,
    seat: Seat,
    ticket: Ticket,
    kind: TicketEventKind,
    before: TicketState,
    *,
    reason: str | None = None,
) -> None:
    record(
        session,
        ticket,
        kind,
        from_state=before,
        at=seat.now,
        counter=seat.counter,
        actor_id=seat.officer_id,
        reason=clean_line(reason)[:_REASON_LETTERS] or None if reason else None,
    )


def _add_to_pace(session: Session, seat: Seat, ticket: Ticket, *, visits: int) -> None:
    """Add the time since the visitor sat down to the day's pace; time on hold is nobody's."""
    if ticket.state == TicketState.CALLED and visits == 0:
        return  # held before anybody came: no time was spent on him
    since: datetime | None = ticket.started_at or ticket.called_at
    took = seat.now - since if since else timedelta()
    if timedelta() <= took <= _LONGEST_VISIT:
        count_served(
            session,
            ticket.office_id,
            ticket.service_day,
            ticket.service.series,
            visits=visits,
            seconds=round(took.total_seconds()),
        )
