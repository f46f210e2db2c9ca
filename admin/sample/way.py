"""The way of a made-up dossier: its steps, when each was taken, and how late it became."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from motcua.admin.enums import DossierStatus
from motcua.admin.enums import DossierStatus as S

if TYPE_CHECKING:
    from random import Random

    from motcua.admin.domain.calendar import WorkingCalendar

#: Not finished: somebody is still waiting for the result.
OPEN = frozenset({S.REGISTERED, S.RECEIVED, S.PROCESSING, S.SUPPLEMENT, S.AWAITING_PAYMENT})
_AT_THE_DESK = frozenset({S.REGISTERED, S.RECEIVED, S.REFUSED, S.WITHDRAWN, S.RETURNED})
_PATHS = {
    S.REGISTERED: (S.REGISTERED,),
    S.RECEIVED: (S.RECEIVED,),
    S.REFUSED: (S.REGISTERED, S.REFUSED),
    S.PROCESSING: (S.RECEIVED, S.PROCESSING),
    S.SUPPLEMENT: (S.RECEIVED, S.PROCESSING, S.SUPPLEMENT),
    S.AWAITING_PAYMENT: (S.RECEIVED, S.PROCESSING, S.AWAITING_PAYMENT),
    S.WITHDRAWN: (S.RECEIVED, S.WITHDRAWN),
    S.STOPPED: (S.RECEIVED, S.PROCESSING, S.STOPPED),
    S.DONE: (S.RECEIVED, S.PROCESSING, S.DONE),
    S.RETURNED: (S.RECEIVED, S.PROCESSING, S.DONE, S.RETURNED),
}
_REASONS = {
    S.REFUSED: ("Không thuộc thẩm quyền giải quyết của cấp xã", "Hồ sơ nộp nhầm thủ tục"),
    S.SUPPLEMENT: ("Bổ sung bản sao giấy tờ có chứng thực", "Tờ khai thiếu chữ ký", "Bổ sung văn bản ủy quyền"),
    S.WITHDRAWN: ("Công dân xin rút hồ sơ",),
    S.STOPPED: ("Không đủ điều kiện giải quyết",),
    S.AWAITING_PAYMENT: ("Thông báo nộp phí, lệ phí",),
}
_WITHOUT_DATE = timedelta(days=3)
_LATE_SHARE = 0.08
_APOLOGY_SHARE = 0.5
_NEW_DATE_SHARE = 0.6
_APOLOGY = "Xin lỗi và hẹn lại ngày trả kết quả: cần thêm thời gian xác minh"


@dataclass(frozen=True, slots=True)
class Step:
    """One event of the way."""

    at: datetime
    from_status: DossierStatus | None
    to_status: DossierStatus
    reason: str | None = None
    due_to: datetime | None = None

    @property
    def is_at_the_desk(self) -> bool:
        """Whether the receiving officer did it, rather than the case officer."""
        return self.to_status in _AT_THE_DESK


@dataclass(frozen=True, slots=True)
class Way:
    """What happened to a dossier so far."""

    steps: tuple[Step, ...]
    finished_at: datetime | None = None
    returned_at: datetime | None = None
    apology_at: datetime | None = None
    new_due_at: datetime | None = None


def way_of(
    random: Random,
    calendar: WorkingCalendar,
    status: DossierStatus,
    *,
    received_at: datetime,
    due_at: datetime | None,
    now: datetime,
) -> Way:
    """Make up the way to a status: every step in opening hours, none in the future."""
    path = _PATHS[status]
    end, is_late = _last_moment(random, status, received_at, due_at, now)
    steps: list[Step] = []
    for number, to_status in enumerate(path):
        at = received_at
        if number:
            at = _step_moment(random, path, number, received_at, end)
            at = max(_in_hours(random, calendar, at, later=is_late, now=now), steps[-1].at)
        reasons = _REASONS.get(to_status)
        came_from = path[number - 1] if number else None
        steps.append(Step(at, came_from, to_status, random.choice(reasons) if reasons else None))
    ended_at = {step.to_status: step.at for step in steps}
    way = Way(
        tuple(steps),
        finished_at=next(
            (ended_at[one] for one in (S.DONE, S.STOPPED, S.WITHDRAWN, S.REFUSED) if one in ended_at), None
        ),
        returned_at=ended_at.get(S.RETURNED),
    )
    return _apologised(random, calendar, way, due_at, now)


def _last_moment(
    random: Random, status: DossierStatus, received_at: datetime, due_at: datetime | None, now: datetime
) -> tuple[datetime, bool]:
    """Return when the last step was taken, and whether late, as about one finished dossier in twelve is."""
    span = (due_at - received_at) if due_at else _WITHOUT_DATE
    is_late = status not in OPEN and random.random() < _LATE_SHARE
    share = random.uniform(1.05, 1.5) if is_late else random.uniform(0.3, 0.98)
    end = received_at + span * share
    # Not in the future: what can't have been finished yet was finished between receipt and now.
    return (end, is_late) if end <= now else (received_at + (now - received_at) * random.uniform(0.3, 0.95), False)


def _step_moment(
    random: Random, path: tuple[DossierStatus, ...], number: int, received_at: datetime, end: datetime
) -> datetime:
    """Return when a step was taken: work starts soon after receipt, the result is fetched after it is ready."""
    if path[number] == S.PROCESSING:
        return received_at + (end - received_at) * random.uniform(0.02, 0.2)
    if path[number] == S.DONE and path[-1] == S.RETURNED:
        return received_at + (end - received_at) * random.uniform(0.6, 0.95)
    return end


def _in_hours(
    random: Random, calendar: WorkingCalendar, moment: datetime, *, later: bool = False, now: datetime
) -> datetime:
    """Return the moment, or one in the opening hours before it, or after it where something came late."""
    local = moment.astimezone(calendar.zone)
    day, step = local.date(), timedelta(days=1 if later else -1)
    while True:
        spans = [
            (calendar.moment(day, opens), calendar.moment(day, closes)) for opens, closes in calendar.open_spans(day)
        ]
        if any(opens <= local <= closes for opens, closes in spans):
            return moment
        near = [span for span in spans if (span[0] > local if later else span[1] < local)]
        if near:
            opens, closes = near[0] if later else near[-1]
            return min(opens + (closes - opens) * random.random(), now)
        day += step


def _apologised(random: Random, calendar: WorkingCalendar, way: Way, due_at: datetime | None, now: datetime) -> Way:
    """Add the apology some late dossiers got, a working day before they were due, and the new date of some."""
    ended_at = way.finished_at or now
    if due_at is None or ended_at <= due_at or random.random() > _APOLOGY_SHARE:
        return way
    received_at, last = way.steps[0].at, way.steps[-1]
    apology_at = max(_in_hours(random, calendar, due_at - timedelta(days=1), now=now), received_at)
    has_no_new_date = way.finished_at is not None or last.to_status == S.REGISTERED
    if has_no_new_date or random.random() > _NEW_DATE_SHARE:
        return replace(way, apology_at=apology_at)
    today = calendar.working_day_from(now.astimezone(calendar.zone).date())
    day = calendar.add_working_days(today, random.randint(1, 4))
    new_due_at = calendar.moment(day, calendar.open_spans(day)[-1][1])
    step = Step(max(apology_at, last.at), last.to_status, last.to_status, _APOLOGY, new_due_at)
    return replace(way, steps=(*way.steps, step), apology_at=apology_at, new_due_at=new_due_at)
