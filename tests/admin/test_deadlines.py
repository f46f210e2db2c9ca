"""When a result is due: every unit, every edge of the day, and what must hold for any calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from motcua.admin.domain.calendar import NoWorkingDayError, WorkingCalendar
from motcua.admin.domain.deadlines import DueDate, due_date
from motcua.admin.enums import DurationUnit, HolidayKind
from motcua.admin.models import ProcedureVersion
from tests.admin.test_calendar import AFTERNOON, HANOI, MORNING, WEEK, announced_2026, calendar

DAYS = calendar(announced_2026())
U = DurationUnit


def accepted(text: str) -> datetime:
    """Read "02/12 09:00" of 2026 in the office's zone, as the UTC instant the record keeps."""
    return datetime.strptime(f"2026/{text}", "%Y/%d/%m %H:%M").replace(tzinfo=HANOI).astimezone(UTC)


def promised(unit: DurationUnit, amount: float | None, at: str, days: WorkingCalendar = DAYS, **facts: object) -> str:
    due = due_date(days, ProcedureVersion(duration_unit=unit, duration_amount=amount, **facts), accepted(at))
    assert due.at is not None
    return f"{due.at:%d/%m %H:%M}"


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("02/12 09:00", "07/12 09:00"),  # Wednesday; the weekend does not count
        ("02/12 06:00", "07/12 07:00"),  # before opening
        ("02/12 11:30", "07/12 13:30"),  # closing for lunch counts as afternoon
        ("02/12 12:15", "07/12 13:30"),  # at lunch
        ("02/12 17:00", "08/12 07:00"),  # at closing: taken in at the next opening
        ("02/12 23:59", "08/12 07:00"),
        ("05/12 10:00", "10/12 07:00"),  # Saturday
        ("23/11 10:00", "27/11 10:00"),  # the new holiday of 24 November lies between
        ("20/08 10:00", "24/08 10:00"),  # Saturday 22 August is worked
        ("28/08 10:00", "07/09 10:00"),  # Monday to Wednesday off for National Day
        ("12/02 16:00", "24/02 16:00"),  # over Tết
    ],
)
def test_three_working_days(at: str, due: str) -> None:
    assert promised(U.WORKING_DAYS, 3, at) == due


def test_the_due_time_is_closing_where_the_last_day_is_shorter() -> None:
    days = calendar(week=WEEK | {5: (MORNING,)})

    assert promised(U.WORKING_DAYS, 1, "04/12 16:00", days) == "05/12 11:30"


def test_the_due_time_is_opening_where_the_last_day_starts_later() -> None:
    days = calendar(week=WEEK | {3: ((time(8), time(11)), (time(14), time(16)))})

    assert promised(U.WORKING_DAYS, 1, "02/12 07:00", days) == "03/12 08:00"
    assert promised(U.WORKING_DAYS, 1, "02/12 11:15", days) == "03/12 14:00"


@pytest.mark.parametrize(
    ("amount", "at", "due"),
    [
        (0.5, "02/12 07:00", "02/12 11:00"),  # four of the eight hours of the day
        (0.5, "02/12 16:00", "03/12 10:00"),
        (1.5, "04/12 07:00", "07/12 11:00"),
    ],
)
def test_half_days_are_half_of_the_offices_own_day(amount: float, at: str, due: str) -> None:
    assert promised(U.WORKING_DAYS, amount, at) == due


@pytest.mark.parametrize(
    ("at", "due"),
    [
        ("02/12 07:00", "02/12 17:00"),
        ("02/12 12:00", "02/12 17:00"),
        ("02/12 14:59", "02/12 17:00"),
        ("02/12 15:00", "03/12 17:00"),  # fifteen exactly is too late
        ("02/12 18:00", "03/12 17:00"),  # taken in at the next opening, so due that day
        ("04/12 15:00", "07/12 17:00"),
        ("05/12 09:00", "07/12 17:00"),
        ("23/11 15:30", "25/11 17:00"),
        ("21/08 15:00", "22/08 17:00"),  # the working Saturday
    ],
)
def test_the_same_day_or_the_next_after_fifteen_hours(at: str, due: str) -> None:
    assert promised(U.SAME_DAY, None, at) == due


def test_a_published_cut_off_outweighs_fifteen_hours() -> None:
    assert promised(U.SAME_DAY, None, "02/12 10:00", same_day_cutoff=time(10)) == "03/12 17:00"
    assert promised(U.SAME_DAY, None, "02/12 15:30", same_day_cutoff=time(16)) == "02/12 17:00"


@pytest.mark.parametrize(
    ("amount", "at", "due"),
    [
        (4, "02/12 09:00", "02/12 15:00"),  # 2.5 hours before lunch, 1.5 after
        (2.5, "02/12 09:00", "02/12 11:30"),
        (8, "02/12 09:00", "03/12 09:00"),
        (24, "03/12 16:00", "08/12 16:00"),  # three days of eight hours, a weekend between
        (4, "02/12 20:00", "03/12 11:00"),
        (1, "02/12 11:15", "02/12 14:15"),
    ],
)
def test_hours_consume_opening_time_only(amount: float, at: str, due: str) -> None:
    assert promised(U.WORKING_HOURS, amount, at) == due


@pytest.mark.parametrize(
    ("amount", "at", "due"),
    [
        (15, "02/12 09:00", "17/12 17:00"),
        (3, "02/12 09:00", "07/12 17:00"),  # Saturday moves to Monday
        (1, "23/11 09:00", "25/11 17:00"),  # the holiday moves too
        (1, "21/08 09:00", "22/08 17:00"),
        (15, "05/12 09:00", "22/12 17:00"),  # Saturday's dossier counts from Monday
    ],
)
def test_calendar_days_run_on_and_end_on_a_working_day(amount: float, at: str, due: str) -> None:
    assert promised(U.CALENDAR_DAYS, amount, at) == due


@pytest.mark.parametrize("unit", [U.WORKING_DAYS, U.WORKING_HOURS, U.CALENDAR_DAYS, U.UNSPECIFIED])
def test_without_a_published_time_nothing_is_promised(unit: DurationUnit) -> None:
    version = ProcedureVersion(duration_unit=unit, duration_amount=None)

    assert due_date(DAYS, version, accepted("02/12 09:00")) == DueDate(at=None, is_provisional=False)


@pytest.mark.parametrize(
    ("at", "is_provisional"), [("28/12 09:00", False), ("29/12 16:00", False), ("30/12 09:00", True)]
)
def test_a_date_in_a_year_not_announced_is_provisional(at: str, *, is_provisional: bool) -> None:
    version = ProcedureVersion(duration_unit=U.WORKING_DAYS, duration_amount=2)

    assert due_date(DAYS, version, accepted(at)).is_provisional is is_provisional


def test_a_way_through_a_year_not_announced_is_provisional_too() -> None:
    days = calendar(known_years=frozenset({2027}))
    version = ProcedureVersion(duration_unit=U.WORKING_DAYS, duration_amount=5)

    assert due_date(days, version, accepted("30/12 09:00")).is_provisional is True


@pytest.mark.parametrize("unit", [U.SAME_DAY, U.WORKING_DAYS, U.WORKING_HOURS, U.CALENDAR_DAYS])
def test_an_office_without_hours_promises_nothing_and_the_search_ends(unit: DurationUnit) -> None:
    version = ProcedureVersion(duration_unit=unit, duration_amount=1)

    with pytest.raises(NoWorkingDayError):
        due_date(calendar(week={}), version, accepted("02/12 09:00"))


def test_the_instant_counts_and_not_the_zone_it_came_in() -> None:
    version = ProcedureVersion(duration_unit=U.WORKING_DAYS, duration_amount=1)
    instant = datetime(2026, 12, 2, 23, 30, tzinfo=UTC)  # Thursday 06:30 in Hanoi

    due = due_date(DAYS, version, instant)

    assert due.at is not None
    assert due.at.isoformat() == "2026-12-04T07:00:00+07:00"


# What must hold for any calendar.

SPANS = st.sampled_from(
    [
        (MORNING, AFTERNOON),
        (MORNING,),
        ((time(7, 30), time(11, 30)), (time(13), time(16, 30))),
        ((time(8), time(20)),),
        ((time(6), time(6, 1)), (time(9), time(9, 30)), (time(18), time(23, 59))),
    ]
)
CALENDARS = st.builds(
    WorkingCalendar,
    zone=st.just(HANOI),
    week=st.dictionaries(st.integers(0, 6), SPANS, min_size=1),
    announced=st.dictionaries(
        st.dates(date(2026, 11, 1), date(2027, 1, 31)), st.sampled_from(HolidayKind), max_size=25
    ),
    known_years=st.just(frozenset({2026})),
)
VERSIONS = st.builds(
    ProcedureVersion,
    duration_unit=st.sampled_from([U.SAME_DAY, U.WORKING_DAYS, U.WORKING_HOURS, U.CALENDAR_DAYS]),
    duration_amount=st.sampled_from([0.5, 1, 1.5, 2, 3, 7, 10, 15, 40]),
    same_day_cutoff=st.sampled_from([None, time(15), time(10)]),
)
MOMENTS = st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 31)).map(  # noqa: DTZ001 - the zone follows
    lambda moment: moment.replace(tzinfo=HANOI)
)


def due_at(days: WorkingCalendar, version: ProcedureVersion, moment: datetime) -> datetime:
    at = due_date(days, version, moment).at
    assert at is not None
    return at


@settings(max_examples=300, deadline=None)
@given(days=CALENDARS, version=VERSIONS, moment=MOMENTS)
def test_a_result_is_due_after_acceptance_and_while_the_office_is_open(
    days: WorkingCalendar, version: ProcedureVersion, moment: datetime
) -> None:
    due = due_at(days, version, moment)

    assert due >= moment
    assert [span for span in days.open_spans(due.date()) if span[0] <= due.time() <= span[1]] != []


@settings(max_examples=300, deadline=None)
@given(days=CALENDARS, version=VERSIONS, moments=st.lists(MOMENTS, min_size=2, max_size=6))
def test_who_comes_later_is_never_promised_an_earlier_result(
    days: WorkingCalendar, version: ProcedureVersion, moments: list[datetime]
) -> None:
    promises = [due_at(days, version, moment) for moment in sorted(moments)]

    assert [(earlier, later) for earlier, later in pairwise(promises) if later < earlier] == []


@settings(max_examples=200, deadline=None)
@given(days=CALENDARS, moment=MOMENTS, hours=st.integers(1, 200))
def test_hours_of_work_add_up_to_what_was_promised(days: WorkingCalendar, moment: datetime, hours: int) -> None:
    """Count the open minutes between acceptance and due date one by one, the slow way."""
    version = ProcedureVersion(duration_unit=U.WORKING_HOURS, duration_amount=hours)
    moment = moment.replace(second=0, microsecond=0)
    due = due_at(days, version, moment)

    minutes, day = 0, moment.date()
    while day <= due.date():
        for opens, closes in days.open_spans(day):
            begins = max(moment, datetime.combine(day, opens, tzinfo=HANOI))
            ends = min(due, datetime.combine(day, closes, tzinfo=HANOI))
            minutes += max(0, round((ends - begins).total_seconds() / 60))
        day += timedelta(days=1)
    assert minutes == hours * 60
