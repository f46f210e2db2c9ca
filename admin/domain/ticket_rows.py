"""The rows of a new ticket, written in as few statements as the database allows.

SQLite runs in our process: a statement costs little, and five plain ones do.
PostgreSQL is a journey away and other kiosks wait for the counter row
meanwhile: there the same rows are written in two journeys (data-modifying
WITH), the counter row always before the event head, as everywhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.domain.ticket_log import next_in_log, next_seq
from motcua.admin.enums import PrintKind, PrintReason, PrintState, TicketEventKind, TicketState
from motcua.admin.failpoints import failpoint
from motcua.admin.models import EventHead, PrintJob, ServiceDay, Ticket, TicketEvent
from motcua.admin.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Connection, Executable, FromClause

_DAY: FromClause = ServiceDay.__table__
_HEAD: FromClause = EventHead.__table__
_TICKET: FromClause = Ticket.__table__
_EVENT: FromClause = TicketEvent.__table__
_PAPER: FromClause = PrintJob.__table__


@dataclass(frozen=True, slots=True)
class TakenNumber:
    """What the counter row said when it moved on."""

    number: int
    waiting: int
    served_count: int
    served_seconds: int
    seq: int


def _move_on() -> Any:
    return (
        update(ServiceDay)
        .where(
            ServiceDay.office_id == bindparam("office"),
            ServiceDay.series == bindparam("of_series"),
            ServiceDay.day == bindparam("on"),
        )
        .values(last_number=ServiceDay.last_number + 1, waiting_count=ServiceDay.waiting_count + 1)
        .returning(_DAY.c.last_number, _DAY.c.waiting_count, _DAY.c.served_count, _DAY.c.served_seconds)
    )


def _move_on_with_head() -> Executable:
    """Build the PostgreSQL statement: the head moves only after, and only if, the day did."""
    day = _move_on().returning(_DAY.c.office_id).cte("day")
    head = (
        update(EventHead)
        .where(EventHead.office_id == select(day.c.office_id).scalar_subquery())
        .values(last_seq=EventHead.last_seq + 1)
        .returning(_HEAD.c.last_seq)
        .cte("head")
    )
    return select(
        day.c.last_number,
        day.c.waiting_count,
        day.c.served_count,
        day.c.served_seconds,
        select(head.c.last_seq).scalar_subquery(),
    )


_TAKE = Prepared(_move_on())
_TAKE_WITH_SEQ = Prepared(_move_on_with_head())
_NEXT_SEQ = Prepared(next_in_log)


def take_number(connection: Connection, *, office_id: int, series: str, day: date) -> TakenNumber:
    """Move the day's counter and the office's event head on; both stay locked until the commit."""
    key = {"office": office_id, "of_series": series, "on": day}
    is_sqlite = connection.dialect.name == "sqlite"
    statement = _TAKE if is_sqlite else _TAKE_WITH_SEQ
    found = statement.rows(connection, key)
    if not found:  # the first visitor of the day
        start = (sqlite if is_sqlite else postgresql).insert(_DAY).on_conflict_do_nothing()
        connection.execute(start, {"office_id": office_id, "series": series, "day": day})
        found = statement.rows(connection, key)
    taken = found[0]
    seq = _next_seq(connection, office_id) if is_sqlite else taken[4]
    if seq is None:  # the first event of the office
        seq = next_seq(connection, office_id)
    return TakenNumber(taken[0], taken[1], taken[2], taken[3], seq)


def _next_seq(connection: Connection, office_id: int) -> int | None:
    return next((row[0] for row in _NEXT_SEQ.rows(connection, {"office": office_id})), None)


_TICKET_COLUMNS = (
    "office_id",
    "service_id",
    "series",
    "service_day",
    "number",
    "label",
    "errand",
    "priority",
    "priority_rank",
    "language",
    "state",
    "queued_seq",
    "issued_at",
    "ahead_at_issue",
    "wait_at_issue",
    "device_id",
    "idempotency_key",
    "request_digest",
    "public_id",
    "token_version",
    "token_digest",
    "call_count",
    "version",
)
# What the event and the print job share with the ticket, and what they say besides.
_EVENT_SHARED = {
    "office_id": "office_id",
    "seq": "queued_seq",
    "at": "issued_at",
    "label": "label",
    "service_id": "service_id",
    "device_id": "device_id",
}
_EVENT_FIXED = {"kind": TicketEventKind.ISSUED, "to_state": TicketState.WAITING}
_PAPER_SHARED = {"office_id": "office_id", "created_at": "issued_at", "printer_id": "printer_id"}
_PAPER_FIXED = {
    "kind": PrintKind.TICKET,
    "reason": PrintReason.FIRST,
    "state": PrintState.QUEUED,
    "copy_number": 1,
    "attempts": 0,
}


def _add_all() -> Executable:
    """Build the PostgreSQL statement that writes ticket, event and print job at once."""
    ticket = (
        insert(Ticket)
        .values({column: bindparam(column, type_=_TICKET.c[column].type) for column in _TICKET_COLUMNS})
        .returning(_TICKET.c.id)
        .cte("new_ticket")
    )

    def beside(table: FromClause, model: Any, shared: Mapping[str, str], fixed: Mapping[str, Any], name: str) -> Any:
        columns = [*shared, *fixed, "ticket_id"]
        values: list[Any] = [
            bindparam(source, type_=table.c[column].type).label(column) for column, source in shared.items()
        ]
        values += [bindparam(f"{name}_{column}", value, type_=table.c[column].type) for column, value in fixed.items()]
        rows = select(*values, ticket.c.id)
        return insert(model).from_select(columns, rows).returning(literal_column("1")).cte(name)

    event = beside(_EVENT, TicketEvent, _EVENT_SHARED, _EVENT_FIXED, "new_event")
    paper = beside(_PAPER, PrintJob, _PAPER_SHARED, _PAPER_FIXED, "new_paper")
    return select(ticket.c.id).add_cte(event, paper)


_ADD_ALL = Prepared(_add_all())
_ADD_TICKET = Prepared(insert(_TICKET).returning(_TICKET.c.id), columns=_TICKET_COLUMNS)  # type: ignore[arg-type]
_ADD_EVENT = Prepared(insert(_EVENT), columns=[*_EVENT_SHARED, *_EVENT_FIXED, "ticket_id"])  # type: ignore[arg-type]
_ADD_PAPER = Prepared(insert(_PAPER), columns=[*_PAPER_SHARED, *_PAPER_FIXED, "ticket_id"])  # type: ignore[arg-type]


def add_rows(connection: Connection, ticket: Mapping[str, Any], *, printer_id: int | None) -> int:
    """Write a new ticket, its event and its print job; return the ticket's id."""
    if connection.dialect.name != "sqlite":
        new_id = int(_ADD_ALL.rows(connection, {**ticket, "printer_id": printer_id})[0][0])
        failpoint("issue.after_job")
        return new_id
    ticket_id = int(_ADD_TICKET.rows(connection, ticket)[0][0])
    failpoint("issue.after_ticket")
    source = {**ticket, "printer_id": printer_id}
    event = {column: source[name] for column, name in _EVENT_SHARED.items()} | _EVENT_FIXED
    _ADD_EVENT.rows(connection, event | {"ticket_id": ticket_id})
    paper = {column: source[name] for column, name in _PAPER_SHARED.items()} | _PAPER_FIXED
    _ADD_PAPER.rows(connection, paper | {"ticket_id": ticket_id})
    failpoint("issue.after_job")
    return ticket_id
