"""What becomes of numbers that a day left open, and of answers kept for repeated commands.

The first command of a new day closes the days before it, so nobody has to
remember to, and no job has to run at night. Whoever still waited, was called
or was held has gone home: cancelled. Whoever was being served was served,
only nobody pressed "finish": finished, without counting into the day's pace.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.domain.line import move_waiting
from motcua.admin.domain.ticket_log import record
from motcua.admin.domain.ticket_steps import OPEN_STATES
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.models import CommandReceipt, EventHead, QueueService, Ticket

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from motcua.admin.models import Office

#: How long a repeated command gets its first answer again.
RECEIPT_LIFE = timedelta(hours=48)
DAY_OVER = "day over"
# A number may have been given in the last moment before midnight, after its day was closed.
_LATE_COMER = timedelta(days=1)


def is_new_day(session: Session, office_id: int, today: date) -> bool:
    """Tell whether no command has come yet on this day or a later one."""
    open_day = session.scalar(select(EventHead.open_day).where(EventHead.office_id == office_id))
    return open_day is None or open_day < today


def close_earlier_days(session: Session, office: Office, *, today: date, now: datetime) -> int:
    """End what earlier days left open in an office and return how many tickets that were.

    Where somebody has already done it today, nothing is left. The caller
    commits, before the command that came with the new day begins: both lock
    the log's head last.
    """
    open_day = session.scalar(select(EventHead.open_day).where(EventHead.office_id == office.id))
    left = _left_open(session, office.id, since=open_day - _LATE_COMER if open_day else None, before=today)
    _empty_lines(session, left)
    _open_day(session, office.id, today)
    for ticket in left:
        _close(session, ticket, now)
    session.execute(
        delete(CommandReceipt)
        .where(CommandReceipt.created_at < now - RECEIPT_LIFE)
        .execution_options(synchronize_session=False)
    )
    return len(left)


def _left_open(session: Session, office_id: int, *, since: date | None, before: date) -> Sequence[Ticket]:
    # By service and not by office: then the index of the line leads straight to them.
    services = select(QueueService.id).where(QueueService.office_id == office_id).scalar_subquery()
    tickets = (
        select(Ticket)
        .where(Ticket.service_id.in_(services), Ticket.service_day < before, Ticket.state.in_(OPEN_STATES))
        .order_by(Ticket.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    if since is not None:
        tickets = tickets.where(Ticket.service_day >= since)
    return session.scalars(tickets).all()


def _empty_lines(session: Session, left: Sequence[Ticket]) -> None:
    leaving: dict[date, dict[str, int]] = {}
    for ticket in left:
        if ticket.state == TicketState.WAITING:
            moved = leaving.setdefault(ticket.service_day, {})
            moved[ticket.service.series] = moved.get(ticket.service.series, 0) - 1
    for day in sorted(leaving):
        move_waiting(session, left[0].office_id, day, leaving[day])


def _open_day(session: Session, office_id: int, today: date) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    session.execute(
        dialect.insert(EventHead).on_conflict_do_nothing(), {"office_id": office_id, "last_seq": 0, "open_day": today}
    )
    session.execute(
        update(EventHead)
        .where(EventHead.office_id == office_id, or_(EventHead.open_day.is_(None), EventHead.open_day < today))
        .values(open_day=today)
        .execution_options(synchronize_session=False)
    )


def _close(session: Session, ticket: Ticket, now: datetime) -> None:
    before = ticket.state
    is_served = before == TicketState.SERVING
    ticket.state = TicketState.FINISHED if is_served else TicketState.CANCELLED
    ticket.ended_at = now
    session.flush()
    kind = TicketEventKind.FINISHED if is_served else TicketEventKind.CANCELLED
    record(session, ticket, kind, from_state=before, at=now, counter=ticket.counter, reason=DAY_OVER)
