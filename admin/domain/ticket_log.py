"""The append-only log of the queue: numbered per office inside the write transaction.

A reader that asks for "everything after 41" can therefore never miss 42: the
row that hands out the numbers stays locked until the event is committed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from motcua.admin.domain import audit
from motcua.admin.enums import AuditAction, TicketEventKind
from motcua.admin.models import EventHead, Ticket, TicketEvent

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from motcua.admin.enums import TicketState
    from motcua.admin.models import Counter

_ACTIONS: dict[TicketEventKind, AuditAction] = {
    kind: AuditAction(f"ticket_{kind.value}") for kind in TicketEventKind if kind != TicketEventKind.ISSUED
}
next_in_log = (
    update(EventHead)
    .where(EventHead.office_id == bindparam("office"))
    .values(last_seq=EventHead.last_seq + 1)
    .returning(EventHead.__table__.c.last_seq)
)


def next_seq(connection: Connection | Session, office_id: int) -> int:
    """Take the office's next event number; its row stays locked until the commit."""
    seq: int | None = connection.execute(next_in_log, {"office": office_id}).scalar()
    if seq is not None:
        return seq
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    dialect = sqlite if bind.dialect.name == "sqlite" else postgresql
    insert_or_ignore = dialect.insert(EventHead).on_conflict_do_nothing()
    connection.execute(insert_or_ignore, {"office_id": office_id, "last_seq": 0})
    return int(connection.execute(next_in_log, {"office": office_id}).scalar_one())


def record(
    session: Session,
    ticket: Ticket,
    kind: TicketEventKind,
    *,
    from_state: TicketState | None,
    at: datetime,
    seq: int | None = None,
    counter: Counter | None = None,
    actor_id: int | None = None,
    device_id: int | None = None,
    reason: str | None = None,
) -> int:
    """Write what has just happened to a ticket and return the event's number.

    The ticket already stands in its new state. Who needs the number first
    (to queue by it) takes it with ``next_seq`` and hands it in.
    """
    seq = next_seq(session, ticket.office_id) if seq is None else seq
    session.execute(
        insert(TicketEvent),
        {
            "office_id": ticket.office_id,
            "seq": seq,
            "ticket_id": ticket.id,
            "kind": kind,
            "from_state": from_state,
            "to_state": ticket.state,
            "at": at,
            "label": ticket.label,
            "service_id": ticket.service_id,
            "counter_id": counter.id if counter else None,
            "counter_number": counter.number if counter else None,
            "actor_id": actor_id,
            "device_id": device_id,
            "reason": reason,
        },
    )
    if kind in _ACTIONS:
        _put_down(session, ticket, _ACTIONS[kind], from_state=from_state, counter=counter, reason=reason)
    return seq


def _put_down(
    session: Session,
    ticket: Ticket,
    action: AuditAction,
    *,
    from_state: TicketState | None,
    counter: Counter | None,
    reason: str | None,
) -> None:
    """Tell the audit trail, too. That a number is issued stands in this log alone: nobody of the staff does it."""
    audit.record(
        session,
        action,
        "ticket",
        object_id=ticket.id,
        code=ticket.label,
        office_id=ticket.office_id,
        details={
            "state": [from_state.value if from_state else None, ticket.state.value],
            "counter": counter.number if counter else None,
        },
        personal={"reason": reason} if reason else {},
    )
