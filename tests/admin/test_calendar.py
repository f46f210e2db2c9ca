"""When an office works: weekly hours, public holidays, announcements, and its own days."""

from __future__ import annotations

import csv
from datetime import date, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from motcua.admin.domain.calendar import NoWorkingDayError, WorkingCalendar, load_holidays, working_calendar
from motcua.admin.enums import HolidayKind
from motcua.admin.models import CalendarYear, Holiday, OfficeHours
from tests.town import AFTERNOON, HANOI, MORNING, add_office

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

SAMPLE = Path(__file__).parents[2] / "admin" / "sample" / "holidays_2026.csv"
WEEK = dict.fromkeys(range(5), (MORNING, AFTERNOON))


def calendar(announced: dict[date, HolidayKind] | None = None, **changes: object) -> WorkingCalendar:
    facts = {"zone": HANOI, "week": WEEK, "announced": announced or {}, "known_years": frozenset({2026})}
    return WorkingCalendar(**(facts | changes))  # type: ignore[arg-type]


def announced_2026() -> dict[date, HolidayKind]:
    with SAMPLE.open(encoding="utf-8") as file:
        return {date.fromisoformat(row["day"]): HolidayKind(row["kind"]) for row in csv.DictReader(file)}


def weekdays_off(days: WorkingCalendar, year: int) -> list[str]:
    every = (date(year, 1, 1) + timedelta(days=offset) for offset in range(365))
    return [f"{day:%d/%m}" for day in every if day.weekday() < 5 and not days.is_working_day(day)]


def weekend_days_worked(days: WorkingCalendar, year: int) -> list[str]:
    every = (date(year, 1, 1) + timedelta(days=offset) for offset in range(365))
    return [f"{day:%d/%m}" for day in every if day.weekday() >= 5 and days.is_working_day(day)]


def test_the_days_off_of_2026_are_those_that_were_announced() -> None:
    days = calendar(announced_2026())

    tet = ["16/02", "17/02", "18/02", "19/02", "20/02"]
    rest = ["27/04", "30/04", "01/05", "31/08", "01/09", "02/09", "24/11"]
    assert weekdays_off(days, 2026) == ["01/01", "02/01", *tet, *rest]
    assert weekend_days_worked(days, 2026) == ["10/01", "22/08"]


def test_the_days_off_of_2025_are_those_that_were_announced() -> None:
    days = calendar()

    tet = ["27/01", "28/01", "29/01", "30/01", "31/01"]
    rest = ["07/04", "30/04", "01/05", "02/05", "01/09", "02/09"]
    assert weekdays_off(days, 2025) == ["01/01", *tet, *rest]
    assert weekend_days_worked(days, 2025) == ["26/04"]


@pytest.mark.parametrize(
    "first_day", [date(2025, 1, 29), date(2026, 2, 17), date(2027, 2, 6), date(2028, 1, 26), date(2029, 2, 13)]
)
def test_nobody_works_on_the_first_days_of_the_lunar_year(first_day: date) -> None:
    week = dict.fromkeys(range(7), (MORNING,))

    assert [calendar(week=week).is_working_day(first_day + timedelta(days=day)) for day in range(-1, 3)] == [False] * 4


def test_a_working_saturday_has_the_hours_of_an_ordinary_day() -> None:
    assert calendar(announced_2026()).open_spans(date(2026, 8, 22)) == (MORNING, AFTERNOON)


def test_a_working_saturday_of_an_office_open_on_saturdays_has_its_saturday_hours() -> None:
    days = calendar(announced_2026(), week=WEEK | {5: (MORNING,)})

    assert days.open_spans(date(2026, 8, 22)) == (MORNING,)


def test_an_announcement_outweighs_the_public_holidays() -> None:
    days = calendar({date(2026, 9, 2): HolidayKind.WORKING_DAY, date(2026, 9, 3): HolidayKind.OFF})

    assert [days.is_working_day(date(2026, 9, day)) for day in (1, 2, 3, 4)] == [False, True, False, True]


def test_working_days_are_added_over_weekend_and_holiday() -> None:
    days = calendar(announced_2026())

    assert days.add_working_days(date(2026, 8, 28), 1) == date(2026, 9, 3)
    assert days.add_working_days(date(2026, 8, 21), 1) == date(2026, 8, 22)
    assert days.add_working_days(date(2026, 2, 13), 1) == date(2026, 2, 23)
    assert days.add_working_days(date(2026, 11, 23), 0) == date(2026, 11, 23)


def test_working_days_between_counts_both_ways() -> None:
    days = calendar(announced_2026())

    assert days.working_days_between(date(2026, 11, 23), date(2026, 11, 25)) == 1
    assert days.working_days_between(date(2026, 11, 25), date(2026, 11, 23)) == -1
    assert days.working_days_between(date(2026, 11, 25), date(2026, 11, 25)) == 0


@pytest.mark.parametrize("announced", [{}, {date(2026, 12, 5): HolidayKind.WORKING_DAY}])
def test_an_office_that_never_opens_has_no_working_day(announced: dict[date, HolidayKind]) -> None:
    never = calendar(announced, week={})

    assert never.is_working_day(date(2026, 12, 5)) is False
    with pytest.raises(NoWorkingDayError):
        never.working_day_from(date(2026, 12, 2))


def test_the_calendar_of_an_office_is_read_from_its_rows(session: Session) -> None:
    ours, other = add_office(session), add_office(session, "tan-viet")
    session.add_all(
        [
            Holiday(day=date(2026, 12, 3), kind=HolidayKind.OFF, name="Nghỉ toàn quốc"),
            Holiday(day=date(2026, 12, 3), kind=HolidayKind.WORKING_DAY, name="Vẫn làm", office=ours),
            Holiday(day=date(2026, 12, 4), kind=HolidayKind.OFF, name="Mất điện", office=other),
            CalendarYear(year=2026, is_announced=True),
            CalendarYear(year=2027, is_announced=False),
        ]
    )
    session.flush()

    found = working_calendar(session, ours)

    assert (found.zone, found.open_spans(date(2026, 12, 2))) == (ZoneInfo("Asia/Ho_Chi_Minh"), (MORNING, AFTERNOON))
    assert [found.is_working_day(date(2026, 12, day)) for day in (3, 4, 5)] == [True, True, False]
    assert [found.is_known(date(year, 1, 4)) for year in (2026, 2027, 2028)] == [True, False, False]
    assert working_calendar(session, other).is_working_day(date(2026, 12, 3)) is False


def test_overlapping_hours_count_once(session: Session) -> None:
    office = add_office(session)
    office.hours += [
        OfficeHours(weekday=6, opens_at=time(7), closes_at=time(12)),
        OfficeHours(weekday=6, opens_at=time(11), closes_at=time(11, 30)),
        OfficeHours(weekday=6, opens_at=time(12), closes_at=time(17)),
    ]
    session.flush()

    found = working_calendar(session, office)

    assert found.open_spans(date(2026, 12, 6)) == ((time(7), time(17)),)
    assert found.ordinary_day == timedelta(hours=10)


def test_the_sample_announcements_are_recorded_once(session: Session) -> None:
    load_holidays(session, SAMPLE)
    load_holidays(session, SAMPLE)

    rows = session.scalars(select(Holiday).order_by(Holiday.day)).all()
    assert {row.day: row.kind for row in rows} == announced_2026()
    assert len(rows) == 5
    assert [(year.year, year.is_announced) for year in session.scalars(select(CalendarYear))] == [(2026, True)]
