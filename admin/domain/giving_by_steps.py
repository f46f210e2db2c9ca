"""Giving a number statement by statement, as SQLite likes it: it runs in our process, and a statement costs little."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, insert, update
from sqlalchemy.dialects import sqlite

from motcua.admin.domain.ticket_log import next_in_log
from motcua.admin.domain.ticket_rows import (
    DAY,
    DAY_COLUMNS,
    EVENT,
    EVENT_FIXED,
    EVENT_SHARED,
    HEAD,
    HEAD_COLUMNS,
    NOTHING_YET,
    PAPER,
    PAPER_FIXED,
    PAPER_SHARED,
    TICKET,
    TICKET_COLUMNS,
    GivenNumber,
    Terms,
)
from motcua.admin.domain.waits import minutes_at_pace
from motcua.admin.failpoints import failpoint
from motcua.admin.models import ServiceDay
from motcua.admin.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from typing import Any

    from motcua.admin.direct import Direct


_TAKE = Prepared(
    update(ServiceDay)
    .where(
        ServiceDay.office_id == bindparam("office"),
        ServiceDay.series == bindparam("of_series"),
        ServiceDay.day == bindparam("on"),
    )
    .values(last_number=ServiceDay.last_number + 1, waiting_count=ServiceDay.waiting_count + 1)
    .returning(DAY.c.last_number, DAY.c.waiting_count, DAY.c.served_count, DAY.c.served_seconds)
)
_NEXT_SEQ = Prepared(next_in_log)
_START = Prepared(sqlite.insert(DAY).on_conflict_do_nothing(), columns=DAY_COLUMNS)
_START_HEAD = Prepared(sqlite.insert(HEAD).on_conflict_do_nothing(), columns=HEAD_COLUMNS)
_ADD_TICKET = Prepared(insert(TICKET).returning(TICKET.c.id), columns=TICKET_COLUMNS)
_ADD_EVENT = Prepared(insert(EVENT), columns=[*EVENT_SHARED, *EVENT_FIXED, "ticket_id"])
_ADD_PAPER = Prepared(insert(PAPER), columns=[*PAPER_SHARED, *PAPER_FIXED, "printer_id", "ticket_id"])


def give_by_steps(connection: Direct, order: Mapping[str, Any], terms: Terms) -> GivenNumber | None:
    """Move the counter row and the event head on, then write the rows; None when no number is left.

    Then, and when it raises, the transaction is to be undone.
    """
    number, waiting, served_count, served_seconds = _take_number(connection, order)
    failpoint("issue.after_counter")
    if number > terms.limit:
        return None
    ahead = waiting - 1 if terms.ahead_of_priority is None else terms.ahead_of_priority
    wait = minutes_at_pace(
        ahead,
        expected_seconds=terms.expected_seconds,
        counters=terms.counters,
        served_count=served_count,
        served_seconds=served_seconds,
    )
    ticket = {
        **order,
        "number": number,
        "label": f"{order['series']}{number:0{terms.digits}d}",
        "queued_seq": _next_seq(connection, order["office_id"]),
        "ahead_at_issue": ahead,
        "wait_at_issue": wait,
    }
    ticket_id = _add_rows(connection, ticket, terms.printer_id)
    failpoint("issue.before_commit")
    return GivenNumber(ticket_id, ticket["label"], ahead, wait)


def _take_number(connection: Direct, order: Mapping[str, Any]) -> tuple[int, ...]:
    key = {"office": order["office_id"], "of_series": order["series"], "on": order["service_day"]}
    found = _TAKE.rows(connection, key)
    if not found:  # the first visitor of the day
        day: date = order["service_day"]
        _START.run(connection, {"office_id": order["office_id"], "series": order["series"], "day": day, **NOTHING_YET})
        found = _TAKE.rows(connection, key)
    return found[0]


def _next_seq(connection: Direct, office_id: int) -> int:
    found = _NEXT_SEQ.rows(connection, {"office": office_id})
    if not found:  # the first event of the office
        _START_HEAD.run(connection, {"office_id": office_id, "last_seq": 0})
        found = _NEXT_SEQ.rows(connection, {"office": office_id})
    return int(found[0][0])


def _add_rows(connection: Direct, ticket: Mapping[str, Any], printer_id: int | None) -> int:
    ticket_id = int(_ADD_TICKET.rows(connection, ticket)[0][0])
    failpoint("issue.after_ticket")
    event = {column: ticket[name] for column, name in EVENT_SHARED.items()}
    _ADD_EVENT.run(connection, {**event, **EVENT_FIXED, "ticket_id": ticket_id})
    paper = {column: ticket[name] for column, name in PAPER_SHARED.items()}
    _ADD_PAPER.run(connection, {**paper, **PAPER_FIXED, "printer_id": printer_id, "ticket_id": ticket_id})
    failpoint("issue.after_job")
    return ticket_id
