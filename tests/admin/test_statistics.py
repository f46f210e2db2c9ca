"""The figures of some weeks: each day's own, each office's own, and nobody else's."""

from __future__ import annotations

import re
import uuid
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from motcua.admin.domain import statistics
from motcua.admin.enums import DossierStatus, Errand, Language, TicketState
from motcua.admin.models import Dossier, Ticket
from tests.admin.two_offices import TwoOffices, add_dossier
from tests.town import HANOI, NINE, WEDNESDAY, Town

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session
    from werkzeug.test import TestResponse

PAGE = "/motcua/statistics/"
TUESDAY = WEDNESDAY - timedelta(days=1)
WEEK = statistics.Span(WEDNESDAY - timedelta(days=6), WEDNESDAY, "Asia/Ho_Chi_Minh")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HANOI)


def add_ticket(session: Session, town: Town, number: int, day: date = WEDNESDAY, **more: Any) -> Ticket:
    issued = at(day, 8)
    ticket = Ticket(
        office_id=town.office.id,
        service_id=town.civil.id,
        series="A",
        service_day=day,
        number=number,
        label=f"A{number:03}",
        errand=Errand.SUBMIT,
        language=Language.VI,
        queued_seq=number,
        issued_at=issued,
        ahead_at_issue=0,
        wait_at_issue=0,
        idempotency_key=f"{town.office.id}-{day}-{number}",
        request_digest="0" * 32,
        public_id=uuid.uuid4().hex,
        token_digest=uuid.uuid4().hex,
        **{"state": TicketState.WAITING} | more,
    )
    session.add(ticket)
    session.flush()
    return ticket


def finished(session: Session, town: Town, number: int, when: datetime, **more: Any) -> Dossier:
    return add_dossier(session, town, number, **{"status": DossierStatus.DONE, "finished_at": when} | more)


def dossiers_of(session: Session, town: Town) -> Any:
    return session.query(Dossier).where(Dossier.office_id == town.office.id)


def row_of(answer: TestResponse, chart: str, name: str) -> list[str]:
    """Return the figures that a row of a chart's table shows."""
    section = re.search(rf'<section[^>]*id="{chart}".*?</section>', answer.text, re.DOTALL)
    assert section is not None
    row = re.search(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', section[0], re.DOTALL)
    assert row is not None, section[0]
    return re.findall(r"<td[^>]*>(.*?)</td>", row[1])


def test_a_dossier_counts_on_the_day_it_was_where_the_office_is(two: TwoOffices, session: Session) -> None:
    """Half past midnight in Vietnam is still yesterday in UTC."""
    before = statistics.dossier_days(dossiers_of(session, two.ours), WEEK)
    add_dossier(session, two.ours, 11, received_at=at(WEDNESDAY, 0, 30))
    add_dossier(session, two.ours, 12, received_at=at(TUESDAY, 23, 30))

    after = statistics.dossier_days(dossiers_of(session, two.ours), WEEK)

    assert [row.day for row in after] == WEEK.days
    assert {row.day: row.received - old.received for row, old in zip(after, before, strict=True)} == {
        day: int(day in {TUESDAY, WEDNESDAY}) for day in WEEK.days
    }


def test_what_lies_outside_the_days_does_not_count(two: TwoOffices, session: Session) -> None:
    before = sum(row.received for row in statistics.dossier_days(dossiers_of(session, two.ours), WEEK))
    add_dossier(session, two.ours, 11, received_at=at(WEEK.first, 0))
    add_dossier(session, two.ours, 12, received_at=at(WEEK.first, 0) - timedelta(seconds=1))
    add_dossier(session, two.ours, 13, received_at=at(WEEK.last + timedelta(days=1), 0))

    assert sum(row.received for row in statistics.dossier_days(dossiers_of(session, two.ours), WEEK)) == before + 1


def test_a_promise_is_kept_to_the_moment_it_was_given_for(two: TwoOffices, session: Session) -> None:
    due = at(TUESDAY, 17)
    finished(session, two.ours, 11, due, due_at=due)
    finished(session, two.ours, 12, due + timedelta(seconds=1), due_at=due)
    finished(session, two.ours, 13, at(WEDNESDAY, 9), due_at=None)
    finished(session, two.ours, 14, at(WEDNESDAY, 9), due_at=due, status=DossierStatus.RETURNED)

    (standing,) = statistics.field_standings(dossiers_of(session, two.ours), WEEK)

    assert (standing.in_time, standing.late) == (2, 2)
    assert statistics.share_in_time([standing]) == 0.5


@pytest.mark.parametrize("status", [DossierStatus.REFUSED, DossierStatus.WITHDRAWN, DossierStatus.STOPPED])
def test_what_came_to_no_result_is_neither_in_time_nor_late(
    two: TwoOffices, session: Session, status: DossierStatus
) -> None:
    finished(session, two.ours, 11, at(TUESDAY, 9), status=status)

    assert statistics.field_standings(dossiers_of(session, two.ours), WEEK) == []
    assert sum(row.finished for row in statistics.dossier_days(dossiers_of(session, two.ours), WEEK)) == 0


def test_nothing_finished_is_no_hundred_per_cent() -> None:
    assert statistics.share_in_time([]) is None
    assert statistics.mean_wait([]) is None


def test_a_wait_lasts_from_the_number_to_the_call(two: TwoOffices, session: Session) -> None:
    add_ticket(session, two.ours, 1, called_at=at(WEDNESDAY, 8, 10), state=TicketState.FINISHED)
    add_ticket(session, two.ours, 2, called_at=at(WEDNESDAY, 8, 30), state=TicketState.NO_SHOW)
    add_ticket(session, two.ours, 3)
    add_ticket(session, two.ours, 1, TUESDAY, called_at=at(TUESDAY, 9, 0), state=TicketState.FINISHED)

    rows = statistics.hall_days(session.query(Ticket).where(Ticket.office_id == two.ours.office.id), WEEK)

    wednesday, tuesday = rows[-1], rows[-2]
    assert (wednesday.given, wednesday.served, wednesday.called) == (3, 1, 2)
    assert statistics.mean_wait([wednesday]) == 20 * 60
    # Everybody weighs the same, on busy days and quiet ones.
    assert statistics.mean_wait([tuesday, wednesday]) == pytest.approx((60 + 10 + 30) * 60 / 3)
    assert statistics.mean_wait(rows[:-2]) is None


def test_the_page_shows_the_offices_of_the_person_and_no_other(app: Flask, two: TwoOffices, session: Session) -> None:
    for town, count in ((two.ours, 3), (two.theirs, 5)):
        for number in range(count):
            add_ticket(session, town, number + 1)
            finished(session, town, 20 + number, at(TUESDAY, 9), due_at=at(WEDNESDAY, 9))
    session.commit()
    supervisor, auditor = two.browser(app, "supervisor"), two.browser(app, "auditor")

    own, both = supervisor.get(PAGE), auditor.get(PAGE)
    one = auditor.get(PAGE, query_string={"office": two.theirs.office.id})

    today, yesterday = f"{WEDNESDAY:%d/%m/%Y}", f"{TUESDAY:%d/%m/%Y}"
    assert row_of(own, "visitors", today) == ["3", "0"]
    assert row_of(both, "visitors", today) == ["8", "0"]
    assert row_of(one, "visitors", today) == ["5", "0"]
    assert [row_of(page, "dossiers", yesterday)[1] for page in (own, both, one)] == ["3", "8", "5"]
    ours, theirs = (town.procedure.procedure.field.name for town in (two.ours, two.theirs))
    assert row_of(both, "fields", ours) == ["3", "0"]
    assert row_of(both, "fields", theirs) == ["5", "0"]
    assert theirs not in own.text


@pytest.mark.parametrize("days", [7, 30, 90])
def test_the_page_covers_the_days_asked_for(app: Flask, two: TwoOffices, session: Session, days: int) -> None:
    add_ticket(session, two.ours, 1, WEDNESDAY - timedelta(days=days - 1))
    add_ticket(session, two.ours, 1, WEDNESDAY - timedelta(days=days))
    session.commit()

    answer = two.browser(app, "supervisor").get(PAGE, query_string={"days": days})

    assert row_of(answer, "visitors", f"{WEDNESDAY - timedelta(days=days - 1):%d/%m/%Y}") == ["1", "0"]
    assert f'<th scope="row">{WEDNESDAY - timedelta(days=days):%d/%m/%Y}</th>' not in answer.text


def test_an_empty_week_says_so_instead_of_drawing_nothing(app: Flask, two: TwoOffices) -> None:
    answer = two.browser(app, "supervisor").get(PAGE, query_string={"days": 7})

    assert answer.status_code == 200
    assert "Không có gì trong thời gian này." in answer.text


def test_who_was_called_at_once_waited_nought_minutes_and_not_none(
    app: Flask, two: TwoOffices, session: Session
) -> None:
    add_ticket(session, two.ours, 1, called_at=at(WEDNESDAY, 8), state=TicketState.FINISHED)
    session.commit()

    answer = two.browser(app, "supervisor").get(PAGE)

    assert row_of(answer, "waits", f"{WEDNESDAY:%d/%m/%Y}") == ["0"]
    assert row_of(answer, "waits", f"{TUESDAY:%d/%m/%Y}") == ["–"]


@pytest.mark.parametrize(
    "asked", ["days=8", "days=", "days=7%20", "days=x", "office=999999", "office=x", "from=2020-01-01", "days=-7"]
)
def test_what_the_page_does_not_offer_is_not_found(app: Flask, two: TwoOffices, asked: str) -> None:
    assert two.browser(app, "supervisor").get(f"{PAGE}?{asked}").status_code == 404


def test_another_office_cannot_be_asked_for(app: Flask, two: TwoOffices) -> None:
    answer = two.browser(app, "supervisor").get(PAGE, query_string={"office": two.theirs.office.id})

    assert answer.status_code == 404


@pytest.mark.parametrize("person", ["receiving_officer", "case_officer"])
def test_who_does_not_lead_has_no_statistics(app: Flask, two: TwoOffices, person: str) -> None:
    answer = two.browser(app, person).get(PAGE)

    assert answer.status_code in {302, 403}
    assert "mc-chart" not in answer.text


def test_the_days_are_those_of_the_zone(two: TwoOffices) -> None:
    assert two.ours.office.id
    assert WEEK.starts()[0] == datetime(2026, 11, 25, 17, tzinfo=NINE.tzinfo)
    assert len(WEEK.starts()) == len(WEEK.days) + 1
