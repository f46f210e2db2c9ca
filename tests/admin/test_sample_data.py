"""The trial's made-up dossiers: the same for the same seed, lawful on their way, lying around today."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from motcua.admin.domain.calendar import load_holidays, working_calendar
from motcua.admin.domain.procedure_import import import_procedures
from motcua.admin.domain.tracking import find_by_token, tracking_token
from motcua.admin.enums import DossierStatus
from motcua.admin.models import Dossier, DossierCodeCounter, Office
from motcua.admin.sample.dossiers import add_dossiers
from tests.town import HANOI, add_office, add_user

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SAMPLE = Path(__file__).parents[2] / "admin" / "sample"
KEY = b"sixteen bytes or more"
#: An ordinary Wednesday, at nine.
NOW = datetime(2026, 12, 2, 2, 0, tzinfo=UTC)
LEGAL = {
    (None, 1), (None, 2), (1, 2), (1, 3), (1, 5), (1, 7), (2, 4), (2, 7), (2, 8),
    (4, 5), (4, 6), (4, 7), (4, 8), (4, 9), (9, 10), (2, 2), (4, 4), (5, 5), (6, 6),
}  # fmt: skip


@pytest.fixture
def office(session: Session) -> Office:
    load_holidays(session, SAMPLE / "holidays_2026.csv")
    with (SAMPLE / "procedures.csv").open(encoding="utf-8-sig", newline="") as lines:
        import_procedures(session, lines, effective_from=date(2026, 1, 1))
    return add_office(session)


def fill(session: Session, office: Office, count: int, **facts: Any) -> None:
    add_dossiers(session, office, count, **{"receivers": [], "officers": [], "qr_key": KEY, "now": NOW} | facts)


def dossiers(session: Session) -> list[Dossier]:
    session.expire_all()
    return list(session.scalars(select(Dossier).order_by(Dossier.id).options(selectinload(Dossier.events))))


def test_the_same_seed_makes_the_same_dossiers(session: Session, office: Office) -> None:
    made = []
    for _ in range(2):
        fill(session, office, 30)
        made.append([(one.code, one.applicant_name, one.status, one.due_at) for one in dossiers(session)])
        session.rollback()
        load_holidays(session, SAMPLE / "holidays_2026.csv")
        with (SAMPLE / "procedures.csv").open(encoding="utf-8-sig", newline="") as lines:
            import_procedures(session, lines, effective_from=date(2026, 1, 1))
        office = add_office(session)

    assert made[0] == made[1]


def test_a_second_load_adds_others_and_goes_on_counting(session: Session, office: Office) -> None:
    fill(session, office, 40)
    fill(session, office, 40)

    made = dossiers(session)
    counted = session.scalar(select(func.sum(DossierCodeCounter.last_number)))
    assert len({one.code for one in made}) == len({one.public_id for one in made}) == counted == 80


def test_codes_follow_the_order_of_receipt(session: Session, office: Office) -> None:
    fill(session, office, 200)

    made = dossiers(session)
    assert sorted(made, key=lambda one: one.received_at) == made
    assert [one.code for one in made] == sorted(one.code for one in made)
    assert all(f"-{one.received_at.astimezone(HANOI):%y%m%d}-" in one.code for one in made)


def test_every_way_is_lawful_and_lies_in_the_past(session: Session, office: Office) -> None:
    fill(session, office, 400)

    for one in dossiers(session):
        steps = one.events
        assert {(step.from_status, int(step.to_status)) for step in steps} - LEGAL == set()
        assert [(a, b) for a, b in pairwise(steps) if b.from_status != a.to_status or b.at < a.at] == []
        assert (steps[0].at, steps[-1].to_status) == (one.received_at, one.status)
        assert steps[-1].at <= NOW
        assert (one.finished_at is None, one.returned_at is None) == (
            one.status in {1, 2, 4, 5, 6},
            one.status != DossierStatus.RETURNED,
        )


def test_everything_happens_in_opening_hours(session: Session, office: Office) -> None:
    fill(session, office, 300)
    calendar = working_calendar(session, office)

    moments = [step.at.astimezone(HANOI) for one in dossiers(session) for step in one.events]
    outside = [
        at
        for at in moments
        if not any(opens <= at.time() <= closes for opens, closes in calendar.open_spans(at.date()))
    ]
    assert outside == []


def test_what_is_open_lies_around_today(session: Session, office: Office) -> None:
    """A trial shows every shelf: overdue with and without apology, today, soon, later, without a date."""
    fill(session, office, 1000)

    def shelf(one: Dossier) -> str:
        if one.due_at is None:
            return "none"
        if one.due_at < NOW:
            return "apologised" if one.apology_at else "overdue"
        days = (one.due_at.astimezone(HANOI).date() - NOW.date()).days
        return "today" if days == 0 else "soon" if days <= 3 else "later"

    shelves = Counter(shelf(one) for one in dossiers(session) if one.status in {2, 4, 5, 6})
    assert set(shelves) == {"overdue", "apologised", "today", "soon", "later", "none"}
    assert shelves["overdue"] + shelves["apologised"] < shelves.total() / 4
    assert min(shelves.values()) >= 5


def test_the_finished_are_mostly_in_time(session: Session, office: Office) -> None:
    fill(session, office, 1000)

    finished = [one for one in dossiers(session) if one.finished_at and one.original_due_at]
    late = [one for one in finished if one.finished_at > one.original_due_at]
    assert 0.02 < len(late) / len(finished) < 0.12
    assert {one.apology_at is not None for one in late} == {True, False}


def test_a_new_date_is_an_event_and_the_first_date_stays(session: Session, office: Office) -> None:
    fill(session, office, 1000)

    moved = [one for one in dossiers(session) if one.due_at != one.original_due_at]
    assert moved != []
    assert [(one.events[-1].due_from, one.events[-1].due_to) for one in moved] == [
        (one.original_due_at, one.due_at) for one in moved
    ]


def test_work_is_spread_over_the_officers(session: Session, office: Office) -> None:
    people = [add_user(session, name, name, "Nguyễn").id for name in ("lan", "minh", "ha")]
    fill(session, office, 120, receivers=people[:1], officers=people[1:])

    made = dossiers(session)
    assert {one.received_by_id for one in made} == {people[0]}
    assert {one.assigned_to_id for one in made if one.status in {4, 5, 6, 8, 9, 10}} == set(people[1:])
    assert {one.assigned_to_id for one in made if one.status in {1, 2, 3}} == {None}


def test_a_made_up_dossier_can_be_followed(session: Session, office: Office) -> None:
    fill(session, office, 3)
    first = dossiers(session)[0]

    assert find_by_token(session, tracking_token(KEY, first.public_id, 1)) is first


@pytest.mark.parametrize("hours", [-3, 3, 12, 24 * 3])
def test_it_works_at_any_hour_of_any_day(session: Session, office: Office, hours: int) -> None:
    now = NOW + timedelta(hours=hours)
    told: list[int] = []

    fill(session, office, 60, now=now, on_progress=told.append)

    assert told == [60]
    assert max(step.at for one in dossiers(session) for step in one.events) <= now
