"""When an office works: its weekly hours, the holidays of Vietnam, and what was announced besides.

Public holidays, and the Saturdays worked in exchange for one, come from the
``holidays`` library as a starting point; the
yearly announcements of the Prime Minister (days swapped, working Saturdays)
and an office's own days are rows that outweigh it. A year counts as known
once somebody has recorded its announcement.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import or_, select

from motcua.admin.enums import HolidayKind
from motcua.admin.models import CalendarYear, Holiday, OfficeHours

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from motcua.admin.models import Office

Span = tuple[time, time]
# Longer than any run of holidays: who finds no working day by then has a calendar without one.
_LONGEST_PAUSE = timedelta(days=400)


class NoWorkingDayError(ValueError):
    """The calendar has no working day within a year: nobody could keep a due date."""


@dataclass(frozen=True)
class WorkingCalendar:
    """The hours of one office on every day."""

    zone: ZoneInfo
    #: Opening spans by weekday (0 is Monday), in order.
    week: Mapping[int, tuple[Span, ...]]
    #: What was announced for a day; outweighs week and public holidays.
    announced: Mapping[date, HolidayKind]
    known_years: frozenset[int]

    def open_spans(self, day: date) -> tuple[Span, ...]:
        """Return the opening spans of a day, in order; none on a day off.

        A working Saturday has the hours of the first weekday that has any.
        """
        if not self.is_working_day(day):
            return ()
        return self.week.get(day.weekday()) or self.week[min(self.week)]

    def is_working_day(self, day: date) -> bool:
        """Tell whether the office works on a day."""
        kind = self.announced.get(day)
        if kind is not None:
            return kind == HolidayKind.WORKING_DAY and bool(self.week)
        if day in _make_up_days(day.year):
            return bool(self.week)
        return day.weekday() in self.week and day not in _public_holidays(day.year)

    def is_known(self, day: date) -> bool:
        """Tell whether the holidays of the day's year have been announced."""
        return day.year in self.known_years

    @property
    def ordinary_day(self) -> timedelta:
        """How long the office is open on its longest day of the week: what "a day" of work means there."""
        return max((_length(spans) for spans in self.week.values()), default=timedelta())

    def working_day_from(self, day: date) -> date:
        """Return the day itself, or the next working day. Raises NoWorkingDayError."""
        last = day + _LONGEST_PAUSE
        while not self.is_working_day(day):
            day += timedelta(days=1)
            if day > last:
                raise NoWorkingDayError
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """Return the working day ``count`` after ``day``; the day itself is not counted."""
        for _ in range(count):
            day = self.working_day_from(day + timedelta(days=1))
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """Count the working days after ``first`` up to and including ``last``; negative the other way round."""
        if last < first:
            return -self.working_days_between(last, first)
        days = (first + timedelta(days=offset) for offset in range(1, (last - first).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def moment(self, day: date, at: time) -> datetime:
        """Return the instant of a local time."""
        return datetime.combine(day, at, tzinfo=self.zone)


def working_calendar(session: Session, office: Office) -> WorkingCalendar:
    """Return the office's calendar: its hours, national announcements, its own days on top."""
    return working_calendars(session, [office])[office.id]


def working_calendars(session: Session, offices: Collection[Office]) -> dict[int, WorkingCalendar]:
    """Return the calendars of several offices by their ids, as quickly as that of one."""
    ids = [office.id for office in offices]
    weeks: dict[int, dict[int, tuple[Span, ...]]] = {number: {} for number in ids}
    hours = select(OfficeHours).where(OfficeHours.office_id.in_(ids)).order_by(OfficeHours.opens_at)
    for row in session.scalars(hours):
        week = weeks[row.office_id]
        week[row.weekday] = (*week.get(row.weekday, ()), (row.opens_at, row.closes_at))
    national: dict[date, HolidayKind] = {}
    own: dict[int, dict[date, HolidayKind]] = {number: {} for number in ids}
    for day in session.scalars(select(Holiday).where(or_(Holiday.office_id.is_(None), Holiday.office_id.in_(ids)))):
        (national if day.office_id is None else own[day.office_id])[day.day] = day.kind
    known = frozenset(session.scalars(select(CalendarYear.year).where(CalendarYear.is_announced.is_(True))))
    return {
        office.id: WorkingCalendar(
            zone=ZoneInfo(office.time_zone),
            week={weekday: _joined(spans) for weekday, spans in weeks[office.id].items()},
            announced=national | own[office.id],  # the office's own days outweigh
            known_years=known,
        )
        for office in offices
    }


def _joined(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Join spans that overlap or touch, so that no minute counts twice."""
    joined: list[Span] = []
    for opens, closes in spans:
        if joined and opens <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], closes))
        else:
            joined.append((opens, closes))
    return tuple(joined)


def _length(spans: tuple[Span, ...]) -> timedelta:
    midnight = date.min
    return sum(
        (datetime.combine(midnight, closes) - datetime.combine(midnight, opens) for opens, closes in spans), timedelta()
    )


def load_holidays(session: Session, path: Path) -> None:
    """Record the announcements of a CSV file (day, kind, name, source_document) and that their years are known.

    Days already recorded stay as they are.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    known = set(session.scalars(select(Holiday.day).where(Holiday.office_id.is_(None))))
    for row in rows:
        day = date.fromisoformat(row["day"])
        if day not in known:
            session.add(
                Holiday(
                    day=day, kind=HolidayKind(row["kind"]), name=row["name"], source_document=row["source_document"]
                )
            )
    for year in {date.fromisoformat(row["day"]).year for row in rows}:
        if session.get(CalendarYear, year) is None:
            session.add(CalendarYear(year=year, is_announced=True))
    session.flush()


@cache
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("VN", years=year))


@cache
def _make_up_days(year: int) -> frozenset[date]:
    """Return the weekend days worked in exchange for a day off, as far as the library knows them."""
    return frozenset(holidays.country_holidays("VN", years=year).weekend_workdays)
