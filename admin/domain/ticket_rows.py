"""The rows of a new ticket: counter row and event head first, then ticket, event and print job.

SQLite runs in our process: a statement costs little. PostgreSQL is a journey
away, and other kiosks wait for the counter row meanwhile. There one statement
answers everything the rows need, their id included, so that nobody waits for
the answers of the three that follow: they travel with the commit.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from motcua.admin.domain.ticket_log import next_in_log
from motcua.admin.enums import PrintKind, PrintReason, PrintState, TicketEventKind, TicketState
from motcua.admin.failpoints import failpoint
from motcua.admin.models import EventHead, PrintJob, ServiceDay, Ticket, TicketEvent
from motcua.admin.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from sqlalchemy import Executable, FromClause

    from motcua.admin.direct import Direct

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
    #: The id the ticket is to have; None where the database gives it on writing.
    ticket_id: int | None


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
        func.nextval(func.pg_get_serial_sequence(Ticket.__tablename__, "id")),
    )


_TAKE = Prepared(_move_on())
_TAKE_WITH_SEQ = Prepared(_move_on_with_head())
_NEXT_SEQ = Prepared(next_in_log)
_DAY_COLUMNS = ("office_id", "series", "day", "last_number", "waiting_count", "served_count", "served_seconds")
_NOTHING_YET = {"last_number": 0, "waiting_count": 0, "served_count": 0, "served_seconds": 0}
_START = Prepared(postgresql.insert(_DAY).on_conflict_do_nothing(), columns=_DAY_COLUMNS)  # type: ignore[arg-type]
_START_ON_SQLITE = Prepared(sqlite.insert(_DAY).on_conflict_do_nothing(), columns=_DAY_COLUMNS)  # type: ignore[arg-type]
_HEAD_COLUMNS = ("office_id", "last_seq")
_START_HEAD = Prepared(postgresql.insert(_HEAD).on_conflict_do_nothing(), columns=_HEAD_COLUMNS)  # type: ignore[arg-type]
_START_HEAD_ON_SQLITE = Prepared(sqlite.insert(_HEAD).on_conflict_do_nothing(), columns=_HEAD_COLUMNS)  # type: ignore[arg-type]


def take_number(connection: Direct, *, office_id: int, series: str, day: date) -> TakenNumber:
    """Move the day's counter and the office's event head on; both stay locked until the commit."""
    key = {"office": office_id, "of_series": series, "on": day}
    is_sqlite = connection.dialect.name == "sqlite"
    statement = _TAKE if is_sqlite else _TAKE_WITH_SEQ
    found = statement.rows(connection, key)
    if not found:  # the first visitor of the day
        start = _START_ON_SQLITE if is_sqlite else _START
        start.run(connection, {"office_id": office_id, "series": series, "day": day, **_NOTHING_YET})
        found = statement.rows(connection, key)
    taken = found[0]
    seq = _next_seq(connection, office_id) if is_sqlite else taken[4]
    if seq is None:  # the first event of the office
        head = _START_HEAD_ON_SQLITE if is_sqlite else _START_HEAD
        head.run(connection, {"office_id": office_id, "last_seq": 0})
        seq = _NEXT_SEQ.rows(connection, {"office": office_id})[0][0]
    return TakenNumber(taken[0], taken[1], taken[2], taken[3], seq, None if is_sqlite else taken[5])


def _next_seq(connection: Direct, office_id: int) -> int | None:
    found = _NEXT_SEQ.rows(connection, {"office": office_id})
    return found[0][0] if found else None


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


_ADD_TICKET = Prepared(insert(_TICKET).returning(_TICKET.c.id), columns=_TICKET_COLUMNS)  # type: ignore[arg-type]
_ADD_EVENT = Prepared(insert(_EVENT), columns=[*_EVENT_SHARED, *_EVENT_FIXED, "ticket_id"])  # type: ignore[arg-type]
_ADD_PAPER = Prepared(insert(_PAPER), columns=[*_PAPER_SHARED, *_PAPER_FIXED, "ticket_id"])  # type: ignore[arg-type]


def _given(table: Any, shared: Mapping[str, str], fixed: Mapping[str, Any]) -> Any:
    """Build an INSERT of values that are named as the ticket names them."""
    return insert(table).values({column: bindparam(f"its_{name}") for column, name in shared.items()} | dict(fixed))


_ADD_ALL = Prepared(
    _given(_PAPER, _PAPER_SHARED | {"ticket_id": "id"}, _PAPER_FIXED).add_cte(
        _given(_TICKET, {column: column for column in ("id", *_TICKET_COLUMNS)}, {}).cte("ticket"),
        _given(_EVENT, _EVENT_SHARED | {"ticket_id": "id"}, _EVENT_FIXED).cte("event"),
    )
)


def add_rows(connection: Direct, ticket: Mapping[str, Any], *, ticket_id: int | None, printer_id: int | None) -> int:
    """Write a new ticket, its event and its print job; return the ticket's id."""
    if ticket_id is not None:
        return _add_at_once(connection, {**ticket, "id": ticket_id, "printer_id": printer_id})
    ticket_id = int(_ADD_TICKET.rows(connection, ticket)[0][0])
    failpoint("issue.after_ticket")
    source = {**ticket, "printer_id": printer_id}
    event = {column: source[name] for column, name in _EVENT_SHARED.items()} | _EVENT_FIXED
    _ADD_EVENT.run(connection, event | {"ticket_id": ticket_id})
    paper = {column: source[name] for column, name in _PAPER_SHARED.items()} | _PAPER_FIXED
    _ADD_PAPER.run(connection, paper | {"ticket_id": ticket_id})
    failpoint("issue.after_job")
    return ticket_id


def _add_at_once(connection: Direct, source: Mapping[str, Any]) -> int:
    failpoint("issue.after_ticket")
    _ADD_ALL.run(connection, {f"its_{name}": value for name, value in source.items()})
    failpoint("issue.after_job")
    return int(source["id"])
