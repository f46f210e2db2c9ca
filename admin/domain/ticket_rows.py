"""What is written when a number is given: the tables, their columns, and what ticket, event and print job share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from motcua.admin.enums import PrintKind, PrintReason, PrintState, TicketEventKind, TicketState
from motcua.admin.models import EventHead, PrintJob, ServiceDay, Ticket, TicketEvent

if TYPE_CHECKING:
    from sqlalchemy import TableClause

DAY: TableClause = ServiceDay.__table__  # type: ignore[assignment]
HEAD: TableClause = EventHead.__table__  # type: ignore[assignment]
TICKET: TableClause = Ticket.__table__  # type: ignore[assignment]
EVENT: TableClause = TicketEvent.__table__  # type: ignore[assignment]
PAPER: TableClause = PrintJob.__table__  # type: ignore[assignment]

TICKET_COLUMNS = (
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
#: Columns of the event and of the print job, each with the ticket's column that it repeats.
EVENT_SHARED = {
    "office_id": "office_id",
    "seq": "queued_seq",
    "at": "issued_at",
    "label": "label",
    "service_id": "service_id",
    "device_id": "device_id",
}
EVENT_FIXED = {"kind": TicketEventKind.ISSUED, "to_state": TicketState.WAITING}
PAPER_SHARED = {"office_id": "office_id", "created_at": "issued_at"}
PAPER_FIXED = {
    "kind": PrintKind.TICKET,
    "reason": PrintReason.FIRST,
    "state": PrintState.QUEUED,
    "copy_number": 1,
    "attempts": 0,
}
DAY_COLUMNS = ("office_id", "series", "day", "last_number", "waiting_count", "served_count", "served_seconds")
NOTHING_YET = {"last_number": 0, "waiting_count": 0, "served_count": 0, "served_seconds": 0}
HEAD_COLUMNS = ("office_id", "last_seq")


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms a number is given: how many there are, and how long its holder will wait."""

    limit: int
    #: Digits of the number on the label.
    digits: int
    #: Who is ahead of a visitor of the priority line; None for all others, whom everybody waiting is ahead of.
    ahead_of_priority: int | None
    expected_seconds: int
    counters: int
    printer_id: int | None


@dataclass(frozen=True, slots=True)
class GivenNumber:
    """What the record made of an order."""

    id: int
    label: str
    ahead: int
    wait_minutes: int
