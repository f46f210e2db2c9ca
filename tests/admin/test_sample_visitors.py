"""The trial's made-up visitors: a hall in which nobody is served twice at once, and no number is missing."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from motcua.admin.domain.calendar import working_calendar
from motcua.admin.domain.ticket_steps import STEPS
from motcua.admin.domain.tracking import find_by_token, tracking_token
from motcua.admin.enums import TicketEventKind, TicketState
from motcua.admin.models import EventHead, ServiceDay, Ticket, TicketEvent
from motcua.admin.sample.office import add_commune, add_province
from motcua.admin.sample.visitors import add_visitors
from tests.town import add_user

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from motcua.admin.models import Office

KEY = b"sixteen bytes or more"
#: An ordinary Wednesday, at nine.
NOW = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
DAYS = 8


@pytest.fixture
def office(session: Session) -> Office:
    """Return a commune's centre after eight working days."""
    office = add_commune(
        session, add_province(session), code="c", name="C", identifier="H99.01", always_open=False, now=NOW
    ).office
    officers = [add_user(session, name, "Lan", "Lê").id for name in ("one", "two")]
    add_visitors(session, office, DAYS, officers=officers, qr_key=KEY, digits=3, now=NOW)
    return office


def tickets(session: Session) -> list[Ticket]:
    return list(session.scalars(select(Ticket).order_by(Ticket.issued_at)))


@pytest.mark.usefixtures("office")
def test_numbers_have_no_gaps_and_the_days_know_how_far_they_came(session: Session) -> None:
    made = tickets(session)
    key = lambda ticket: (ticket.series, ticket.service_day)  # noqa: E731
    lines = {line: list(group) for line, group in groupby(sorted(made, key=lambda t: (*key(t), t.number)), key)}
    days = {(day.series, day.day): day for day in session.scalars(select(ServiceDay))}

    assert len({ticket.service_day for ticket in made}) == DAYS
    assert len(made) > DAYS * 15
    assert days.keys() == lines.keys()
    for line, group in lines.items():
        served = [ticket for ticket in group if ticket.state == TicketState.FINISHED]
        assert [ticket.number for ticket in group] == list(range(1, days[line].last_number + 1))
        assert [ticket.label for ticket in group] == [f"{line[0]}{number:03d}" for number in range(1, len(group) + 1)]
        assert (days[line].waiting_count, days[line].served_count) == (0, len(served))
        for first, second in pairwise(group):
            assert first.issued_at <= second.issued_at
            assert first.called_at <= second.called_at  # type: ignore[operator]


def test_they_come_while_the_office_is_open_and_before_today(session: Session, office: Office) -> None:
    calendar = working_calendar(session, office)

    for ticket in tickets(session):
        at = ticket.issued_at.astimezone(calendar.zone)
        assert at.date() == ticket.service_day < NOW.date()
        assert any(opens <= at.time() <= closes for opens, closes in calendar.open_spans(at.date()))
        assert ticket.called_at is not None
        called = ticket.called_at.astimezone(calendar.zone).time()
        spans = calendar.open_spans(at.date())
        assert any(opens <= called <= closes for opens, closes in spans) or called >= spans[-1][1]


def test_a_counter_serves_one_after_the_other_and_only_its_own_lines(session: Session, office: Office) -> None:
    made = tickets(session)

    for counter in office.counters:
        here = sorted((t for t in made if t.counter_id == counter.id), key=lambda t: t.called_at or NOW)
        assert {ticket.service_id for ticket in here} <= {service.id for service in counter.services}
        for first, second in pairwise(here):
            assert first.ended_at < second.called_at  # type: ignore[operator]


def test_every_step_is_one_that_the_rules_allow_in_the_order_of_the_log(session: Session, office: Office) -> None:
    log = session.scalars(select(TicketEvent).order_by(TicketEvent.seq)).all()
    head = session.get_one(EventHead, office.id)
    states: dict[int, TicketState] = {}
    for event in log:
        before = states.get(event.ticket_id)
        assert event.from_state == before
        if event.kind == TicketEventKind.ISSUED:
            assert before is None
        else:
            assert before in STEPS[event.kind].before
            assert event.to_state == STEPS[event.kind].after
        states[event.ticket_id] = event.to_state

    assert [event.seq for event in log] == list(range(1, head.last_seq + 1))
    assert all(first.at <= second.at for first, second in pairwise(log))
    assert states == {ticket.id: ticket.state for ticket in tickets(session)}
    assert set(states.values()) == {TicketState.FINISHED, TicketState.NO_SHOW}


@pytest.mark.usefixtures("office")
def test_each_is_found_by_its_link(session: Session) -> None:
    for ticket in tickets(session)[:20]:
        assert find_by_token(session, tracking_token(KEY, ticket.public_id, 1)) is ticket
