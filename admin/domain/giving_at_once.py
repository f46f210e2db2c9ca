"""Giving a number in one statement, as PostgreSQL likes it: it is a journey away, and other kiosks wait for the row.

The counter row is locked for as long as this one statement takes; no answer
of ours is waited for meanwhile. The server keeps all of it or nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import BigInteger, Integer, String, bindparam, cast, func, insert, literal, select, true, update
from sqlalchemy.dialects import postgresql

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
from motcua.admin.prepared import Prepared

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import CTE, ColumnElement, Executable, TableClause

    from motcua.admin.direct import Direct


def _given(name: str) -> ColumnElement[Any]:
    """Build the place of a value that stands in the ticket as the order gives it."""
    return bindparam(name, type_=TICKET.c[name].type)


def _number(name: str) -> ColumnElement[int]:
    """Build the place of a number among the terms."""
    return bindparam(name, type_=Integer)


def _next_number() -> CTE:
    """Move the counter row on, while numbers are left and the office has an event head to move on as well."""
    return (
        update(DAY)
        .where(
            DAY.c.office_id == _given("office_id"),
            DAY.c.series == _given("series"),
            DAY.c.day == _given("service_day"),
            DAY.c.last_number < _number("limit"),
            select(HEAD.c.office_id).where(HEAD.c.office_id == _given("office_id")).exists(),
        )
        .values(last_number=DAY.c.last_number + 1, waiting_count=DAY.c.waiting_count + 1)
        .returning(*(DAY.c[name] for name in DAY_COLUMNS))
        .cte("day")
    )


def _next_event(day: CTE) -> CTE:
    """Move the event head on: only after, and only if, the day did."""
    return (
        update(HEAD)
        .where(HEAD.c.office_id == select(day.c.office_id).scalar_subquery())
        .values(last_seq=HEAD.c.last_seq + 1)
        .returning(HEAD.c.last_seq)
        .cte("head")
    )


def _label(number: ColumnElement[int]) -> ColumnElement[str]:
    """Write the number as people read it: "A012"; a number too long for its digits is not cut."""
    figures = cast(number, String)
    return _given("series") + func.lpad(figures, func.greatest(_number("digits"), func.length(figures)), "0")


def _ticket(day: CTE, head: CTE) -> CTE:
    ahead = func.coalesce(_number("ahead_of_priority"), day.c.waiting_count - 1)
    wait = minutes_at_pace(
        cast(ahead, BigInteger),
        expected_seconds=_number("expected_seconds"),
        counters=_number("counters"),
        served_count=day.c.served_count,
        served_seconds=day.c.served_seconds,
    )
    found = {
        "number": day.c.last_number,
        "label": _label(day.c.last_number),
        "queued_seq": head.c.last_seq,
        "ahead_at_issue": ahead,
        "wait_at_issue": wait,
    }
    row = select(*(found.get(name, _given(name)) for name in TICKET_COLUMNS)).select_from(day.join(head, true()))
    return insert(TICKET).from_select(TICKET_COLUMNS, row).returning(*TICKET.c).cte("ticket")


def _row_of(table: TableClause, ticket: CTE, shared: Mapping[str, str], more: Mapping[str, ColumnElement[Any]]) -> CTE:
    """Write a row beside the ticket, of what they share and what it has besides."""
    row = {column: ticket.c[name] for column, name in shared.items()} | {"ticket_id": ticket.c.id, **more}
    return insert(table).from_select(list(row), select(*row.values())).cte(table.name)


def _fixed(table: TableClause, values: Mapping[str, Any]) -> dict[str, ColumnElement[Any]]:
    return {column: literal(value, table.c[column].type) for column, value in values.items()}


def _give() -> Executable:
    day = _next_number()
    ticket = _ticket(day, _next_event(day))
    printer = bindparam("printer_id", type_=PAPER.c.printer_id.type)
    event = _row_of(EVENT, ticket, EVENT_SHARED, _fixed(EVENT, EVENT_FIXED))
    paper = _row_of(PAPER, ticket, PAPER_SHARED, _fixed(PAPER, PAPER_FIXED) | {"printer_id": printer})
    told = select(ticket.c.id, ticket.c.label, ticket.c.ahead_at_issue, ticket.c.wait_at_issue)
    return told.add_cte(event, paper)


_GIVE = Prepared(_give())
_START = Prepared(postgresql.insert(DAY).on_conflict_do_nothing(), columns=DAY_COLUMNS)
_START_HEAD = Prepared(postgresql.insert(HEAD).on_conflict_do_nothing(), columns=HEAD_COLUMNS)


def give_at_once(connection: Direct, order: Mapping[str, Any], terms: Terms) -> GivenNumber | None:
    """Take the next number and write its rows; None when no number is left."""
    values = {
        **order,
        "limit": terms.limit,
        "digits": terms.digits,
        "ahead_of_priority": terms.ahead_of_priority,
        "expected_seconds": terms.expected_seconds,
        "counters": terms.counters,
        "printer_id": terms.printer_id,
    }
    found = _GIVE.rows(connection, values)
    if not found:  # none left; or the first visitor of the day, or ever
        office = {"office_id": order["office_id"]}
        _START_HEAD.run(connection, {**office, "last_seq": 0})
        _START.run(connection, {**office, "series": order["series"], "day": order["service_day"], **NOTHING_YET})
        found = _GIVE.rows(connection, values)
    return GivenNumber(*found[0]) if found else None
