"""What asking the citizen for more papers does to the due date.

Published procedures know four effects, and no single rule covers them:
the full time counts anew, the waiting is left out, it is left out and some
days are added, or nothing changes. Which one holds is a field of the
procedure; where it is not decided, the officer has to choose, and what was
chosen stays with the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from motcua.admin.domain.deadlines import DueDate, after_open_time, closing_of, due_date, within_hours
from motcua.admin.enums import DurationUnit, SupplementPolicy
from motcua.admin.errors import SupplementPolicyUnsetError

if TYPE_CHECKING:
    from motcua.admin.domain.calendar import WorkingCalendar
    from motcua.admin.models import Dossier, ProcedureVersion

# The record's own language is Vietnamese: these stand in the history beside the officers' words.
_WHY = {
    SupplementPolicy.RESTART: "Tính lại toàn bộ thời hạn từ khi hồ sơ bổ sung đầy đủ.",
    SupplementPolicy.PAUSE: "Không tính thời gian chờ bổ sung vào thời hạn.",
    SupplementPolicy.RESUME_PLUS: "Không tính thời gian chờ bổ sung và cộng thêm {days} ngày làm việc.",
    SupplementPolicy.NONE: "Thời hạn không thay đổi.",
}
PAYMENT_WAITED = "Không tính thời gian chờ thực hiện nghĩa vụ tài chính vào thời hạn."


@dataclass(frozen=True, slots=True)
class SupplementEffect:
    """How a request for more papers counts."""

    policy: SupplementPolicy
    #: Working days that RESUME_PLUS adds.
    extra_days: int | None = None

    @property
    def is_decided(self) -> bool:
        """Whether a due date can be computed from it."""
        if self.policy == SupplementPolicy.RESUME_PLUS:
            return self.extra_days is not None
        return self.policy != SupplementPolicy.UNSET

    @property
    def why(self) -> str:
        """What stands in the history beside the new date."""
        return _WHY[self.policy].format(days=self.extra_days)


def decided_effect(dossier: Dossier, chosen: SupplementEffect | None) -> SupplementEffect:
    """Return the effect a request for more papers will have: the officer's choice, else the procedure's.

    Raises SupplementPolicyUnsetError when neither says enough.
    """
    version = dossier.procedure_version
    effect = chosen or SupplementEffect(version.supplement_policy, version.supplement_extra_days)
    if not effect.is_decided:
        raise SupplementPolicyUnsetError(dossier=dossier.code)
    return effect


def due_after_supplement(
    calendar: WorkingCalendar,
    version: ProcedureVersion,
    effect: SupplementEffect,
    *,
    due: DueDate,
    asked_at: datetime,
    answered_at: datetime,
) -> DueDate:
    """Return when the result is due once the papers asked for have come in."""
    if due.at is None or effect.policy == SupplementPolicy.NONE:
        return due
    if effect.policy == SupplementPolicy.RESTART:
        return due_date(calendar, version, answered_at)
    resumed = due_after_pause(calendar, version, due=due, asked_at=asked_at, answered_at=answered_at)
    if effect.policy == SupplementPolicy.RESUME_PLUS:
        return _days_later(calendar, resumed, effect.extra_days or 0)
    return resumed


def due_after_pause(
    calendar: WorkingCalendar, version: ProcedureVersion, *, due: DueDate, asked_at: datetime, answered_at: datetime
) -> DueDate:
    """Return the due date when the time from asking to answer is left out.

    It is left out in the unit in which the procedure counts: open hours,
    calendar days, or working days. Work promised for the same day is due on
    the day on which everything is there.
    """
    if due.at is None:
        return due
    asked, answered = asked_at.astimezone(calendar.zone), answered_at.astimezone(calendar.zone)
    if version.duration_unit == DurationUnit.SAME_DAY:
        anew = due_date(calendar, version, answered_at)
        return anew if anew.at is not None and anew.at > due.at else due
    if version.duration_unit == DurationUnit.WORKING_HOURS:
        at = after_open_time(calendar, due.at.astimezone(calendar.zone), open_time_between(calendar, asked, answered))
        return _moved(calendar, due, at)
    if version.duration_unit == DurationUnit.CALENDAR_DAYS:
        day = due.at.astimezone(calendar.zone).date() + (answered.date() - asked.date())
        day = calendar.working_day_from(day)
        return _moved(calendar, due, calendar.moment(day, closing_of(calendar, day)))
    return _days_later(calendar, due, calendar.working_days_between(asked.date(), answered.date()))


def open_time_between(calendar: WorkingCalendar, first: datetime, last: datetime) -> timedelta:
    """Return how long the office was open between two moments."""
    total, day = timedelta(), first.date()
    while day <= last.date():
        for opens, closes in calendar.open_spans(day):
            begins, ends = max(first, calendar.moment(day, opens)), min(last, calendar.moment(day, closes))
            total += max(ends - begins, timedelta())
        day += timedelta(days=1)
    return total


def _days_later(calendar: WorkingCalendar, due: DueDate, days: int) -> DueDate:
    if due.at is None or days == 0:
        return due
    local = due.at.astimezone(calendar.zone)
    day = calendar.add_working_days(local.date(), days)
    return _moved(calendar, due, calendar.moment(day, within_hours(calendar, day, local.time())))


def _moved(calendar: WorkingCalendar, due: DueDate, at: datetime) -> DueDate:
    return DueDate(at=at, is_provisional=due.is_provisional or not calendar.is_known(at.date()))
