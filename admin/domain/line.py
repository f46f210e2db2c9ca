"""The waiting line: who is called first, and how many stand in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.enums import TicketState
from motcua.admin.models import ServiceDay, Ticket, counter_service

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import ColumnElement, CursorResult, Select
    from sqlalchemy.orm import Session

#: ``Ticket.priority_rank`` of a priority group, and of everybody else.
PRIORITY_RANK, ORDINARY_RANK = 0, 1
_DAY_ROW = (
    ServiceDay.office_id == bindparam("office"),
    ServiceDay.series == bindparam("of_series"),
    ServiceDay.day == bindparam("on"),
)
_MOVE = (
    update(ServiceDay)
    .where(*_DAY_ROW)
    .values(waiting_count=ServiceDay.waiting_count + bindparam("moved"))
    .execution_options(synchronize_session=False)
)
_SERVE = (
    update(ServiceDay)
    .where(*_DAY_ROW)
    .values(
        served_count=ServiceDay.served_count + bindparam("visits"),
        served_seconds=ServiceDay.served_seconds + bindparam("seconds"),
    )
    .execution_options(synchronize_session=False)
)


def calling_order() -> tuple[ColumnElement[Any], ...]:
    """Return by what a line is ordered: the one place where the office's rule of fairness stands.

    People of a priority group (the aged, the disabled, expectant mothers,
    people of merit) first, because the law asks for help for them; within a
    group by when they came, counted over all services of the office, so that
    a counter with two services does not starve the slower one. There is no
    cap yet on how many of the priority line may go before an ordinary
    visitor: who adds one changes this function and ``is_before``, which tells
    the visitor the same order.
    """
    return (Ticket.priority_rank.asc(), Ticket.queued_seq.asc())


def is_before(other: type[Ticket], ticket: type[Ticket]) -> ColumnElement[bool]:
    """Say that one waiting ticket is called before another.

    As a comparison of rows, of which both databases read no more than stands
    before (``ix_motcua_ticket_line``), however many wait behind.
    """
    return tuple_(other.priority_rank, other.queued_seq) < tuple_(ticket.priority_rank, ticket.queued_seq)


def waiting_at(counter_id: int, day: date) -> Select[int]:
    """Return the ids of the tickets that wait for a counter's services on a day, first to be called first."""
    services = select(counter_service.c.service_id).where(counter_service.c.counter_id == counter_id)
    return (
        select(Ticket.id)
        .where(
            Ticket.service_id.in_(services.scalar_subquery()),
            Ticket.service_day == day,
            Ticket.state == TicketState.WAITING,
        )
        .order_by(*calling_order())
    )


def move_waiting(session: Session, office_id: int, day: date, moved: Mapping[str, int]) -> None:
    """Keep "people ahead" right: by series, how many more (or fewer) wait from now on.

    The rows are always locked in the same order, so that two moves never wait
    for each other.
    """
    for series in sorted(moved):
        row = {"office": office_id, "of_series": series, "on": day, "moved": moved[series]}
        if cast("CursorResult[Any]", session.execute(_MOVE, row)).rowcount == 0:
            _begin_day(session, office_id, series, day)
            session.execute(_MOVE, row)


def count_served(session: Session, office_id: int, day: date, series: str, *, visits: int, seconds: int) -> None:
    """Add to the day's own pace, from which waiting times are estimated."""
    session.execute(_SERVE, {"office": office_id, "of_series": series, "on": day, "visits": visits, "seconds": seconds})


def _begin_day(session: Session, office_id: int, series: str, day: date) -> None:
    """Add the row of a line nobody has taken a number for today."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(ServiceDay).on_conflict_do_nothing(), {"office_id": office_id, "series": series, "day": day}
    )
