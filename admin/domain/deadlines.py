"""When a result is due: published time counted over the office's working time.

The clock starts when the dossier is accepted as complete (NĐ 309/2026 Đ.8(3)).
The day of acceptance is not counted; what comes in after closing or on a day
off counts as taken in at the next opening. Who hands in later is never
promised an earlier result.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from motcua.admin.enums import DurationUnit

if TYPE_CHECKING:
    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import ProcedureVersion

#: 15:00 exactly is already too late for the same day (NĐ 23/2015 Đ.7; NĐ 309/2026 Đ.9).
SAME_DAY_CUTOFF = time(15, 0)


@dataclass(frozen=True, slots=True)
class DueDate:
    """The instant by which the result is promised; None when no time is published."""

    at: datetime | None
    #: It falls in a year whose holidays have not been announced.
    is_provisional: bool = False


def due_date(calendar: WorkingCalendar, version: ProcedureVersion, accepted_at: datetime) -> DueDate:
    """Return when a dossier accepted at a moment is due under a procedure version.

    Working days end at the clock time of acceptance, as receipts print hour
    and minute; same-day work and calendar days end at closing. Raises
    NoWorkingDayError when the office never opens.
    """
    amount = version.duration_amount
    unit = version.duration_unit
    if unit == DurationUnit.UNSPECIFIED or (amount is None and unit != DurationUnit.SAME_DAY):
        return DueDate(at=None)
    start = _counted_from(calendar, accepted_at.astimezone(calendar.zone))
    if unit == DurationUnit.SAME_DAY:
        at = _same_day(calendar, start, version.same_day_cutoff or SAME_DAY_CUTOFF)
    elif unit == DurationUnit.WORKING_HOURS:
        at = after_open_time(calendar, start, timedelta(hours=float(amount or 0)))
    elif unit == DurationUnit.WORKING_DAYS:
        at = _after_working_days(calendar, start, float(amount or 0))
    else:
        day = calendar.working_day_from(start.date() + timedelta(days=math.ceil(amount or 0)))
        at = calendar.moment(day, closing_of(calendar, day))
    years = range(start.year, at.year + 1)
    return DueDate(at=at, is_provisional=not all(calendar.is_known(date(year, 1, 1)) for year in years))


def _counted_from(calendar: WorkingCalendar, accepted: datetime) -> datetime:
    """Return the open moment at which the clock starts."""
    day = calendar.working_day_from(accepted.date())
    while True:
        for opens, closes in calendar.open_spans(day):
            if day > accepted.date() or accepted.time() <= opens:
                return calendar.moment(day, opens)
            if accepted.time() < closes:
                return accepted
        day = calendar.add_working_days(day, 1)


def _same_day(calendar: WorkingCalendar, start: datetime, cutoff: time) -> datetime:
    day = start.date() if start.time() < cutoff else calendar.add_working_days(start.date(), 1)
    return calendar.moment(day, closing_of(calendar, day))


def _after_working_days(calendar: WorkingCalendar, start: datetime, amount: float) -> datetime:
    whole = int(amount)
    day = calendar.add_working_days(start.date(), whole)
    at = calendar.moment(day, within_hours(calendar, day, start.time()))
    if amount > whole:  # half a day is half of that office's own day, whatever its hours
        return after_open_time(calendar, at, calendar.ordinary_day * (amount - whole))
    return at


def after_open_time(calendar: WorkingCalendar, start: datetime, left: timedelta) -> datetime:
    """Consume opening time only: no lunch, no night, no day off."""
    day, at = start.date(), start
    while True:
        for opens, closes in calendar.open_spans(day):
            begins = max(at, calendar.moment(day, opens))
            ends = calendar.moment(day, closes)
            if begins >= ends:
                continue
            if begins + left <= ends:
                return begins + left
            left -= ends - begins
        day = calendar.add_working_days(day, 1)
        at = calendar.moment(day, time())


def closing_of(calendar: WorkingCalendar, day: date) -> time:
    """Return when the office closes on a working day."""
    return calendar.open_spans(day)[-1][1]


def within_hours(calendar: WorkingCalendar, day: date, at: time) -> time:
    """Return the clock time if the office is open then, otherwise the next opening, or closing at the end."""
    for opens, closes in calendar.open_spans(day):
        if at <= closes:
            return max(at, opens)
    return closing_of(calendar, day)
